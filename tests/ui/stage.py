"""The real app on a made-up Engine: tests say what the session tells, actions are recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from tests.engines.images import chain_ids
from tui.actions.action import Action
from tui.actions.dispatcher import Dispatcher
from tui.actions.session import Session
from tui.engine.errors import EngineGone
from tui.model.container import ContainerState, ContainerSummary
from tui.model.engine import DiskGauge, Endpoint, EngineInfo
from tui.model.image import HistoryStep, ImageDetails, ImageFacts, ImageSummary, SearchResult
from tui.model.job import Job
from tui.store import events
from tui.store.state import NO_TROUBLE, Pane, Phase, State, Trouble
from tui.ui.app import OrlopApp
from tui.ui.screens.main import MainScreen
from tui.ui.terminal import TerminalFacts
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

S = TypeVar("S", bound=Screen[Any])

FRAME = 0.018
"""Seconds after which Textual has laid out and painted again what asked for it."""

NOW = 1_790_000_000.0
"""The clock of all stages: seconds of the epoch."""

TERMINAL = TerminalFacts(unicode=True, colour=True, dumb=False, mouse=True)
PLAIN_TERMINAL = TerminalFacts(unicode=False, colour=False, dumb=False, mouse=False)
ENDPOINT = Endpoint("unix:///run/stage.sock", "default")
ENGINE = EngineInfo(
    name="stage",
    version="20.10.24",
    api_version="1.41",
    storage_driver="overlay2",
    data_root="/var/lib/docker",
    images=5,
    containers=3,
)
GAUGE = DiskGauge(used=41_200_000_000, total=80_000_000_000, free=38_800_000_000)


def image_id(letter: str) -> str:
    return f"sha256:{letter * 64}"


def _image(letter: str, *tags: str, sizes: tuple[int, ...], hours: int) -> ImageSummary:
    return ImageSummary(
        image_id(letter), tags, created=int(NOW) - hours * 3600, size=sum(sizes), labels=()
    )


_SIZES = {
    "a": (100_000_000,),
    "b": (100_000_000, 20_000_000),
    "c": (100_000_000, 20_000_000, 3_000_000),
    "d": (7_000_000,),
    "e": (100_000_000, 5_000_000),
}
"""Letter of an image → bytes of its layers; equal beginnings are the same layers."""

IMAGES = (
    _image("a", "debian:12", sizes=_SIZES["a"], hours=500),
    _image("b", "nginx:1.27", "nginx:latest", sizes=_SIZES["b"], hours=100),
    _image("c", "shop:1", sizes=_SIZES["c"], hours=50),
    _image("d", sizes=_SIZES["d"], hours=20),
    _image("e", "redis:7", sizes=_SIZES["e"], hours=10),
)
"""Five images in six rows; newest first: redis, <none>, shop, nginx twice, debian."""

CONTAINERS = (
    ContainerSummary(
        "1" * 64,
        "web",
        "nginx:1.27",
        image_id("b"),
        command="nginx -g 'daemon off;'",
        created=int(NOW) - 3000,
        state=ContainerState.RUNNING,
        status="Up 50 minutes (healthy)",
        health="healthy",
    ),
    ContainerSummary(
        "2" * 64,
        "cache",
        "redis:7",
        image_id("e"),
        command="redis-server",
        created=int(NOW) - 2000,
        state=ContainerState.PAUSED,
        status="Up 30 minutes (Paused)",
    ),
    ContainerSummary(
        "3" * 64,
        "job",
        "shop:1",
        image_id("c"),
        command="make",
        created=int(NOW) - 1000,
        state=ContainerState.EXITED,
        status="Exited (0) 10 minutes ago",
    ),
)
RESULTS = (
    SearchResult("centos", "The official build of CentOS.", 7800, True),
    SearchResult("me/centos", "Mine.", 3, False),
)


def facts_of(image: ImageSummary) -> ImageFacts:
    """What inspect and history would tell of one of IMAGES."""
    sizes = _SIZES[image.image_id[7]]
    diffs = tuple(f"sha256:{sum(sizes[: n + 1]):064d}" for n in range(len(sizes)))
    history = tuple(
        HistoryStep(image.created + n, f"/bin/sh -c #(nop) COPY file:{n} in / ", size)
        for n, size in enumerate(sizes)
    )
    details = ImageDetails(
        image.image_id,
        image.tags,
        created="2026-01-01T00:00:00Z",
        size=image.size,
        diff_ids=diffs,
        os="linux",
        architecture="amd64",
        cmd=("sh", "-c", "echo  two  blanks"),
        env=("PATH=/bin", "GREETING=good\tday\nall"),
        labels=(("maintainer", "me"),),
        raw='{\n  "Id": "x"\n}',
    )
    return ImageFacts(details, history)


FACTS = tuple(facts_of(image) for image in IMAGES)
CHAINS = {fact.details.image_id: chain_ids(fact.details.diff_ids) for fact in FACTS}


class StageSession(Session):
    """A session that connects to nothing and counts what is asked of it."""

    def __init__(self, endpoint: Endpoint, tell: Callable[[events.Event], None]) -> None:
        super().__init__(endpoint, tell)
        self.endpoint = endpoint
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")

    def refresh(self) -> None:
        self.calls.append("refresh")

    def close(self) -> None:
        self.calls.append("close")
        super().close()

    def client(self) -> EngineClient:
        raise EngineGone(url=self.endpoint.url)


class Recorder(Dispatcher):
    """A dispatcher that starts nothing: jobs wait until the test ends them."""

    def __init__(self, app: OrlopApp) -> None:
        super().__init__({}, app.session.client, app.store.apply, clock=lambda: NOW)
        self.actions: dict[int, Action] = {}
        self.cancelled: list[int] = []

    @property
    def loud(self) -> list[Action]:
        """The actions that the user asked for, oldest first."""
        return [action for action in self.actions.values() if not action.quiet]

    def of_kind(self, kind: str) -> list[Action]:
        return [action for action in self.actions.values() if action.kind == kind]

    def _hand_out(self) -> None:
        """Start nothing."""

    def submit(self, action: Action) -> int:
        job_id = super().submit(action)
        self.actions[job_id] = action
        self._apply(events.JobStarted(job_id, NOW))
        return job_id

    def cancel(self, job_id: int) -> None:
        self.cancelled.append(job_id)
        super().cancel(job_id)

    def number(self, action: Action) -> int:
        return next(number for number, value in self.actions.items() if value is action)

    def end(self, action: Action, summary: str = "done") -> None:
        """Let an action come to its good end."""
        job_id = self.number(action)
        self._end(self._entries[job_id], events.JobFinished(job_id, NOW, summary))

    def fail_all(self, kind: str, trouble: Trouble) -> None:
        """Let all actions of a kind come to their bad end: there may be several when it is slow."""
        for job_id, entry in tuple(self._entries.items()):
            if entry.action.kind == kind:
                self._end(entry, events.JobFailed(job_id, NOW, trouble))

    def fail(self, action: Action, trouble: Trouble) -> None:
        """Let an action come to its bad end."""
        job_id = self.number(action)
        self._end(self._entries[job_id], events.JobFailed(job_id, NOW, trouble))


@dataclass
class Stage:
    """The app under test and all that a test does to it."""

    app: OrlopApp
    pilot: Pilot[int]
    recorder: Recorder
    sessions: list[StageSession] = field(default_factory=list)

    @property
    def state(self) -> State:
        return self.app.store.state

    @property
    def session(self) -> StageSession:
        return self.sessions[-1]

    @property
    def main(self) -> MainScreen:
        return next(s for s in self.app.screen_stack if isinstance(s, MainScreen))

    @property
    def loud(self) -> list[Action]:
        return self.recorder.loud

    async def tell(self, *told: events.Event) -> None:
        """Tell the store, and let the app take it in."""
        for event in told:
            self.app.store.apply(event)
        await self.settle()

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, each when the one before has had its effect.

        Textual's own `Pilot.press` waits for the process to idle, which takes five times as long.
        """
        for key in keys:
            await self.press_at_once(key)

    async def press_at_once(self, *keys: str) -> None:
        """Press keys as a slow line brings them: all at once."""
        driver = self.app._driver
        assert driver is not None
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            driver.send_message(Key(name, key if len(key) == 1 else None))
        await self.settle()

    async def settle(self) -> None:
        """Return when every widget has handled its messages, and the layout is done."""
        for _ in range(2):
            await asyncio.sleep(FRAME)
            await self.pilot._wait_for_screen()

    def screen(self, kind: type[S]) -> S:
        """Return the screen on top, which must be of this kind."""
        top = self.app.screen
        assert isinstance(top, kind), f"{top} is on top"
        return top

    def text(self) -> str:
        """Everything on the screen, as a person reads it."""
        return "\n".join("".join(segment.text for segment in strip) for strip in self.strips())

    def strips(self) -> list[Strip]:
        return self.app.screen._compositor.render_strips()

    def rows(self, pane: Pane) -> RowList:
        return self.main.list_pane(pane).rows

    def names(self, pane: Pane = Pane.IMAGES) -> list[str]:
        """The first cell of every row of a pane."""
        rows = self.rows(pane)._view.rows
        cells = [rows[index].cells[0] for index in range(len(rows))]
        return [cell if isinstance(cell, str) else cell.text for cell in cells]

    def line(self, selector: str) -> str:
        """The text of a line of the screen on top."""
        widget = self.app.screen.query_one(selector)
        if isinstance(widget, TextLine):
            return widget.text
        assert isinstance(widget, Static)
        return str(widget.render())

    def focused(self, widget: Widget) -> bool:
        return self.app.focused is widget

    def button(self, selector: str) -> Button:
        return self.app.screen.query_one(selector, Button)

    async def type(self, selector: str, text: str) -> None:
        """Put a text into an input."""
        self.app.screen.query_one(selector, Input).value = text
        await self.settle()

    async def go_to(self, name: str) -> None:
        """Put the cursor of the images pane on the row of a name."""
        keys = [n for n, shown in enumerate(self.names()) if shown.split("  ")[0] == name]
        self.rows(Pane.IMAGES).move_to(keys[0])
        await self.settle()


