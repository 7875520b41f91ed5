"""How the area of a list is divided among header, marks, columns and scrollbar.

Knows neither Textual nor Rich's styles: the first paint uses it before they are loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.cells import cell_len

from tui.ui.terminal import Glyphs
from tui.ui.widgets.columns import Column, Slot, fit, place

MARK_WIDTH: Final = 2
"""Cells in front of a row for its mark."""

BAR_WIDTH: Final = 2
"""Cells of the scrollbar and of the blank that keeps text off it."""

NARROW: Final = 12
"""In fewer cells than this marks and scrollbar are left out."""


class Area(NamedTuple):
    """Cells; equal to Textual's `Size` of the same numbers."""

    width: int
    height: int


class Frame(NamedTuple):
    """How a list's area is divided; in another frame every line looks different."""

    size: Area
    header: int
    """Lines of the header: 0 or 1."""
    gutter: int
    """Cells in front of a row."""
    slots: tuple[Slot, ...]
    bar: int
    """Cells of the scrollbar with the blank before it: 0 or 2."""
    filled: bool
    """There are rows; an empty list looks different."""

    @property
    def height(self) -> int:
        """Lines for rows."""
        return self.size.height - self.header

    def column_at(self, x: int) -> Column | None:
        """Return the column whose cells are at `x`, or None."""
        x -= self.gutter
        found = (slot.column for slot in self.slots if slot.x <= x < slot.x + slot.width)
        return next(found, None)


NO_FRAME: Final = Frame(Area(0, 0), 0, 0, (), 0, False)
"""Before the first layout."""


def measure(
    size: Area, columns: Sequence[Column], *, header: bool, marking: bool, count: int
) -> Frame:
    """Divide an area of `size` among header, marks, columns and scrollbar."""
    head = int(header and size.height > 1)
    wide = size.width >= NARROW
    gutter = MARK_WIDTH if marking and wide else 0
    bar = BAR_WIDTH if wide and count > size.height - head else 0
    slots = place(columns, size.width - gutter - bar)
    return Frame(Area(*size), head, gutter, slots, bar, count > 0)


def header_text(frame: Frame, glyphs: Glyphs, sorted_by: str, *, descending: bool) -> str:
    """Return the titles in their places, with an arrow at the one that sorts."""
    text = " " * frame.gutter
    for slot in frame.slots:
        text += " " * (slot.x + frame.gutter - cell_len(text))
        title, align = slot.column.title, slot.column.align
        if slot.column.key == sorted_by:
            arrow = glyphs.sort_down if descending else glyphs.sort_up
            room = max(slot.width - 2, 0)
            if cell_len(title) > room:
                title = fit(title, room, glyphs=glyphs)
            title = f"{title} {arrow}" if room else arrow
        text += fit(title, slot.width, align, glyphs=glyphs)
    return text
