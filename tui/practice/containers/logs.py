"""What a container has written: kept line by line, and read as `docker logs` reads it."""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple

from tui.practice.configs import timestamp

KEPT: Final = 20_000
"""Lines that are remembered."""

LONGEST: Final = 16_384
"""Bytes of a line; dockerd's log files split longer ones too."""

STDOUT: Final = 1
STDERR: Final = 2


class Line(NamedTuple):
    """One line of a log."""

    number: int
    time: float
    """Seconds of the epoch."""
    stream: int
    data: bytes
    """With its end; the last one of a process may have none."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What `docker logs` was asked for."""

    streams: frozenset[int]
    since: float = 0.0
    until: float = 0.0
    """0 is without end."""
    timestamps: bool = False
    framed: bool = True
    """Each line with a head that tells its stream: without a terminal."""

    def wants(self, line: Line) -> bool:
        """Tell whether a line belongs to it."""
        return line.time >= self.since and not (self.until and line.time > self.until)

    def shown(self, line: Line) -> bytes:
        """Return a line as it is sent; b"" for a stream that was not asked for."""
        if line.stream not in self.streams:
            return b""
        data = line.data
        if self.timestamps:
            data = _full(line.time).encode() + b" " + data
        return frame(line.stream, data) if self.framed else data


class Log:
    """The lines of one container."""

    __slots__ = ("_count", "_lines", "_rest")

    def __init__(self) -> None:
        self._lines: deque[Line] | None = None
        self._rest: dict[int, bytes] | None = None
        self._count = 0

    @property
    def count(self) -> int:
        """How many lines there have been."""
        return self._count

    def write(self, stream: int, data: bytes, now: float) -> None:
        """Take output; what is no whole line yet waits for its end."""
        if self._rest is None:
            self._rest = {}
        pieces = (self._rest.pop(stream, b"") + data).split(b"\n")
        for piece in pieces[:-1]:
            self.add(stream, piece + b"\n", now)
        rest = pieces[-1]
        while len(rest) >= LONGEST:
            self.add(stream, rest[:LONGEST], now)
            rest = rest[LONGEST:]
        if rest:
            self._rest[stream] = rest

    def flush(self, now: float) -> None:
        """Keep what has no end of line: the process has ended, or waits at a prompt."""
        for stream, rest in sorted((self._rest or {}).items()):
            self.add(stream, rest, now)
        self._rest = None

    def lines(self, tail: int = -1, selection: Selection | None = None) -> list[Line]:
        """Return the last lines of a selection; all of them if `tail` is negative.

        As in dockerd the tail is counted before the streams are chosen.
        """
        found = [line for line in self._lines or () if selection is None or selection.wants(line)]
        if tail < 0:
            return found
        return found[-tail:] if tail else []

    def after(self, number: int) -> list[Line]:
        """Return the lines that follow the one of a number."""
        found: list[Line] = []
        for line in reversed(self._lines or ()):
            if line.number <= number:
                break
            found.append(line)
        return found[::-1]

    def add(self, stream: int, data: bytes, now: float) -> None:
        """Take one line as it is."""
        if self._lines is None:
            self._lines = deque(maxlen=KEPT)
        self._count += 1
        self._lines.append(Line(self._count, now, stream, data))


def frame(stream: int, data: bytes) -> bytes:
    """Return bytes with the head of the raw stream: the stream's number and the length."""
    return struct.pack(">BxxxL", stream, len(data)) + data


def _full(time: float) -> str:
    """Return a time with all nine digits, as logs have it."""
    text = timestamp(time).removesuffix("Z")
    seconds, _dot, digits = text.partition(".")
    return f"{seconds}.{digits:0<9}Z"
