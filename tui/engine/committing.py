"""`POST /commit`: an image made of a container; and what would go into it."""

from __future__ import annotations

from tui.engine import wire, wire_disk
from tui.engine.client import EngineClient
from tui.engine.containers import container_changes, inspect_container, measured_containers
from tui.engine.errors import BadAnswer
from tui.model.commit import ContainerChanges
from tui.model.reference import ImageReference


def commit(
    client: EngineClient,
    container: str,
    *,
    reference: ImageReference | None,
    author: str = "",
    message: str = "",
    changes: tuple[str, ...] = (),
    pause: bool = True,
) -> str:
    """Return the ID of the image that was made of a container.

    No Engine stops at it when the connection ends: wait for the answer.

    Args:
        client: The Engine.
        container: Name or ID.
        reference: What the image is called; one that has this name loses it.
        author: Who made it.
        message: A line about it.
        changes: Instructions of a Dockerfile.
        pause: Freeze the processes meanwhile.

    Raises:
        NotFound: there is no such container.
        EngineError: as the Engine tells.
    """
    with client.asking(None) as api:
        answer: object = api.commit(
            container,
            repository=reference.repository if reference else None,
            tag=reference.tag_or_default if reference else None,
            message=message or None,
            author=author or None,
            changes=list(changes) or None,
            pause=pause,
        )
    image_id = wire.image_id(wire.table(answer).get("Id"))
    if not image_id:
        raise BadAnswer(wire.raw_json(answer)[:200])
    return image_id


def origin(client: EngineClient, container: str) -> tuple[str, str, str]:
    """Return a container's ID, its name and the ID of its image."""
    place = wire_disk.disk_place(inspect_container(client, container))
    return place.target_id, place.name, place.image_id


def changes_of(client: EngineClient, container: str) -> ContainerChanges:
    """Count what a container has of its own; the Engine walks its files."""
    raw = inspect_container(client, container)
    container_id = wire_disk.disk_place(raw).target_id
    letters = [letter for letter, _path in container_changes(client, container_id)]
    measured = measured_containers(client, (container_id,))
    return ContainerChanges(
        container_id,
        added=letters.count("A"),
        changed=letters.count("C"),
        deleted=letters.count("D"),
        size=measured[0].size_rw if measured else -1,
        volumes=wire_disk.mount_points(raw),
    )
