"""Rows, columns, and how they share the width of a list: pure values and functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import Literal, Protocol, runtime_checkable

from rich.cells import cell_len, set_cell_size

from tui.model.text import visible
from tui.ui.terminal import Glyphs

Align = Literal["left", "right"]

GAP = 1
"""Cells between two columns."""


@dataclass(frozen=True, slots=True)
class CellText:
    """The text of a cell with a style name, such as "good" for `rowlist--good`."""

    text: str
    style_name: str = ""


Cell = str | CellText
"""Plain text, never markup, with a style name or without."""

Piece = Cell
"""The same as a part of a line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; rows that are equal look the same."""

    key: str
    """Unique in its list; cursor and marks hold on to it."""
    cells: tuple[Cell, ...]
    """One for each column, in their order; missing ones are shown blank."""
    dim: bool = False
    """Shown fainter than its neighbours."""
    state: str = ""
    """Style name for the whole row; the cells must tell the state in words as well."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list."""

    key: str
    title: str
    width: int
    """Cells; for a flexible column its weight when spare width is shared out."""
    _: KW_ONLY
    min_width: int = 4
    """Cells a flexible column needs at least; fixed columns do not shrink."""
    flex: bool = False
    """Takes a share of the spare width."""
    align: Align = "left"
    priority: int = 0
    """When the list is too narrow, the columns of least priority go first."""
    cut_to: int = 0
    """Cells of which a column of fixed width still tells something; 0: cut, it tells nothing."""

    @property
    def needed(self) -> int:
        """Cells below which the column is dropped."""
        return self.min_width if self.flex else self.width


@dataclass(frozen=True, slots=True)
class Slot:
    """A column that is shown: which cell of a row, where, how wide (cells)."""

    column: Column
    index: int
    x: int
    width: int


class RowSource(Protocol):
    """Rows by position; each is asked for only when it is about to be shown."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Row: ...


@runtime_checkable
class KeyedRows(Protocol):
    """A source that finds the position of a key itself; for very long lists."""

    def index_of(self, key: str) -> int | None:
        """Return the position of `key`, or None if there is no such row."""
        ...


def place(columns: Sequence[Column], width: int) -> tuple[Slot, ...]:
    """Choose the columns that fit into `width` cells and place them.

    Columns of least priority are dropped (the rightmost of equals first) until the
    rest fits, or are cut if they bear it; flexible columns share what is left over by
    their weights. The last remaining column gets whatever there is.
    """
    kept = list(enumerate(columns))
    while len(kept) > 1 and _needed(kept) > width:
        least = min(reversed(kept), key=lambda item: item[1].priority)
        index, column = least
        room = column.needed + width - _needed(kept)
        if not column.flex and 0 < column.cut_to <= room:
            kept[kept.index(least)] = index, replace(column, width=room)
        else:
            kept.remove(least)
    widths = _widths([column for _, column in kept], width)
    slots: list[Slot] = []
    x = 0
    for (index, column), cells in zip(kept, widths, strict=True):
        slots.append(Slot(column, index, x, cells))
        x += cells + GAP
    return tuple(slots)


def _needed(kept: Sequence[tuple[int, Column]]) -> int:
    return sum(column.needed for _, column in kept) + GAP * (len(kept) - 1)


def _widths(columns: Sequence[Column], width: int) -> list[int]:
    """Share `width` cells among columns that fit, or give all of it to the last one."""
    if len(columns) == 1 and (columns[0].flex or columns[0].width > width):
        return [max(width, 0)]
    widths = [column.needed for column in columns]
    spare = width - sum(widths) - GAP * (len(columns) - 1)
    weight = sum(column.width for column in columns if column.flex)
    for index, column in enumerate(columns):
        if column.flex and weight:
            share = spare * column.width // weight
            widths[index] += share
            spare -= share
            weight -= column.width
    return widths


def fit(text: str, width: int, align: Align = "left", *, glyphs: Glyphs) -> str:
    """Return `text` cut or padded to exactly `width` cells.

    Wide characters are never halved and combining ones stay with their base. What is
    cut ends in an ellipsis. With ASCII glyphs other characters become question marks.
    """
    if width <= 0:
        return ""
    if text.isascii():
        length = len(text)
    elif glyphs.ascii:
        text = "".join(_ascii_cells(text))
        length = len(text)
    else:
        length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + glyphs.ellipsis
    blank = " " * (width - length)
    return blank + text if align == "right" else text + blank


def _ascii_cells(text: str) -> Iterable[str]:
    for character in text:
        yield character if character.isascii() else "?" * cell_len(character)


def wrap(text: str, width: int) -> list[str]:
    """Break `text` at blanks into lines of at most `width` cells; longer words stay whole."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if line and cell_len(longer) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def pieces(row: Row, slots: Sequence[Slot], *, glyphs: Glyphs) -> list[tuple[str, str]]:
    """Return a row's text as pieces of (text, style name), neighbours of one style joined.

    Whatever control characters a cell holds are made visible here.
    """
    joined: list[tuple[str, str]] = []
    end = 0
    for slot in slots:
        cell = row.cells[slot.index] if slot.index < len(row.cells) else ""
        text, style_name = (cell, "") if isinstance(cell, str) else (cell.text, cell.style_name)
        text = fit(visible(text), slot.width, slot.column.align, glyphs=glyphs)
        joined_text = " " * (slot.x - end) + text
        end = slot.x + slot.width
        if joined and joined[-1][1] == style_name:
            joined[-1] = (joined[-1][0] + joined_text, style_name)
        else:
            joined.append((joined_text, style_name))
    return joined


def longest(texts: Iterable[str], least: int, most: int) -> int:
    """Return the characters that the longest text needs, within two bounds."""
    return min(max(least, *(len(text) for text in texts), least), most)
