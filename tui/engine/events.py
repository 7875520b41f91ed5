"""The Engine's events: what changed, as it changes."""

from __future__ import annotations

from collections.abc import Iterator

from tui.engine import wire
from tui.engine.client import EngineClient
from tui.engine.errors import Cancelled, EngineGone
from tui.model.engine import EngineEvent


class EventStream:
    """Events as an iterable that ends when the connection does.

    After `close` (from any thread) it ends as well: who did not close it has lost
    the Engine, and connects and lists again.
    """

    def __init__(self, client: EngineClient, *, since: float) -> None:
        self._client = client.for_job()
        self._params = {"since": str(since)} if since else {}

    def __iter__(self) -> Iterator[EngineEvent]:
        """Yield events as they happen.

        Raises:
            EngineError: the Engine could not be asked at all.
        """
        with self._client as client:
            try:
                for line in client.lines("GET", "/events", params=self._params):
                    yield wire.event(line)
            except (Cancelled, EngineGone):
                return

    def close(self) -> None:
        """End the iteration."""
        self._client.cut()


def watch(client: EngineClient, *, since: float = 0) -> EventStream:
    """Return the events (`GET /events`), over a connection of its own.

    Args:
        client: The Engine.
        since: Seconds of the epoch, by the Engine's clock, from which on they are told,
            also those of the past (Docker keeps 256); 0 for new ones only.
    """
    return EventStream(client, since=since)
