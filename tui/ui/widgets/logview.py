"""A log on the screen: coloured lines, wrapped or cut, that follow what is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from rich.cells import cell_len
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
from tui.logs.line import LogLine
from tui.logs.rows import Place, Rows
from tui.model.text import visible
from tui.ui.terminal import UNICODE, Glyphs
from tui.ui.widgets.columns import wrap
from tui.ui.widgets.linepaint import LinePainter

ASIDE: Final = 20
"""Cells that a step to the side goes."""

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
        "logview--match",
        "logview--more",
        "logview--empty",
    }
    DEFAULT_CSS = """
    LogView {
        width: 1fr;
        height: 1fr;
        & > .logview--stamp { text-style: dim; }
        & > .logview--error { color: $text-error; text-style: bold; }
        & > .logview--more { text-style: dim; }
        & > .logview--match { color: $text-warning; text-style: bold underline; }
        & > .logview--hit { text-style: reverse; }
        & > .logview--empty { text-style: dim; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"go('{where}')", N_("Scroll"), show=False, id=f"logview.{key}")
        for key, where in _KEYS.items()
    ]

    class Moved(Message):
        """The part in sight has changed, or would have."""

        def __init__(self, view: LogView, *, wants: int) -> None:
            super().__init__()
            self.view = view
            self.wants = wants
            """-1: somebody wanted to go above the first line that is kept; 1: below the last."""

    def __init__(self, *, glyphs: Glyphs = UNICODE, **options: Any) -> None:
        super().__init__(**options)
        self._painter = LinePainter(self._style, glyphs)
        self._live = Shown(LogBook())
        self._held: Shown | None = None
        """What was there when the view came to stand still; None while it follows."""
        self._numbers: Sequence[int] = ()
        self._top = Place(0)
        self._top_number = 0
        self._strips: list[Strip] = []
        self._aside = 0
        self._known_base: Style | None = None
        self.wraps = False
        self.empty_text = ""
        self.missed = 0
        """Lines that went by unseen before those that came into sight last."""

    @property
    def painter(self) -> LinePainter:
        """How lines look."""
        return self._painter

    @property
    def numbers(self) -> Sequence[int]:
        """Numbers of the lines that are shown."""
        return self._numbers

    @property
    def book(self) -> LogBook:
        """The lines in sight: while the view stands still, those that were there then."""
        return self._shown.book

    @property
    def live(self) -> LogBook:
        """The lines as they come."""
        return self._live.book

    @property
    def newer(self) -> int:
        """How many lines have come since the view came to stand still."""
        return 0 if self._held is None else self.live.end - self._held.book.end

    @property
    def top_number(self) -> int:
        """Number of the first line in sight."""
        return self._top_number

    @property
    def follows(self) -> bool:
        """Whether the view stays at the end."""
        return self._held is None

    @follows.setter
    def follows(self, follows: bool) -> None:
        if follows:
            self._held = None
        elif self._held is None:
            self._held = self._live.held()

    @property
    def _shown(self) -> Shown:
        return self._held or self._live

    def show(self, book: LogBook) -> None:
        """Show another log."""
        self._live = Shown(book, self._live.text, self._live.streams)
        if self._held is not None:
            self._held = self._live.held()
        self.update()

    def choose(self, text: str, streams: frozenset[int]) -> None:
        """Show only lines that a text fits, of these streams, from the same place on."""
        self._live = Shown(self.live, text, streams)
        if self._held is not None:
            self._held = Shown(self._held.book, text, streams)
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
        """Bring a line into sight, a third below the top or further down, and stay there."""
        self.follows = False
        rows = self._rows()
        top = rows.moved(rows.of_number(number), -(self.size.height // 3))
        self._top = min(top, rows.top_for_end(self.size.height))
        self._paint()

    def go_to_end(self) -> None:
        """Bring the last line into sight, and stay there."""
        self.follows = False
        self._top = self._rows().top_for_end(self.size.height)
        self._paint()

    def lines_in_sight(self) -> list[LogLine]:
        """Return the lines of which something is in sight."""
        places = self._rows().in_sight(self._top, self.size.height)
        numbers = dict.fromkeys(self._numbers[place.at] for place in places)
        return [line for number in numbers if (line := self.book.line(number)) is not None]

    def action_go(self, where: str) -> None:
        """Move what is in sight."""
        wants = self.missed = 0
        if where in ("left", "right"):
            self._go_aside(where)
        elif where == "end":
            self.follows = True
        else:
            wants = self._go(where)
        if self.follows:
            self.update()
        else:
            self._paint()
        self.post_message(self.Moved(self, wants=wants))

    def _go(self, where: str) -> int:
        """Move up or down; returns -1 above the first line, 1 below the last, else 0."""
        page = max(self.size.height - 1, 1)
        by = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, "home": 0}[where]
        self.follows = False
        self._numbers = self._shown.update()
        rows, before = self._rows(), self._top
        end = rows.top_for_end(self.size.height)
        if by > 0 and before >= end:
            if not self.newer:
                return 1
            self._hold_again()
            rows = self._rows()
            before = rows.of_number(self._top_number)._replace(row=before.row)
            end = rows.top_for_end(self.size.height)
        self._top = min(rows.moved(before, by), end) if by else Place(0)
        return -1 if self._top == before and by <= 0 else 0

    def _hold_again(self) -> None:
        """Have what has come meanwhile below what is in sight."""
        missed = self.live.first - self.book.end
        self._held = self._live.held()
        self._numbers = self._held.update()
        self.missed = max(missed, 0)

    def _go_aside(self, where: str) -> None:
        """Move to the side; not where lines are wrapped, nor past the longest one in sight."""
        if self.wraps:
            return
        places = self._rows().in_sight(self._top, self.size.height)
        longest = max((self._whole(place).cell_length for place in places), default=0)
        most = max(longest - self.size.width, 0)
        step = ASIDE if where == "right" else -ASIDE
        self._aside = max(min(self._aside + step, -(-most // ASIDE) * ASIDE), 0)

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
        width = max(self.size.width, 1)
        return -(-self._painter.whole(self.book, number, self._base).cell_length // width)

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
        whole = self._whole(place)
        strip = whole.crop(start, start + width)
        if not self.wraps and whole.cell_length > start + width:
            more = Segment(self._painter.more, self._base + self._style("more"))
            strip = Strip([*strip.crop(0, width - 1).adjust_cell_length(width - 1), more])
        return strip.adjust_cell_length(width, self._base)

    def _whole(self, place: Place) -> Strip:
        return self._painter.whole(self.book, self._numbers[place.at], self._base)

    @property
    def _base(self) -> Style:
        """The view's own style; to work it out takes Textual longer than to paint a line."""
        if self._known_base is None:
            self._known_base = self.rich_style
        return self._known_base

    def notify_style_update(self) -> None:
        """Look up the styles again (called by Textual)."""
        super().notify_style_update()
        self._known_base = None
        self._painter.forget()

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"logview--{name}", partial=True, default=Style.null())
