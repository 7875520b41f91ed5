"""What happened in the engine, for those who listen at `GET /events` or ask later."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

KEPT: Final = 256
"""Events that are remembered for a question with `since`, as dockerd does."""

Event = dict[str, Any]
"""One event in the shape of the API."""

EventQueue = queue.SimpleQueue[Event]


class EventBus:
    """Takes events and hands them to all listeners. Safe to use from any thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin without events.

        Args:
            clock: Seconds of the epoch.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._past: deque[Event] = deque(maxlen=KEPT)
        self._queues: list[EventQueue] = []

    def publish(self, kind: str, action: str, actor_id: str, /, **attributes: str) -> None:
        """Tell everyone that something happened.

        Args:
            kind: `image`, `container`, `volume`, `network`, `daemon`.
            action: Docker's word: `pull`, `die`, `exec_start: ls`.
            actor_id: An ID; the reference for a pull or push.
            **attributes: What else the event tells, `name` above all.
        """
        with self._lock:
            event = _event(kind, action, actor_id, attributes, self._clock())
            self._past.append(event)
            for listener in self._queues:
                listener.put(event)

    def since(self, time: float) -> list[Event]:
        """Return the remembered events from a moment on (seconds of the epoch), oldest first."""
        with self._lock:
            return self._since(time)

    @contextmanager
    def subscribe(self, since: float | None = None) -> Iterator[EventQueue]:
        """Give a queue that receives every event until the context ends.

        Args:
            since: Put the remembered events from this moment on into the queue first;
                none is lost and none comes twice between them and the new ones.
        """
        listener: EventQueue = queue.SimpleQueue()
        with self._lock:
            for event in [] if since is None else self._since(since):
                listener.put(event)
            self._queues.append(listener)
        try:
            yield listener
        finally:
            with self._lock:
                self._queues.remove(listener)

    @property
    def listeners(self) -> int:
        """How many are listening, as `/info` tells."""
        with self._lock:
            return len(self._queues)

    def _since(self, time: float) -> list[Event]:
        nanoseconds = round(time * 1e9)
        return [event for event in self._past if event["timeNano"] >= nanoseconds]


def _event(kind: str, action: str, actor_id: str, attributes: dict[str, str], time: float) -> Event:
    """Return an event; images and containers tell some of it twice, for old clients."""
    event: Event = {}
    if kind in {"image", "container"}:
        event = {"status": action, **({"id": actor_id} if actor_id else {})}  # a prune has none
        if "image" in attributes:
            event["from"] = attributes["image"]
    nanoseconds = round(time * 1e9)
    return {
        **event,
        "Type": kind,
        "Action": action,
        "Actor": {"ID": actor_id, "Attributes": dict(sorted(attributes.items()))},
        "scope": "local",
        "time": nanoseconds // 10**9,
        "timeNano": nanoseconds,
    }
