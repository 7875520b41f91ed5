"""Reading forward through bytes: a buffer, skipping that seeks where it can, inflating."""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import Any, Final, Protocol

from tui.layers.errors import BadCompression, BadTar, NoZstd

BLOCK: Final = 512
"""Bytes of a tar's unit."""

CHUNK: Final = 1 << 16
"""Bytes asked for at once: most files of a layer are smaller than that."""

GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
_GZIP_BITS: Final = 31
"""zlib's number for a gzip header and the largest window."""

_END: Final = 2
_CURRENT: Final = 1


class Readable(Protocol):
    """What a stream must be able to do."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""


class Seekable(Readable, Protocol):
    """A stream that can leap."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go there; returns the position."""


class ByteSource:
    """A stream read in blocks of a tar.

    Raises BadTar where the stream ends in the middle of something.
    """

    def __init__(self, stream: Readable | None, seeker: Seekable | None = None) -> None:
        """Read `stream`, or leap in `seeker` over what is skipped."""
        self._stream = seeker if seeker is not None else stream
        self._seeker = seeker
        self._data = b""
        self._at = 0
        self._base = 0

    def tell(self) -> int:
        """Return how many bytes lie behind."""
        return self._base + self._at

    def block(self) -> bytes:
        """Return the next 512 bytes; none at the end."""
        at, end = self._at, self._at + BLOCK
        if end <= len(self._data):
            self._at = end
            return self._data[at:end]
        if at == len(self._data) and not self._fill():
            return b""
        return self.take(BLOCK)

    def take(self, count: int) -> bytes:
        """Return exactly so many bytes."""
        while len(self._data) - self._at < count:
            if not self._fill():
                raise BadTar("it ends in the middle")
        at = self._at
        self._at += count
        return self._data[at : self._at]

    def skip(self, count: int) -> None:
        """Pass over so many bytes."""
        self._at += count
        if self._at <= len(self._data):
            return
        missing = self._at - len(self._data)
        self._base += len(self._data)
        self._data, self._at = b"", 0
        if self._seeker is not None:
            self._seeker.seek(missing - 1, _CURRENT)
            if not self._seeker.read(1):
                raise BadTar("it ends in the middle")
            self._base += missing
            return
        while missing:
            data = self._more()
            if not data:
                raise BadTar("it ends in the middle")
            if len(data) > missing:
                self._data, self._at = data, missing
                return
            self._base += len(data)
            missing -= len(data)

    def _fill(self) -> bool:
        """Read on; False at the end."""
        data = self._more()
        if not data:
            return False
        rest = self._data[self._at :]
        self._base += self._at
        self._data, self._at = rest + data, 0
        return True

    def _more(self) -> bytes:
        """Return the next bytes, any number of them; none at the end."""
        return self._stream.read(CHUNK) if self._stream is not None else b""


class Inflated:
    """A gzip stream as what it was; may be of several members, as eStargz makes them."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._inflater = zlib.decompressobj(_GZIP_BITS)
        self._input = b""
        self._begun = False
        self._ended = False

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end.

        Raises:
            BadCompression: it is damaged, or ends too early.
        """
        try:
            while not self._ended:
                if not self._input and not self._next_input():
                    return b""
                data = self._inflater.decompress(self._input, size)
                self._input = self._inflater.unconsumed_tail
                if self._inflater.eof:
                    self._next_member()
                if data:
                    return data
        except zlib.error as error:
            raise BadCompression(str(error)) from error
        return b""

    def _next_input(self) -> bool:
        self._input = self._stream.read(CHUNK)
        if self._input:
            self._begun = True
            return True
        if self._begun:
            raise BadCompression("gzip: it ends too early")
        self._ended = True
        return False

    def _next_member(self) -> None:
        rest = self._inflater.unused_data
        if len(rest) < len(GZIP):
            rest += self._stream.read(CHUNK)
        self._ended = not rest.startswith(GZIP)  # zeros may follow: padding
        self._input = rest
        self._inflater = zlib.decompressobj(_GZIP_BITS)


class _Decompressor(Protocol):
    eof: bool
    needs_input: bool

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Unzstd:
    """A zstd stream as what it was."""

    def __init__(self, stream: Readable) -> None:
        """Prepare to read.

        Raises:
            NoZstd: this Python cannot.
        """
        self._stream = stream
        self._module = _zstd()
        self._inflater: _Decompressor = self._module.ZstdDecompressor()
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end.

        Raises:
            BadCompression: it is damaged, or ends too early.
        """
        try:
            while True:
                if self._inflater.eof:  # several frames may follow one another
                    self._rest = getattr(self._inflater, "unused_data", b"") or self._rest
                    self._rest = self._rest or self._stream.read(CHUNK)
                    if not self._rest:
                        return b""
                    self._inflater = self._module.ZstdDecompressor()
                data = self._read_frame(size)
                if data:
                    return data
        except self._module.ZstdError as error:
            raise BadCompression(str(error)) from error

    def _read_frame(self, size: int) -> bytes:
        given = b""
        if self._inflater.needs_input:
            given = self._rest or self._stream.read(CHUNK)
            self._rest = b""
            if not given:
                raise BadCompression("zstd: it ends too early")
        return self._inflater.decompress(given, size)


def _zstd() -> Any:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise NoZstd
