"""The layers that the engine holds: by chain ID, each once, as long as something needs it."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from tui.practice.dataroot import DataRoot, StoredLayer
from tui.practice.tars import size_of
from tui.practice.tree import Tree

_TREES: Final = 64
"""Trees of layer stacks that are kept at hand."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, on the layers below it."""

    diff_id: str
    """Digest of its uncompressed tar."""
    chain_id: str
    """Digest of its diff ID and those below: what it is registered by."""
    parent: str
    """The chain ID of the layer below; empty at the bottom."""
    size: int
    """Bytes of its files and of the targets of its links."""
    cache_id: str
    """Its folder's name in `overlay2`."""
    load: Callable[[], bytes] = field(compare=False, repr=False)

    def tar(self) -> bytes:
        """Return its uncompressed tar.

        Raises:
            OSError: it is kept on disk and cannot be read there.
            BadSplit: it has been changed there.
        """
        return self.load()


@dataclass(slots=True)
class _Use:
    """How many hold a layer: images and containers, and layers on it."""

    retained: int = 0
    above: int = 0


class LayerStore:
    """All layers of an engine. It may be used from any thread.

    A registered layer stays until it is released as often as it was retained, and no layer lies on
    it. So who registers retains at once, and releases when an image has the layers.
    """

    def __init__(self, data_root: Path | None = None) -> None:
        """Begin with what lies in the data root; without one everything is kept in memory.

        Raises:
            OSError: the data root cannot be used.
        """
        self._lock = threading.RLock()
        self._layers: dict[str, Layer] = {}
        self._uses: dict[str, _Use] = {}
        self._trees: OrderedDict[str, Tree] = OrderedDict()
        self._root = DataRoot(data_root) if data_root else None
        self._read()

    def register(self, tar: bytes, parent: str = "") -> Layer:
        """Put a layer on another one, and return it; if it is there already, the one that is.

        Args:
            tar: Uncompressed.
            parent: The chain ID of the layer below; empty at the bottom.

        Raises:
            KeyError: there is no such parent.
            BadTar: it cannot be read.
            OSError: the data root cannot be written.
        """
        diff_id = f"sha256:{hashlib.sha256(tar).hexdigest()}"
        chain_id = chained(parent, diff_id)
        with self._lock:
            if chain_id in self._layers:
                return self._layers[chain_id]
            if parent and parent not in self._layers:
                raise KeyError(parent)
            size, cache_id = size_of(tar), secrets.token_hex(32)
            stored = StoredLayer(chain_id, diff_id, parent, size, cache_id)
            if self._root:
                self._root.write_layer(stored, tar)
            layer = self._layer(stored, lambda: tar)
            self._enter(layer)
            return layer

    def get(self, chain_id: str) -> Layer:
        """Return a layer.

        Raises:
            KeyError: there is none of this chain ID.
        """
        with self._lock:
            return self._layers[chain_id]

    def __contains__(self, chain_id: str) -> bool:
        """Tell whether there is a layer of this chain ID."""
        with self._lock:
            return chain_id in self._layers

    def stack(self, chain_id: str) -> list[Layer]:
        """Return a layer and all below it, the bottom first; none for an empty chain ID.

        Raises:
            KeyError: there is none of this chain ID.
        """
        found: list[Layer] = []
        with self._lock:
            while chain_id:
                found.append(self._layers[chain_id])
                chain_id = found[-1].parent
        return found[::-1]

    def tree(self, chain_id: str) -> Tree:
        """Return a copy of the file system that a layer and all below it make.

        Raises:
            KeyError: there is none of this chain ID.
        """
        with self._lock:
            tree = self._trees.get(chain_id)
            if tree is None:
                tree = self._trees[chain_id] = Tree.stacked(x.tar() for x in self.stack(chain_id))
            self._trees.move_to_end(chain_id)
            while len(self._trees) > _TREES:
                self._trees.popitem(last=False)
            return tree.copy()

    def retain(self, chain_id: str) -> None:
        """Hold a layer and with it all below it; nothing happens for an empty chain ID.

        Raises:
            KeyError: there is none of this chain ID.
        """
        if chain_id:
            with self._lock:
                self._uses[chain_id].retained += 1

    def release(self, chain_id: str) -> list[str]:
        """Let go of a layer that was retained.

        Returns:
            The chain IDs that are gone by it, the top first.

        Raises:
            KeyError: there is none of this chain ID.
            ValueError: nobody had retained it.
        """
        if not chain_id:
            return []
        with self._lock:
            if not self._uses[chain_id].retained:
                raise ValueError(f"layer {chain_id} is not retained")
            self._uses[chain_id].retained -= 1
            gone: list[str] = []
            while chain_id and self._uses[chain_id] == _Use():
                gone.append(chain_id)
                chain_id = self._drop(chain_id)
            return gone

    def sweep(self) -> list[str]:
        """Remove what nobody retains: what only containers held when the engine ended.

        Returns:
            The chain IDs that are gone.
        """
        with self._lock:
            gone: list[str] = []
            for chain_id in reversed(list(self._layers)):  # each before the one below it
                if self._uses[chain_id] == _Use():
                    self._drop(chain_id)
                    gone.append(chain_id)
            return gone

    def all(self) -> list[Layer]:
        """Return all layers, each after the one below it."""
        with self._lock:
            return list(self._layers.values())

    def total_size(self) -> int:
        """Return the bytes of all layers, each once: `LayersSize`."""
        with self._lock:
            return sum(layer.size for layer in self._layers.values())

    def _layer(self, stored: StoredLayer, load: Callable[[], bytes]) -> Layer:
        """Return a layer; with a data root its tar lies there, else what `load` returns is it."""
        if self._root:
            load = partial(self._root.tar, stored.chain_id, stored.cache_id)
        return Layer(
            stored.diff_id, stored.chain_id, stored.parent, stored.size, stored.cache_id, load
        )

    def _read(self) -> None:
        """Enter what lies in the data root, each layer after the one below it."""
        waiting = {x.chain_id: x for x in self._root.read_layers()} if self._root else {}
        for layer in list(waiting.values()):
            stack: list[StoredLayer] = []
            here: StoredLayer | None = layer
            while here is not None:
                stack.append(waiting.pop(here.chain_id, here))
                here = waiting.get(here.parent)
            for stored in reversed(stack):
                if stored.chain_id not in self and (not stored.parent or stored.parent in self):
                    self._enter(self._layer(stored, bytes))

    def _enter(self, layer: Layer) -> None:
        self._layers[layer.chain_id] = layer
        self._uses[layer.chain_id] = _Use()
        if layer.parent:
            self._uses[layer.parent].above += 1

    def _drop(self, chain_id: str) -> str:
        """Forget a layer, and return the chain ID of the one below."""
        layer = self._layers.pop(chain_id)
        if self._root:
            self._root.remove_layer(chain_id, layer.cache_id)
        del self._uses[chain_id]
        self._trees.pop(chain_id, None)
        if layer.parent:
            self._uses[layer.parent].above -= 1
        return layer.parent


def chained(parent: str, diff_id: str) -> str:
    """Return the chain ID of a layer on another one (OCI image spec: layer chain ID)."""
    if not parent:
        return diff_id
    return f"sha256:{hashlib.sha256(f'{parent} {diff_id}'.encode()).hexdigest()}"


def chain_ids(diff_ids: Iterable[str]) -> list[str]:
    """Return the chain IDs of a stack of diff IDs, the bottom first."""
    found: list[str] = []
    for diff_id in diff_ids:
        found.append(chained(found[-1] if found else "", diff_id))
    return found
