"""How a line of a row list is put together from text, style names and cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.model.text import visible
from tui.ui.terminal import Glyphs
from tui.ui.widgets.columns import fit, pieces, wrap
from tui.ui.widgets.frame import NO_FRAME, Frame, header_text
from tui.ui.widgets.viewport import Line

CACHED_STRIPS: Final = 512
"""Painted lines kept; a scroll by one line then paints one new line."""


class RowPainter:
    """Turns lines into strips, and remembers them as long as frame and styles stay."""

    def __init__(self, style: Callable[[str], Style], glyphs: Glyphs) -> None:
        """Paint with `style`, which knows the style of a name, and `glyphs`."""
        self.frame = NO_FRAME
        self._style = style
        self._glyphs = glyphs
        self._strips: dict[tuple[Line, bool], Strip] = {}

    def forget(self) -> None:
        """Drop what was remembered, because styles have changed."""
        self._strips.clear()

    def use(self, frame: Frame) -> bool:
        """Paint into `frame` from now on; True if that changes how lines look."""
        if frame == self.frame:
            return False
        self.frame = frame
        self.forget()
        return True

    def header(self, sorted_by: str, *, descending: bool) -> Strip:
        """Return the line of titles, with an arrow at the one that sorts."""
        text = header_text(self.frame, self._glyphs, sorted_by, descending=descending)
        return self._plain(text, "header")

    def line(self, line: Line, *, focused: bool) -> Strip:
        """Return one line of the list; `focused`: the cursor is where keys go."""
        key = (line, focused and line.cursor)
        if (strip := self._strips.get(key)) is None:
            if len(self._strips) >= CACHED_STRIPS:
                self._strips.clear()
            strip = self._strips[key] = self._paint(line, focused=focused)
        return strip

    def empty(self, y: int, text: str) -> Strip:
        """Return line `y` of the centred text of an empty list."""
        width = self.frame.size.width
        lines = wrap("\n".join(visible(line) for line in text.split("\n")), width)
        above = max(self.frame.height - len(lines), 0) // 2
        line = lines[y - above] if 0 <= y - above < len(lines) else ""
        left = max(width - cell_len(line), 0) // 2
        return self._plain(" " * left + line, "empty")

    def _paint(self, line: Line, *, focused: bool) -> Strip:
        frame, glyphs = self.frame, self._glyphs
        room = frame.size.width - frame.bar
        segments: list[Segment] = []
        plain = self._style("")
        used = 0
        if line.row is not None:
            plain = self._row_style(line)
            texts = pieces(line.row, frame.slots, glyphs=glyphs)
            mark = glyphs.mark if line.marked else ""
            if frame.gutter:
                texts.insert(0, (mark.ljust(frame.gutter), ""))
            if line.cursor:
                plain = self._style("cursor" if focused else "cursor-blurred")
                texts = [("".join(text for text, _ in texts), "")]
            segments = [
                Segment(text, plain + self._style(name) if name else plain)
                for text, name in texts
                if text
            ]
            used = sum(cell_len(text) for text, _ in texts)
        if used < room:
            segments.append(Segment(" " * (room - used), plain))
        if frame.bar:
            thumb = glyphs.scroll_thumb if line.thumb else glyphs.scroll_track
            segments.append(Segment(thumb.rjust(frame.bar), self._style("") + self._style("bar")))
        return Strip(segments, frame.size.width)

    def _row_style(self, line: Line) -> Style:
        row = line.row
        names = (row.state, "dim" if row.dim else "") if row else ()
        style = self._style("")
        for name in ("marked" if line.marked else "", *names):
            if name:
                style += self._style(name)
        return style

    def _plain(self, text: str, name: str) -> Strip:
        width = self.frame.size.width
        text = fit(text, width, glyphs=self._glyphs)
        return Strip([Segment(text, self._style("") + self._style(name))], width)
