"""A log as far as it is kept: a ring of lines that one thread fills and a screen reads."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

from tui.logs.line import MESSAGE, LogLine

LINES_MAX: Final = 50_000
"""Lines that are kept."""

BYTES_MAX: Final = 32 << 20
"""Bytes of text that are kept."""

_LINE_COST: Final = 150
"""Bytes that a line takes beside its text, roughly."""


class LogBook:
    """The newest lines of a log, numbered from the first that was read.

    What is older than the limits is dropped, and can be read again from the Engine.
    """

    def __init__(self, *, lines_max: int = LINES_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._lines_max = lines_max
        self._bytes_max = bytes_max
        self._lock = threading.Lock()
        self._lines: list[LogLine] = []
        self._gone = 0
        """Lines at the front of the list that count no more."""
        self._first = 0
        self._bytes = 0
        self.added = 0
        """Messages of the Engine that have come so far."""
        self.dropped = 0
        """Those of them whose lines are not kept any more."""
        self.unread = 0
        """Containers whose log could not be read."""
        self.resting = 0
        """Containers that have ended and may be started again."""

    @property
    def first(self) -> int:
        """Number of the oldest line that is kept."""
        return self._first

    @property
    def end(self) -> int:
        """Number after the newest line."""
        with self._lock:
            return self._first + len(self._lines) - self._gone

    @property
    def has_dropped(self) -> bool:
        """Whether older lines were here and are not any more."""
        return self._first > 0

    def add(self, lines: Sequence[LogLine]) -> None:
        """Take lines that follow, and let the oldest go where there are too many."""
        with self._lock:
            self._lines.extend(lines)
            self._bytes += sum(len(line.text) for line in lines) + _LINE_COST * len(lines)
            self.added += sum(map(_messages, lines))
            while self._is_too_much():
                self._bytes -= len(self._lines[self._gone].text) + _LINE_COST
                self.dropped += _messages(self._lines[self._gone])
                self._gone += 1
                self._first += 1
            if self._gone * 4 > len(self._lines):
                del self._lines[: self._gone]
                self._gone = 0

    def line(self, number: int) -> LogLine | None:
        """Return a line by its number; None where it is not kept."""
        with self._lock:
            at = number - self._first + self._gone
            return self._lines[at] if self._gone <= at < len(self._lines) else None

    def count_from_start(self, nanoseconds: int) -> int:
        """Return how many lines at the start are of one moment."""
        number = self.first
        while (line := self.line(number)) is not None and line.nanoseconds == nanoseconds:
            number += 1
        return number - self.first

    def lines(self, start: int, end: int) -> list[LogLine]:
        """Return the lines from number `start` up to `end`, as far as they are kept."""
        with self._lock:
            shift = self._gone - self._first
            return self._lines[max(start + shift, self._gone) : max(end + shift, self._gone)]

    def held(self) -> LogBook:
        """Return a book of the lines that are kept now, under the same numbers."""
        book = LogBook(lines_max=self._lines_max, bytes_max=self._bytes_max)
        with self._lock:
            book._lines = self._lines[self._gone :]
            book._first, book._bytes = self._first, self._bytes
            book.added, book.dropped = self.added, self.dropped
        return book

    def _is_too_much(self) -> bool:
        kept = len(self._lines) - self._gone
        return kept > self._lines_max or (self._bytes > self._bytes_max and kept > 1)


def _messages(line: LogLine) -> int:
    """Return in how many messages the Engine keeps a line, or a piece of one."""
    return max(-(-len(line.text) // MESSAGE), 1)
