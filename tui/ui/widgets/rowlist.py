"""The list of the app: a virtual list of rows on Textual's line API.

A plain `Widget` with its own scroll position rather than a `ScrollView`: a new number of
rows then costs no layout, and a line is painted again only when it looks different.
Row by row the list asks its source only for what is on the screen, so half a million
rows cost what a thousand do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from rich.style import Style
from textual import events, on
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.i18n import N_
from tui.ui.terminal import UNICODE, Glyphs
from tui.ui.widgets.columns import Cell, CellText, Column, KeyedRows, Row, RowSource
from tui.ui.widgets.frame import Area, measure
from tui.ui.widgets.rowpaint import RowPainter
from tui.ui.widgets.viewport import Line, Viewport

__all__ = ["Cell", "CellText", "Column", "KeyedRows", "Row", "RowList", "RowSource"]

_KEYS: Final = (
    (("up", "k"), N_("Up"), N_("Move the cursor one row up")),
    (("down", "j"), N_("Down"), N_("Move the cursor one row down")),
    (("pageup",), N_("Page up"), N_("Move the cursor one screen up")),
    (("pagedown",), N_("Page down"), N_("Move the cursor one screen down")),
    (("home", "g"), N_("First"), N_("Move the cursor to the first row")),
    (("end", "G"), N_("Last"), N_("Move the cursor to the last row")),
)


def _bindings() -> Iterator[BindingType]:
    """Arrows and letters apart, each with an id, so that a keymap can move one of them."""
    for keys, description, tooltip in _KEYS:
        for key in keys:
            name, action = f"rowlist.{key}", f"go('{keys[0]}')"
            yield Binding(key, action, description, show=False, id=name, tooltip=tooltip)
    tooltip = N_("Open the row under the cursor")
    yield Binding("enter", "choose", N_("Open"), show=False, id="rowlist.enter", tooltip=tooltip)


class RowList(Widget, can_focus=True):
    """A list of rows with a cursor, marks, a header and a scrollbar.

    Style names of rows and cells stand for the component classes below; others are
    shown plain. A subclass may add classes of its own.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rowlist--header",
        "rowlist--cursor",
        "rowlist--cursor-blurred",
        "rowlist--marked",
        "rowlist--dim",
        "rowlist--bar",
        "rowlist--empty",
        "rowlist--good",
        "rowlist--warn",
        "rowlist--bad",
        "rowlist--accent",
        "rowlist--strong",
    }
    DEFAULT_CSS = """
    RowList {
        width: 1fr;
        height: 1fr;
        & > .rowlist--header { text-style: bold; }
        & > .rowlist--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: bold;
        }
        & > .rowlist--cursor-blurred {
            color: $block-cursor-blurred-foreground;
            background: $block-cursor-blurred-background;
        }
        & > .rowlist--marked { color: $text-accent; text-style: bold; }
        & > .rowlist--dim { text-style: dim; }
        & > .rowlist--bar { text-style: dim; }
        & > .rowlist--empty { text-style: dim; }
        & > .rowlist--good { color: $text-success; }
        & > .rowlist--warn { color: $text-warning; }
        & > .rowlist--bad { color: $text-error; }
        & > .rowlist--accent { color: $text-accent; }
        & > .rowlist--strong { text-style: bold; }
        &:ansi > .rowlist--cursor-blurred { text-style: underline; }
        &:nocolor > .rowlist--cursor { text-style: reverse; }
        &:nocolor > .rowlist--cursor-blurred { text-style: underline; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = list(_bindings())

    empty_text: reactive[str] = reactive("")
    """What is shown in the middle while there are no rows; may have several lines."""

    @dataclass
    class RowHighlighted(Message):
        """The cursor has come to another row, or to none (`key` is None)."""

        row_list: RowList
        key: str | None

        @property
        def control(self) -> RowList:
            """The list, for selectors of `@on`."""
            return self.row_list

        def can_replace(self, message: Message) -> bool:
            """While a key is held only the last of these matters."""
            return isinstance(message, RowList.RowHighlighted) and message.control is self.control

    @dataclass
    class RowChosen(Message):
        """Enter was pressed on a row, or the cursor row was clicked."""

        row_list: RowList
        key: str

        @property
        def control(self) -> RowList:
            """The list, for selectors of `@on`."""
            return self.row_list

    @dataclass
    class HeaderClicked(Message):
        """The title of a column was clicked."""

        row_list: RowList
        column_key: str

        @property
        def control(self) -> RowList:
            """The list, for selectors of `@on`."""
            return self.row_list

    def __init__(
        self,
        columns: Sequence[Column] = (),
        *,
        header: bool = True,
        marking: bool = True,
        empty_text: str = "",
        glyphs: Glyphs = UNICODE,
        **widget_options: Any,
    ) -> None:
        """Make an empty list.

        Args:
            columns: what each row's cells are.
            header: show the titles of the columns.
            marking: leave room for marks in front of the rows.
            empty_text: shown in the middle while there are no rows; may have several lines.
            glyphs: the characters to draw with.
            widget_options: `name`, `id`, `classes`, `disabled` of the widget.
        """
        super().__init__(**widget_options)
        self._view = Viewport()
        self._painter = RowPainter(self._style, glyphs)
        self._columns = tuple(columns)
        self._header = header
        self._marking = marking
        self.set_reactive(RowList.empty_text, empty_text)
        self._sorted_by = ("", False)
        self._lines: tuple[Line, ...] = ()
        self._known_styles: dict[str, Style] = {}

    @property
    def cursor_key(self) -> str | None:
        """Key of the row under the cursor, None if there are no rows."""
        return self._view.key

    @property
    def cursor_index(self) -> int:
        """Position of the row under the cursor, -1 if there are no rows."""
        return self._view.cursor

    @property
    def visible_range(self) -> tuple[int, int]:
        """Position of the first row in sight, and how many rows fit."""
        return self._view.top, self._view.height

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns; rows with cells for them should follow."""
        self._columns = tuple(columns)
        self._update_lines()

    def set_rows(self, rows: RowSource) -> None:
        """Show other rows: any sequence of `Row`; a lazy one formats only what is in sight.

        Cursor and marks stay on their rows and the cursor's row on its line of the screen;
        if that row has gone, the cursor is on the next one that is still there. Only lines
        that look different are painted.
        """
        key, count = self._view.key, len(self._view.rows)
        self._view.set_rows(rows)
        if self.styles.auto_dimensions and len(rows) != count:
            self.refresh(layout=True)
        self._update_lines()
        if self._view.key != key:
            self.post_message(self.RowHighlighted(self, self._view.key))

    def set_marks(self, keys: frozenset[str]) -> None:
        """Show these rows as marked; keys without a row do no harm."""
        self._view.marks = keys
        self._update_lines()

    def set_sort(self, column_key: str, *, descending: bool = False) -> None:
        """Show an arrow beside the title of the column that the rows are sorted by."""
        if (column_key, descending) != self._sorted_by:
            self._sorted_by = (column_key, descending)
            self.refresh(Region(0, 0, self.size.width, self._painter.frame.header))

    def move_to(self, index: int) -> None:
        """Put the cursor on the row at a position, or the nearest there is, and show it."""
        changed = self._view.move_to(index)
        self._update_lines()
        if changed:
            self.post_message(self.RowHighlighted(self, self._view.key))

    def move_to_key(self, key: str) -> bool:
        """Put the cursor on the row with this key; False if there is none."""
        if (index := self._view.index_of(key)) is None:
            return False
        self.move_to(index)
        return True

    def scroll_rows(self, top: int) -> None:
        """Show the rows from position `top` on; the cursor stays on its row."""
        self._view.scroll_to(top)
        self._update_lines()

    def action_go(self, where: str) -> None:
        """Move the cursor; `where` is the name of an arrow or page key."""
        view = self._view
        page = max(view.height - 1, 1)
        targets = {
            "up": view.cursor - 1,
            "down": view.cursor + 1,
            "pageup": view.cursor - page,
            "pagedown": view.cursor + page,
            "home": 0,
            "end": len(view.rows) - 1,
        }
        self.move_to(targets[where])

    def action_choose(self) -> None:
        """Tell that the row under the cursor is meant."""
        if self._view.key is not None:
            self.post_message(self.RowChosen(self, self._view.key))

    @on(events.MouseScrollUp)
    @on(events.MouseScrollDown)
    def _wheel(self, event: events.MouseEvent) -> None:
        """Scroll without moving the cursor."""
        event.stop()
        step = round(self.app.scroll_sensitivity_y)
        up = isinstance(event, events.MouseScrollUp)
        self.scroll_rows(self._view.top + (-step if up else step))

    def on_click(self, event: events.Click) -> None:
        """Choose the cursor row, move the cursor to another, sort, or jump by the scrollbar."""
        frame, view = self._painter.frame, self._view
        if (offset := event.get_content_offset(self)) is None:
            return
        event.stop()
        y = offset.y - frame.header
        index = view.top + y
        if frame.bar and offset.x == frame.size.width - 1:
            self.scroll_rows(view.max_top * y // max(view.height - 1, 1))
        elif y < 0:
            if column := frame.column_at(offset.x):
                self.post_message(self.HeaderClicked(self, column.key))
        elif index == view.cursor:
            self.action_choose()
        elif index < len(view.rows):
            self.move_to(index)

    def render_line(self, y: int) -> Strip:
        """Paint one line of the list (Textual's line API)."""
        painter = self._painter
        if painter.frame.size != Area(*self.size):
            self._update_lines(repaint=False)
        frame = painter.frame
        if y < frame.header:
            column_key, descending = self._sorted_by
            return painter.header(column_key, descending=descending)
        if not frame.filled:
            return painter.empty(y - frame.header, self.empty_text)
        return painter.line(self._lines[y - frame.header], focused=self.has_focus)

    def _update_lines(self, *, repaint: bool = True) -> None:
        """Work out what each line shows, and repaint the lines that look different."""
        columns, count = self._columns, len(self._view.rows)
        frame = measure(
            Area(*self.size), columns, header=self._header, marking=self._marking, count=count
        )
        self._view.set_height(frame.height)
        before, self._lines = self._lines, self._view.lines()
        everything = self._painter.use(frame)
        if not repaint:
            return
        if everything:
            self.refresh()
            return
        pairs = enumerate(zip(before, self._lines, strict=True), frame.header)
        changed = [Region(0, y, frame.size.width, 1) for y, (old, new) in pairs if old != new]
        if changed:
            self.refresh(*changed)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines it takes to show all rows (for `height: auto`)."""
        del container, viewport, width
        rows = len(self._view.rows) or len(self.empty_text.splitlines())
        return rows + int(self._header)

    def notify_style_update(self) -> None:
        """Look up the styles again (called by Textual)."""
        super().notify_style_update()
        self._known_styles.clear()
        self._painter.forget()

    def _style(self, name: str) -> Style:
        """Return the style for a style name; an unknown one is plain."""
        if (style := self._known_styles.get(name)) is None:
            if not name:
                style = self.rich_style
            else:
                partial = not name.startswith("cursor")
                style = self.get_component_rich_style(
                    f"rowlist--{name}", partial=partial, default=Style.null()
                )
            self._known_styles[name] = style
        return style
