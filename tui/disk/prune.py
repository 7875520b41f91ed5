"""What a prune would take, as targets for a preview like any other; never a server-side prune."""

from __future__ import annotations

from collections.abc import Iterator

from tui.disk.inventory import Inventory
from tui.model.container import ContainerSummary
from tui.model.removal import RemovalTarget


def dangling(inventory: Inventory) -> tuple[RemovalTarget, ...]:
    """Return the images without any name that no container and no other image needs.

    An image pulled by digest has a name and is not among them.
    """
    return tuple(
        RemovalTarget(image_id)
        for image_id in _loose(inventory)
        if not inventory.names[image_id] and not inventory.is_intermediate(image_id)
    )


def unused(inventory: Inventory) -> tuple[RemovalTarget, ...]:
    """Return the images, with all their names, that no container uses and no image that stays.

    Untagged parents are left out: they go with their last child.
    """
    return tuple(
        RemovalTarget(image_id)
        for image_id in _loose(inventory)
        if not inventory.is_intermediate(image_id)
    )


def stopped_containers(inventory: Inventory) -> tuple[ContainerSummary, ...]:
    """Return the containers in which nothing runs, those only created included."""
    return tuple(one for one in inventory.containers if not one.state.is_alive)


def _loose(inventory: Inventory) -> Iterator[str]:
    """Yield the images that neither a container needs nor an image made from them that does."""
    needed: set[str] = set()
    for image_id in inventory.users:
        while image_id in inventory.by_id and image_id not in needed:
            needed.add(image_id)
            image_id = inventory.by_id[image_id].parent_id
    blocks = inventory.capabilities.parents_block
    for image in inventory.images:
        used = image.image_id in (needed if blocks else inventory.users)
        if not used:
            yield image.image_id
