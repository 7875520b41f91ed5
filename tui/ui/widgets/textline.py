"""One line of text: pieces on the left, pieces on the right, a filler between."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.model.text import visible
from tui.ui.terminal import UNICODE, Glyphs
from tui.ui.widgets.columns import Piece, fit

__all__ = ["Piece", "TextLine"]


class TextLine(Widget):
    """A line that never wraps; what does not fit is cut, the left side first.

    It is painted again only when its text changed.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "textline--key",
        "textline--strong",
        "textline--dim",
        "textline--good",
        "textline--warn",
        "textline--bad",
        "textline--accent",
    }
    DEFAULT_CSS = """
    TextLine {
        height: 1;
        & > .textline--key { text-style: bold; color: $text-accent; }
        & > .textline--strong { text-style: bold; }
        & > .textline--dim { text-style: dim; }
        & > .textline--good { color: $text-success; }
        & > .textline--warn { color: $text-warning; }
        & > .textline--bad { color: $text-error; text-style: bold; }
        & > .textline--accent { color: $text-accent; }
        &:nocolor > .textline--key { text-style: bold; }
    }
    """

    def __init__(self, *, glyphs: Glyphs = UNICODE, filler: str = " ", **options: Any) -> None:
        """Make an empty line; `filler` is repeated between the two sides."""
        super().__init__(**options)
        self._glyphs = glyphs
        self._filler = filler
        self._left: tuple[Piece, ...] = ()
        self._right: tuple[Piece, ...] = ()

    @property
    def text(self) -> str:
        """Both sides as plain text."""
        return " ".join(_text(piece) for piece in (*self._left, *self._right))

    def show(self, *left: Piece, right: tuple[Piece, ...] = ()) -> None:
        """Show these pieces instead."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the line (Textual's line API)."""
        width = self.size.width
        if y:
            return Strip.blank(width, self.rich_style)
        right, right_width = self._fitted(self._right, width)
        left, left_width = self._fitted(self._left, width - right_width - bool(right))
        gap = width - left_width - right_width
        filler = Segment(self._filler * gap, self.rich_style)
        return Strip([*left, filler, *right], width)

    def _fitted(self, pieces: tuple[Piece, ...], width: int) -> tuple[list[Segment], int]:
        """Return segments for as many cells as there are, and how many they take."""
        segments: list[Segment] = []
        used = 0
        for piece in pieces:
            text = visible(_text(piece))
            if self._glyphs.ascii and not text.isascii():
                text = fit(text, cell_len(text), glyphs=self._glyphs)
            if used + cell_len(text) > width:
                text = fit(text, max(width - used, 0), glyphs=self._glyphs)
            used += cell_len(text)
            segments.append(Segment(text, self._style(piece)))
        return segments, used

    def _style(self, piece: Piece) -> Style:
        if isinstance(piece, str) or not piece.style_name:
            return self.rich_style
        return self.rich_style + self.get_component_rich_style(
            f"textline--{piece.style_name}", partial=True, default=Style.null()
        )


def _text(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece.text
