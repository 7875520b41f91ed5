"""Loading images: `docker load`, from a file or a stream, with progress by bytes sent."""

from __future__ import annotations

import os
import re
import select
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from tui.contents.source import Watch
from tui.i18n import N_, _
from tui.layers.blobs import decompressed
from tui.layers.bytesource import BLOCK, CHUNK, GZIP, Readable
from tui.layers.errors import BadCompression, NotReadable
from tui.model.engine import EngineInfo, StoreKind
from tui.model.progress import LayerProgress, PullNote
from tui.transfer.archive import Copied
from tui.transfer.errors import BadArchive, InputIsTerminal
from tui.transfer.saving import goes_on

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

ALL_SENT: Final = N_("The Engine has it all and unpacks it.")
"""What is told when the last byte has been sent."""

PIECE: Final = 1 << 18
"""Bytes sent at once."""

_WAIT: Final = 0.2
"""Seconds between two looks whether waiting for a pipe is to end."""

_SUM: Final = slice(148, 156)
_GZIP_BITS: Final = 31
"""zlib's number for a gzip header and the largest window."""

_LOADED: Final = re.compile(r"Loaded images?(?: ID)?:\s*(.+)", re.S)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded."""

    names: tuple[str, ...]
    """References, or IDs of images without one, as the Engine tells."""
    size: int
    """Bytes read."""


Told = Callable[[str], None]
"""Takes what happens now, as a sentence."""


def load_file(
    client: EngineClient, path: Path | None, watch: Watch, tell: Told = lambda _text: None
) -> Loaded:
    """Load an archive: plain, gzip, bzip2, xz or zstd.

    Gzip is sent as it is, since every Engine takes it; the others are unpacked on the way (20.10
    knows no zstd, and xz only with a program beside it).

    Args:
        client: The Engine, for this alone.
        path: The file; None is the standard input.
        watch: How it is watched; it tells bytes of the file.
        tell: Takes what happens now.

    Raises:
        BadArchive: what it begins with is no archive; the Engine is not asked then.
        LayerError: it cannot be read, or is damaged.
        EngineError: as the Engine tells.
    """
    with _opened(path) as file:
        size = _size(file)
        copied = Copied(_Rest(file, watch), watch, size, None)
        pieces = _pieces(copied)
        first = next(pieces)  # what is no archive at all never gets to the Engine
        watch.on_cancel(client.cut)
        names = send_archive(client, chain((first,), pieces), tell)
    return Loaded(names, copied.done)


def finishes(info: EngineInfo) -> bool:
    """Tell whether the Engine loads to the end what it has, when nobody listens any more.

    Measured: 20.10 and the containerd store of 28.5 do; the classic store of 28.5, Podman 5.8 stop.
    """
    return goes_on(info) or info.capabilities.store is StoreKind.CONTAINERD


def send_archive(client: EngineClient, pieces: Iterator[bytes], tell: Told) -> tuple[str, ...]:
    """Send an archive and return the names that the Engine tells.

    Raises:
        EngineError: as the Engine tells.
    """
    from tui.engine.load import load

    def watched() -> Iterator[bytes]:
        yield from pieces
        tell(ALL_SENT)

    names: list[str] = []
    for line in load(client, watched()):
        if isinstance(line, PullNote):
            found = _LOADED.match(line.text)
            names += [name.strip() for name in found[1].split(",")] if found else []  # Podman's
            if line.text:
                tell(line.text)
        else:
            tell(layer_text(line))
    return tuple(names)


def layer_text(line: LayerProgress) -> str:
    """Return what the Engine tells of a layer: `Loading layer a20da660c264  61 %`."""
    share = f"  {line.current * 100 // line.total} %" if line.total else ""
    return f"{line.status} {line.layer_id}{share}".strip()


@contextmanager
def _opened(path: Path | None) -> Iterator[BinaryIO]:
    if path is None:
        if os.isatty(sys.stdin.fileno()):
            raise InputIsTerminal
        with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as file:
            yield file
        return
    try:
        file = path.open("rb", buffering=0)
    except OSError as error:
        raise NotReadable(str(error)) from error
    with file:
        yield file


class _Rest:
    """A file whose failures are sentences; waiting for a pipe can be stopped."""

    def __init__(self, file: BinaryIO, watch: Watch) -> None:
        self._file = file
        self._watch = watch
        self._waits = not stat.S_ISREG(os.fstat(file.fileno()).st_mode)

    def read(self, size: int, /) -> bytes:
        try:
            while self._waits and not select.select([self._file], [], [], _WAIT)[0]:
                self._watch.check()
            return self._file.read(size)
        except OSError as error:
            raise NotReadable(str(error)) from error


def _size(file: BinaryIO) -> int:
    """Return the bytes of a file; 0 for a stream."""
    try:
        return os.fstat(file.fileno()).st_size
    except OSError:
        return 0


def _pieces(stream: Readable) -> Iterator[bytes]:
    """Yield the archive as it is sent.

    Raises:
        BadArchive: it is none.
    """
    head = _taken(stream, CHUNK)
    if head.startswith(GZIP):
        _need_tar(_inflated(head))
        yield head
        rest = stream
    else:
        rest = decompressed(_Joined(head, stream))
        first = _taken(rest, BLOCK)
        _need_tar(first)
        yield first
    while data := rest.read(PIECE):
        yield data


def _taken(stream: Readable, count: int) -> bytes:
    """Return so many bytes, or all there are."""
    data = b""
    while len(data) < count and (more := stream.read(count - len(data))):
        data += more
    return data


def _inflated(head: bytes) -> bytes:
    """Return the first block that gzip has compressed."""
    try:
        return zlib.decompressobj(_GZIP_BITS).decompress(head, BLOCK)
    except zlib.error as error:
        raise BadCompression(str(error)) from error


def _need_tar(head: bytes) -> None:
    """See that a tar begins so: by the sum of its first header.

    Raises:
        BadArchive: it does not.
    """
    told = head[_SUM].strip(b" \0")
    counted = sum(head) - sum(head[_SUM]) + 8 * ord(" ")
    is_octal = told and not told.strip(b"01234567")
    if len(head) < BLOCK or not is_octal or int(told, 8) != counted:
        raise BadArchive(_("it is no tar"))


class _Joined:
    """A stream whose first bytes were taken already."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        if self._head:
            head, self._head = self._head[:size], self._head[size:]
            return head
        return self._stream.read(size)
