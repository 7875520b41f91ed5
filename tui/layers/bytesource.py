"""Reading forward through bytes: a buffer, skipping that seeks where it can, inflating."""

from __future__ import annotations

import errno
import zlib
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, Protocol

from tui.layers.errors import BadCompression, BadTar, NoZstd

BLOCK: Final = 512
"""Bytes of a tar's unit."""

CHUNK: Final = 1 << 16
"""Bytes asked for at once: most files of a layer are smaller than that."""

GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
BZIP2: Final = b"BZh"
XZ: Final = b"\xfd7zX"
_XZ_MEMORY: Final = 1 << 28
"""Bytes of memory that unpacking xz may take; `xz -9` makes files that need a quarter."""

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
            if not _reaches(self._seeker, missing):
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
        self._ended = False

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end.

        Raises:
            BadCompression: it is damaged, or ends too early.
        """
        try:
            while not self._ended:
                if not self._input:
                    self._next_input()
                data = self._inflater.decompress(self._input, size)
                self._input = self._inflater.unconsumed_tail
                if self._inflater.eof:
                    self._next_member()
                if data:
                    return data
        except zlib.error as error:
            raise BadCompression(str(error)) from error
        return b""

    def _next_input(self) -> None:
        self._input = self._stream.read(CHUNK)
        if not self._input:  # also where there is nothing at all: that is no gzip of nothing
            raise BadCompression("gzip: it ends too early")

    def _next_member(self) -> None:
        rest = self._inflater.unused_data
        if len(rest) < len(GZIP):
            rest += self._stream.read(CHUNK)
        self._ended = not rest.startswith(GZIP)  # zeros may follow: padding
        self._input = rest
        self._inflater = zlib.decompressobj(_GZIP_BITS)


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Unpacked:
    """A compressed stream of several members or frames as what it was."""

    def __init__(
        self,
        stream: Readable,
        name: str,
        make: Callable[[], _Decompressor],
        errors: tuple[type[Exception], ...],
    ) -> None:
        """Prepare to read.

        Args:
            stream: The compressed bytes.
            name: What the compression is called.
            make: Makes what unpacks one member.
            errors: What that raises of damaged data.
        """
        self._stream = stream
        self._name = name
        self._make = make
        self._errors = errors
        self._inflater = make()
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end.

        Raises:
            BadCompression: it is damaged, or ends too early.
        """
        try:
            while True:
                if self._inflater.eof and not self._next_frame():
                    return b""
                data = self._read_frame(size)
                if data:
                    return data
        except self._errors as error:
            raise BadCompression(str(error)) from error

    def _next_frame(self) -> bool:
        """Begin the next member, if there is one; zeros between them are padding."""
        self._rest = (self._inflater.unused_data or self._rest).lstrip(b"\0")
        while not self._rest:
            data = self._stream.read(CHUNK)
            if not data:
                return False
            self._rest = data.lstrip(b"\0")
        self._inflater = self._make()
        return True

    def _read_frame(self, size: int) -> bytes:
        given = b""
        if self._inflater.needs_input:
            given = self._rest or self._stream.read(CHUNK)
            self._rest = b""
            if not given:
                raise BadCompression(f"{self._name}: it ends too early")
        return self._inflater.decompress(given, size)


class Unzstd(Unpacked):
    """A zstd stream as what it was."""

    def __init__(self, stream: Readable) -> None:
        """Prepare to read.

        Raises:
            NoZstd: this Python cannot.
        """
        module = _zstd()
        super().__init__(stream, "zstd", module.ZstdDecompressor, (module.ZstdError,))


def unbzip2(stream: Readable) -> Unpacked:
    """Return a bzip2 stream as what it was."""
    import bz2  # seldom needed

    return Unpacked(stream, "bzip2", bz2.BZ2Decompressor, (OSError, EOFError))


def unxz(stream: Readable) -> Unpacked:
    """Return an xz stream as what it was; one that wants more memory than others is refused."""
    import lzma  # seldom needed

    return Unpacked(
        stream, "xz", lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY), (lzma.LZMAError,)
    )


def _zstd() -> Any:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise NoZstd


def _reaches(file: Seekable, count: int) -> bool:
    """Pass over so many bytes of a file; False where it has fewer."""
    try:
        file.seek(count - 1, _CURRENT)
        return bool(file.read(1))
    except OverflowError:  # past 8 EiB
        return False
    except OSError as error:
        if error.errno == errno.EINVAL:  # past the largest file of this file system
            return False
        raise
