"""The metadata that the classic store and Podman keep of each layer, on this machine's disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from tui.contents.image import ListedLayer
from tui.contents.source import Watch, listed
from tui.layers.errors import BadSource, NotReadable
from tui.layers.manifests import json_of, list_of, object_of
from tui.layers.tarsplit import FILE, cache_id, layer_folder, split_listing
from tui.model.listing import SourceName

_ID: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST: Final = 1 << 26
"""Bytes of the longest of Podman's lists."""


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


class PodmanMetadata:
    """`overlay-layers/ID.tar-split.gz` of a readable data root; `layers.json` tells the IDs."""

    name = SourceName.METADATA

    def __init__(self, data_root: Path, driver: str) -> None:
        """Look at a data root of containers/storage.

        Args:
            data_root: Podman's graph root.
            driver: Its storage driver, which names the folders: `overlay`.
        """
        self._root = data_root
        self._driver = driver
        self._ids: dict[str, str] = {}
        """Chain ID → the store's own ID of a layer."""

    def find(self, image_id: str, layers: Sequence[ListedLayer]) -> str:
        """Find the layers of an image; returns a file that cannot be read, empty for none.

        Raises:
            LayerError: what is there makes no sense.
        """
        images, known = self._file("images", "images.json"), self._file("layers", "layers.json")
        for path in (images, known):
            if not os.access(path, os.R_OK):
                return str(path)
        digits = image_id.removeprefix("sha256:")
        tops = [one for one in _objects(images) if one.get("id") == digits]
        below = {one.get("id"): one for one in _objects(known)}
        here = below.get(tops[0].get("layer")) if tops else None
        for layer in reversed(layers):
            if here is None or here.get("diff-digest") != layer.diff_id:
                return str(known)
            name = here.get("id")
            if not isinstance(name, str) or not _ID.fullmatch(name):
                raise BadSource(str(known))
            self._ids[layer.chain_id] = name
            if not os.access(self._split(name), os.R_OK):
                return str(self._split(name))
            here = below.get(here.get("parent"))
        return ""

    def located(self, layer: ListedLayer) -> ListedLayer:
        """Return a layer with its folder on the disk, where that can be told."""
        name = self._ids.get(layer.chain_id)
        return replace(layer, path=str(self._root / self._driver / name)) if name else layer

    def read(self, layers: Sequence[ListedLayer], watch: Watch) -> Iterator[ListedLayer]:
        """Yield the layers, bottom first."""
        for layer in layers:
            watch.check()
            path = self._split(self._ids[layer.chain_id])
            yield listed(layer, partial(split_listing, path, layer.diff_id))

    def _split(self, name: str) -> Path:
        return self._file("layers", f"{name}.tar-split.gz")

    def _file(self, kind: str, name: str) -> Path:
        return self._root / f"{self._driver}-{kind}" / name


def _objects(path: Path) -> list[dict[str, Any]]:
    """Return the objects of one of the store's lists."""
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
    except OSError as error:
        raise NotReadable(str(error)) from error
    if len(data) > _LONGEST:
        raise BadSource(str(path))
    return [object_of(one) for one in list_of(json_of(data, path.name))]
