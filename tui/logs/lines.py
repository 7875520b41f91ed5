"""From the bytes of `GET /containers/{id}/logs` to lines.

Without a terminal the Engine sends frames: a header of eight bytes (stream, three zeros, length)
and one message. With one it sends the messages bare. A message is a line with its end, or 16 KiB of
a longer line. With `timestamps=1` each message begins with its time, so in the middle of a long
line too: there it is taken out again.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Final

from tui.i18n import N_
from tui.layers.errors import LayerError
from tui.logs.line import MESSAGE, STDERR, STDOUT, TTY, LogLine, stamp_length

HEADER: Final = struct.Struct(">B3xL")
LINE_MAX: Final = 65_536
"""Bytes of a line that are kept together; a longer one comes in pieces."""

FRAME_MAX: Final = 1 << 24
"""Bytes of the longest message that is believed."""

_SYSTEM: Final = 3
"""The stream of the Engine's own errors in the middle of a log."""

_STAMP_MAX: Final = 64
"""Bytes of the longest time stamp."""


class BadLog(LayerError):
    """The bytes are no log."""

    TITLE = N_("The Engine's log stream cannot be understood.")
    REMEDY = N_("Read it again; if it stays so, docker logs tells whether the log is damaged.")


class FrameReader:
    """Lines of a container without a terminal."""

    def __init__(self, *, stamps: bool, source: int = 0) -> None:
        """Prepare; `stamps`: each message begins with its time."""
        self._stamps = stamps
        self._rest = b""
        self._open = {
            STDOUT: OpenLine(STDOUT, source),
            STDERR: OpenLine(STDERR, source),
        }

    def feed(self, data: bytes) -> list[LogLine]:
        """Take what came and return the lines that it ends.

        Raises:
            BadLog: these are no frames.
        """
        found: list[LogLine] = []
        data = self._rest + data if self._rest else data
        at, end = 0, len(data)
        while end - at >= HEADER.size:
            stream, length = HEADER.unpack_from(data, at)
            if stream > _SYSTEM or length > FRAME_MAX or data[at + 1 : at + 4] != b"\0\0\0":
                raise BadLog
            start = at + HEADER.size
            if end - start < length:
                break
            at = start + length
            self._message(STDERR if stream == _SYSTEM else stream or STDOUT, data[start:at], found)
        self._rest = data[at:]
        return found

    def end(self) -> list[LogLine]:
        """Return what is left when nothing more comes: lines without an end."""
        found: list[LogLine] = []
        for line in self._open.values():
            line.flush(found)
        return found

    def _message(self, stream: int, message: bytes, found: list[LogLine]) -> None:
        length = stamp_length(message) if self._stamps else 0
        self._open[stream].add(message[: max(length - 1, 0)], message[length:], found)


class TerminalReader:
    """Lines of a container with a terminal."""

    def __init__(self, *, stamps: bool, source: int = 0) -> None:
        """Prepare; `stamps`: each message begins with its time."""
        self._stamps = stamps
        self._rest = b""
        self._line = OpenLine(TTY, source)
        self._in_message = 0
        """Bytes of the message that has begun."""
        self._has_begun = False

    def feed(self, data: bytes) -> list[LogLine]:
        """Take what came and return the lines that it ends."""
        found: list[LogLine] = []
        if not self._stamps:
            self._line.add(b"", data, found)
            return found
        data = self._rest + data
        at = 0
        while at < len(data):
            step = self._message(data, at, found)
            if step < 0:
                break
            at += step
        self._rest = data[at:]
        return found

    def end(self) -> list[LogLine]:
        """Return what is left when nothing more comes."""
        found: list[LogLine] = []
        self._line.add(b"", self._rest, found)
        self._rest = b""
        self._line.flush(found)
        return found

    def _message(self, data: bytes, at: int, found: list[LogLine]) -> int:
        """Take a piece of a message from `at` on; returns its bytes, -1 where more must come."""
        stamp, start = b"", at
        if not self._has_begun:
            length = stamp_length(data, at)
            if not length and len(data) - at < _STAMP_MAX and b"\n" not in data[at:]:
                return -1
            stamp, start = data[at : at + max(length - 1, 0)], at + length
        room = MESSAGE - self._in_message
        newline = data.find(b"\n", start, start + room)
        end = newline + 1 if newline >= 0 else min(start + room, len(data))
        self._in_message += end - start
        self._has_begun = newline < 0 and self._in_message < MESSAGE
        if not self._has_begun:
            self._in_message = 0
        self._line.add(stamp, data[start:end], found)
        return end - at


class OpenLine:
    """A line that may not have come to its end."""

    def __init__(self, stream: int, source: int) -> None:
        self._stream = stream
        self._source = source
        self._stamp = b""
        self._pieces: list[bytes] = []
        self._length = 0

    def add(self, stamp: bytes, data: bytes, found: list[LogLine]) -> None:
        """Take bytes that follow what came before; lines that are whole go to `found`."""
        if stamp and not self._pieces:
            self._stamp = stamp
        *whole, rest = data.split(b"\n")
        for text in whole:
            self._put(text, found)
            self._flush(found, ends=True)
        if rest:
            self._put(rest, found)

    def flush(self, found: list[LogLine]) -> None:
        """Give what is there though it has no end."""
        if self._pieces:
            self._flush(found, ends=False)

    def _put(self, text: bytes, found: list[LogLine]) -> None:
        while self._length + len(text) > LINE_MAX:
            room = LINE_MAX - self._length
            self._pieces.append(text[:room])
            self._flush(found, ends=False)
            text = text[room:]
        self._pieces.append(text)
        self._length += len(text)

    def _flush(self, found: list[LogLine], *, ends: bool) -> None:
        text = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        found.append(LogLine(self._stamp, self._stream, text, ends, self._source))
        self._pieces, self._length = [], 0


Reader = FrameReader | TerminalReader


def reader_for(*, tty: bool, stamps: bool, source: int = 0) -> Reader:
    """Return what reads the log of a container.

    Args:
        tty: The container has a terminal (`Config.Tty` of its inspection).
        stamps: Each message begins with its time.
        source: Which of several containers it is.
    """
    kind: Callable[..., Reader] = TerminalReader if tty else FrameReader
    return kind(stamps=stamps, source=source)


def as_written(lines: Iterator[LogLine]) -> Iterator[bytes]:
    """Yield the bytes that the container wrote."""
    for line in lines:
        yield line.text + b"\n" if line.ends else line.text
