"""The files of an image: in a folder, or in a tar; a compressed tar is read forward only."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Protocol

from tui.layers.bytesource import (
    BZIP2,
    GZIP,
    XZ,
    ZSTD,
    ByteSource,
    Inflated,
    Readable,
    Seekable,
    Unzstd,
    unbzip2,
    unxz,
)
from tui.layers.errors import BadSource, NotReadable, NoZstd
from tui.layers.tarscan import LIMITS, Limits, TarScanner
from tui.model.listing import Kind

SMALL: Final = 1 << 23
"""Bytes of the longest manifest or config."""

_HOPS: Final = 8
"""Links that are followed one after the other."""

_MAGIC: Final = 4


def unzstd(stream: Readable) -> Readable:
    """Return a zstd stream as what it was: by this Python, or else by the program.

    Raises:
        NoZstd: neither is there.
    """
    try:
        return Unzstd(stream)
    except NoZstd:
        from tui.layers.zstdprogram import PipedZstd  # seldom needed

        return PipedZstd(stream)


_COMPRESSIONS: Final[dict[bytes, Callable[[Readable], Readable]]] = {
    GZIP: Inflated,
    ZSTD: unzstd,
    BZIP2: unbzip2,
    XZ: unxz,
}
"""What unpacks what begins so."""


class Opened(NamedTuple):
    """A file that is being read."""

    stream: Readable
    seeker: Seekable | None
    """The same, where it can leap."""


class Blobs(Protocol):
    """Files by name."""

    def has(self, name: str) -> bool:
        """Tell whether there is one of this name."""

    def open(self, name: str) -> AbstractContextManager[Opened]:
        """Read a file; BadSource where there is none."""


class Folder:
    """Files of a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def has(self, name: str) -> bool:
        """Tell whether there is a file of this name."""
        return _is_inside(name) and os.path.isfile(
            self._root / name
        )  # False where one may not look

    @contextmanager
    def open(self, name: str) -> Iterator[Opened]:
        """Read a file.

        Raises:
            BadSource: there is none.
            NotReadable: the user may not.
        """
        if not self.has(name):
            raise BadSource(name)
        with _file(self._root / name) as stream:
            yield Opened(stream, stream)


class _Place(NamedTuple):
    offset: int
    size: int


class TarFile:
    """Files of a tar, which may be compressed as a whole."""

    def __init__(self, path: Path, *, limits: Limits = LIMITS) -> None:
        """Look where each file lies.

        Raises:
            LayerError: it cannot be read.
        """
        self._path = path
        self._places: dict[str, _Place] = {}
        self._links: dict[str, str] = {}
        with self._source() as source:
            scanner = TarScanner(source, limits=limits)
            for entry in scanner:
                name = entry.path.decode("utf-8", "surrogateescape")
                link = entry.link.decode("utf-8", "surrogateescape")
                if entry.kind is Kind.FILE:
                    self._places[name] = _Place(scanner.data_at, scanner.stored)
                elif entry.kind is Kind.SYMLINK:
                    folder = posixpath.dirname(name)
                    self._links[name] = posixpath.normpath(posixpath.join(folder, link))
                elif entry.kind is Kind.HARDLINK:
                    self._links[name] = link

    def has(self, name: str) -> bool:
        """Tell whether there is a file of this name."""
        return self._place(name) is not None

    def _place(self, name: str) -> _Place | None:
        name = posixpath.normpath(name)
        for _hop in range(_HOPS):
            if name in self._places or name not in self._links:
                break
            name = self._links[name]
        return self._places.get(name)

    @contextmanager
    def open(self, name: str) -> Iterator[Opened]:
        """Read a file.

        Raises:
            BadSource: there is none.
            LayerError: the tar cannot be read any more.
        """
        place = self._place(name)
        if place is None:
            raise BadSource(name)
        with _file(self._path) as file:
            if _is_plain(file):
                window = Window(file, place.offset, place.size)
                yield Opened(window, window)
            else:
                source = ByteSource(decompressed(file))
                source.skip(place.offset)
                yield Opened(_Forward(source, place.size), None)

    @contextmanager
    def _source(self) -> Iterator[ByteSource]:
        with _file(self._path) as file:
            plain = _is_plain(file)
            yield ByteSource(None, file) if plain else ByteSource(decompressed(file))


class Window:
    """A part of a file, as a file of its own."""

    def __init__(self, file: Seekable, offset: int, size: int) -> None:
        self._file = file
        self._offset = offset
        self._size = size
        self._at = 0

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        self._file.seek(self._offset + self._at)
        data = self._file.read(max(min(size, self._size - self._at), 0))
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go there, from the start (0) or from here (1); returns the position."""
        self._at = offset + (self._at if whence else 0)
        return self._at


class _Forward:
    """A part of a stream that can only be read on."""

    def __init__(self, source: ByteSource, size: int) -> None:
        self._source = source
        self._left = size

    def read(self, size: int, /) -> bytes:
        count = min(size, self._left)
        self._left -= count
        return self._source.take(count)


class _Again:
    """A stream whose first bytes were taken already."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        if self._head:
            head, self._head = self._head[:size], self._head[size:]
            return head
        return self._stream.read(size)


def read_small(blobs: Blobs, name: str) -> bytes:
    """Return a manifest or a config.

    Raises:
        BadSource: there is none, or it is too long.
    """
    pieces: list[bytes] = []
    length = 0
    with blobs.open(name) as opened:
        while data := opened.stream.read(SMALL):
            pieces.append(data)
            length += len(data)
            if length > SMALL:
                raise BadSource(name)
    return b"".join(pieces)


def decompressed(stream: Readable) -> Readable:
    """Return a stream as it was before it was compressed: gzip, zstd, bzip2, xz, or not at all.

    Raises:
        NoZstd: it is zstd, which this machine does not have.
    """
    head = b""
    while len(head) < _MAGIC and (data := stream.read(_MAGIC - len(head))):
        head += data
    again = _Again(head, stream)
    for magic, unpacked in _COMPRESSIONS.items():
        if head.startswith(magic):
            return unpacked(again)
    return again


def is_compressed(head: bytes) -> bool:
    """Tell whether bytes begin a compressed stream that can be read here."""
    return head.startswith(tuple(_COMPRESSIONS))


def layer_source(opened: Opened) -> ByteSource:
    """Return a layer's tar; what is not compressed is sought in where that can be done.

    Raises:
        NoZstd: it is zstd, which this machine does not have.
    """
    seeker = opened.seeker
    if seeker is not None:
        head = seeker.read(_MAGIC)
        seeker.seek(0)
        if not is_compressed(head):
            return ByteSource(None, seeker)
    return ByteSource(decompressed(opened.stream))


def _is_plain(file: BinaryIO) -> bool:
    head = file.read(_MAGIC)
    file.seek(0)
    return not is_compressed(head)


def _is_inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/") and "\0" not in name


@contextmanager
def _file(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb", buffering=0)
    except OSError as error:
        raise NotReadable(str(error)) from error
    with file:
        try:
            yield file
        except OSError as error:
            raise NotReadable(str(error)) from error
