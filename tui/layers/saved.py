"""Listing the layers of an image while its archive flows by, in one pass and bounded memory.

`docker save` writes its entries in an order of its own: often the manifest, which says what each
file is, comes last. Layers are known by what is in them, never by name or size; those whose name is
their diff ID are told at once, the others when the manifest has come.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from tui.layers.blobs import SMALL, decompressed
from tui.layers.bytesource import BLOCK, GZIP, ZSTD, ByteSource, Readable
from tui.layers.errors import BadSource, LayerError
from tui.layers.tarscan import LIMITS, Limits, TarScanner, scan
from tui.model.listing import Kind, LayerEntry

JSON_ALL: Final = 1 << 26
"""Bytes of all manifests and configs that are kept."""

_DIGITS: Final = re.compile(r"(?:\A|/)([0-9a-f]{64})(?:\.tar)?\Z")
_USTAR: Final = slice(257, 262)
_ZERO: Final = bytes(BLOCK)
_HOPS: Final = 8

Found = tuple[LayerEntry, ...] | LayerError
"""What became of a layer."""


class SavedArchive:
    """One archive, read once: its layers as they flow by, then which is which."""

    def __init__(self, stream: Readable, *, limits: Limits = LIMITS) -> None:
        """Prepare to read."""
        self._stream = stream
        self._limits = limits
        self._names: set[str] = set()
        self._small: dict[str, bytes] = {}
        self._room = JSON_ALL
        self._links: dict[str, str] = {}

    def layers(self) -> Iterator[tuple[str, Part]]:
        """Yield each file that is a layer, as it is stored; it is good until the next is asked for.

        Raises:
            LayerError: the archive itself cannot be read.
        """
        source = ByteSource(self._stream)
        scanner = TarScanner(source, limits=self._limits)
        for entry in scanner:
            name = entry.path.decode("utf-8", "surrogateescape")
            link = entry.link.decode("utf-8", "surrogateescape")
            if entry.kind is Kind.FILE:
                size = scanner.stored
                part = Part(source.take(min(size, BLOCK)), source, size)
                if not size or _is_layer(part.head):
                    self._names.add(name)
                    yield name, part
                elif size <= min(SMALL, self._room):
                    self._room -= size
                    self._small[name] = part.rest()
                source.skip(part.left + -size % BLOCK)
                scanner.stored = 0
            elif entry.kind is Kind.SYMLINK:
                self._links[name] = posixpath.normpath(
                    posixpath.join(posixpath.dirname(name), link)
                )
            elif entry.kind is Kind.HARDLINK:
                self._links[name] = link
        while self._stream.read(1 << 20):  # what follows the end of the tar
            pass

    def told(self) -> Iterator[tuple[str, str]]:
        """Yield diff IDs with the names of their layers, as the manifest tells after the end.

        Raises:
            BadSource: there is no manifest, or it makes no sense.
        """
        for image in _list(self._json("manifest.json")):
            config = self._json(_text(_table(image).get("Config")))
            diff_ids = _list(_table(_table(config).get("rootfs")).get("diff_ids"))
            files = _list(_table(image).get("Layers"))
            for diff_id, file in zip(map(_text, diff_ids), map(_text, files), strict=False):
                yield diff_id, self._target(file)

    def _target(self, name: str) -> str:
        name = posixpath.normpath(name)
        for _hop in range(_HOPS):
            if name in self._names or name not in self._links:
                break
            name = self._links[name]
        return name

    def _json(self, name: str) -> Any:
        data = self._small.get(posixpath.normpath(name))
        if data is None:
            raise BadSource(name)
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise BadSource(f"{name}: {error}") from error


class SavedReader:
    """Lists the layers of one archive; iterate over it once."""

    def __init__(
        self, stream: Readable, diff_ids: Collection[str], *, limits: Limits = LIMITS
    ) -> None:
        """Prepare to read.

        Args:
            stream: The archive.
            diff_ids: The layers that are wanted.
            limits: What each tar may hold.
        """
        self._archive = SavedArchive(stream, limits=limits)
        self._wanted = set(diff_ids)
        self._limits = limits
        self._layers: dict[str, Found] = {}
        """By name, until the manifest tells which is which."""

    def __iter__(self) -> Iterator[tuple[str, Found]]:
        """Yield diff IDs with what is in the layers, each as soon as it is known.

        Raises:
            LayerError: the archive itself cannot be read.
        """
        for name, part in self._archive.layers():
            found = self._found(part)
            diff_id = named(name)
            if diff_id in self._wanted:
                self._wanted.discard(diff_id)
                yield diff_id, found
            else:
                self._layers[name] = found
        for diff_id, name in self._archive.told() if self._wanted else ():
            if diff_id in self._wanted and name in self._layers:
                self._wanted.discard(diff_id)
                yield diff_id, self._layers[name]

    def _found(self, part: Part) -> Found:
        try:
            return scan(ByteSource(decompressed(part)), limits=self._limits)
        except LayerError as error:
            return error


class Part:
    """One file of a tar, read forward; its first bytes were taken already."""

    def __init__(self, head: bytes, source: ByteSource, size: int) -> None:
        self.head = head
        """Those bytes, less what was read since."""
        self._source = source
        self.left = size - len(head)
        """Bytes of it that are still in the source."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at its end."""
        if self.head:
            head, self.head = self.head[:size], self.head[size:]
            return head
        count = min(size, self.left)
        self.left -= count
        return self._source.take(count)

    def rest(self) -> bytes:
        """Return all of it."""
        return self.read(len(self.head)) + self.read(self.left)


def _is_layer(head: bytes) -> bool:
    return head.startswith((GZIP, ZSTD)) or head[_USTAR] == b"ustar" or head == _ZERO


def named(name: str) -> str:
    """Return the diff ID that a layer's name may be; empty for none."""
    match = _DIGITS.search(name)
    return f"sha256:{match[1]}" if match else ""


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
