"""How one line of a log looks: its time, who wrote it, its colours, what was looked for in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.logs.book import LogBook
from tui.logs.choice import wanted
from tui.logs.colours import RGB, Look, shown_pieces
from tui.logs.line import STDERR, LogLine
from tui.model.text import visible
from tui.ui.terminal import Glyphs
from tui.ui.widgets.columns import fit

STAMP: Final = 23
"""Characters of a time that are shown: to the millisecond."""

KEPT: Final = 256
"""Painted lines that are kept: those in sight look the same most of the time."""

Span = tuple[int, int]
"""From one character to another."""


class LinePainter:
    """Makes strips of lines, and remembers the newest."""

    def __init__(self, style: Callable[[str], Style], glyphs: Glyphs) -> None:
        """Paint with `style`, which knows the style of a name, and `glyphs`."""
        self._style = style
        self._glyphs = glyphs
        self._strips: dict[int, Strip] = {}
        self._of: tuple[object, ...] = ()
        """What the strips that are kept depend on."""
        self.names: tuple[str, ...] = ()
        """Of the containers, to be shown before their lines where there are several."""
        self.shows_time = False
        self.wanted = ""
        """What is looked for; it is shown wherever it is."""
        self.hit = -1
        """Number of the line that was found."""
        self.count = 0
        """Lines that were painted so far."""

    @property
    def more(self) -> str:
        """What stands at the end of a line that goes on: one cell."""
        return self._glyphs.ellipsis

    def forget(self) -> None:
        """Drop what was remembered, because styles have changed."""
        self._strips.clear()

    def whole(self, book: LogBook, number: int, base: Style) -> Strip:
        """Return a line as it would be on a screen of any width; an empty one if it is gone."""
        depends = (book, base, self.names, self.shows_time, self.wanted, self.hit)
        if depends != self._of or len(self._strips) >= KEPT:
            self._of = depends
            self._strips.clear()
        if (strip := self._strips.get(number)) is None:
            line = book.line(number)
            if line is None:
                return Strip([])
            self.count += 1
            strip = Strip(self._segments(line, base, is_hit=number == self.hit))
            self._strips[number] = strip
        return strip

    def _segments(self, line: LogLine, base: Style, *, is_hit: bool) -> list[Segment]:
        segments: list[Segment] = []
        if self.shows_time and line.stamp:
            stamp = visible(line.stamp[:STAMP].decode("ascii", "replace")).replace("T", " ")
            segments.append(Segment(f"{stamp} ", base + self._style("stamp")))
        if len(self.names) > 1:
            colour = Style.from_color(Color.from_ansi(line.source % 6 + 1))
            segments.append(self._segment(f"{visible(self.names[line.source])} ", base + colour))
        if line.stream == STDERR:
            segments.append(Segment("! ", base + self._style("error")))
        style = base + self._style("hit") if is_hit else base
        pieces = [(text, style + style_of(look)) for text, look in shown_pieces(line.text)]
        if self.wanted and not is_hit:
            pieces = list(_marked(pieces, self.wanted, self._style("match")))
        return segments + [self._segment(text, look) for text, look in pieces]

    def _segment(self, text: str, style: Style) -> Segment:
        if self._glyphs.ascii and not text.isascii():
            text = fit(text, cell_len(text), glyphs=self._glyphs)
        return Segment(text, style)


def _marked(
    pieces: list[tuple[str, Style]], text: str, style: Style
) -> Iterator[tuple[str, Style]]:
    """Yield the pieces with `style` wherever the words of a text are."""
    spans = _spans("".join(piece for piece, _style in pieces), text)
    start = 0
    for piece, look in pieces:
        at, end = start, start + len(piece)
        for first, last in spans:
            if first < end and last > at:
                first, last = max(first, at), min(last, end)
                yield piece[at - start : first - start], look
                yield piece[first - start : last - start], look + style
                at = last
        yield piece[at - start :], look
        start = end


def _spans(line: str, text: str) -> list[Span]:
    """Return where the words of a text are in a line; nowhere if it is what may not be there."""
    words, is_excluded = wanted(text)
    if is_excluded or not words:
        return []
    found = re.finditer("|".join(map(re.escape, words)), line, re.IGNORECASE)
    return [match.span() for match in found]


@lru_cache(4096)
def style_of(look: Look) -> Style:
    """Return the style of a piece of a log."""
    return Style(
        color=_colour(look.colour),
        bgcolor=_colour(look.background),
        bold=look.bold or None,
        dim=look.dim or None,
        italic=look.italic or None,
        underline=look.underline or None,
        reverse=look.reverse or None,
    )


def _colour(number: int) -> Color | None:
    if number < 0:
        return None
    if number >= RGB:
        return Color.from_rgb(number >> 16 & 255, number >> 8 & 255, number & 255)
    return Color.from_ansi(number)
