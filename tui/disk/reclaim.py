"""The plan of a removal: which requests, what becomes of each image, which bytes come back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tui.disk.accounting import count_bytes, layer_fates
from tui.disk.inventory import Inventory, needed_facts
from tui.disk.rules import Fate, Removal
from tui.model.container import ContainerSummary
from tui.model.removal import (
    EMPTY_PLAN,
    ImagePlan,
    RemovalPlan,
    RemovalTarget,
    Stay,
    StayCause,
)

__all__ = [
    "NO_RECLAIM",
    "Inventory",
    "ReclaimSummary",
    "needed_facts",
    "plan_removal",
    "reclaim_summary",
]

TOP_HOLDERS: Final = 3
"""Holders that the summary names."""


@dataclass(frozen=True, slots=True)
class ReclaimSummary:
    """A plan in one line."""

    images_deleted: int = 0
    names_removed: int = 0
    freed_min: int = 0
    freed_max: int = 0
    """Bytes that come back, at least and at most."""
    listed: int = 0
    """Bytes that the images hold, each layer once."""
    kept: int = 0
    """Bytes of their layers that stay."""
    holders: tuple[tuple[str, int], ...] = ()
    """Who keeps most of them, and how many bytes each; at most TOP_HOLDERS."""
    other_holders: int = 0
    """How many more keep some."""


NO_RECLAIM: Final = ReclaimSummary()


def plan_removal(
    inventory: Inventory, targets: Sequence[RemovalTarget], *, force: bool = False
) -> RemovalPlan:
    """Plan the removal of a set of names and images; the order of the targets does not matter.

    By ID means the whole image or nothing of it: where it cannot be deleted,
    its names stay too. Facts that `needed_facts` tells and that are missing
    widen the range of the bytes, to 0 at the least.
    """
    if not targets:
        return EMPTY_PLAN
    removal = Removal(inventory, force=force)
    removal.run(targets)
    layers = layer_fates(inventory, removal)
    counted = count_bytes(inventory, removal, layers)
    return RemovalPlan(
        targets=tuple(targets),
        force=force,
        steps=tuple(removal.steps),
        images=tuple(_image_plan(removal, fate) for fate in removal.fates.values()),
        layers=layers,
        freed_min=counted.freed_min,
        freed_max=counted.freed_max,
        listed=counted.listed,
    )


def reclaim_summary(plan: RemovalPlan) -> ReclaimSummary:
    """Return the plan's totals and the top holders of what stays."""
    kept: dict[str, int] = {}
    for layer in plan.layers:
        for holder in layer.kept_by:
            kept[holder] = kept.get(holder, 0) + max(layer.size, 0)
    ranked = sorted(kept.items(), key=lambda item: (-item[1], item[0]))
    return ReclaimSummary(
        images_deleted=sum(image.deleted for image in plan.images),
        names_removed=sum(len(image.untagged) for image in plan.images),
        freed_min=plan.freed_min,
        freed_max=plan.freed_max,
        listed=plan.listed,
        kept=sum(max(layer.size, 0) for layer in plan.layers if not layer.freed),
        holders=tuple(ranked[:TOP_HOLDERS]),
        other_holders=max(0, len(ranked) - TOP_HOLDERS),
    )


def _image_plan(removal: Removal, fate: Fate) -> ImagePlan:
    return ImagePlan(
        image_id=fate.image_id,
        label=removal.inventory.label(fate.image_id),
        untagged=tuple(fate.untagged),
        deleted=fate.deleted,
        cascade_of=fate.cascade_of,
        stays=() if fate.deleted else tuple(_stays(removal, fate)),
        takes_containers=_names(fate.takes),
        leaves_containers=_names(fate.leaves),
    )


def _names(containers: Iterable[ContainerSummary]) -> tuple[str, ...]:
    return tuple(container.name or container.container_id for container in containers)


def _stays(removal: Removal, fate: Fate) -> Iterator[Stay]:
    """Tell every reason why the image stays, not just the first."""
    if not fate.whole:
        for name in removal.names(fate.image_id):
            if name not in fate.wanted:
                yield Stay(StayCause.TAG, name)
    for child in removal.children(fate.image_id):
        yield Stay(StayCause.CHILD, _child_label(removal, child))
    for user in removal.users(fate.image_id):
        yield Stay(StayCause.CONTAINER, user.name or user.container_id, user.state.value)


def _child_label(removal: Removal, image_id: str) -> str:
    """Name a child image by the first descendant that has a name: steps of a build have none."""
    seen = {image_id}
    named = image_id
    while not removal.names(named):
        children = [child for child in removal.children(named) if child not in seen]
        if not children:
            return removal.inventory.label(image_id)
        named = children[0]
        seen.add(named)
    return removal.names(named)[0]
