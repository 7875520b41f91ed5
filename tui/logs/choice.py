"""Which lines of a log are shown: filtered by text and stream, and searched."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from tui.logs.book import LogBook
from tui.logs.colours import plain_text
from tui.logs.line import LogLine


class Shown:
    """The numbers of the lines that a choice shows, kept up to date with the book."""

    def __init__(
        self, book: LogBook, text: str = "", streams: frozenset[int] = frozenset()
    ) -> None:
        """Show what holds `text`, whatever its case, of these streams; nothing chosen: all."""
        self.book = book
        self.text = text
        self.streams = streams
        self._found: list[int] = []
        self._seen = book.first

    @property
    def is_all(self) -> bool:
        """Whether every line is shown."""
        return not (self.text or self.streams)

    def update(self) -> Sequence[int]:
        """Look at what has come since the last time; returns the numbers of the lines shown."""
        book = self.book
        first, end = book.first, book.end
        if self.is_all:
            return range(first, end)
        start = max(self._seen, first)
        for number, line in enumerate(book.lines(start, end), start):
            if self._fits(line):
                self._found.append(number)
        self._seen = end
        if self._found and self._found[0] < first:
            del self._found[: bisect_left(self._found, first)]
        return self._found

    def _fits(self, line: LogLine) -> bool:
        if self.streams and line.stream not in self.streams:
            return False
        return not self.text or holds(line, self.text)


def holds(line: LogLine, text: str) -> bool:
    """Tell whether a line holds a text, whatever the case."""
    wanted = text.casefold()
    if wanted.isascii() and line.text.isascii() and b"\x1b" not in line.text:
        return wanted.encode() in line.text.lower()
    return wanted in plain_text(line.text).casefold()


def find(
    book: LogBook, numbers: Sequence[int], text: str, start: int, *, back: bool = False
) -> int | None:
    """Return the number of the next line that holds a text, or the one before; None for none.

    Args:
        book: The lines.
        numbers: Those that are shown.
        text: What to look for, whatever its case.
        start: From this line on, which does not count itself.
        back: Look upwards.
    """
    if back:
        order = range(bisect_left(numbers, start) - 1, -1, -1)
    else:
        order = range(bisect_right(numbers, start), len(numbers))
    for at in order:
        line = book.line(numbers[at])
        if line is not None and holds(line, text):
            return numbers[at]
    return None
