"""A small Engine whose lists change and whose events flow, and a listener for what a session says.

It stands on the fake Engine of the gate's tests: real requests over a unix socket.
"""

from __future__ import annotations

import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import parse_qs, urlsplit

from tests.engine.fakes import INFO, Answer, FakeEngine, answer
from tests.waiting import until
from tui.actions.session import Session
from tui.store import events
from tui.store.state import Phase
from tui.store.store import Store

STARTED: Final = "2026-11-23T12:00:00.5Z"
"""What the Engine's clock shows at connecting."""

STARTED_SECONDS: Final = 1795435200.5

E = TypeVar("E", bound=events.Event)


def image(number: int, *tags: str) -> dict[str, object]:
    """Return one image as the Engine lists it."""
    return {"Id": f"sha256:{number:064x}", "RepoTags": list(tags), "Created": number, "Size": 1}


def container(number: int, name: str) -> dict[str, object]:
    """Return one container as the Engine lists it."""
    return {"Id": f"{number:064x}", "Names": [f"/{name}"], "State": "running", "Image": "x:1"}


def event_line(kind: str, action: str, at: float = STARTED_SECONDS) -> dict[str, object]:
    """Return one line of `GET /events`."""
    return {"Type": kind, "Action": action, "Actor": {"ID": "x"}, "timeNano": int(at * 1e9)}


class LiveEngine:
    """An Engine with images, containers, and events, as of Docker: kept, and told from `since`."""

    def __init__(self, folder: Path) -> None:
        self.images: list[dict[str, object]] = []
        self.containers: list[dict[str, object]] = []
        self.happened: list[dict[str, object]] = []
        """Events so far; `since` asks for them."""
        self.before_events: Callable[[], None] = lambda: None
        """Runs before the event stream is subscribed, in the connection's thread."""
        self._streams: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.fake = FakeEngine(folder, {"/info": answer(INFO | {"SystemTime": STARTED})})
        self.fake.answers |= {
            "/images/json": self._answering(lambda: self.images),
            "/containers/json": self._answering(lambda: self.containers),
            "/events": self._serve_events,
        }

    @property
    def paths(self) -> list[str]:
        """What was asked for: paths without version and query, in order."""
        return ["/" + urlsplit(line.split()[1]).path.split("/", 2)[-1] for line in self._requests]

    @property
    def _requests(self) -> list[str]:
        return list(self.fake.requests)

    @property
    def streams(self) -> int:
        """Open event streams."""
        return len(self._streams)

    def happen(self, kind: str, action: str, *, count: int = 1) -> None:
        """Tell of something that happened; it is kept too."""
        lines = [event_line(kind, action)] * count
        with self._lock:
            self.happened += lines
            for stream in self._streams:
                _send(stream, lines)

    def drop_streams(self) -> None:
        """Break the event streams off."""
        with self._lock:
            for stream in self._streams:
                with suppress(OSError):  # the other side may have been first
                    stream.shutdown(socket.SHUT_RDWR)

    def _answering(self, what: Callable[[], object]) -> Answer:
        return lambda connection: connection.sendall(answer(what()))

    def _serve_events(self, connection: socket.socket) -> None:
        self.before_events()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        asked = next(line for line in reversed(self._requests) if "/events" in line)
        since = parse_qs(urlsplit(asked.split()[1]).query).get("since", [""])[0]
        with self._lock:
            if since:
                _send(connection, [e for e in self.happened if _at(e) >= float(since)])
            self._streams.add(connection)
        self.fake.hang(connection)
        with self._lock:
            self._streams.discard(connection)


def _at(line: dict[str, object]) -> float:
    nanoseconds = line["timeNano"]
    assert isinstance(nanoseconds, int)
    return nanoseconds / 1e9


def _send(connection: socket.socket, lines: list[dict[str, object]]) -> None:
    bodies = [json.dumps(line).encode() + b"\n" for line in lines]
    connection.sendall(b"".join(b"%x\r\n%s\r\n" % (len(body), body) for body in bodies))


class Listener:
    """A store in this thread that a session's threads tell of what happens."""

    def __init__(self) -> None:
        self.store = Store()
        self.told: list[events.Event] = []
        self._inbox: queue.SimpleQueue[events.Event] = queue.SimpleQueue()

    def tell(self, event: events.Event) -> None:
        """Take an event; from any thread."""
        self._inbox.put(event)

    def settle(self, condition: Callable[[], bool], what: str) -> None:
        """Apply what is told until `condition` holds."""

        def met() -> bool:
            while not self._inbox.empty():
                event = self._inbox.get()
                self.told.append(event)
                self.store.apply(event)
            return condition()

        until(met, what)

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of a kind that were applied so far."""
        return [event for event in self.told if isinstance(event, kind)]

    @property
    def phase(self) -> Phase:
        """Where the connection stands."""
        return self.store.state.connection.phase


@contextmanager
def connected(engine: LiveEngine) -> Iterator[tuple[Session, Listener]]:
    """Connect a session to an Engine; it is closed at the end."""
    listener = Listener()
    session = Session(engine.fake.endpoint, listener.tell)
    session.start()
    try:
        listener.settle(lambda: listener.phase is Phase.CONNECTED, "connected")
        until(lambda: engine.streams == 1, "the events flow")
        yield session, listener
    finally:
        session.close()
        until(lambda: not engine.streams, "the event stream is closed")
