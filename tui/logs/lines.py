"""From the bytes of `GET /containers/{id}/logs` to lines.

Without a terminal the Engine sends frames: a header of eight bytes (stream, three zeros, length)
and one message. With one it sends the messages bare. A message is a line with its end, or 16 KiB of
a longer line. With `timestamps=1` each message begins with its time, so in the middle of a long
line too: there it is taken out again.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from tui.i18n import N_
from tui.layers.errors import LayerError
from tui.logs.line import MESSAGE, STDERR, STDOUT, TTY, LogLine, after_return, stamp_length

HEADER: Final = struct.Struct(">B3xL")
LINE_MAX: Final = 65_536
"""Bytes of a line that are kept together; a longer one comes in pieces."""

FRAME_MAX: Final = 1 << 24
"""Bytes of the longest message that is believed."""

REPEATS_MAX: Final = 1024
"""Messages of one stream that are known again."""

_SYSTEM: Final = 3
"""The stream of the Engine's own errors in the middle of a log."""

_STAMP_MAX: Final = 64
"""Bytes of the longest time stamp."""


class BadLog(LayerError):
    """The bytes are no log."""

    TITLE = N_("The Engine's log stream cannot be understood.")
    REMEDY = N_("Read it again; if it stays so, docker logs tells whether the log is damaged.")


class Repeats:
    """Knows messages that were told before.

    Where a log file is rotated, an Engine may tell its newest messages twice to who follows. A
    time that is not later than the last one, with the same words, is such a message; the clock
    may also have been set back.
    """

    def __init__(self, *, is_on: bool) -> None:
        """Prepare; not `is_on`: know nothing again."""
        self._is_on = is_on
        self._last = b""
        self._recent: deque[tuple[bytes, int]] = deque(maxlen=REPEATS_MAX)

    def has(self, stamp: bytes, text: bytes) -> bool:
        """Tell whether this was told before, and note it."""
        if not self._is_on:
            return False
        told = (stamp, hash(text))
        if stamp > self._last:
            self._last = stamp
        elif told in self._recent:
            return True
        self._recent.append(told)
        return False


