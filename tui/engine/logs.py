"""The log of a container: the Engine's bytes, cancelled from any thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from tui.engine import wire
from tui.engine.client import Body, EngineClient


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


def has_started(client: EngineClient, container: str) -> bool:
    """Wait until a container that does not run has been started; False when it was removed.

    Nothing is polled: one look, then `GET /events` from the moment on at which it ended.

    Raises:
        NotFound: there is no such container.
        EngineError: it was cut, or the Engine has gone.
    """
    with client.asking() as api:
        answer: object = api.inspect_container(container)
    state = wire.table(wire.table(answer).get("State"))
    if state.get("Running") is True:
        return True
    ended = wire.epoch(state.get("FinishedAt"))
    params = {"filters": json.dumps({"type": ["container"], "container": [container]})}
    if ended:
        params["since"] = f"{ended:.6f}"
    for line in client.lines("GET", "/events", params=params):
        action = wire.event(line).action
        if action in ("start", "destroy", "remove"):
            return action == "start"
    return False


@contextmanager
def opened_log(client: EngineClient, container: str, request: LogRequest) -> Iterator[Body]:
    """Lend the bytes of a log (`GET /containers/{id}/logs`); `client.cut` ends it.

    Raises:
        NotFound: there is no such container.
        EngineError: as the Engine tells; some log drivers cannot be read.
    """
    path = f"/containers/{quote(container, safe='')}/logs?{request.query}"
    with client.body(path) as body:
        yield body
