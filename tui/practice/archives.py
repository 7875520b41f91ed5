"""The files of an archive that is loaded, and a tar that is written on the way to a client.

What comes from outside may lie: it is unpacked into one temporary file and not into folders, names
cannot leave it, links are followed only inside it, and all of it has a limit.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import posixpath
import secrets
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Final

from tui.practice.wire import ApiError

LIMIT: Final = 4 << 30
"""Bytes that an archive may have when it is unpacked."""

FILE_LIMIT: Final = 1 << 30
"""Bytes that a layer may have when it is unpacked."""

JSON_LIMIT: Final = 16 << 20
"""Bytes that a file of JSON may have."""

ENTRIES: Final = 100_000
"""Files that an archive may have."""

_BLOCK: Final = 1 << 20
_LINKS: Final = 255
"""Links that are followed to find one file."""

_BROKEN: Final = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)


def bad_tar(words: str) -> ApiError:
    """Return the refusal of a tar that cannot be read, as dockerd words it."""
    whole = f"archive/tar: {words}" if "header" in words else words
    return ApiError(500, f"Error processing tar file(exit status 1): {whole}")


def inflated(source: IO[bytes], limit: int = FILE_LIMIT) -> Iterator[bytes]:
    """Iterate over what a source holds, unpacked if it is gzip, bzip2 or xz.

    Raises:
        ApiError: it is broken, or more than the limit (bytes).
    """
    head = source.read(6)
    joined = io.BufferedReader(_Joined(head, source))
    opened: io.BufferedIOBase = joined
    if head.startswith(b"\x1f\x8b\x08"):
        opened = gzip.GzipFile(fileobj=joined)
    elif head.startswith(b"BZh"):
        opened = bz2.BZ2File(joined)
    elif head == b"\xfd7zXZ\0":
        opened = lzma.LZMAFile(joined)  # noqa: SIM115 -- nothing but memory
    got = 0
    try:
        while block := opened.read(_BLOCK):
            got += len(block)
            if got > limit:
                raise ApiError(500, f"archive is too big: more than {limit} bytes when unpacked")
            yield block
    except _BROKEN as error:
        raise bad_tar("unexpected EOF") from error


class _Joined(io.RawIOBase):
    """A source, with the bytes before it that were read already."""

    def __init__(self, head: bytes, source: IO[bytes]) -> None:
        super().__init__()
        self._head = head
        self._source = source

    def readable(self) -> bool:
        return True

    # the type of a buffer has no name in Python 3.11
    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        data = self._head[: len(buffer)] or self._source.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


class _Guard(io.RawIOBase):
    """A file of which tarfile may not read too much at once: a header can claim any length."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self.limit = JSON_LIMIT

    def read(self, size: int = -1, /) -> bytes:
        """Read so many bytes.

        Raises:
            tarfile.ReadError: they are too many.
        """
        if not 0 <= size <= self.limit:
            raise tarfile.ReadError("header is too long")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file or a link of an archive."""

    member: tarfile.TarInfo
    target: str
    """Where a link leads; empty for a file."""


class Archive:
    """The files of an archive, kept in a temporary file until it is closed."""

    def __init__(self, source: IO[bytes], folder: str, limit: int = LIMIT) -> None:
        """Read a source to its end.

        Args:
            source: A tar, which may be packed as a whole.
            folder: Where dockerd would have unpacked it, for its words when something is missing.
            limit: Bytes that it may have when it is unpacked.

        Raises:
            ApiError: it is no tar, or too big.
            OSError: there is no room for it.
        """
        self._folder = f"{folder}/docker-import-{secrets.randbelow(10**9):09}"
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- `close` closes it
        self._entries: dict[str, _Entry] = {}
        try:
            for block in inflated(source, limit):
                self._file.write(block)
            self._file.seek(0)
            self._tar = self._index()
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Drop everything."""
        self._file.close()

    def size(self, path: str) -> int:
        """Return the bytes of a file.

        Raises:
            ApiError: there is none.
        """
        return self._find(path).size

    def read(self, path: str, limit: int = JSON_LIMIT) -> bytes:
        """Return a file's bytes.

        Raises:
            ApiError: there is none, or it has more bytes than the limit.
        """
        with self.open(path, limit) as opened:
            return opened.read()

    def open(self, path: str, limit: int = FILE_LIMIT) -> IO[bytes]:
        """Open a file for reading.

        Raises:
            ApiError: there is none, or it has more bytes than the limit.
        """
        member = self._find(path)
        if member.size > limit:
            raise ApiError(500, f"{path} is too big: more than {limit} bytes")
        opened = self._tar.extractfile(member)
        if opened is None:
            raise self._missing(path)
        return opened

    def _index(self) -> tarfile.TarFile:
        """Note what is where.

        Raises:
            ApiError: it is no tar, or has too many files.
        """
        size = self._file.seek(0, io.SEEK_END)
        self._file.seek(0)
        if 0 < size < tarfile.BLOCKSIZE:
            raise bad_tar("unexpected EOF")
        if not self._file.read(tarfile.BLOCKSIZE).strip(b"\0"):
            return tarfile.open(fileobj=io.BytesIO(bytes(2 * tarfile.BLOCKSIZE)))
        self._file.seek(0)
        guard = _Guard(self._file)
        try:
            tar = tarfile.open(fileobj=guard, mode="r:")  # noqa: SIM115 -- goes with its file
            for count, member in enumerate(tar):
                if count >= ENTRIES:
                    raise ApiError(500, f"archive has more than {ENTRIES} files")
                self._note(member, size)
        except (tarfile.TarError, RecursionError, *_BROKEN) as error:
            short = "unexpected end" in str(error)
            raise bad_tar("unexpected EOF" if short else "invalid tar header") from error
        guard.limit = FILE_LIMIT
        return tar

    def _note(self, member: tarfile.TarInfo, size: int) -> None:
        path = _clean(member.name)
        if member.issparse():
            raise bad_tar("sparse file")
        if member.isreg():
            if member.offset_data + member.size > size:
                raise bad_tar("unexpected EOF")
            self._entries[path] = _Entry(member, "")
        elif member.issym():
            below = posixpath.dirname(path)
            self._entries[path] = _Entry(member, posixpath.join(below, member.linkname))
        elif member.islnk():
            self._entries[path] = _Entry(member, f"/{member.linkname}")

    def _find(self, path: str) -> tarfile.TarInfo:
        whole = posixpath.normpath(posixpath.join(self._folder, path.lstrip("/")))
        if not whole.startswith(f"{self._folder}/"):
            raise ApiError(500, f"evalSymlinksInScope: {whole} is not in {self._folder}")
        at = _clean(path)
        for _link in range(_LINKS):
            entry = self._entries.get(at)
            if entry is None:
                raise self._missing(at)
            if not entry.target:
                return entry.member
            at = _clean(entry.target)
        raise ApiError(500, f"evalSymlinksInScope: too many links in {self._folder}/{_clean(path)}")

    def _missing(self, path: str) -> ApiError:
        return ApiError(500, f"open {self._folder}/{_clean(path)}: no such file or directory")


