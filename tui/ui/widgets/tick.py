"""A box to tick, read without colours: `[x] label`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.i18n import N_
from tui.model.text import visible
from tui.ui.terminal import UNICODE, Glyphs
from tui.ui.widgets.columns import fit


class Tick(Widget, can_focus=True):
    """A choice that is taken or not."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Tick {
        height: 1;
        width: 1fr;
        &:focus { color: $block-cursor-foreground; background: $block-cursor-background; }
        &:focus:nocolor { text-style: reverse; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_value", N_("Tick"), show=False, id="tick.space"),
        Binding("enter", "toggle_value", N_("Tick"), show=False, id="tick.enter"),
    ]

    @dataclass
    class Changed(Message):
        """The box was ticked or cleared."""

        tick: Tick
        value: bool

    def __init__(
        self, label: str, *, value: bool = False, glyphs: Glyphs = UNICODE, **options: Any
    ) -> None:
        super().__init__(**options)
        self._label = visible(label)
        self._glyphs = glyphs
        self.value = value

    def action_toggle_value(self) -> None:
        """Tick the box, or clear it."""
        self.value = not self.value
        self.refresh()
        self.post_message(self.Changed(self, self.value))

    def on_click(self) -> None:
        """Do what the space bar does."""
        self.action_toggle_value()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the cells it takes to show the whole label."""
        del container, viewport
        return len(self._label) + 4

    def render_line(self, y: int) -> Strip:
        """Paint the line (Textual's line API)."""
        width = self.size.width
        if y:
            return Strip.blank(width, self.rich_style)
        text = f"[{'x' if self.value else ' '}] {self._label}"
        return Strip([Segment(fit(text, width, glyphs=self._glyphs), self.rich_style)], width)
