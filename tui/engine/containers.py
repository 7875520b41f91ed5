"""Containers: one function an endpoint, plain and blocking; each raises EngineError.

`container` is always a name or an ID.
"""

from __future__ import annotations

from collections.abc import Iterable

from tui.engine import wire, wire_container, wire_disk
from tui.engine.client import EngineClient
from tui.model.container import ContainerSummary
from tui.model.containerdetails import ContainerDetails


def list_containers(client: EngineClient) -> tuple[ContainerSummary, ...]:
    """Return all containers, running or not (`GET /containers/json?all=1`)."""
    with client.asking() as api:
        answer: object = api.containers(all=True)
    return wire.containers(answer)


def measured_containers(
    client: EngineClient, container_ids: Iterable[str]
) -> tuple[ContainerSummary, ...]:
    """Return these containers with `size_rw`, which the Engine computes from their files.

    `GET /containers/json?size=1&filters={"id":[...]}`. No IDs, no request.
    """
    wanted = list(container_ids)
    if not wanted:
        return ()
    with client.asking(None) as api:
        answer: object = api.containers(all=True, size=True, filters={"id": wanted})
    return wire.containers(answer)


def inspect_container(client: EngineClient, container: str) -> str:
    """Return `GET /containers/{id}/json` as JSON text, indented by two."""
    with client.asking() as api:
        answer: object = api.inspect_container(container)
    return wire.raw_json(answer)


def container_details(client: EngineClient, container: str) -> ContainerDetails:
    """Return everything of one container (`GET /containers/{id}/json`)."""
    with client.asking() as api:
        answer: object = api.inspect_container(container)
    return wire_container.container_details(answer)


def container_changes(client: EngineClient, container: str) -> tuple[tuple[str, str], ...]:
    """Return what differs from its image (`GET /containers/{id}/changes`): letter and path.

    The letters are those of `docker diff`: C changed, A added, D deleted. Slow where much
    has changed: the Engine walks the files.
    """
    with client.asking(None) as api:
        answer: object = api.diff(container)
    return wire_disk.container_changes(answer)


def start(client: EngineClient, container: str) -> None:
    """Start it; one that runs is left as it is."""
    with client.asking(None) as api:
        api.start(container)


def stop(client: EngineClient, container: str, *, timeout: int | None = None) -> None:
    """Stop it: SIGTERM, then SIGKILL after `timeout` seconds (None: its own, mostly 10)."""
    with client.asking(None) as api:
        api.stop(container, timeout=timeout)


def restart(client: EngineClient, container: str, *, timeout: int = 10) -> None:
    """Stop it as `stop` does, and start it again."""
    with client.asking(None) as api:
        api.restart(container, timeout=timeout)


def kill(client: EngineClient, container: str, *, signal: str = "SIGKILL") -> None:
    """Send its first process a signal."""
    with client.asking() as api:
        api.kill(container, signal)


def pause(client: EngineClient, container: str) -> None:
    """Freeze its processes."""
    with client.asking() as api:
        api.pause(container)


def unpause(client: EngineClient, container: str) -> None:
    """Let its processes go on."""
    with client.asking() as api:
        api.unpause(container)


def rename(client: EngineClient, container: str, *, name: str) -> None:
    """Give it another name.

    Raises:
        Conflict: the name is taken.
    """
    with client.asking() as api:
        api.rename(container, name)


def remove(
    client: EngineClient, container: str, *, force: bool = False, volumes: bool = False
) -> None:
    """Remove it.

    Args:
        client: The Engine.
        container: Name or ID.
        force: Also when it runs: it is killed.
        volumes: With its anonymous volumes.

    Raises:
        Conflict: it runs, and `force` is not set.
    """
    with client.asking(None) as api:
        api.remove_container(container, force=force, v=volumes)
