"""The log of a container: the Engine's bytes, cancelled from any thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from tui.engine import wire
from tui.engine.client import Body, EngineClient
from tui.engine.errors import EngineError, NoLog

NOT_READABLE: Final = "does not support reading"
"""The Engine's words for a log driver that keeps nothing."""


@dataclass(frozen=True, slots=True)
class LogRequest:
    """What is wanted of a log: the options of `docker logs`."""

    tail: int = -1
    """Lines from the end; -1 for all."""
    since: str = ""
    """From then on: seconds of the epoch, with nine decimals if need be; empty for the start."""
    until: str = ""
    """Up to then."""
    follow: bool = False
    stamps: bool = True
    """Each message begins with its time."""

    @property
    def query(self) -> str:
        """The query of the request."""
        told = {
            "stdout": "1",
            "stderr": "1",
            "timestamps": str(int(self.stamps)),
            "follow": str(int(self.follow)),
            "tail": "all" if self.tail < 0 else str(self.tail),
            "since": self.since,
            "until": self.until,
        }
        return urlencode({name: value for name, value in told.items() if value})


def has_terminal(client: EngineClient, container: str) -> bool:
    """Tell whether a container has a terminal (`Config.Tty`): its log then has no frames."""
    with client.asking() as api:
        answer: object = api.inspect_container(container)
    return wire.table(wire.table(answer).get("Config")).get("Tty") is True


class Ended(NamedTuple):
    """The last run of a container that does not run; its log is whole."""

    started: str
    """When it began, as the Engine tells it."""
    at: float
    """When it ended, in seconds of the epoch by the Engine's clock; 0 where there was none."""


def last_run(client: EngineClient, container: str) -> Ended | None:
    """Return when a container was started and ended last; None for one that runs.

    Raises:
        NotFound: there is no such container.
    """
    with client.asking() as api:
        answer: object = api.inspect_container(container)
    state = wire.table(wire.table(answer).get("State"))
    if state.get("Running") is True:
        return None
    return Ended(wire.text(state.get("StartedAt")), wire.epoch(state.get("FinishedAt")))


def has_started(client: EngineClient, container: str, ended: Ended) -> bool:
    """Wait until a container has been started again; False when it was removed.

    `GET /events` from its end on, so that nothing falls between. The event of its last start may
    be told after its end, so the container itself tells whether it is another one.

    Raises:
        EngineError: it was cut, it was removed, or the Engine has gone.
    """
    params = {"filters": json.dumps({"type": ["container"], "container": [container]})}
    if ended.at:
        params["since"] = f"{ended.at:.6f}"
    for line in client.lines("GET", "/events", params=params):
        action = wire.event(line).action
        if action in ("destroy", "remove"):
            return False
        if action == "start" and last_run(client, container) != ended:
            return True
    return False


@contextmanager
def opened_log(client: EngineClient, container: str, request: LogRequest) -> Iterator[Body]:
    """Lend the bytes of a log (`GET /containers/{id}/logs`); `client.cut` ends it.

    Raises:
        NotFound: there is no such container.
        NoLog: its log driver cannot be read.
        EngineError: as the Engine tells.
    """
    path = f"/containers/{quote(container, safe='')}/logs?{request.query}"
    try:
        with client.body(path) as body:
            yield body
    except EngineError as error:
        if NOT_READABLE in error.detail:
            raise NoLog(error.detail) from error
        raise
