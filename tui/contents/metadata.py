"""The metadata that the classic store keeps of each layer, on this machine's disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from tui.contents.image import ListedLayer
from tui.contents.source import Watch, listed
from tui.layers.tarsplit import FILE, cache_id, layer_folder, split_listing
from tui.model.listing import SourceName


class ClassicMetadata:
    """`image/DRIVER/layerdb/sha256/CHAIN/tar-split.json.gz` of a readable data root."""

    name = SourceName.METADATA

    def __init__(self, data_root: Path, driver: str) -> None:
        self._root = data_root
        self._driver = driver

    def missing(self, layers: Sequence[ListedLayer]) -> str:
        """Return the first file that is not there or not for this user; empty for none."""
        for layer in layers:
            path = self._folder(layer) / FILE
            if not os.access(path, os.R_OK):
                return str(path)
        return ""

    def located(self, layer: ListedLayer) -> ListedLayer:
        """Return a layer with its folder on the disk, where that can be told."""
        name = cache_id(self._folder(layer))
        return replace(layer, path=str(self._root / self._driver / name)) if name else layer

    def read(self, layers: Sequence[ListedLayer], watch: Watch) -> Iterator[ListedLayer]:
        """Yield the layers, bottom first."""
        for layer in layers:
            watch.check()
            path = self._folder(layer) / FILE
            yield listed(layer, partial(split_listing, path, layer.diff_id))

    def _folder(self, layer: ListedLayer) -> Path:
        return layer_folder(self._root, self._driver, layer.chain_id)