CONNECTED = (
    events.EngineTold(ENGINE),
    events.ImagesListed(IMAGES),
    events.ContainersListed(CONTAINERS),
    events.GaugeRead(GAUGE),
    events.ConnectionChanged(Phase.CONNECTED, NO_TROUBLE),
)
"""What a session tells when it has connected."""

FACTS_TOLD = events.FactsRead(FACTS)
SEARCHED = (events.SearchStarted("centos"), events.SearchEnded("centos", RESULTS))


@asynccontextmanager
async def stage(
    *told: events.Event,
    size: tuple[int, int] = (120, 40),
    read_only: bool = False,
    terminal: TerminalFacts = TERMINAL,
    endpoint: Endpoint = ENDPOINT,
) -> AsyncIterator[Stage]:
    """Start the app, tell it these events, hand it to the test, end it."""
    sessions: list[StageSession] = []

    def make_session(endpoint: Endpoint, tell: Callable[[events.Event], None]) -> StageSession:
        sessions.append(StageSession(endpoint, tell))
        return sessions[-1]

    app = OrlopApp(
        endpoint, terminal, read_only=read_only, clock=lambda: NOW, make_session=make_session
    )
    app.dispatcher = recorder = Recorder(app)
    async with app.run_test(size=size, tooltips=True, notifications=True) as pilot:
        here = Stage(app, pilot, recorder, sessions)
        await here.settle()
        await here.tell(*told)
        yield here


def job(number: int, title: str, **more: object) -> Job:
    """A job that is not the recorder's."""
    return Job(job_id=number, kind="pull", title=title, docker=f"docker {title}", **more)  # type: ignore[arg-type]
