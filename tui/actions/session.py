"""The session: keeps orlop connected to one Engine and what is shown up to date.

One thread connects, reads the lists, and then waits: a second thread reads the
Engine's events and says what became stale, and only that is read again. Nothing
is polled while the Engine is there; while it is away, one attempt every few
seconds finds out when it is back.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tui.config.settings import load_settings
from tui.engine.errors import EngineError, EngineGone
from tui.layers.errors import LayerError
from tui.model.engine import Endpoint, EngineEvent
from tui.store import events, insides
from tui.store.state import NO_TROUBLE, Phase, Trouble

if TYPE_CHECKING:
    from tui.engine.client import EngineClient
    from tui.engine.events import EventStream

LOG: Final = logging.getLogger(__name__)

DEBOUNCE: Final = 0.15
"""Seconds from the first event to the reading; what comes meanwhile is read with it."""

REST: Final = 3
"""A list that took T seconds is not read again before REST x T have passed."""

RETRY: Final = (0.5, 1.0, 2.0, 3.0)
"""Seconds between attempts to connect; the last one repeats."""


class Stale(StrEnum):
    """What has to be read again; the last one ends the session."""

    ENGINE = "engine"
    IMAGES = "images"
    CONTAINERS = "containers"
    DETAILS = "details"
    """What inspect tells of single containers; who shows it reads it."""
    CLOSED = "closed"


FIRST_ATTEMPT: Final = 10.0
"""Seconds that a job waits for the first attempt to connect; that has its own limit of time."""

News = Stale | EngineError
"""What the session waits for; an error is the end of the event stream."""

EVERYTHING: Final = frozenset({Stale.IMAGES, Stale.CONTAINERS})

CONTAINER_ACTIONS: Final = frozenset(
    {
        "create",
        "start",
        "restart",
        "stop",
        "die",
        "died",
        "kill",
        "pause",
        "unpause",
        "rename",
        "destroy",
        "remove",
        "update",
        "oom",
        "init",
        "cleanup",
    }
)
"""Container events that change a row; exec, attach, top, resize... do not."""


def staled_by(event: EngineEvent) -> frozenset[Stale]:
    """Return what an Engine event makes stale."""
    if event.kind == "image":
        return frozenset({Stale.IMAGES}) if event.action != "save" else frozenset()
    if event.kind == "container":
        action = event.action.partition(":")[0].strip()
        if action == "commit":
            return frozenset({Stale.IMAGES})
        if action in CONTAINER_ACTIONS or action == "health_status":
            return frozenset({Stale.CONTAINERS})
        return frozenset()
    if event.kind == "daemon":
        return frozenset({Stale.ENGINE})
    return frozenset()


def touched_by(event: EngineEvent) -> str:
    """Return the ID of the container of which inspect may now tell something else, or nothing.

    A test of health that has run is told only as the end of an exec.
    """
    if event.kind == "network":
        return event.container_id
    action = event.action.partition(":")[0].strip()
    changes = action in CONTAINER_ACTIONS or action in {"health_status", "exec_die", "exec_died"}
    return event.actor_id if event.kind == "container" and changes else ""


def trouble_of(error: EngineError | LayerError) -> Trouble:
    """Return an error as the screens show it."""
    return Trouble(error.title, error.remedy, error.detail)


def _sweep(client: EngineClient) -> None:
    """Remove probes that a killed orlop left; there can be none where they are not allowed."""
    if not load_settings().probe:
        return
    from tui.engine.probe import sweep

    try:
        sweep(client)
    except EngineError as error:
        LOG.warning("left probes could not be removed: %s", error)


class Session:
    """The connection of the app. `tell` is called from its threads."""

    def __init__(self, endpoint: Endpoint, tell: Callable[[events.Event], None]) -> None:
        self._endpoint = endpoint
        self._tell = tell
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._client: EngineClient | None = None
        self._stream: EventStream | None = None
        self._error: EngineError = EngineGone(url=endpoint.url)
        self._touched: queue.SimpleQueue[str] = queue.SimpleQueue()
        """IDs of containers of which Stale.DETAILS was told."""
        self._wake = threading.Event()
        self._tried = threading.Event()
        """Set but while the first attempt to connect is on its way."""
        self._tried.set()
        self._closed = False

    def start(self) -> None:
        """Begin to connect, in a thread."""
        self._tried.clear()
        threading.Thread(target=self._run, daemon=True, name="session").start()

    def client(self) -> EngineClient:
        """Return a client for one job; waits for the first attempt to connect.

        Keys may be pressed before: the lists come another way, and are seen earlier.

        Raises:
            EngineError: why there is no connection now.
        """
        self._tried.wait(FIRST_ATTEMPT)
        client = self._client
        if client is None:
            raise self._error
        return client.for_job()

    def refresh(self) -> None:
        """Read everything again; while the Engine is away: try to connect at once."""
        self._wake.set()
        for stale in (Stale.ENGINE, *EVERYTHING):
            self._news.put(stale)

    def close(self) -> None:
        """End the threads; the streams are cut, and nothing more is told."""
        self._closed = True
        self._wake.set()
        self._tried.set()
        self._news.put(Stale.CLOSED)
        if self._stream is not None:
            self._stream.close()

    def _run(self) -> None:
        attempt, was_there = 0, False
        while not self._closed:
            try:
                self._connect_and_serve()
            except EngineError as error:
                self._error = error
            self._tried.set()
            if self._client is not None:
                attempt, was_there = 0, True
            self._client = None
            if self._closed:
                return
            phase = Phase.LOST if was_there else Phase.FAILED
            self._say(events.ConnectionChanged(phase, trouble_of(self._error)))
            self._wake.clear()
            self._wake.wait(RETRY[min(attempt, len(RETRY) - 1)])
            attempt += 1

    def _connect_and_serve(self) -> None:
        """Connect, tell everything, then keep it up to date until the Engine goes.

        The events are asked for from the moment of connecting on (by the Engine's
        clock), so that no change falls between the lists and the stream, which
        begin side by side.
        """
        from tui.engine import events as engine_events
        from tui.engine.client import connect

        news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._news = news
        if self._closed:  # perhaps told to the queue that was here before
            return
        with connect(self._endpoint) as client:
            self._stream = stream = engine_events.watch(client, since=client.connected_at)
            self._client = client
            self._tried.set()
            threading.Thread(target=self._read, args=(stream, news), daemon=True).start()
            try:
                self._say(events.EngineTold(client.info))
                self._read_again(client, EVERYTHING)
                _sweep(client)
                self._say(events.ConnectionChanged(Phase.CONNECTED, NO_TROUBLE))
                self._serve(client)
            finally:
                stream.close()

    def _serve(self, client: EngineClient) -> None:
        """Read again what becomes stale; returns when closed, raises when the Engine goes."""
        while Stale.CLOSED not in (stale := self._wait_for_stale()):
            started = time.monotonic()
            self._read_again(client, stale)
            pause = REST * (time.monotonic() - started) - DEBOUNCE
            if pause > 0 and self._wake.wait(pause):
                self._wake.clear()

    def _wait_for_stale(self) -> frozenset[Stale]:
        """Block until something is stale, then gather what follows within DEBOUNCE.

        Raises:
            EngineError: the event stream has ended.
        """
        stale = {self._next_stale(None)}
        until = time.monotonic() + DEBOUNCE
        while Stale.CLOSED not in stale:
            try:
                stale.add(self._next_stale(max(0.0, until - time.monotonic())))
            except queue.Empty:
                break
        return frozenset(stale)

    def _next_stale(self, timeout: float | None) -> Stale:
        news = self._news.get(timeout=timeout)
        if isinstance(news, EngineError):
            raise news
        return news

    def _read_again(self, client: EngineClient, stale: frozenset[Stale]) -> None:
        from tui.engine import containers, images, system

        if Stale.ENGINE in stale:
            client.info = system.engine_info(client)
            self._say(events.EngineTold(client.info))
        if Stale.IMAGES in stale:
            self._say(events.ImagesListed(images.list_images(client, all=True)))
        if Stale.CONTAINERS in stale:
            self._say(events.ContainersListed(containers.list_containers(client)))
        if Stale.DETAILS in stale:
            self._say(insides.ContainersTouched(self._all_touched()))
        if stale & {Stale.IMAGES, Stale.ENGINE}:
            self._say(events.GaugeRead(system.disk_gauge(client.endpoint, client.info)))

    def _all_touched(self) -> frozenset[str]:
        touched: set[str] = set()
        while not self._touched.empty():
            touched.add(self._touched.get())
        return frozenset(touched)

    def _say(self, event: events.Event) -> None:
        """Tell the store; after `close` nobody wants to know."""
        if not self._closed:
            self._tell(event)

    def _read(self, stream: EventStream, inbox: queue.SimpleQueue[News]) -> None:
        """Turn Engine events into what is stale; in the reader's own thread."""
        end: EngineError = EngineGone(url=self._endpoint.url)
        try:
            for event in stream:
                if container_id := touched_by(event):
                    self._touched.put(container_id)
                    inbox.put(Stale.DETAILS)
                for stale in staled_by(event):
                    inbox.put(stale)
        except EngineError as error:
            end = error
        finally:
            inbox.put(end)
