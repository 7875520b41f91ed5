"""Which rows of a long list are to be seen, and where the cursor is: no terminal, no drawing."""

from __future__ import annotations

from typing import Final, NamedTuple

from tui.ui.widgets.columns import KeyedRows, Row, RowSource

SURVIVOR_SEARCH: Final = 1000
"""Rows looked at in each direction for the nearest one that survived a change."""

CACHED_ROWS: Final = 1024
"""Rows kept so that a source formats each only once while it is near the screen."""


class Line(NamedTuple):
    """One line of the screen; lines that are equal look the same."""

    row: Row | None
    """None below the last row."""
    cursor: bool
    marked: bool
    thumb: bool
    """The scrollbar's thumb passes here."""


class Viewport:
    """A window of `height` rows on a list, with a cursor that holds on to its row's key."""

    def __init__(self) -> None:
        self.rows: RowSource = ()
        self.height = 0
        """Rows that fit on the screen."""
        self.top = 0
        """Position of the first row shown."""
        self.cursor = -1
        """Position of the cursor row, -1 if there are no rows."""
        self.key: str | None = None
        """Key of the cursor row."""
        self.marks: frozenset[str] = frozenset()
        self._cache: dict[int, Row] = {}
        self._index: dict[str, int] | None = None

    def row(self, index: int) -> Row:
        """Return the row at a position, asking the source only once for it.

        Raises:
            IndexError: there is no such row.
        """
        if (row := self._cache.get(index)) is None:
            if len(self._cache) >= CACHED_ROWS:
                self._cache.clear()
            row = self._cache[index] = self.rows[index]
        return row

    def index_of(self, key: str) -> int | None:
        """Return the position of a key, or None."""
        if isinstance(self.rows, KeyedRows):
            return self.rows.index_of(key)
        if self._index is None:
            self._index = {self.rows[i].key: i for i in range(len(self.rows))}
        return self._index.get(key)

    def set_rows(self, rows: RowSource) -> None:
        """Show other rows: cursor on the same key, and its row on the same screen line."""
        old, old_cursor, old_top = self.rows, self.cursor, self.top
        seen = old_top <= old_cursor < old_top + max(self.height, 1)
        anchor = old_cursor if seen else old_top
        anchor_key = self.key if seen or not 0 <= anchor < len(old) else self.row(anchor).key
        self.rows, self._cache, self._index = rows, {}, None
        moved_anchor = self._survivor(anchor_key, old, anchor)
        self.cursor = moved_anchor if seen else self._survivor(self.key, old, old_cursor)
        self.key = self.row(self.cursor).key if self.cursor >= 0 else None
        self.top = moved_anchor - (anchor - old_top)
        self._clamp()

    def _survivor(self, key: str | None, old: RowSource, index: int) -> int:
        """Return where `key`, or else its nearest surviving neighbour, is now; -1 if nowhere."""
        count = len(self.rows)
        if not count:
            return -1
        if key is not None and (found := self.index_of(key)) is not None:
            return found
        after = range(max(index, 0), min(index + SURVIVOR_SEARCH, len(old)))
        before = range(min(index, len(old)) - 1, max(index - SURVIVOR_SEARCH, 0) - 1, -1)
        for candidates in (after, before):
            for candidate in candidates:
                if (found := self.index_of(old[candidate].key)) is not None:
                    return found
        return min(max(index, 0), count - 1)

    def set_height(self, height: int) -> None:
        """Make the window taller or smaller; a cursor that was in sight stays in sight."""
        seen = self.top <= self.cursor < self.top + self.height
        first = not self.height
        self.height = max(height, 0)
        if seen or first:
            self._reveal()
        self._clamp()

    def move_to(self, index: int) -> bool:
        """Put the cursor on a row, as near as there is one; True if its key changed."""
        count = len(self.rows)
        old = self.key
        self.cursor = min(max(index, 0), count - 1)
        self.key = self.row(self.cursor).key if count else None
        self._reveal()
        self._clamp()
        return self.key != old

    def scroll_to(self, top: int) -> None:
        """Show the rows from `top` on; the cursor stays where it is, even out of sight."""
        self.top = top
        self._clamp()

    @property
    def max_top(self) -> int:
        """The greatest `top` that leaves no blank lines below the last row."""
        return max(len(self.rows) - self.height, 0)

    def _reveal(self) -> None:
        if self.cursor < self.top:
            self.top = max(self.cursor, 0)
        elif self.height and self.cursor >= self.top + self.height:
            self.top = self.cursor - self.height + 1

    def _clamp(self) -> None:
        self.top = min(max(self.top, 0), self.max_top)

    def lines(self) -> tuple[Line, ...]:
        """Return what each line of the window shows."""
        thumb = self.thumb()
        count = len(self.rows)
        lines: list[Line] = []
        for y in range(self.height):
            index = self.top + y
            row = self.row(index) if index < count else None
            marked = row is not None and row.key in self.marks
            lines.append(Line(row, index == self.cursor, marked, y in thumb))
        return tuple(lines)

    def thumb(self) -> range:
        """Return the screen lines of the scrollbar's thumb; empty if all rows are in sight."""
        count = len(self.rows)
        if count <= self.height or not self.height:
            return range(0)
        length = max(self.height * self.height // count, 1)
        start = self.top * (self.height - length) // self.max_top
        return range(start, start + length)
