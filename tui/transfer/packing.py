"""Compressing while writing: plain, gzip or zstd, by the file's name or as asked for."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from importlib import import_module
from typing import IO, Final, Protocol

from tui.transfer.errors import BadTarget, NoPacker

LEVEL: Final = 6
"""gzip's own choice between speed and size."""

_GZIP_BITS: Final = 31
"""zlib's number for a gzip header and the largest window."""

_PATIENCE: Final = 5.0
"""Seconds that a stopped zstd gets to end."""

_SHOWN: Final = 2000
"""Bytes of zstd's own words that are kept for an error."""


class Packing(StrEnum):
    """How a file is compressed."""

    PLAIN = "plain"
    GZIP = "gzip"
    ZSTD = "zstd"


def packing_of(name: str) -> Packing:
    """Return what a file's name asks for: `.gz`, `.tgz`, `.zst`, `.tzst`; else plain."""
    lower = name.lower()
    if lower.endswith((".gz", ".tgz")):
        return Packing.GZIP
    return Packing.ZSTD if lower.endswith((".zst", ".tzst", ".zstd")) else Packing.PLAIN


class Packer(Protocol):
    """Takes bytes and writes them compressed."""

    def write(self, data: bytes) -> None:
        """Take some more; OSError as the writing tells."""

    def finish(self) -> None:
        """Write what is still held back; OSError as the writing tells."""

    def abort(self) -> None:
        """Give up; never raises."""


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def packer(packing: Packing, write: Callable[[bytes], None], descriptor: int) -> Packer:
    """Return what compresses.

    Args:
        packing: How.
        write: Takes what is to be written, all of it.
        descriptor: The file that `write` writes to, for a program that does so itself.

    Raises:
        NoPacker: this machine has no zstd.
    """
    if packing is Packing.PLAIN:
        return _Plain(write)
    if packing is Packing.GZIP:
        return _InProcess(zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP_BITS), write)
    for name in ("compression.zstd", "backports.zstd"):
        with suppress(ImportError):
            return _InProcess(import_module(name).ZstdCompressor(), write)
    program = shutil.which("zstd")
    if program is None:
        raise NoPacker
    return _Program(program, descriptor)


class _Plain:
    """Bytes as they are."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self.write = write

    def finish(self) -> None:
        """Nothing is held back."""

    def abort(self) -> None:
        """Nothing is to be stopped."""


class _InProcess:
    """A compressor of Python's."""

    def __init__(self, compressor: _Compressor, write: Callable[[bytes], None]) -> None:
        self._compressor = compressor
        self._write = write

    def write(self, data: bytes) -> None:
        """Take some more."""
        if packed := self._compressor.compress(data):
            self._write(packed)

    def finish(self) -> None:
        """Write the end."""
        self._write(self._compressor.flush())

    def abort(self) -> None:
        """Nothing is to be stopped."""


class _Program:
    """The program zstd, which writes to the file itself."""

    def __init__(self, program: str, descriptor: int) -> None:
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [program, "--quiet", "--stdout", "-"],
            stdin=subprocess.PIPE,
            stdout=descriptor,
            stderr=self._said,
            start_new_session=True,  # ctrl+c is ours to handle
        )

    def write(self, data: bytes) -> None:
        """Take some more."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
        except BrokenPipeError as error:
            raise self._trouble() from error

    def finish(self) -> None:
        """Wait until all is written."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        if self._process.wait():
            raise self._trouble()
        self._said.close()

    def abort(self) -> None:
        """End the program."""
        if self._process.poll() is None:
            self._process.kill()
        with suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        self._said.close()

    def _trouble(self) -> Exception:
        """Return the error that zstd's own words tell."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)
        self._said.seek(0)
        return told(self._said.read(_SHOWN).decode("utf-8", "replace"))


def told(words: str) -> Exception:
    """Return the error that a program's words mean."""
    import errno
    import os

    for number in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        if os.strerror(number).lower() in words.lower():
            return OSError(number, os.strerror(number))
    return BadTarget(words)
