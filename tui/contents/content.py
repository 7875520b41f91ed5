"""containerd's content store on this machine's disk: the layers' blobs, as they were pulled."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from tui.contents.files import TarContents
from tui.contents.image import ListedLayer
from tui.contents.source import NotInAnswer, Watch, Watched, WatchedFile, listed
from tui.i18n import _
from tui.layers.blobs import Blobs, Folder, Opened, layer_source, read_small
from tui.layers.bytesource import ByteSource
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
_DOCUMENTS: Final = 256
"""Manifests and indexes that an image may name, within each other or side by side."""


class ContentStore:
    """The blobs of one image, found from its digest: index, manifest, config, layers."""

    def __init__(
        self,
        blobs: Blobs,
        image_id: str,
        diff_ids: Sequence[str],
        name: SourceName = SourceName.CONTENT,
    ) -> None:
        """Look at a content store.

        Args:
            blobs: What lies in the folder that holds `blobs/`.
            image_id: Digest of the image's index or manifest.
            diff_ids: Its layers on this platform, bottom first.
            name: What reading from it is called.
        """
        self.name = name
        self._blobs = blobs
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
        by_diff = dict(zip(self._diff_ids, self.layer_blobs(), strict=True))
        for layer in layers:
            watch.check()
            blob = by_diff[layer.diff_id]
            if self._blobs.has(blob):
                yield listed(layer, partial(self._listing, layer.diff_id, blob, watch))
            else:
                yield replace(layer, error=NotInAnswer())

    def _listing(self, diff_id: str, blob: str, watch: Watch) -> LayerListing:
        with self.tar_of(blob, watch) as tar:
            return LayerListing(diff_id, self.name, scan(tar))

    @contextmanager
    def tar_of(self, blob: str, watch: Watch) -> Iterator[ByteSource]:
        """Lend the tar of a layer.

        Raises:
            LayerError: there is none, or it cannot be read.
        """
        with self._blobs.open(blob) as (stream, seeker):
            leaping = WatchedFile(seeker, watch) if seeker is not None else None
            yield layer_source(Opened(Watched(stream, watch), leaping))

    def contents(self, layers: Sequence[ListedLayer], watch: Watch) -> TarContents:
        """Return the contents of the image's layers, all of them, bottom first.

        Raises:
            BadSource: the image's manifest or config is not there.
        """
        blobs = self.layer_blobs()
        return TarContents(layers, lambda index: self.tar_of(blobs[index - 1], watch))

    def layer_blobs(self) -> list[str]:
        """Return the names of the layers' blobs, bottom first.

        Raises:
            BadSource: the image's manifest or config is not there, or makes no sense.
        """
        waiting, seen = [self._image_id], set[str]()
        while waiting:
            digest = waiting.pop()
            if digest in seen:
                continue
            seen.add(digest)
            if len(seen) > _DOCUMENTS:
                raise BadSource(_("its indexes name too many manifests"))
            if not self._blobs.has(_name(digest)):
                continue
            document = self._document(digest)
            if "manifests" in document:
                inner = [object_of(one) for one in list_of(document["manifests"])]
                nearest_last = sorted(inner, key=foreignness, reverse=True)
                waiting += [digest_of(one) for one in nearest_last]
                continue
            layers = [digest_of(object_of(one)) for one in list_of(document.get("layers"))]
            config = self._document(digest_of(object_of(document.get("config"))))
            if diff_ids_of(config, len(layers)) == self._diff_ids:
                return [_name(layer) for layer in layers]
        raise BadSource(_("no platform of it is here"))

    def _document(self, digest: str) -> dict[str, Any]:
        return object_of(json_of(read_small(self._blobs, _name(digest)), digest))


def content_folder(data_root: Path, image_id: str) -> tuple[Path | None, str]:
    """Return the content store that has an image, else a sentence that says why there is none."""
    unreadable = ""
    for place in PLACES:
        folder = data_root / place / STORE
        if ContentStore(Folder(folder), image_id, ()).has_image():
            return folder, ""
        if not os.access(folder / "blobs", os.R_OK | os.X_OK):
            unreadable = unreadable or str(folder)
    return None, unreadable


def _name(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"
