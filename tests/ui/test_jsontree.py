"""The JSON tree on the screen: opening, searching, copying; large, deep and broken texts."""

from __future__ import annotations

import json

import pytest

from tests.ui.stage import CONNECTED, FACTS, IMAGES, PLAIN_TERMINAL, Stage, stage
from tui.store import events
from tui.ui.screens.jsontree import QUICK, JsonTreeScreen, open_json
from tui.ui.screens.text import FieldsScreen, TextScreen

SAMPLE = {
    "Name": "web",
    "State": {"Status": "running", "Health": {"Status": "healthy"}},
    "Labels": {"a.b": "good\nday", "empty": {}},
    "Mounts": [],
}


async def opened(here: Stage, value: object = SAMPLE, *, docker: str = "web") -> JsonTreeScreen:
    raw = value if isinstance(value, str) else json.dumps(value, indent=2)
    open_json(here.app, "web", raw, docker=("inspect", docker) if docker else ())
    await here.settle()
    return here.screen(JsonTreeScreen)


def lines(here: Stage) -> list[str]:
    """Return the rows without what is around them."""
    return [line.rstrip(" ┃│") for line in here.text().splitlines()[1:-2] if line.rstrip(" ┃│")]


@pytest.mark.parametrize("plain", [False, True])
async def test_nodes_are_opened_and_closed(plain: bool) -> None:
    more = {"terminal": PLAIN_TERMINAL} if plain else {}
    async with stage(*CONNECTED, **more) as here:  # type: ignore[arg-type]
        await opened(here)
        is_open, is_closed = ("v", ">") if plain else ("▾", "▸")
        assert lines(here) == [
            f"{is_open} {{4}}",
            '    Name: "web"',
            f"  {is_closed} State: {{2}}",
            f"  {is_closed} Labels: {{2}}",
            "    Mounts: []",
        ]
        await here.press("j", "j", "enter")
        assert f"  {is_open} State: {{2}}" in lines(here)
        assert '      Status: "running"' in lines(here)
        await here.press("l", "left")
        assert '      Status: "running"' not in lines(here), "from inside it closes what is around"
        await here.press("right", "right")
        assert here.screen(JsonTreeScreen).path() == ".State.Status", "then one goes inside"
        await here.press("E")
        assert len(lines(here)) == 10
        assert here.screen(JsonTreeScreen).path() == ".State.Status", "the cursor stays"
        await here.press("E")
        assert len(lines(here)) == 5
        assert here.screen(JsonTreeScreen).path() == ".State", "or is on what is around it"


async def test_a_single_value_is_shown_whole_and_copied_as_it_is() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        await here.press("slash", *"good", "enter", "enter")
        here.screen(TextScreen)
        assert "good\n" in here.text().replace(" ", "") + "\n"
        await here.press("escape", "c")
        assert here.app.clipboard == "good\nday"
        await here.press("y")
        assert here.app.clipboard == """docker inspect -f '{{index .Labels "a.b"}}' web"""
        await here.press("h", "c")
        assert json.loads(here.app.clipboard) == SAMPLE["Labels"]
        assert "docker inspect -f '{{json .Labels}}' web" in here.text()


async def test_a_search_opens_what_hides_the_hit_and_goes_round() -> None:
    async with stage(*CONNECTED) as here:
        screen = await opened(here)
        await here.press("slash", *"status", "enter")
        assert (screen.path(), "1 of 2" in here.text()) == (".State.Status", True)
        await here.press("n")
        assert (screen.path(), "2 of 2" in here.text()) == (".State.Health.Status", True)
        await here.press("n")
        assert screen.path() == ".State.Status"
        await here.press("N")
        assert screen.path() == ".State.Health.Status"
        await here.press("slash", *"zzz", "enter")
        assert "not found" in here.text()


async def test_n_asks_while_nothing_is_looked_for() -> None:
    async with stage(*CONNECTED) as here:
        screen = await opened(here)
        await here.press("n", *"health", "enter")
        assert screen.path() == ".State.Health"


async def test_the_keys_and_the_text() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        await here.press("question_mark")
        here.screen(FieldsScreen)
        assert "jq" in here.text()
        await here.press("escape", "t", "c")
        assert json.loads(here.app.clipboard) == SAMPLE


async def test_what_is_no_json_can_be_seen_as_text() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here, '{"a": \x1b[31m}')
        assert "J shows the text" in here.text()
        for key in ("enter", "c", "y", "Y", "n", "E", "l", "h", "slash"):
            await here.press(key, "escape")
            if not isinstance(here.app.screen, JsonTreeScreen):
                await opened(here, '{"a": \x1b[31m}')
        await here.press("J")
        here.screen(TextScreen)
        assert "\\x1b[31m" in here.text()


async def test_a_large_text_is_read_in_a_thread() -> None:
    async with stage(*CONNECTED) as here:
        value = {f"k{n}": {"a": [n, "x" * 20]} for n in range(6000)}
        raw = json.dumps(value, indent=2)
        assert len(raw) > QUICK
        screen = await opened(here, raw)
        await here.app.workers.wait_for_complete()
        await here.settle()
        await here.press("E", "G")
        assert screen.path() == ".k5999.a[1]"


async def test_ten_thousand_levels_are_shown() -> None:
    async with stage(*CONNECTED) as here:
        screen = await opened(here, "[" * 10_000 + "1" + "]" * 10_000)
        await here.press("E", "G")
        assert "10000> 0: 1" in here.text()
        assert screen.line() == "", "a docker line that is cut would be another one"
        await here.press("Y", "c", "left", "left")
        assert screen.path().count("[0]") == 9998


async def test_an_image_has_a_tree_too() -> None:
    async with stage(*CONNECTED, events.FactsRead(FACTS)) as here:
        await here.go_to(IMAGES[2].tags[0])
        await here.press("i")
        here.recorder.end(here.recorder.of_kind("read_facts")[-1])
        await here.settle()
        await here.press("J", "j")
        here.screen(JsonTreeScreen)
        assert "docker image inspect -f '{{.Id}}' shop:1" in here.text()
