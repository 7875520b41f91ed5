"""The bytes that come back when a set of images goes: each layer once, by chain ID."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tui.disk.inventory import Inventory
from tui.disk.rules import Removal
from tui.i18n import _
from tui.model.container import ContainerSummary
from tui.model.engine import StoreKind
from tui.model.layer import Layer
from tui.model.removal import LayerFate
from tui.model.text import short_id

PODMAN_MARGIN: Final = 0.003
"""Podman tells sizes of tars, not of files: measured freed bytes differ by up to this share."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """What comes back, at least and at most, and what the images hold altogether."""

    freed_min: int
    freed_max: int
    listed: int


def layer_fates(inventory: Inventory, removal: Removal) -> tuple[LayerFate, ...]:
    """Return every layer of the images in question once, those of one image bottom first."""
    tied = _layers_of_containers(inventory, removal)
    seen: dict[str, Layer] = {}
    for image_id in removal.fates:
        for layer in inventory.stack(image_id).layers:
            seen.setdefault(layer.chain_id, layer)
    fates = []
    for chain_id, layer in seen.items():
        images = [i for i in inventory.holders.get(chain_id, ()) if i not in removal.gone]
        containers = tied.get(chain_id, ())
        fates.append(
            LayerFate(
                chain_id=chain_id,
                diff_id=layer.diff_id,
                size=inventory.size_of(chain_id),
                freed=not images and not containers,
                kept_by=(*_labels(inventory, removal, images), *containers),
            )
        )
    return tuple(fates)


def count_bytes(inventory: Inventory, removal: Removal, layers: Iterable[LayerFate]) -> Bytes:
    """Sum up what comes back.

    Where facts are missing the least is 0: an unknown image may keep any layer.
    """
    known = tuple(layers)
    freed = {layer.chain_id: layer.size for layer in known if layer.freed}
    surely = sum(max(size, 0) for size in freed.values())
    at_most = surely + sum(_untold(inventory, i, freed) for i in removal.gone)
    sizes = {layer.chain_id: layer.size for layer in known}
    listed = sum(max(layer.size, 0) for layer in known)
    listed += sum(_untold(inventory, image_id, sizes) for image_id in removal.fates)
    store = inventory.capabilities.store
    if store is StoreKind.CONTAINERD:
        blobs_min, blobs_max = _blobs_freed(inventory, removal)
        surely, at_most = surely + blobs_min, at_most + blobs_max
        listed += sum(_blobs(inventory, image_id) for image_id in removal.fates)
    elif not inventory.capabilities.exact_reclaim:
        surely = math.floor(surely * (1 - PODMAN_MARGIN))
        at_most = math.ceil(at_most * (1 + PODMAN_MARGIN))
    if inventory.unknown - removal.gone:
        surely = 0
    return Bytes(surely, at_most, max(listed, at_most))


def _untold(inventory: Inventory, image_id: str, sizes: dict[str, int]) -> int:
    """Return the bytes that an image may hold beyond the sizes known of the layers in question.

    None where every layer has a size; on the containerd store all of an image whose layers
    are not known counts as blobs instead.
    """
    if image_id in inventory.unknown:
        is_containerd = inventory.capabilities.store is StoreKind.CONTAINERD
        return 0 if is_containerd else inventory.by_id[image_id].size
    chain_ids = [layer.chain_id for layer in inventory.stack(image_id).layers]
    if all(sizes.get(chain_id, 0) >= 0 for chain_id in chain_ids):
        return 0
    told = sum(max(inventory.size_of(chain_id), 0) for chain_id in chain_ids)
    return max(0, inventory.by_id[image_id].size - told)


def _layers_of_containers(inventory: Inventory, removal: Removal) -> dict[str, tuple[str, ...]]:
    """Return chain ID to `container NAME` for containers whose image is, or will be, gone.

    And for those of the images in question that stay, so that their holders are told in full.
    """
    taken = {user.container_id for fate in removal.fates.values() for user in fate.takes}
    tied: dict[str, tuple[str, ...]] = {}
    for image_id, users in inventory.users.items():
        if image_id in inventory.by_id and image_id not in removal.fates:
            continue
        labels = tuple(container_label(user) for user in users if user.container_id not in taken)
        for layer in inventory.stack(image_id).layers if labels else ():
            tied[layer.chain_id] = tied.get(layer.chain_id, ()) + labels
    return tied


def container_label(container: ContainerSummary) -> str:
    """Return how a container is named among the holders of a layer."""
    return _("container {name}").format(name=container.name or short_id(container.container_id))


def _labels(inventory: Inventory, removal: Removal, image_ids: Iterable[str]) -> Iterator[str]:
    """Name the images; an untagged parent is left out, for a child of it holds the layer too."""
    for image_id in image_ids:
        if removal.names(image_id) or not removal.children(image_id):
            yield inventory.label(image_id)


def _blobs(inventory: Inventory, image_id: str) -> int:
    """Return the bytes of an image's blobs: its listed size less its unpacked layers."""
    return max(0, inventory.by_id[image_id].size - inventory.stack(image_id).total)


def _blobs_freed(inventory: Inventory, removal: Removal) -> tuple[int, int]:
    """Return how many bytes of blobs go at least and at most.

    The API tells blobs only per image. Those of an image that shares no diff
    with any other surely go; of images that share some with each other, at
    least those of the largest.
    """
    taken = {
        layer.diff_id
        for image_id in inventory.by_id
        if image_id not in removal.gone
        for layer in inventory.stack(image_id).layers
    }
    surely, at_most = 0, 0
    blobs = {image_id: _blobs(inventory, image_id) for image_id in removal.gone}
    for image_id in sorted(blobs, key=lambda image_id: (-blobs[image_id], image_id)):
        at_most += blobs[image_id]
        diff_ids = {layer.diff_id for layer in inventory.stack(image_id).layers}
        if image_id not in inventory.unknown and taken.isdisjoint(diff_ids):
            surely += blobs[image_id]
            taken |= diff_ids
    return surely, at_most
