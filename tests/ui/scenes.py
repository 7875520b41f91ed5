"""Scenes: the real app on the fixed world, in a certain state; for pictures and snapshot tests."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from typing import Final
from unittest.mock import patch

from textual.pilot import Pilot
from textual.widgets import Input

from tests.ui import fixed
from tests.ui.stage import FRAME, NOW, PLAIN_TERMINAL, TERMINAL, Recorder, Stage, StageSession
from tui.store.events import Event
from tui.ui.app import OrlopApp

DEADLINE: Final = 20.0
"""Seconds after which an app that does not come to rest is an error."""

Size = tuple[int, int]

WIDE: Final = (120, 40)
SMALL: Final = (80, 24)
TINY: Final = (60, 15)

TO_NGINX: Final = ("down",) * 4


@dataclass(frozen=True, slots=True)
class Scene:
    """What the app has been told, and which keys were pressed then."""

    keys: tuple[str, ...] = ()
    told: tuple[Event, ...] = fixed.CONNECTED
    then: tuple[Event, ...] = ()
    """What it is told after the keys."""
    plain: bool = False
    """On a terminal without UTF-8 and without colours."""
    read_only: bool = False


def make_app(scene: Scene) -> OrlopApp:
    """Make an app that connects to nothing and runs nothing, with a clock that stands still."""
    environ = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    if scene.plain:
        environ["NO_COLOR"] = "1"
    with patch.dict(os.environ, environ, clear=True):
        app = OrlopApp(
            fixed.ENDPOINT,
            PLAIN_TERMINAL if scene.plain else TERMINAL,
            read_only=scene.read_only,
            clock=lambda: NOW,
            make_session=StageSession,
        )
    app.dispatcher = Recorder(app)
    return app


async def play(scene: Scene, pilot: Pilot[int]) -> None:
    """Bring an app to its scene, and to rest."""
    app = pilot.app
    assert isinstance(app, OrlopApp)
    assert isinstance(app.dispatcher, Recorder)
    here = Stage(app, pilot, app.dispatcher)
    await here.tell(*scene.told)
    for key in scene.keys:
        await here.press(key)
        await _end_reads(here)
        await app.workers.wait_for_complete()
    await here.tell(*scene.then)
    await app.workers.wait_for_complete()
    await _rest(here)


async def _end_reads(here: Stage) -> None:
    """Let what the app reads by itself come to its end: the fixed world has told it already."""
    running = {job.job_id for job in here.state.jobs if not job.state.is_final}
    for number, action in tuple(here.recorder.actions.items()):
        if action.quiet and number in running:
            here.recorder.end(action)
            await here.settle()


async def _rest(here: Stage) -> None:
    """Return when what follows a cursor's rest is on the screen, and no cursor blinks."""
    end = time.monotonic() + DEADLINE
    while here.main._rest is not None:
        assert time.monotonic() < end, "the cursor never rests"
        await asyncio.sleep(FRAME)
    await _end_reads(here)
    for field in here.app.screen.query(Input):
        field.cursor_blink = False
    await here.settle()


async def picture(scene: Scene, size: Size) -> str:
    """Return a scene as SVG."""
    app = make_app(scene)
    async with app.run_test(size=size) as pilot:
        await play(scene, pilot)
        return app.export_screenshot(title="orlop")
