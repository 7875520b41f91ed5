"""An image in a registry as a source: layers are read as they flow by, and not stored.

A layer that carries a table of contents is listed by that alone. Such a listing fits the manifest,
but nobody has compared it with the diff ID: it is not for the cache.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from tui.contents.files import ByPath, Content, Wanted
from tui.contents.image import ListedImage, ListedLayer
from tui.contents.source import Watch, Watched
from tui.credentials.errors import CredentialsUnreadable
from tui.credentials.login import Login
from tui.credentials.stored import stored_login
from tui.layers.blobs import decompressed
from tui.layers.bytesource import CHUNK, ByteSource, Readable
from tui.layers.errors import BadCompression, BadTar, LayerError
from tui.layers.tarscan import scan
from tui.layers.toc import (
    CHUNKED_DIGEST,
    CHUNKED_PLACE,
    FOOTER,
    STARGZ_DIGEST,
    BadToc,
    chunked_entries,
    chunked_place,
    stargz_entries,
    stargz_place,
)
from tui.model.listing import LayerEntry, LayerListing, SourceName
from tui.model.reference import REGISTRY, ImageReference, InvalidReference, parse_reference
from tui.registry.client import RegistryClient, hasher_for
from tui.registry.errors import BadReference, NoParts, Unreachable, WrongDigest
from tui.registry.remote import RemoteLayer, read_image

_LOG: Final = logging.getLogger(__name__)
_TAIL: Final = 1 << 26
"""Bytes that may follow the end of a tar."""


class RegistrySource:
    """The layers of an image in a registry."""

    name = SourceName.REGISTRY

    def __init__(self, client: RegistryClient, layers: Sequence[RemoteLayer]) -> None:
        """Prepare to read these layers, bottom first."""
        self._client = client
        self._layers = layers

    def contents(self, image: ListedImage) -> RegistryContents:
        """Return the contents of the image, whose layers were listed."""
        return RegistryContents(self._client, self._layers, image.layers)

    def read(self, layers: Sequence[ListedLayer], watch: Watch) -> Iterator[ListedLayer]:
        """Yield the layers, bottom first; no other is fetched."""
        watch.on_cancel(self._client.connections.hang_up)
        wanted = [(layer, self._layers[layer.index - 1]) for layer in layers]
        gauge = _Gauge(watch, sum(remote.size for _layer, remote in wanted))
        for layer, remote in wanted:
            watch.check()
            try:
                yield self._listed(layer, remote, gauge)
            except Unreachable as error:
                watch.check()  # it may be we who hung up
                yield replace(layer, error=error)
            except LayerError as error:
                yield replace(layer, error=error)

    def _listed(self, layer: ListedLayer, remote: RemoteLayer, gauge: _Gauge) -> ListedLayer:
        by_table = True
        try:
            entries = self._by_table(remote)
        except (BadToc, NoParts):  # the layer itself is still there
            entries = None
        if entries is None:
            by_table = False
            entries = self._whole(remote, gauge)
        listing = LayerListing(layer.diff_id, SourceName.REGISTRY, entries)
        return replace(layer, listing=listing, is_claimed=by_table)

    def _by_table(self, layer: RemoteLayer) -> tuple[LayerEntry, ...] | None:
        """Return the entries by the layer's table of contents; None where it has none."""
        told, size = layer.annotations, layer.size
        if CHUNKED_PLACE in told:
            place = chunked_place(told[CHUNKED_PLACE], size)
            packed = self._client.part(layer.digest, place.offset, place.size)
            return chunked_entries(packed, place, told.get(CHUNKED_DIGEST, ""))
        if STARGZ_DIGEST in told and size > FOOTER:
            footer = self._client.part(layer.digest, size - FOOTER, FOOTER)
            place = stargz_place(footer, size)
            packed = self._client.part(layer.digest, place.offset, place.size)
            return stargz_entries(packed, told[STARGZ_DIGEST])
        return None

    def _whole(self, layer: RemoteLayer, gauge: _Gauge) -> tuple[LayerEntry, ...]:
        """Return the entries by the whole layer, whose blob and diff ID are checked."""
        with self._client.blob(layer.digest) as answer:
            blob = _Checked(gauge.on(answer), layer.digest, layer.size)
            tar = _Checked(decompressed(blob), layer.diff_id)
            try:
                entries = scan(ByteSource(tar))
                tar.finish(_TAIL)
            except (BadTar, BadCompression):
                blob.finish(layer.size)  # damaged on the way, or made so?
                raise
            blob.finish(layer.size)
        return entries


