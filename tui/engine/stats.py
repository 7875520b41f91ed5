"""What containers use, and their processes; each function raises EngineError."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from tui.engine import wire_stats
from tui.engine.client import EngineClient
from tui.model.stats import Figures, Processes


def stats(client: EngineClient, container: str) -> Iterator[Figures]:
    """Yield what a container uses, about once a second (`GET /containers/{id}/stats?stream=1`).

    The first sample tells no CPU. On Docker it goes on while the container is stopped, and ends
    when that is removed; on Podman it ends with the container. `client.cut` ends it.

    Raises:
        NotFound: there is no such container.
    """
    path = f"/containers/{quote(container, safe='')}/stats"
    for line in client.lines("GET", path, params={"stream": "1"}):
        yield wire_stats.figures(line)


def one_sample(client: EngineClient, container: str) -> Figures:
    """Return what a container uses at this moment, without CPU (`stream=0&one-shot=1`).

    Raises:
        NotFound: there is no such container.
    """
    with client.asking() as api:
        answer: object = api.stats(container, stream=False, one_shot=True)
    return wire_stats.figures(answer)


def processes(client: EngineClient, container: str) -> Processes:
    """Return the processes of a container that runs (`GET /containers/{id}/top`: `ps -ef`).

    Raises:
        NotFound: there is no such container.
        Conflict: it does not run.
    """
    with client.asking() as api:
        answer: object = api.top(container)
    return wire_stats.processes(container, answer)
