"""Which images share which layers, and why removing one frees less than its size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tui.model.layer import EMPTY_STACK, Layer, LayerStack


@dataclass(frozen=True, slots=True)
class LayerIndex:
    """The layers of many images, by chain ID. Built in linear time.

    Build it without the untagged parents that the classic builder leaves
    (of the images that a list shows): they go with their last child,
    and counting them would make every layer look shared.
    """

    stacks: Mapping[str, LayerStack] = field(default_factory=dict)
    """By image ID."""
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Chain ID to the IDs of the images that have it, in the order of `stacks`."""

    def images_with(self, chain_id: str) -> tuple[str, ...]:
        """Return the IDs of the images that have this layer on the same base."""
        return self.holders.get(chain_id, ())

    def stack(self, image_id: str) -> LayerStack:
        """Return the layers of an image; EMPTY_STACK when it is not in the index."""
        return self.stacks.get(image_id, EMPTY_STACK)


EMPTY_INDEX: Final = LayerIndex()


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One layer of the matrix."""

    layer: Layer
    """As the first column that has it tells it; `layer.index` is its height in the stack."""
    columns: tuple[int, ...]
    """Positions of the columns that have it, ascending: for these the cell is filled."""
    holders: tuple[str, ...]
    """IDs of all images that have it, also of those without a column."""


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    """One image of the matrix: what removing it alone would free, and what would stay."""

    image_id: str
    own: int
    """Bytes of layers that no other image has: what its removal alone frees."""
    shared: int
    """Bytes of layers that other images keep."""


@dataclass(frozen=True, slots=True)
class LayerMatrix:
    """Layers x images. Images on a common base stand together, the base's layers above theirs."""

    columns: tuple[MatrixColumn, ...] = ()
    rows: tuple[MatrixRow, ...] = ()


EMPTY_MATRIX: Final = LayerMatrix()


def index_of(stacks: Mapping[str, LayerStack]) -> LayerIndex:
    """Build the index of these images (image ID to layers, see `stacks_of`)."""
    holders: dict[str, list[str]] = {}
    for image_id, stack in stacks.items():
        for layer in stack.layers:
            holders.setdefault(layer.chain_id, []).append(image_id)
    return LayerIndex(stacks, {chain: tuple(images) for chain, images in holders.items()})


def keepers(index: LayerIndex, image_id: str) -> tuple[tuple[str, int], ...]:
    """Return the other images that would keep bytes of this one, with how many; most first."""
    kept: dict[str, int] = {}
    for layer in index.stack(image_id).layers:
        for other in index.images_with(layer.chain_id):
            if other != image_id:
                kept[other] = kept.get(other, 0) + max(layer.size, 0)
    return tuple(sorted(kept.items(), key=lambda item: (-item[1], item[0])))


def matrix_of(index: LayerIndex, image_ids: Sequence[str]) -> LayerMatrix:
    """Return the matrix of some images of the index; images it does not know have no column.

    What is shared counts all images of the index, not just the columns.
    """
    known = [image_id for image_id in dict.fromkeys(image_ids) if image_id in index.stacks]
    rows = tuple(_rows(index, known))
    order = dict.fromkeys(image_id for _layer, ids in rows for image_id in ids)
    bare = [image_id for image_id in known if image_id not in order]
    columns = _column_order(rows, [*order, *bare])
    place = {image_id: position for position, image_id in enumerate(columns)}
    return LayerMatrix(
        columns=tuple(_column(index, image_id) for image_id in columns),
        rows=tuple(
            MatrixRow(
                layer, tuple(sorted(place[i] for i in ids)), index.images_with(layer.chain_id)
            )
            for layer, ids in rows
        ),
    )


def _rows(index: LayerIndex, image_ids: Iterable[str]) -> Iterator[tuple[Layer, list[str]]]:
    """Walk the tree of chains: each layer before those on it, most shared branches first."""
    layers: dict[str, Layer] = {}
    users: dict[str, list[str]] = {}
    above: dict[str, dict[str, None]] = {}
    for image_id in image_ids:
        below = ""
        for layer in index.stacks[image_id].layers:
            layers.setdefault(layer.chain_id, layer)
            users.setdefault(layer.chain_id, []).append(image_id)
            above.setdefault(below, {})[layer.chain_id] = None
            below = layer.chain_id

    def rank(chain_id: str) -> tuple[int, int]:
        return len(users[chain_id]), layers[chain_id].size

    waiting = sorted(above.get("", ()), key=rank)
    while waiting:
        chain_id = waiting.pop()
        yield layers[chain_id], users[chain_id]
        waiting.extend(sorted(above.get(chain_id, ()), key=rank))


def _column_order(rows: Sequence[tuple[Layer, list[str]]], image_ids: Iterable[str]) -> list[str]:
    """Order images as their top layers come in the rows, so that common bases are neighbours."""
    top = {image_id: position for position, (_layer, ids) in enumerate(rows) for image_id in ids}
    return sorted(image_ids, key=lambda image_id: top.get(image_id, len(rows)))


def _column(index: LayerIndex, image_id: str) -> MatrixColumn:
    stack = index.stacks[image_id]
    own = sum(
        max(layer.size, 0) for layer in stack.layers if len(index.images_with(layer.chain_id)) == 1
    )
    return MatrixColumn(image_id, own, stack.total - own)
