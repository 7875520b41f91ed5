"""Makes an image of a container: its changes become a layer, if there are any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tui.practice import instructions, removal
from tui.practice.configs import VERSION, config_json, timestamp
from tui.practice.containers.creation import merged
from tui.practice.containers.mainprocess import publish
from tui.practice.imageviews import SHOWN_ROOT, config_told
from tui.practice.names import Reference
from tui.practice.tars import write_changes
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.hold import Hold
    from tui.practice.images import Image

_PLATFORM: Final = ("os", "architecture", "variant")


def commit(
    hold: Hold,
    container: Container,
    *,
    name: Reference | None,
    comment: str = "",
    author: str = "",
    changes: list[str] | None = None,
    given: Mapping[str, Any] | None = None,
) -> Image:
    """Make an image of a container. Call it while holding the lock.

    As 20.10 does it: if nothing was changed, the image has no layer more than its parent.

    Args:
        hold: The engine.
        container: Its source.
        name: What the image is called; None for nothing.
        comment: A line about it.
        author: Who made it.
        changes: Instructions of a Dockerfile.
        given: A config in the place of the container's.

    Raises:
        ApiError: 400, an instruction cannot be applied; 404, its image is gone; 500, the disk is
            full.
    """
    image = hold.images.get(container.image_id)
    if hold.faults.is_disk_full():
        place = f"{SHOWN_ROOT}/tmp/{container.id[:12]}"
        raise ApiError(500, f"write {place}: no space left on device")
    own = config_told({**container.config, "Hostname": container.hostname})
    wanted = own
    if given or changes:
        base = merged(given, container.config) if given else dict(own)
        wanted = config_told(instructions.apply(base, changes) if changes else base)
    top, is_new = _layer(hold, container)
    try:
        config = _config(hold, container, image, top, wanted, own, comment, author, is_new)
        made = hold.images.add(config, top, parent=image.image_id)
    finally:
        hold.layers.release(top)
    if name is not None:
        hold.images.tag(made.image_id, name.tagged.full)
        hold.images.touch(made.image_id)
        removal.tell(hold, "tag", made.image_id, name.tagged.familiar)
    told = {"imageRef": name.tagged.familiar} if name else {}
    publish(hold, container, "commit", comment=comment, imageID=made.image_id, **told)
    return made


def _layer(hold: Hold, container: Container) -> tuple[str, bool]:
    """Return the chain ID of the layer that holds the changes, retained, and whether it is one."""
    top, is_new = container.top, False
    if container.has_changes and any(True for _ in container.tree.changes_since(container.lower)):
        tar = write_changes(container.lower, container.tree)
        top, is_new = hold.layers.register(tar, container.top).chain_id, True
    hold.layers.retain(top)
    return top, is_new


def _config(
    hold: Hold,
    container: Container,
    image: Image,
    top: str,
    config: Mapping[str, Any],
    own: Mapping[str, Any],
    comment: str,
    author: str,
    is_new: bool,
) -> bytes:
    below = image.parsed()
    created = timestamp(hold.clock())
    step: dict[str, Any] = {
        "created": created,
        **({"author": author} if author else {}),
        "created_by": " ".join(container.command),
        **({"comment": comment} if comment else {}),
        **({} if is_new else {"empty_layer": True}),
    }
    return config_json(
        config=config,
        created=created,
        history=[*(below.get("history") or []), step],
        diff_ids=[layer.diff_id for layer in hold.layers.stack(top)],
        platform=tuple(below.get(field) or "" for field in _PLATFORM),  # type: ignore[arg-type]
        container=container.id,
        container_config=dict(own),
        docker_version=VERSION,
        **({"author": author} if author else {}),
        **({"comment": comment} if comment else {}),
    )
