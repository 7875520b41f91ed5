"""The screen of mirrors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.stage import CONNECTED, Stage, stage
from tui.actions.values.mirrors import ChangeMirrors, ProbeMirrors, RollBackMirrors
from tui.model.mirrors import MirrorPlace, MirrorProbe, Mirrors, PlaceKind, Verdict
from tui.store import events
from tui.store.state import Phase, Trouble
from tui.ui import sudo
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.mirrors import MirrorsScreen
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.text import FieldsScreen, TextScreen
from tui.ui.widgets.rowlist import RowList

A, B, NEW = "https://a.example", "http://10.0.0.5:5000", "https://new.example"
FILE = f'{{"registry-mirrors": ["{A}", "{B}"]}}'.encode()
PLACE = MirrorPlace(PlaceKind.FILE, "/etc/docker/daemon.json", "/etc/docker/daemon.json", pid=1)
FOUND = Mirrors(
    PLACE,
    version="28.5.2",
    in_force=(f"{A}/", f"{B}/"),
    data=FILE,
    has_file=True,
    in_file=(A, B),
    has_key=True,
    backup="/etc/docker/daemon.json.orlop-1",
)
FAST = MirrorProbe(f"{B}/", "hello-world", Verdict.FINE, first_byte=0.01, size=10**6, rate=5e6)
DEAD = MirrorProbe(f"{A}/", "hello-world", Verdict.REFUSED, "refused\x1b[2J")


def _mirrors(here: Stage) -> list[str]:
    """The addresses on the screen, in their order."""
    rows = here.app.screen.query_one(RowList)._view.rows
    return [rows[at].key for at in range(len(rows))]


async def _opened(here: Stage, found: Mirrors = FOUND) -> None:
    await here.press("%")
    here.screen(MirrorsScreen)
    assert "Reading..." in here.text()
    await here.tell(events.MirrorsRead(found))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15)])
async def test_mirrors_and_what_they_do_not_do(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, size=size) as here:
        await _opened(here)
        text = here.text()
        assert "in force" in text
        assert "a.example" in text
        assert "no search, login, push" in text
        await here.tell(events.MirrorProbed(DEAD), events.MirrorProbed(FAST))
        assert "\x1b" not in here.text()
        assert "nothing" in here.text()
        await here.press("enter")
        here.screen(FieldsScreen)
        assert "\x1b" not in here.text()


async def test_a_draft_is_shown_as_a_difference_before_it_is_written() -> None:
    async with stage(*CONNECTED) as here:
        await _opened(here)
        await here.press("a")
        here.screen(PromptScreen)
        await here.type("#answer", "nowhere")
        assert "must begin with" in here.line("#problem")
        await here.type("#answer", f"{A}/")
        assert "already" in here.line("#problem")
        await here.type("#answer", NEW)
        await here.press("enter")
        assert _mirrors(here) == [f"{A}/", f"{B}/", f"{NEW}/"]
        assert "not written yet" in here.text()
        await here.press("K", "K", "j", "d")
        assert _mirrors(here) == [f"{NEW}/", f"{B}/", f"{A}/"]
        assert "only in force" in here.text()
        await here.press("w")
        here.screen(ConfirmScreen)
        text = here.text()
        assert f"-{FILE.decode()}" in text.replace("\n", "")
        assert here.focused(here.button("#cancel")), "cancel is the default"
        assert here.recorder.of_kind("change_mirrors") == []
        await here.press("y")
        (action,) = here.recorder.of_kind("change_mirrors")
        assert isinstance(action, ChangeMirrors)
        assert (action.mirrors, action.expected, action.sudo) == ((NEW, B), FILE, False)
        here.recorder.end(action, "The Engine has read it.")
        await here.tell(events.MirrorsRead(FOUND))
        assert "The Engine has read it." in here.line("#mirrors-problem")
        assert "not written yet" not in here.text()


async def test_a_failure_keeps_the_draft() -> None:
    async with stage(*CONNECTED) as here:
        await _opened(here)
        await here.press("d", "w", "y")
        (action,) = here.recorder.of_kind("change_mirrors")
        here.recorder.fail(action, Trouble("It was refused.", "Read its log.", ""))
        await here.settle()
        assert "It was refused. Read its log." in here.line("#mirrors-problem")
        assert "not written yet" in here.text()


async def test_tests_and_the_order_that_follows() -> None:
    async with stage(*CONNECTED) as here:
        await _opened(here)
        await here.press("t")
        (action,) = here.recorder.of_kind("probe_mirrors")
        assert isinstance(action, ProbeMirrors)
        assert action.mirrors == (f"{A}/", f"{B}/")
        assert "testing..." in here.text()
        await here.press("t")
        assert len(here.recorder.of_kind("probe_mirrors")) == 1, "one at a time"
        await here.tell(events.MirrorProbed(DEAD), events.MirrorProbed(FAST))
        here.recorder.end(action, "1 of 2 mirrors works.")
        await here.settle()
        assert "5 MB/s" in here.text()
        await here.press("o")
        assert _mirrors(here) == [f"{B}/", f"{A}/"]
        assert "not written yet" in here.text()
        await here.press("I")
        here.screen(PromptScreen)
        await here.type("#answer", "ghcr.io/a/b")
        assert "Docker Hub alone" in here.line("#problem")
        await here.type("#answer", "busybox:1.36")
        await here.press("enter")
        last = here.recorder.of_kind("probe_mirrors")[-1]
        assert isinstance(last, ProbeMirrors)
        assert last.image == "busybox:1.36"


async def test_one_key_rolls_back() -> None:
    async with stage(*CONNECTED) as here:
        await _opened(here)
        await here.press("u")
        (action,) = here.recorder.of_kind("roll_back_mirrors")
        assert isinstance(action, RollBackMirrors)
        assert action.expected == FILE
        here.recorder.end(action)
        await here.tell(events.MirrorsRead(replace(FOUND, backup="")))
        await here.press("u")
        assert "nothing to roll back" in here.line("#mirrors-problem")


async def test_sudo_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([False, True])
    monkeypatch.setattr(sudo, "sudo_knows_us", lambda _app: next(answers))
    async with stage(*CONNECTED) as here:
        await _opened(here, replace(FOUND, needs_sudo=True))
        await here.press("d", "w", "y")
        here.screen(ConfirmScreen)
        assert "Use sudo?" in here.text()
        await here.press("escape")
        assert here.recorder.of_kind("change_mirrors") == []
        await here.press("w", "y", "y")
        assert "sudo refuses" in here.line("#mirrors-problem")
        await here.press("w", "y", "y")
        (action,) = here.recorder.of_kind("change_mirrors")
        assert isinstance(action, ChangeMirrors)
        assert action.sudo


async def test_where_orlop_may_not_write_there_is_text_to_paste() -> None:
    remote = replace(FOUND, place=MirrorPlace(PlaceKind.REMOTE, PLACE.path), data=b"", host="far")
    async with stage(*CONNECTED) as here:
        await _opened(here, replace(remote, in_file=(), has_file=False))
        assert "on far" in here.text()
        await here.press("d", "w")
        here.screen(TextScreen)
        assert B in here.text()
        assert A not in here.text()
        assert "$ sudo systemctl reload docker" in here.text()


async def test_what_cannot_be_read_is_told_and_read_when_the_engine_is_back() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("%")
        gone = Trouble("The Engine went away.", "Wait.", "")
        here.recorder.fail_all("read_mirrors", gone)
        await here.settle()
        assert "The Engine went away." in here.text()
        await here.tell(events.ConnectionChanged(Phase.CONNECTING, gone))
        asked = len(here.recorder.of_kind("read_mirrors"))
        await here.tell(events.ConnectionChanged(Phase.CONNECTED, gone))
        assert len(here.recorder.of_kind("read_mirrors")) == asked + 1


async def test_options_of_dockerd_are_in_the_way() -> None:
    async with stage(*CONNECTED) as here:
        await _opened(here, replace(FOUND, place=replace(PLACE, flags=("https://flag.example",))))
        assert "option" in here.text()
        await here.press("d", "w")
        here.screen(MirrorsScreen)
        assert "--registry-mirror" in here.line("#mirrors-problem")


async def test_a_broken_file_is_told() -> None:
    async with stage(*CONNECTED) as here:
        trouble = "/etc/docker/daemon.json cannot be understood. line 2 is a comment"
        await _opened(here, replace(FOUND, trouble=trouble, in_file=(), data=b""))
        assert "is a comment" in here.text()


async def test_nothing_is_changed_read_only() -> None:
    async with stage(*CONNECTED, read_only=True) as here:
        await _opened(here)
        await here.press("d", "w")
        assert "read-only" in here.line("#mirrors-problem")
        await here.press("u")
        assert here.recorder.loud == []
