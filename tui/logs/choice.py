"""Which lines of a log are shown: filtered by text and stream, and searched."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from tui.logs.book import LogBook
from tui.logs.colours import unescaped
from tui.logs.line import LogLine

_BAR: Final = re.compile(r"(?<!\\)\|")


class Wanted(NamedTuple):
    """What is looked for in lines."""

    words: tuple[str, ...]
    """One of them must be there, whatever its case; none: every line fits."""
    is_excluded: bool = False
    """None of them may be there."""


@lru_cache(64)
def wanted(text: str) -> Wanted:
    r"""Return what a person means: `error|warning` is either, `!ping` is what does not hold it.

    A backslash takes the meaning away: `\|`, `\!`.
    """
    is_excluded = len(text) > 1 and text.startswith("!")
    body = text[1:] if is_excluded or text.startswith("\\!") else text
    words = tuple(part.replace("\\|", "|") for part in _BAR.split(body) if part)
    return Wanted(words, is_excluded)


class Shown:
    """The numbers of the lines that a choice shows, kept up to date with the book."""

    def __init__(
        self, book: LogBook, text: str = "", streams: frozenset[int] = frozenset()
    ) -> None:
        """Show what a text fits, see `wanted`, of these streams; nothing chosen: all."""
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

    def held(self) -> Shown:
        """Return the same choice of the lines that are kept now, whatever comes or goes."""
        found = [] if self.is_all else list(self.update())
        shown = Shown(self.book.held(), self.text, self.streams)
        shown._found, shown._seen = found, self._seen
        return shown

    def _fits(self, line: LogLine) -> bool:
        if self.streams and line.stream not in self.streams:
            return False
        return not self.text or holds(line, self.text)


def holds(line: LogLine, text: str) -> bool:
    """Tell whether a line fits a text, see `wanted`."""
    words, is_excluded = wanted(text)
    return not words or any(_has(line.text, word) for word in words) is not is_excluded


def _has(text: bytes, word: str) -> bool:
    folded = word.casefold()
    if folded.isascii() and text.isascii() and b"\x1b" not in text:
        return folded.encode() in text.lower()
    return folded in unescaped(text).casefold()


def find(
    book: LogBook, numbers: Sequence[int], text: str, start: int, *, back: bool = False
) -> int | None:
    """Return the number of the next line that a text fits, or the one before; None for none.

    Args:
        book: The lines.
        numbers: Those that are shown.
        text: What to look for, see `wanted`.
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
