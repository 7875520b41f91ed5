"""The screen of a registry of one's own."""

from __future__ import annotations

import pytest

from tests.ui.stage import CONNECTED, PLAIN_TERMINAL, Stage, stage
from tui.actions.values.ownregistry import StartOwnRegistry, StopOwnRegistry
from tui.model.ownregistry import OwnRegistry, Running, Stored, StoredRepository, StoredTag
from tui.store import events
from tui.store.state import Trouble
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.form import FormScreen
from tui.ui.screens.main import MainScreen
from tui.ui.screens.ownregistry import OwnRegistryScreen
from tui.ui.screens.text import FieldsScreen, TextScreen

DIGEST = "sha256:" + "ab" * 32
RUNNING = Running(7, "127.0.0.1", 5001, "builtin", "/data", True, False, "2026-11-27T00:00:00Z")
STORED = Stored(
    (
        StoredRepository("empty", ()),
        StoredRepository("team/app", (StoredTag("1", DIGEST, 5_000_000, False),)),
        StoredRepository("team/base", (StoredTag("all", DIGEST, 70, True),)),
    ),
    5_000_070,
)
STOPPED = OwnRegistry("/data", (), STORED)
SERVED = OwnRegistry("/data", (RUNNING,), STORED)
PASSWORD = "made-up-Passw0rd"


async def open_with(here: Stage, own: OwnRegistry) -> None:
    """Open the screen, and end its reading."""
    await here.press("H")
    here.screen(OwnRegistryScreen)
    (reading,) = here.recorder.of_kind("read_own_registry")
    await here.tell(events.OwnRegistryRead(own))
    here.recorder.end(reading, "")
    await here.settle()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15)])
async def test_what_runs_and_what_it_holds(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, size=size) as here:
        await here.press("H")
        assert "Reading..." in here.text()
        await here.press("escape")
        here.screen(MainScreen)
    async with stage(*CONNECTED, size=size) as here:
        await open_with(here, SERVED)
        place = here.line("#place")
        assert "running at 127.0.0.1:5001  orlop's own server, asks for a login" in place
        assert "3 repositories, 2 tags, 5 MB" in here.line(".dialog-title")
        assert "x stop" in here.line("#sheet-keys")
        assert "esc back" in here.text().splitlines()[-1] or size[0] < 80
        assert "team/base" in here.text()
        assert here.line("#own-line") == " $ docker push 127.0.0.1:5001/IMAGE"
        await here.press("j")
        assert here.line("#own-line") == " $ docker pull 127.0.0.1:5001/team/app:1"
        await here.press("c")
        assert here.app.clipboard == "docker pull 127.0.0.1:5001/team/app:1"
        await here.press("enter")
        here.screen(FieldsScreen)
        assert "docker pull 127.0.0.1:5001/team/app" in here.text()


async def test_it_is_started_by_a_form_and_the_password_is_nowhere() -> None:
    async with stage(*CONNECTED) as here:
        await open_with(here, STOPPED)
        assert "not running  (s starts it)" in here.line("#place")
        await here.press("x")  # there is nothing to stop
        here.screen(OwnRegistryScreen)
        await here.press("s")
        here.screen(FormScreen)
        await here.type("#field-port", "70000")
        assert here.button("#send").disabled
        assert "1 to 65535" in here.line("#problem")
        await here.type("#field-port", "5001")
        await here.type("#field-user", "me")
        assert "Type a password for me." in here.line("#problem")
        await here.type("#field-password", PASSWORD)
        assert PASSWORD not in here.text()
        await here.press("enter")
        (action,) = here.loud
        assert isinstance(action, StartOwnRegistry)
        assert action[:5] == ("127.0.0.1", 5001, "auto", "me", PASSWORD)
        assert PASSWORD not in repr(action)
        assert "serve a registry at 127.0.0.1:5001..." in here.line("#place")
        await here.tell(events.OwnRegistryRead(SERVED))
        here.recorder.end(action)
        await here.settle()
        assert "running at 127.0.0.1:5001" in here.line("#place")
        assert PASSWORD not in repr(here.state)
        assert PASSWORD not in here.text()


async def test_a_start_that_fails_says_why() -> None:
    async with stage(*CONNECTED) as here:
        await open_with(here, STOPPED)
        await here.press("s", "enter")
        (action,) = here.loud
        trouble = Trouble("The registry cannot be started.", "Choose another port.", "in use")
        here.recorder.fail(action, trouble)
        await here.settle()
        assert "The registry cannot be started." in here.line("#place")


async def test_it_is_stopped_after_a_question_whose_default_is_no() -> None:
    async with stage(*CONNECTED) as here:
        await open_with(here, SERVED)
        await here.press("s")  # it runs already
        here.screen(OwnRegistryScreen)
        await here.press("x")
        here.screen(ConfirmScreen)
        await here.press("enter")
        here.screen(OwnRegistryScreen)
        assert here.loud == []
        await here.press("x", "y")
        assert here.loud == [StopOwnRegistry("127.0.0.1:5001", 5001)]


async def test_one_that_is_open_to_the_network_says_so() -> None:
    async with stage(*CONNECTED) as here:
        wide = RUNNING._replace(host="0.0.0.0", login=False)
        await open_with(here, SERVED._replace(running=(wide,)))
        assert "open to everybody in the network" in here.line("#place")
        await here.tell(events.OwnRegistryRead(SERVED))
        assert "open to everybody" not in here.line("#place")


async def test_of_several_the_first_is_shown_and_the_others_are_counted() -> None:
    async with stage(*CONNECTED) as here:
        other = RUNNING._replace(port=5002)
        await open_with(here, SERVED._replace(running=(RUNNING, other)))
        assert "127.0.0.1:5001" in here.line("#place")
        assert "(and 1 more)" in here.line("#place")


async def test_without_leave_to_change_anything_it_only_shows() -> None:
    async with stage(*CONNECTED, read_only=True) as here:
        await open_with(here, SERVED)
        assert "stop" not in here.line("#sheet-keys")
        await here.press("x")
        here.screen(OwnRegistryScreen)
        await here.tell(events.OwnRegistryRead(STOPPED))
        await here.press("s")
        here.screen(OwnRegistryScreen)
        assert here.loud == []


async def test_it_explains_itself() -> None:
    async with stage(*CONNECTED) as here:
        await open_with(here, STOPPED)
        await here.press("question_mark")
        here.screen(TextScreen)
        assert "docker push 127.0.0.1:5000/nginx:1.27" in here.text()
        assert "orlop registry stop" in here.text()


async def test_hostile_names_do_nothing() -> None:
    """Names are checked when they are pushed, but whoever has the folder may write others."""
    evil = Stored((StoredRepository("a\x1b[2J[red]", (StoredTag("t\x1b]0;x", DIGEST, 1, False),)),))
    async with stage(*CONNECTED, terminal=PLAIN_TERMINAL) as here:
        await open_with(here, OwnRegistry("/data\x1b[2J", (RUNNING,), evil))
        await here.press("enter")
        assert "\x1b" not in here.text()
        await here.press("escape", "question_mark")
        assert "\x1b" not in here.text()
        assert here.text().isascii()
