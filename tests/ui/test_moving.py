"""Saving, loading and sending on the screen: what is said before, and what is handed in."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui.stage import CONNECTED, FACTS, PLAIN_TERMINAL, TERMINAL, Stage, image_id, stage
from tui.actions.values.moving import LoadImages, PlanLoad, PlanSend, SaveImages, SendImages
from tui.model.engine import Endpoint
from tui.model.loadplan import LoadedImage, LoadPlan, Move, TagChange
from tui.model.sendplan import SendPlan
from tui.store import events
from tui.store.state import Trouble
from tui.ui.app import OrlopApp
from tui.ui.screens.main import MainScreen
from tui.ui.screens.moving import LoadPreviewScreen, SendPreviewScreen, TargetsScreen
from tui.ui.terminal import TerminalFacts

HOSTILE = "evil\x1b]52;c;x\x07[red]:1"


def _loaded(*tags: TagChange, is_here: bool = False, at: str = "a") -> LoadedImage:
    here = 3 if is_here else 1
    return LoadedImage(image_id(at), "linux/amd64", 50_000_000, is_here, 3, here, 30_000_000, tags)


PLAN = LoadPlan(
    "/x.tar",
    60_000_000,
    (
        _loaded(TagChange("new:1", Move.NEW), TagChange("nginx:1.27", Move.MOVES, image_id("b"))),
        _loaded(TagChange("old:1", Move.SAME, image_id("c")), is_here=True, at="c"),
        _loaded(TagChange(HOSTILE, Move.MOVES, image_id("d"), leaves_untagged=True), at="e"),
        _loaded(at="f"),
    ),
)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_saving_costs_is_said_before(tmp_path: Path, size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, size=size) as here:
        await here.press("a", "s")
        text = here.text()
        assert "5 images, 455 MB or less" in text
        assert "its own disk" in text
        await here.press("escape")
        await here.tell(events.FactsRead(FACTS))
        await here.press("s")
        assert "5 images, about 135 MB" in here.text(), "what they share counts once"
        await here.type("#field-path Input", str(tmp_path / "all.tar.gz"))
        assert "| gzip >" in here.line("#docker")
        await here.press("enter")
        (action,) = here.loud
        assert isinstance(action, SaveImages)
        assert action.path == str(tmp_path / "all.tar.gz")
        assert (action.packing, action.check, action.overwrite) == ("gzip", True, False)
        assert image_id("d") in action.names, "what has no name goes by its ID"
        assert len(action.names) == 6


async def _look_into(here: Stage, path: Path) -> PlanLoad:
    await asyncio.to_thread(path.touch)
    await here.press("L")
    await here.type("#field-path Input", str(path))
    await here.press("enter")
    here.screen(LoadPreviewScreen)
    (plan,) = here.recorder.of_kind("plan_load")
    assert plan == PlanLoad(str(path))
    assert isinstance(plan, PlanLoad)
    return plan


@pytest.mark.parametrize("terminal", [TERMINAL, PLAIN_TERMINAL])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_an_archive_is_shown_before_it_is_loaded(
    tmp_path: Path, size: tuple[int, int], terminal: TerminalFacts
) -> None:
    async with stage(*CONNECTED, size=size, terminal=terminal) as here:
        plan = await _look_into(here, tmp_path / "x.tar")
        await here.press("y")
        here.screen(LoadPreviewScreen)
        assert not here.loud, "not before it is known"
        here.app.store.apply(events.LoadPlanned(PLAN))
        here.recorder.end(plan)
        await here.settle()
        text = here.text()
        assert "4 images, 60 MB" in here.line("#total")
        assert "2 TAGS MOVE" in here.line("#total")
        assert "moves from bbbbbbbbbbbb" in text
        assert "dddddddddddd unnamed" in text
        assert "<none>" in text
        assert r"evil\x1b]52;c;x\x07[red]:1"[:14] in text
        assert "\x1b" not in text
        await here.press("y")
        here.screen(MainScreen)
        assert here.loud == [LoadImages(str(tmp_path / "x.tar"), check=False)]


async def test_a_damaged_archive_cannot_be_loaded(tmp_path: Path) -> None:
    async with stage(*CONNECTED) as here:
        plan = await _look_into(here, tmp_path / "x.tar")
        here.recorder.fail(plan, Trouble("The archive is damaged.", "Fetch it again.", "cut"))
        await here.settle()
        assert "The archive is damaged." in here.line("#total")
        assert "Fetch it again." in here.text()
        assert here.button("#go").disabled
        await here.press("y")
        assert not here.loud
        await here.press("n")
        here.screen(MainScreen)


async def test_leaving_the_preview_stops_it(tmp_path: Path) -> None:
    async with stage(*CONNECTED) as here:
        plan = await _look_into(here, tmp_path / "x.tar")
        await here.press("escape")
        assert here.recorder.number(plan) in here.recorder.cancelled
        here.screen(MainScreen)


FAR = Endpoint("ssh://far", "context", context="far")


async def test_sending_asks_where_to_and_shows_what_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(*CONNECTED) as here:
        own = here.state.connection.endpoint
        monkeypatch.setattr(OrlopApp, "endpoints", staticmethod(lambda: [own, FAR]))
        await here.press("X")
        here.screen(TargetsScreen)
        assert own.url not in here.text(), "not to itself"
        await here.press("enter")
        here.screen(SendPreviewScreen)
        (plan,) = here.recorder.of_kind("plan_send")
        assert isinstance(plan, PlanSend)
        assert plan.to == "far"
        told = SendPlan("far", "Docker 28.5.2", 60_000_000, 4, 3, 50_000_000, is_thin=True)
        here.app.store.apply(events.SendPlanned(told))
        here.recorder.end(plan)
        await here.settle()
        assert "about 10 MB go to far" in here.line("#total")
        assert "has 3 of 4 layers" in here.line("#total")
        await here.tell(events.SendPlanned(replace(told, is_thin=False)))
        assert "about 60 MB go to far" in here.line("#total")
        await here.press("y")
        assert here.loud == [SendImages(plan.names, "far")]


async def test_with_no_other_engine_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(*CONNECTED) as here:
        own = here.state.connection.endpoint
        monkeypatch.setattr(OrlopApp, "endpoints", staticmethod(lambda: [own]))
        await here.press("X")
        assert "docker context create" in here.text()
        await here.press("escape")
        here.screen(MainScreen)
