"""Limits of containers on the screen: what is set, what is typed, what is sent."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.ui.stage import CONNECTED, CONTAINERS, Stage, stage
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.updating import ReadResources, UpdateContainers
from tui.model.limits import RestartPolicy
from tui.model.resources import Resources, UpdateConfig
from tui.store import insides
from tui.store.state import Pane, Trouble
from tui.ui.screens.limits import LimitsScreen
from tui.ui.screens.main import MainScreen

MIB = 1024**2
WEB = ContainerTarget(CONTAINERS[0].container_id, "web")
CACHE = ContainerTarget(CONTAINERS[1].container_id, "cache")
SET = Resources(*WEB, memory=512 * MIB, memory_swap=512 * MIB, restart=RestartPolicy("always"))
FREE = Resources(*CACHE)


async def opened(here: Stage) -> LimitsScreen:
    await here.press("2", "g", "U")
    return here.screen(LimitsScreen)


async def told(here: Stage, *resources: Resources) -> None:
    """Let the Engine answer."""
    (action,) = here.recorder.of_kind("read_resources")
    await here.tell(insides.ResourcesRead(resources))
    here.recorder.end(action)
    await here.settle()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_from_key_to_action(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, size=size) as here:
        await opened(here)
        assert here.recorder.of_kind("read_resources") == [ReadResources((WEB,))]
        assert "Asking the Engine what is set..." in here.text()
        assert here.button("#send").disabled
        await told(here, SET)
        text = here.text()
        assert "What web may use." in text
        assert "Restart: < always >" in text
        assert "Nothing is changed yet." in text
        await here.press(*"600m")
        assert "$ docker update --memory 600m --memory-swap 600m web" in here.text()
        assert "The Engine wants memory with swap too: 600m." in here.text()
        await here.press("enter")
        here.screen(MainScreen)
        assert here.loud == [UpdateContainers((WEB,), UpdateConfig(600 * MIB, 600 * MIB))]


async def test_what_was_typed_before_the_answer_stays() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        screen = await opened(here)
        await here.press_at_once(*"700m")
        await told(here, SET)
        assert screen.query_one("#field-memory", Input).value == "700m"
        assert screen.query_one("#field-memory_swap", Input).value == "512m"
        assert "--memory 700m --memory-swap 700m web" in here.text()
        await here.tell(insides.ResourcesRead((FREE,)))
        assert screen.query_one("#field-memory", Input).value == "700m"


async def test_marked_containers_are_changed_together() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await here.press("2", "g", "space", "space", "U")
        screen = here.screen(LimitsScreen)
        await told(here, SET, FREE)
        assert screen.query_one("#field-memory", Input).placeholder == "they differ"
        assert screen.query_one("#field-pids", Input).placeholder == ""
        await here.press("tab", "tab", *"0.5", "tab", "right")
        assert "Restart: < no >" in here.text()
        await here.press("right")
        line = "$ docker update --cpus 0.5 --restart on-failure web cache"
        assert line in here.text()
        await here.press("shift+tab", "enter")
        (action,) = here.loud
        config = UpdateConfig(nano_cpus=500_000_000, restart=RestartPolicy("on-failure"))
        assert action == UpdateContainers((WEB, CACHE), config)


async def test_why_it_cannot_be_read_is_said() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await opened(here)
        here.recorder.fail_all("read_resources", Trouble("There is no such container.", "Look."))
        await here.settle()
        assert "There is no such container. Look." in here.text()
        await here.press(*"1g", "enter")
        here.screen(LimitsScreen)
        assert here.loud == []


async def test_leaving_stops_the_reading() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await opened(here)
        (action,) = here.recorder.of_kind("read_resources")
        await here.press("escape")
        here.screen(MainScreen)
        assert here.recorder.number(action) in here.recorder.cancelled
        assert here.main.pane is Pane.CONTAINERS


async def test_a_hostile_name_is_only_read() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await opened(here)
        await told(here, Resources(WEB.container_id, "\x1b[2J[/red]", cpuset="\x1b]0;x\x07"))
        assert "\\x1b[2J[/red]" in here.text()
        assert "\x1b" not in here.text()
