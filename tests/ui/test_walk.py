"""The screen that walks to an image on the disk."""

from __future__ import annotations

import pytest

from tests.ui.stage import CONNECTED, FACTS_TOLD, image_id, stage
from tui.actions.values.reading import ReadWalk
from tui.model.walk import Walk, WalkStep
from tui.store import events
from tui.store.state import Trouble
from tui.ui.screens.text import FieldsScreen
from tui.ui.screens.walk import WalkScreen

STEPS = (
    WalkStep("Names", "What the names are.", "/data/repositories.json", read=True,
             facts=(("Name", "redis:7"),), shell="grep x /data/repositories.json"),
    WalkStep("Layer 1: chain ID", "A sum.", facts=(("Chain ID", "sha256:1"),), layer=1),
    WalkStep("Layer 1: files \x1b[2J", "Files.", "/data/\x1b]0;x", shell="sudo ls",
             error="Permission denied"),
)  # fmt: skip
WALK = Walk("redis:7", image_id("e"), "classic", steps=STEPS)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15)])
async def test_steps_come_whole_and_their_lines_are_copied(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=size) as here:
        await here.go_to("redis:7")
        await here.press("W")
        here.screen(WalkScreen)
        assert "Reading..." in here.text()
        await here.tell(events.Walked(WALK))
        text = here.text()
        assert "Names" in text
        assert "$ grep x /data/repositories.json" in here.line("#walk-line")
        assert "\x1b" not in text
        await here.press("c")
        assert here.app.clipboard == "grep x /data/repositories.json"
        await here.press("j", "j", "enter")
        here.screen(FieldsScreen)
        assert "Permission denied" in here.text()
        assert "\x1b" not in here.text()


async def test_a_container_is_walked_to_by_its_id() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.press("2", "W")
        (action,) = here.recorder.of_kind("read_walk")
        assert isinstance(action, ReadWalk)
        assert (action.is_container, action.name) == (True, "web")
        here.recorder.fail(action, Trouble("The Engine is gone.", "Start it.", ""))
        await here.settle()
        assert "The Engine is gone. Start it." in here.text()