class RegistryContents:
    """The contents of those layers: only what is needed of them is fetched, and not stored."""

    def __init__(
        self, client: RegistryClient, remote: Sequence[RemoteLayer], layers: Sequence[ListedLayer]
    ) -> None:
        self._client = client
        self._remote = remote
        self._layers = layers

    def read(self, wanted: Wanted, watch: Watch) -> Iterator[Content]:
        """Yield the files, layer by layer, and then check the layer's blob.

        A layer may have been listed by its table of contents, so files are known by their paths.

        Raises:
            RegistryError: it is not there, or what was read does not fit its digest.
            LayerError: a layer cannot be read.
        """
        watch.on_cancel(self._client.connections.hang_up)
        for index in sorted(wanted):
            if not wanted[index]:
                continue
            remote = self._remote[index - 1]
            layer = ByPath(self._layers[index - 1], wanted[index])
            with self._client.blob(remote.digest) as answer:
                blob = _Checked(Watched(answer, watch), remote.digest, remote.size)
                yield from layer.read(decompressed(blob))
                blob.finish(remote.size)
            yield from layer.missing()


class _Gauge:
    """Notes how much of all layers has come, and whether to go on."""

    def __init__(self, watch: Watch, total: int) -> None:
        self._watch = watch
        self._total = total
        self._done = 0
        self._stream: Readable | None = None

    def on(self, stream: Readable) -> _Gauge:
        """Read from this stream now."""
        self._stream = stream
        return self

    def read(self, size: int, /) -> bytes:
        self._watch.check()
        data = self._stream.read(size) if self._stream is not None else b""
        self._done += len(data)
        self._watch.tell(self._done, self._total)
        return data


class _Checked:
    """A stream that is summed while it is read."""

    def __init__(self, stream: Readable, digest: str, size: int = -1) -> None:
        """Read a stream of this digest, and of so many bytes; -1 for any number."""
        self._stream = stream
        self._digest = digest
        self._size = size
        self._hasher = hasher_for(digest)
        self._read = 0

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._hasher.update(data)
        self._read += len(data)
        if 0 <= self._size < self._read:
            raise WrongDigest(self._digest)
        return data

    def finish(self, limit: int) -> None:
        """Read the rest, at most `limit` bytes, and compare.

        Raises:
            BadTar: the rest is too long.
            WrongDigest: it does not fit.
        """
        start = self._read
        while self.read(CHUNK):
            if self._read - start > limit:
                raise BadTar("too much follows its end")
        if self._hasher.hexdigest() != self._digest.partition(":")[2].lower():
            raise WrongDigest(self._digest)


def unread_registry(source: str, platform: str = "") -> tuple[ListedImage, RegistrySource]:
    """Return the image of `registry:REFERENCE`; manifest and config are read, its layers not.

    Args:
        source: As the user writes it.
        platform: `os/architecture[/variant]`, of an index; empty for the nearest to this machine.

    Raises:
        NoPlatform: its index has no such platform.
        LayerError: it cannot be read, or there is no such image.
    """
    try:
        reference = parse_reference(source.removeprefix(REGISTRY))
    except InvalidReference as error:
        raise BadReference(str(error)) from error
    client = RegistryClient(reference, lambda: login_for(reference))
    image = read_image(client, platform)
    layers = (
        ListedLayer(
            one.index,
            one.diff_id,
            one.chain_id,
            one.created_by,
            LayerListing(one.diff_id, ""),
            blob=one.digest,
            compressed_size=one.size,
        )
        for one in image.layers
    )
    bare = ListedImage(
        str(reference.with_default_tag()),
        image.image_id,
        SourceName.REGISTRY,
        tuple(layers),
        image.details,
    )
    return bare, RegistrySource(client, image.layers)


def login_for(reference: ImageReference) -> Login | None:
    """Return the docker command's login; none where a broken helper keeps it."""
    try:
        return stored_login(reference.domain)
    except CredentialsUnreadable as error:
        _LOG.warning("the stored login cannot be read: %s", error.detail)
        return None