class FrameReader:
    """Lines of a container without a terminal."""

    def __init__(self, *, stamps: bool, source: int = 0, differ: bool = False) -> None:
        """Prepare; see `reader_for`."""
        self._stamps = stamps
        self._rest = b""
        self._open = {
            stream: OpenLine(stream, source, Repeats(is_on=stamps and differ))
            for stream in (STDOUT, STDERR)
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
        self._open[stream].add_message(message[: max(length - 1, 0)], message[length:], found)


class TerminalReader:
    """Lines of a container with a terminal."""

    def __init__(self, *, stamps: bool, source: int = 0, differ: bool = False) -> None:
        """Prepare; see `reader_for`."""
        self._stamps = stamps
        self._rest = b""
        self._line = OpenLine(TTY, source, Repeats(is_on=False))
        self._stamp = b""
        """Of the line that has begun, with the space after it."""
        self._length = 0
        """Bytes of that line so far."""
        self._in_message = 0
        """Bytes of its newest message so far."""
        self._has_begun = False
        self._repeats = Repeats(is_on=stamps and differ)
        self._begins = True

    def feed(self, data: bytes) -> list[LogLine]:
        """Take what came and return the lines that it ends."""
        found: list[LogLine] = []
        if not self._stamps:
            self._line.add(b"", data, found)
            return found
        data = self._rest + data
        at = 0
        while (newline := data.find(b"\n", at)) >= 0:
            self._part(data[at : newline + 1], found)
            at = newline + 1
        if len(data) - at > LINE_MAX + _STAMP_MAX:
            end = _outside_stamp(data, len(data) - _STAMP_MAX)
            self._part(data[at:end], found)
            at = end
        self._rest = data[at:]
        return [line for line in found if self._is_new(line)]

    def end(self) -> list[LogLine]:
        """Return what is left when nothing more comes."""
        found: list[LogLine] = []
        if self._stamps and self._rest:
            self._part(self._rest, found)
        self._rest = b""
        self._line.flush(found)
        return [line for line in found if self._is_new(line)]

    def _is_new(self, line: LogLine) -> bool:
        """Tell whether a line is none that was told before; only its first piece is looked at."""
        begins, self._begins = self._begins, line.ends
        return not (begins and self._repeats.has(line.stamp, line.text))

    def _part(self, data: bytes, found: list[LogLine]) -> None:
        """Take a line, or a part of one that has no end yet, and leave the times out."""
        at = 0
        if not self._has_begun:
            at = stamp_length(data)
            self._stamp = data[:at]
            self._length = self._in_message = 0
        text: list[bytes] = []
        while (end := self._next_message(data, at)) >= 0:
            text.append(data[at:end])
            at = end + stamp_length(data, end)
            self._in_message = 0
        text.append(data[at:])
        self._in_message += len(data) - at
        self._length += len(data)
        self._has_begun = not data.endswith(b"\n")
        self._line.add(self._stamp[:-1], b"".join(text), found)

    def _next_message(self, data: bytes, at: int) -> int:
        """Return where a further message of the same line begins with its time; -1 for nowhere.

        No message but the last is shorter than MESSAGE. Its time is the line's own, or it comes
        when the message has that length. A log file of the driver `local` forgets the end of a
        long line: then the next one comes at once.
        """
        if self._length + len(data) <= MESSAGE:
            return -1
        full = max(at + MESSAGE - self._in_message, at)
        ends = [data.find(self._stamp, full)] if self._stamp else []
        if full < len(data) and stamp_length(data, full):
            ends.append(full)
        if at or self._length:
            ends.append(after_return(data, at))
            if not self._in_message and at and stamp_length(data, at):
                ends.append(at)
        return min((end for end in ends if end >= 0), default=-1)


def _outside_stamp(data: bytes, at: int) -> int:
    """Return a place where no time is cut in two: `at`, or before the time that is there."""
    start = max(at - _STAMP_MAX, 0)
    for place in range(start, at):
        if (length := stamp_length(data, place)) and place + length > at:
            return place
    return at


class OpenLine:
    """A line that may not have come to its end."""

    def __init__(self, stream: int, source: int, repeats: Repeats) -> None:
        self._stream = stream
        self._source = source
        self._stamp = b""
        self._pieces: list[bytes] = []
        self._length = 0
        self._repeats = repeats
        self._begins = True
        self._is_repeated = False

    def add_message(self, stamp: bytes, data: bytes, found: list[LogLine]) -> None:
        """Take a whole message; one that begins a line again is left out, with what follows it."""
        if self._begins:
            self._is_repeated = self._repeats.has(stamp, data)
        self._begins = data.endswith(b"\n")
        if not self._is_repeated:
            self.add(stamp, data, found)

    def add(self, stamp: bytes, data: bytes, found: list[LogLine]) -> None:
        """Take bytes that follow what came before; lines that are whole go to `found`."""
        if stamp and not self._pieces:
            self._stamp = stamp
        if 0 <= data.find(b"\n") == len(data) - 1 <= LINE_MAX and not self._pieces:
            found.append(LogLine(self._stamp, self._stream, data[:-1], True, self._source))
            return  # what most messages are
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


def reader_for(*, tty: bool, stamps: bool, source: int = 0, differ: bool = False) -> Reader:
    """Return what reads the log of a container.

    Args:
        tty: The container has a terminal (`Config.Tty` of its inspection).
        stamps: Each message begins with its time.
        source: Which of several containers it is.
        differ: No two messages of one stream have the same time: one that has was told twice.
    """
    kind: Callable[..., Reader] = TerminalReader if tty else FrameReader
    return kind(stamps=stamps, source=source, differ=differ)


def as_written(lines: Iterator[LogLine]) -> Iterator[bytes]:
    """Yield the bytes that the container wrote."""
    for line in lines:
        yield line.text + b"\n" if line.ends else line.text
