"""One of a few: `label: < value >`, gone through with left and right."""

from __future__ import annotations

from collections.abc import Sequence
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


class Choice(Widget, can_focus=True):
    """A choice that is always taken: the first one to begin with."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Choice {
        height: 1;
        width: 1fr;
        &:focus { color: $block-cursor-foreground; background: $block-cursor-background; }
        &:focus:nocolor { text-style: reverse; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "step(1)", N_("Next"), show=False, id="choice.right"),
        Binding("space", "step(1)", N_("Next"), show=False, id="choice.space"),
        Binding("left", "step(-1)", N_("Before"), show=False, id="choice.left"),
    ]

    @dataclass
    class Changed(Message):
        """Another one was taken."""

        choice: Choice
        value: str

    def __init__(
        self,
        label: str,
        choices: Sequence[tuple[str, str]],
        *,
        value: str = "",
        glyphs: Glyphs = UNICODE,
        **options: Any,
    ) -> None:
        """Make a choice among values, each with what it is called."""
        super().__init__(**options)
        self._label = visible(label)
        self._choices = tuple(choices)
        self._glyphs = glyphs
        values = [key for key, _name in self._choices]
        self._at = values.index(value) if value in values else 0

    @property
    def value(self) -> str:
        """The value that is taken."""
        return self._choices[self._at][0]

    def take(self, value: str) -> None:
        """Take a value; one that there is none of changes nothing."""
        values = [key for key, _name in self._choices]
        if value in values and value != self.value:
            self.action_step(values.index(value) - self._at)

    def action_step(self, step: int) -> None:
        """Take the next one, or the one before."""
        self._at = (self._at + step) % len(self._choices)
        self.refresh()
        self.post_message(self.Changed(self, self.value))

    def on_click(self) -> None:
        """Take the next one."""
        self.action_step(1)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the cells it takes to show the whole line."""
        del container, viewport
        return len(self._text)

    @property
    def _text(self) -> str:
        return f"{self._label}: < {visible(self._choices[self._at][1])} >"

    def render_line(self, y: int) -> Strip:
        """Paint the line (Textual's line API)."""
        width = self.size.width
        if y:
            return Strip.blank(width, self.rich_style)
        text = fit(self._text, width, glyphs=self._glyphs)
        return Strip([Segment(text, self.rich_style)], width)
