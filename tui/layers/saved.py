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


class SavedReader:
    """Reads one archive; iterate over it once."""

    def __init__(
        self, stream: Readable, diff_ids: Collection[str], *, limits: Limits = LIMITS
    ) -> None:
        """Prepare to read.

        Args:
            stream: The archive.
            diff_ids: The layers that are wanted.
            limits: What each tar may hold.
        """
        self._stream = stream
        self._wanted = set(diff_ids)
        self._limits = limits
        self._layers: dict[str, Found] = {}
        """By name, until the manifest tells which is which."""
        self._small: dict[str, bytes] = {}
        self._room = JSON_ALL
        self._links: dict[str, str] = {}

    def __iter__(self) -> Iterator[tuple[str, Found]]:
        """Yield diff IDs with what is in the layers, each as soon as it is known.

        Raises:
            LayerError: the archive itself cannot be read.
        """
        source = ByteSource(self._stream)
        scanner = TarScanner(source, limits=self._limits)
        for entry in scanner:
            name = entry.path.decode("utf-8", "surrogateescape")
            if entry.kind is Kind.FILE:
                self._take(name, scanner, source)
                diff_id = _named(name)
                if diff_id in self._wanted and name in self._layers:
                    self._wanted.discard(diff_id)
                    yield diff_id, self._layers.pop(name)
            elif entry.kind is Kind.SYMLINK:
                folder = posixpath.dirname(name)
                link = entry.link.decode("utf-8", "surrogateescape")
                self._links[name] = posixpath.normpath(posixpath.join(folder, link))
            elif entry.kind is Kind.HARDLINK:
                self._links[name] = entry.link.decode("utf-8", "surrogateescape")
        while self._stream.read(1 << 20):  # what follows the end of the tar
            pass
        yield from self._rest()

    def _take(self, name: str, scanner: TarScanner, source: ByteSource) -> None:
        """Read a file of the archive if it is a layer or JSON; the scanner passes over the rest."""
        size = scanner.stored
        if not size:
            self._layers[name] = ()
            return
        head = source.take(min(size, BLOCK))
        part = Part(head, source, size)
        if _is_layer(head):
            try:
                self._layers[name] = scan(ByteSource(decompressed(part)), limits=self._limits)
            except LayerError as error:
                self._layers[name] = error
        elif size <= min(SMALL, self._room):
            self._room -= size
            self._small[name] = part.rest()
        source.skip(part.left + -size % BLOCK)
        scanner.stored = 0

    def _rest(self) -> Iterator[tuple[str, Found]]:
        """Yield the layers that the manifest tells apart."""
        if not self._wanted:
            return
        for image in _list(self._json("manifest.json")):
            config = self._json(_text(_table(image).get("Config")))
            diff_ids = _list(_table(_table(config).get("rootfs")).get("diff_ids"))
            files = _list(_table(image).get("Layers"))
            for diff_id, file in zip(map(_text, diff_ids), map(_text, files), strict=False):
                found = self._layers.get(self._target(file))
                if diff_id in self._wanted and found is not None:
                    self._wanted.discard(diff_id)
                    yield diff_id, found

    def _target(self, name: str) -> str:
        name = posixpath.normpath(name)
        for _hop in range(_HOPS):
            if name in self._layers or name not in self._links:
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


class Part:
    """One file of a tar, read forward; its first bytes were taken already."""

    def __init__(self, head: bytes, source: ByteSource, size: int) -> None:
        self._head = head
        self._source = source
        self.left = size - len(head)
        """Bytes of it that are still in the source."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at its end."""
        if self._head:
            head, self._head = self._head[:size], self._head[size:]
            return head
        count = min(size, self.left)
        self.left -= count
        return self._source.take(count)

    def rest(self) -> bytes:
        """Return all of it."""
        return self._head + self.read_on()

    def read_on(self) -> bytes:
        """Return what is still in the source."""
        self._head, head = b"", self._head
        data = self.read(self.left)
        self._head = head
        return data


def _is_layer(head: bytes) -> bool:
    return head.startswith((GZIP, ZSTD)) or head[_USTAR] == b"ustar" or head == _ZERO


def _named(name: str) -> str:
    """Return the diff ID that a file's name may be."""
    match = _DIGITS.search(name)
    return f"sha256:{match[1]}" if match else ""


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
