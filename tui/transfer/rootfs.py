"""A tar of a file system that shall be imported: what it is, before the Engine is touched.

An archive of `docker save` is a tar too, and the Engine would make an image of its folders without
a word: it is known by the names in it.
"""

from __future__ import annotations

import io
import os
import re
import select
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from tui.i18n import _
from tui.layers.blobs import decompressed, is_compressed
from tui.layers.bytesource import GZIP, ByteSource, Readable
from tui.layers.errors import BadCompression, BadTar, NoZstd
from tui.layers.tarscan import TarScanner
from tui.model.text import visible
from tui.transfer.errors import CannotRead, CutOff, IsAnImage, NotATar

HEAD: Final = 1 << 20
"""Bytes from the beginning that must show what it is, where the rest cannot be looked at."""

CHUNK: Final = 1 << 18

PATIENCE: Final = 0.2
"""Seconds between two looks whether a slow pipe is still wanted."""

_IMAGE: Final = re.compile(
    rb"(oci-layout|blobs/sha256/[0-9a-f]{64}|[0-9a-f]{64}(\.tar|\.json|/layer\.tar|/VERSION))\Z"
)
"""Names at the top of an archive of images."""


class Rootfs:
    """A tar that was looked at, to be sent once."""

    def __init__(self, stream: Readable, size: int, *, sent_as_it_is: bool) -> None:
        self._stream = stream
        self._as_it_is = sent_as_it_is
        self.size = size
        """Bytes of the file; 0 where nobody knows."""

    def pieces(self, tell: Callable[[int], None]) -> Iterator[bytes]:
        """Yield it as any Engine can read it: plain or gzip; `tell` takes the bytes read.

        Raises:
            CannotRead: the disk failed.
            CutOff: what is compressed ends too early.
        """
        counted = _Counted(self._stream, tell)
        source = counted if self._as_it_is else decompressed(counted)
        try:
            while data := source.read(CHUNK):
                yield data
        except BadCompression as error:
            raise CutOff(error.detail) from error
        except OSError as error:
            raise CannotRead(visible(error.strerror or str(error))) from error


@contextmanager
def opened_rootfs(path: str, check: Callable[[], None] = lambda: None) -> Iterator[Rootfs]:
    """Open a tar and look at it; `-` is the standard input.

    A plain file is looked through by its headers, of all else the beginning is read.

    Args:
        path: The file.
        check: Raises when nobody wants it any more; called while a pipe has nothing to read.

    Raises:
        CannotRead: it is not there, or may not be read.
        NotATar: it is something else.
        IsAnImage: it is an archive of `docker save`.
        CutOff: it ends in the middle, as far as that can be seen.
        NoZstd: it is zstd, which this Python does not have.
    """
    if path == "-":
        if sys.stdin.isatty():
            raise CannotRead(_("the standard input is a terminal"))
        yield _looked_at(_Pipe(sys.stdin.fileno(), check), 0)
        return
    try:
        file = open(path, "rb", opener=_open)  # noqa: SIM115
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotRead(f"{path}: {why}") from error
    with file:
        status = os.fstat(file.fileno())
        if stat.S_ISDIR(status.st_mode):
            raise CannotRead(_("{path} is a folder").format(path=path))
        if not stat.S_ISREG(status.st_mode):
            yield _looked_at(_Pipe(file.fileno(), check), 0)
        elif is_compressed(file.peek(4)[:4]):
            yield _looked_at(file, status.st_size)
        else:
            _look(ByteSource(None, file))
            file.seek(0)
            yield Rootfs(file, status.st_size, sent_as_it_is=True)


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe may have no writer yet


class _Pipe:
    """What may have nothing to read for a long time."""

    def __init__(self, descriptor: int, check: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._check = check

    def read(self, size: int, /) -> bytes:
        while True:
            self._check()
            if select.select([self._descriptor], [], [], PATIENCE)[0]:
                try:
                    return os.read(self._descriptor, size)
                except BlockingIOError:
                    continue


def _looked_at(stream: Readable, size: int) -> Rootfs:
    """Look at the beginning of what cannot be sought in."""
    head = b""
    while len(head) < HEAD and (data := stream.read(HEAD - len(head))):
        head += data
    try:
        _look(ByteSource(decompressed(io.BytesIO(head))))
    except (CutOff, NotATar):
        if len(head) < HEAD:
            raise
        _first(head)
    is_plain_or_gzip = not is_compressed(head[:4]) or head.startswith(GZIP)
    return Rootfs(_Joined(head, stream), size, sent_as_it_is=is_plain_or_gzip)


def _first(head: bytes) -> None:
    """Look at the first entries of a beginning that ends somewhere."""
    entries = iter(TarScanner(ByteSource(decompressed(io.BytesIO(head)))))
    try:
        entry = next(entries, None)
    except (BadTar, BadCompression) as error:
        raise NotATar(error.detail) from error
    while entry is not None:
        _check_name(entry.path)
        try:
            entry = next(entries, None)
        except (BadTar, BadCompression):  # the end of what was read
            return


def _look(source: ByteSource) -> None:
    """Look through a whole tar."""
    count = 0
    try:
        for entry in TarScanner(source):
            count += 1
            _check_name(entry.path)
    except NoZstd:
        raise
    except (BadTar, BadCompression) as error:
        raise (CutOff if count else NotATar)(error.detail) from error
    if not source.tell():
        raise NotATar(_("it is empty"))


def _check_name(path: bytes) -> None:
    if _IMAGE.match(path):
        raise IsAnImage(visible(path.decode(errors="replace")))


class _Counted:
    """A stream that tells how much of it was read."""

    def __init__(self, stream: Readable, tell: Callable[[int], None]) -> None:
        self._stream = stream
        self._tell = tell

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        self._tell(len(data))
        return data


class _Joined:
    """A stream whose beginning was read already."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        return self._head.read(size) or self._rest.read(size)
