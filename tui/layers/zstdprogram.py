"""The program zstd, for a Python that has no zstd of its own: a stream through a pipe."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from contextlib import suppress
from typing import IO, Final, Protocol

from tui.layers.errors import BadCompression, NoZstd

_PIECE: Final = 1 << 16
"""Bytes given to it at once."""

_SHOWN: Final = 500
"""Bytes of its own words that are kept."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class PipedZstd:
    """A zstd stream as what it was."""

    def __init__(self, stream: _Readable) -> None:
        """Prepare to read.

        Raises:
            NoZstd: there is no such program either.
        """
        program = shutil.which("zstd")
        if program is None:
            raise NoZstd
        self._trouble: list[BaseException] = []
        self._process = subprocess.Popen(
            [program, "--decompress", "--stdout", "--quiet", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # ctrl+c is ours to handle
        )
        assert self._process.stdin is not None
        given = (stream, self._process.stdin, self._trouble)  # not this: it ends with its reader
        self._feeder = threading.Thread(target=_feed, args=given, daemon=True, name="zstd")
        self._feeder.start()

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end.

        Raises:
            BadCompression: it is damaged, or ends too early.
        """
        assert self._process.stdout is not None
        if self._process.stdout.closed:
            return b""
        data = os.read(self._process.stdout.fileno(), size)
        if not data:
            self._end()
        return data

    def _end(self) -> None:
        """Take leave of the program; raises what went wrong."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._process.stdout.close()
        said = self._process.stderr.read(_SHOWN).decode("utf-8", "replace")
        self._process.stderr.close()
        status = self._process.wait()
        self._feeder.join()
        if self._trouble:
            raise self._trouble[0]
        if status:
            raise BadCompression(said or f"zstd: {status}")

    def __del__(self) -> None:
        process = getattr(self, "_process", None)
        if process is None or process.returncode is not None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _feed(stream: _Readable, to: IO[bytes], trouble: list[BaseException]) -> None:
    """Hand a stream on; what goes wrong with it is for whoever reads the other end."""
    try:
        while data := stream.read(_PIECE):
            to.write(data)
    except BrokenPipeError:  # its own words tell why
        pass
    except BaseException as error:
        trouble.append(error)
    finally:
        with suppress(OSError):
            to.close()
