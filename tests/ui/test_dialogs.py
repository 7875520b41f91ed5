"""Dialogs: each leaves once, takes only itself away, and shows the state as it is."""

from __future__ import annotations

import asyncio

import pytest

from tests.ui.stage import CONNECTED, CONTAINERS, FACTS_TOLD, GAUGE, stage
from tui.model.engine import DiskGauge
from tui.store import events
from tui.store.state import NO_TROUBLE, Pane, Phase, Trouble
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.connection import ConnectionScreen, ContextsScreen
from tui.ui.screens.jobs import JobsScreen
from tui.ui.screens.main import MainScreen
from tui.ui.screens.removal import PreviewScreen, RemoveContainersScreen, RemoveImagesScreen

TROUBLE = Trouble("Nothing listens there.", "Start it.", "connection refused")
BACK = events.ConnectionChanged(Phase.CONNECTED, NO_TROUBLE)
GONE = events.ConnectionChanged(Phase.LOST, TROUBLE)


async def test_what_is_told_at_once_after_connecting_takes_no_more_screens_away() -> None:
    async with stage(*CONNECTED) as here:
        await here.tell(GONE)
        here.screen(ConnectionScreen)
        await here.tell(BACK, events.GaugeRead(DiskGauge(1, 2, 1)), events.GaugeRead(GAUGE))
        here.screen(MainScreen)


async def test_connecting_takes_no_other_dialog_away() -> None:
    async with stage(*CONNECTED) as here:
        await here.tell(GONE)
        await here.press("C")
        here.screen(ContextsScreen)
        await here.tell(BACK)
        here.screen(ContextsScreen)
        await here.press("escape")
        here.screen(MainScreen)


async def test_a_preview_under_the_connection_screen_stays() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.press("d")
        await here.tell(GONE)
        here.screen(ConnectionScreen)
        await here.tell(BACK)
        here.screen(RemoveImagesScreen)


async def test_two_presses_at_once_are_one_removal() -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.go_to("debian:12")
        await here.press("d")
        preview = here.screen(RemoveImagesScreen)
        preview.action_go()
        preview.action_go()
        await here.settle()
        assert len(here.loud) == 1
        here.screen(MainScreen)


async def test_two_answers_at_once_are_one() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("2", "K")
        question = here.screen(ConfirmScreen)
        question.action_yes()
        question.action_yes()
        question.action_leave()
        await here.settle()
        assert len(here.loud) == 1
        here.screen(MainScreen)


@pytest.mark.parametrize("key", ["J", "d", "M"])
async def test_news_while_a_screen_goes_do_no_harm(key: str) -> None:
    """Every turn of the event loop brings an event, until the screen has gone."""
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.press(key)
        leaving = here.app.screen
        leaving.dismiss(None)
        turn = 0
        while leaving.is_attached or turn < 20:
            turn += 1
            here.app.store.apply(events.GaugeRead(DiskGauge(turn, 1000, turn)))
            here.app.store.apply(events.ContainersListed(CONTAINERS[: turn % 3]))
            await asyncio.sleep(0)
        await here.settle()
        here.screen(MainScreen)


async def test_the_buttons_of_a_long_question_are_in_sight() -> None:
    many = tuple(
        type(CONTAINERS[0])(
            f"{n:064x}",
            f"a-container-with-a-long-name-{n}",
            "i",
            "i",
            state=CONTAINERS[0].state,
        )
        for n in range(200)
    )
    async with stage(*CONNECTED, events.ContainersListed(many), size=(80, 24)) as here:
        await here.press("2", "a", "K")
        here.screen(ConfirmScreen)
        assert here.app.screen.region.contains_region(here.button("#cancel").region)


@pytest.mark.parametrize(
    ("pane", "kind"), [("1", RemoveImagesScreen), ("2", RemoveContainersScreen)]
)
async def test_cancel_is_the_default_of_a_preview(pane: str, kind: type[PreviewScreen]) -> None:
    async with stage(*CONNECTED, FACTS_TOLD) as here:
        await here.press(pane, "G", "d")
        here.screen(kind)
        assert here.app.focused is here.button("#cancel")
        await here.press("enter")
        here.screen(MainScreen)
        assert not here.loud


async def test_jobs_are_followed_and_left() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("J")
        here.screen(JobsScreen)
        await here.press("q")
        here.screen(MainScreen)
        assert here.main.pane is Pane.IMAGES
