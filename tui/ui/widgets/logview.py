"""A log on the screen: coloured lines, wrapped or cut, that follow what is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.i18n import N_
from tui.logs.book import LogBook
from tui.logs.choice import Shown
from tui.logs.colours import RGB, Look, shown_pieces
from tui.logs.line import STDERR, LogLine
from tui.logs.rows import Place, Rows
from tui.model.text import visible
from tui.ui.terminal import UNICODE, Glyphs
from tui.ui.widgets.columns import fit, wrap

ASIDE: Final = 20
"""Cells that a step to the side goes."""

STAMP: Final = 23
"""Characters of a time that are shown: to the millisecond."""

_KEYS: Final = {
    "up": "up", "k": "up", "down": "down", "j": "down", "pageup": "pageup",
    "pagedown": "pagedown", "b": "pageup", "home": "home", "g": "home", "end": "end", "G": "end",
    "left": "left", "h": "left", "right": "right",
}  # fmt: skip


class LogView(Widget, can_focus=True):
    """Shows the lines that are chosen of a book; at its end it stays at the end."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "logview--stamp",
        "logview--error",
        "logview--hit",
        "logview--empty",
    }
    DEFAULT_CSS = """
    LogView {
        width: 1fr;
        height: 1fr;
        & > .logview--stamp { text-style: dim; }
        & > .logview--error { color: $text-error; text-style: bold; }
        & > .logview--hit { text-style: reverse; }
        & > .logview--empty { text-style: dim; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"go('{where}')", N_("Scroll"), show=False, id=f"logview.{key}")
        for key, where in _KEYS.items()
    ]

    class Moved(Message):
        """The part in sight has changed."""

        def __init__(self, view: LogView, *, wants_more: bool) -> None:
            super().__init__()
            self.view = view
            self.wants_more = wants_more
            """Whether somebody wanted to go above the first line that is kept."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, **options: Any) -> None:
        super().__init__(**options)
        self._glyphs = glyphs
        self._shown = Shown(LogBook())
        self._numbers: Sequence[int] = ()
        self._top = Place(0)
        self._top_number = 0
        self._strips: list[Strip] = []
        self._aside = 0
        self.names: tuple[str, ...] = ()
        """Of the containers, to be shown before their lines where there are several."""
        self.follows = True
        self.wraps = False
        self.shows_time = False
        self.hit = -1
        """Number of the line that was found."""
        self.empty_text = ""

    @property
    def numbers(self) -> Sequence[int]:
        """Numbers of the lines that are shown."""
        return self._numbers

    @property
    def book(self) -> LogBook:
        """The lines."""
        return self._shown.book

    @property
    def top_number(self) -> int:
        """Number of the first line in sight."""
        return self._top_number

    def show(self, shown: Shown) -> None:
        """Show other lines, from the same place on where it still is."""
        self._shown = shown
        self.update()

    def update(self) -> None:
        """Show what has come meanwhile; lines that look the same are not painted again."""
        self._numbers = self._shown.update()
        rows, height = self._rows(), self.size.height
        if self.follows:
            self._top = rows.top_for_end(height)
        else:
            place = rows.of_number(self._top_number)
            is_there = self._number_at(place) == self._top_number
            self._top = place._replace(row=self._top.row) if is_there else place
        self._paint()

    def go_to(self, number: int) -> None:
        """Bring a line into sight, a third below the top, and stay there."""
        self.follows = False
        rows = self._rows()
        self._top = rows.moved(rows.of_number(number), -(self.size.height // 3))
        self._paint()

    def lines_in_sight(self) -> list[LogLine]:
        """Return the lines of which something is in sight."""
        places = self._rows().in_sight(self._top, self.size.height)
        numbers = dict.fromkeys(self._numbers[place.at] for place in places)
        return [line for number in numbers if (line := self.book.line(number)) is not None]

    def action_go(self, where: str) -> None:
        """Move what is in sight."""
        page = max(self.size.height - 1, 1)
        steps = {"up": -1, "down": 1, "pageup": -page, "pagedown": page}
        if where in ("left", "right"):
            self._aside = max(self._aside + (ASIDE if where == "right" else -ASIDE), 0)
        elif where == "end":
            self.follows = True
        else:
            rows = self._rows()
            before = self._top
            by = steps.get(where)
            end = rows.top_for_end(self.size.height)
            self._top = Place(0) if by is None else min(rows.moved(before, by), end)
            self.follows = bool(by and by > 0 and self._top == end)
            wants_more = self._top == before and where in ("up", "pageup", "home")
            self.post_message(self.Moved(self, wants_more=wants_more))
        if self.follows:
            self.update()
        else:
            self._paint()
        self.post_message(self.Moved(self, wants_more=False))

    @on(events.MouseScrollUp)
    @on(events.MouseScrollDown)
    def _wheel(self, event: events.MouseEvent) -> None:
        event.stop()
        for _step in range(3):
            self.action_go("up" if isinstance(event, events.MouseScrollUp) else "down")

    def on_resize(self) -> None:
        """Work the rows out again."""
        self.update()

    def render_line(self, y: int) -> Strip:
        """Paint one row (Textual's line API)."""
        if y < len(self._strips):
            return self._strips[y]
        text = ""
        if not self._strips:
            lines = wrap(visible(self.empty_text), max(self.size.width, 1))
            above = max(self.size.height - len(lines), 0) // 2
            text = lines[y - above] if 0 <= y - above < len(lines) else ""
        left = max(self.size.width - cell_len(text), 0) // 2
        segment = Segment(" " * left + text, self.rich_style + self._style("empty"))
        return Strip([segment]).adjust_cell_length(self.size.width, self.rich_style)

    # Rows

    def _rows(self) -> Rows:
        return Rows(self._numbers, self._height_of)

    def _number_at(self, place: Place) -> int:
        return self._numbers[place.at] if place.at < len(self._numbers) else -1

    def _height_of(self, number: int) -> int:
        if not self.wraps:
            return 1
        line = self.book.line(number)
        if line is None:
            return 1
        if len(line.text) < self.size.width // 2 and line.text.isascii():
            return 1  # however it is written, it fits
        width = max(self.size.width, 1)
        return -(-self._whole(number).cell_length // width)

    def _paint(self) -> None:
        """Work out the rows in sight, and repaint if any looks different."""
        self._top_number = self._number_at(self._top)
        places = self._rows().in_sight(self._top, self.size.height)
        strips = [self._strip(place) for place in places]
        if strips != self._strips:
            self._strips = strips
            self.refresh()

    def _strip(self, place: Place) -> Strip:
        width = self.size.width
        start = place.row * width if self.wraps else self._aside
        whole = self._whole(self._numbers[place.at])
        return whole.crop(start, start + width).adjust_cell_length(width, self.rich_style)

    def _whole(self, number: int) -> Strip:
        """Return a line as it would be on a screen of any width."""
        line = self.book.line(number)
        if line is None:
            return Strip([])
        base = self.rich_style
        segments: list[Segment] = []
        if self.shows_time and line.stamp:
            stamp = visible(line.stamp[:STAMP].decode("ascii", "replace")).replace("T", " ")
            segments.append(Segment(f"{stamp} ", base + self._style("stamp")))
        if len(self.names) > 1:
            name = visible(self.names[line.source])
            colour = Style.from_color(Color.from_ansi(line.source % 6 + 1))
            segments.append(Segment(f"{name} ", base + colour))
        if line.stream == STDERR:
            segments.append(Segment("! ", base + self._style("error")))
        hit = self._style("hit") if number == self.hit else Style.null()
        for text, look in shown_pieces(line.text):
            shown = fit(text, cell_len(text), glyphs=self._glyphs) if self._glyphs.ascii else text
            segments.append(Segment(shown, base + style_of(look) + hit))
        return Strip(segments)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"logview--{name}", partial=True, default=Style.null())


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