def _clean(path: str) -> str:
    """Return a path inside the archive: no slash at the beginning, no `..`."""
    return posixpath.normpath(f"/{path}").lstrip("/")


@dataclass(frozen=True, slots=True)
class Piece:
    """An entry of a tar that is written."""

    load: Callable[[], bytes] | None = None
    """Gives the content of a file; None for a folder and a link."""
    target: str = ""
    """Where a symbolic link leads."""
    mtime: int = 0


def written(pieces: Mapping[str, Piece]) -> Iterator[bytes]:
    """Iterate over the parts of a tar with these entries by path, sorted."""
    for path in sorted(pieces):
        yield from _entry_bytes(path, pieces[path])
    yield bytes(2 * tarfile.BLOCKSIZE)


def _entry_bytes(path: str, piece: Piece) -> Iterator[bytes]:
    info = tarfile.TarInfo(path)
    info.uname = info.gname = "root"
    info.mtime, info.linkname = piece.mtime, piece.target
    content = piece.load() if piece.load else b""
    if piece.target:
        info.type, info.mode = tarfile.SYMTYPE, 0o777
    elif piece.load is None:
        info.type, info.mode = tarfile.DIRTYPE, 0o755
    info.size = len(content)
    yield info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
    if content:
        yield content
        yield bytes(-len(content) % tarfile.BLOCKSIZE)
