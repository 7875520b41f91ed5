"""What is in an archive of images, told in one pass over it, with digests where they are wanted.

Of a plain file that can be sought in only headers and JSON are read; a stream flows through, so
that an archive can be checked while it is being written, without reading it again.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from tui.contents.source import Watch
from tui.layers.blobs import SMALL, decompressed, is_compressed
from tui.layers.bytesource import BLOCK, CHUNK, ByteSource, Readable
from tui.layers.errors import BadCompression, NotReadable
from tui.layers.saved import JSON_ALL, Part
from tui.layers.tarscan import Limits, TarScanner
from tui.model.listing import Kind

_DIGITS: Final = re.compile(r"(?:\A|/|\Asha256:)([0-9a-f]{64})(?:\.tar|\.tar\.gz|\.json)?\Z")
_HOPS: Final = 8
_JSON: Final = (b"{", b"[")
_TAIL: Final = 1 << 20

LIMITS: Final = Limits(entries=500_000, kept=1 << 26)
"""What an archive of images may hold: a thousand images have fifty thousand entries."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of an archive."""

    size: int
    """Bytes, as they are in there."""
    digests: frozenset[str] = frozenset()
    """`sha256:...` of the bytes, and of what they were unpacked; none if not asked for."""


@dataclass(slots=True)
class ArchiveIndex:
    """The files of an archive."""

    files: dict[str, StoredFile] = field(default_factory=dict)
    small: dict[str, bytes] = field(default_factory=dict)
    """JSON, by name."""
    links: dict[str, str] = field(default_factory=dict)
    names: int = 0
    """Entries, folders among them."""

    def find(self, name: str) -> str:
        """Return the name of the file that a name leads to; empty where there is none."""
        name = posixpath.normpath(name)
        for _hop in range(_HOPS):
            if name in self.files or name not in self.links:
                break
            name = self.links[name]
        return name if name in self.files else ""


class Taker(Protocol):
    """What takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Take some more."""


class Copied:
    """A stream that hands each piece on too; its reader may be told to stop."""

    def __init__(self, stream: Readable, watch: Watch, total: int, output: Taker | None) -> None:
        self._stream = stream
        self._watch = watch
        self._total = total
        self._output = output
        self.done = 0
        """Bytes read."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        self._watch.check()
        data = self._stream.read(size)
        if self._output is not None:
            self._output.write(data)
        self.done += len(data)
        self._watch.tell(self.done, max(self._total, self.done) if self._total else 0)
        return data

    def drain(self) -> None:
        """Read to the end."""
        while self.read(_TAIL):
            pass


def index_of(source: ByteSource, *, digests: bool) -> ArchiveIndex:
    """Read a tar once, to the end of its last entry.

    Args:
        source: The tar.
        digests: Work out the digest of each file, so every byte is read.

    Raises:
        LayerError: it is no tar, is damaged, or goes beyond the limits.
    """
    index = ArchiveIndex()
    room = JSON_ALL
    scanner = TarScanner(source, limits=LIMITS)
    for entry in scanner:
        index.names += 1
        name = posixpath.normpath(entry.path.decode("utf-8", "surrogateescape"))
        link = entry.link.decode("utf-8", "surrogateescape")
        if entry.kind is Kind.FILE:
            size = scanner.stored
            content = _take(name, scanner, source, digests=digests, small=min(SMALL, room))
            index.files[name] = StoredFile(size, content.digests)
            if content.small:
                index.small[name] = content.small
                room -= size
        elif entry.kind is Kind.SYMLINK:
            index.links[name] = posixpath.normpath(posixpath.join(posixpath.dirname(name), link))
        elif entry.kind is Kind.HARDLINK:
            index.links[name] = posixpath.normpath(link)
    return index


@dataclass(frozen=True, slots=True)
class _Content:
    digests: frozenset[str] = frozenset()
    small: bytes = b""


def _take(
    name: str, scanner: TarScanner, source: ByteSource, *, digests: bool, small: int
) -> _Content:
    """Read one file as far as it is wanted; the scanner passes over the rest."""
    size = scanner.stored
    if not size:
        return _Content(frozenset({digest(b"")}) if digests else frozenset())
    head = source.take(min(size, BLOCK))
    part = Part(head, source, size)
    content = _Content()
    if size <= small and head.lstrip().startswith(_JSON):
        data = part.rest()
        content = _Content(frozenset({digest(data)}) if digests else frozenset(), data)
    elif digests:
        content = _Content(_digests(name, head, part))
    source.skip(part.left + -size % BLOCK)
    scanner.stored = 0
    return content


def _digests(name: str, head: bytes, part: Part) -> frozenset[str]:
    """Return the digest of a file, and of what it was before compression unless its name tells."""
    hashed = _Hashed(part)
    found: set[str] = set()
    if is_compressed(head) and not _DIGITS.search(name):
        inner = _Hashed(decompressed(hashed))
        try:
            inner.drain()
        except BadCompression:
            pass  # then no digest fits
        else:
            found.add(inner.digest)
    hashed.drain()
    return frozenset({*found, hashed.digest})


class _Hashed:
    """A stream whose bytes are hashed as they are read."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._sum = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._sum.update(data)
        return data

    def drain(self) -> None:
        while self.read(CHUNK):
            pass

    @property
    def digest(self) -> str:
        return f"sha256:{self._sum.hexdigest()}"


def digest(data: bytes) -> str:
    """Return `sha256:...` of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def named_digest(name: str) -> str:
    """Return the digest that a file's name tells; empty where it tells none."""
    match = _DIGITS.search(name)
    return f"sha256:{match[1]}" if match else ""


def index_file(path: Path, watch: Watch, *, digests: bool = False) -> ArchiveIndex:
    """Read an archive in a file: plain, gzip, bzip2, xz or zstd.

    Raises:
        LayerError: it cannot be read, is no tar, or is damaged.
    """
    try:
        with path.open("rb", buffering=0) as file:
            return _index_opened(file, watch, digests=digests)
    except OSError as error:
        raise NotReadable(str(error)) from error


def _index_opened(file: BinaryIO, watch: Watch, *, digests: bool) -> ArchiveIndex:
    head = file.read(4)
    file.seek(0)
    size = file.seek(0, 2)
    file.seek(0)
    if not is_compressed(head) and not digests:
        return index_of(ByteSource(None, file), digests=False)
    unpacked = decompressed(Copied(file, watch, size, None))
    index = index_of(ByteSource(unpacked), digests=digests)
    while unpacked.read(_TAIL):  # its end tells whether it is whole
        pass
    return index
