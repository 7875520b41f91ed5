"""containerd's content store on this machine's disk: the layers' blobs, as they were pulled."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from tui.contents.image import ListedLayer
from tui.contents.source import NotInAnswer, Watch, listed
from tui.i18n import _
from tui.layers.blobs import Folder, layer_source, read_small
from tui.layers.errors import BadSource
from tui.layers.manifests import (
    diff_ids_of,
    digest_of,
    foreignness,
    json_of,
    list_of,
    object_of,
)
from tui.layers.tarscan import scan
from tui.model.listing import LayerListing, SourceName

PLACES: Final = ("containerd/daemon", "/var/lib/containerd")
"""Where containerd keeps its things: below the data root if dockerd started it; else its own."""

STORE: Final = "io.containerd.content.v1.content"
_DEPTH: Final = 4
"""Indexes within indexes."""


class ContentStore:
    """The blobs of one image, found from its digest: index, manifest, config, layers."""

    name = SourceName.CONTENT

    def __init__(self, folder: Path, image_id: str, diff_ids: Sequence[str]) -> None:
        """Look at a content store.

        Args:
            folder: The one that holds `blobs/`.
            image_id: Digest of the image's index or manifest.
            diff_ids: Its layers on this platform, bottom first.
        """
        self._blobs = Folder(folder)
        self._image_id = image_id
        self._diff_ids = list(diff_ids)

    def has_image(self) -> bool:
        """Tell whether the image's own blob is there, and may be read."""
        return self._blobs.has(_name(self._image_id))

    def read(self, layers: Sequence[ListedLayer], watch: Watch) -> Iterator[ListedLayer]:
        """Yield the layers, bottom first; a blob that is not stored is its layer's error.

        Raises:
            BadSource: the image's manifest or config is not there.
        """
        digests = self._layer_digests(self._image_id, _DEPTH)
        if digests is None:
            raise BadSource(_("no platform of it is here"))
        by_diff = dict(zip(self._diff_ids, digests, strict=True))
        for layer in layers:
            watch.check()
            name = _name(by_diff[layer.diff_id])
            if self._blobs.has(name):
                yield listed(layer, partial(self._listing, layer.diff_id, name))
            else:
                yield replace(layer, error=NotInAnswer())

    def _listing(self, diff_id: str, name: str) -> LayerListing:
        with self._blobs.open(name) as opened:
            return LayerListing(diff_id, self.name, scan(layer_source(opened)))

    def _layer_digests(self, digest: str, depth: int) -> list[str] | None:
        """Return the digests of the layers' blobs; None where this is another platform's."""
        if not self._blobs.has(_name(digest)):
            return None
        document = self._document(digest)
        if "manifests" in document:
            inner = [object_of(one) for one in list_of(document["manifests"])]
            for one in sorted(inner, key=foreignness) if depth else ():
                found = self._layer_digests(digest_of(one), depth - 1)
                if found is not None:
                    return found
            return None
        layers = [digest_of(object_of(one)) for one in list_of(document.get("layers"))]
        config = self._document(digest_of(object_of(document.get("config"))))
        return layers if diff_ids_of(config, len(layers)) == self._diff_ids else None

    def _document(self, digest: str) -> dict[str, Any]:
        return object_of(json_of(read_small(self._blobs, _name(digest)), digest))


def content_folder(data_root: Path, image_id: str) -> tuple[Path | None, str]:
    """Return the content store that has an image, else a sentence that says why there is none."""
    unreadable = ""
    for place in PLACES:
        folder = data_root / place / STORE
        if ContentStore(folder, image_id, ()).has_image():
            return folder, ""
        if not os.access(folder / "blobs", os.R_OK | os.X_OK):
            unreadable = unreadable or str(folder)
    return None, unreadable


def _name(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"
