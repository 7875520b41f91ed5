"""Typing a filter: keys go into the state of the pane, in their order, without a change of focus.

A line with a focus of its own would lose keys: on a slow link they come in one burst with
the `/` that opens it, and those behind would overtake the ones still on their way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.i18n import _
from tui.store import events
from tui.store.state import Pane
from tui.ui.widgets.columns import CellText, Piece

if TYPE_CHECKING:
    from tui.ui.screens.main import MainScreen

PASSED_ON: Final = frozenset({"up", "down", "pageup", "pagedown", "tab", "shift+tab"})
"""Keys that move through the list, or leave it, while a filter is typed."""


def edited(text: str, key: str, typed: str) -> str:
    """Return a filter after a key, or a text that was typed; as it was if that means nothing."""
    if key == "backspace":
        return text[:-1]
    if key == "ctrl+u":
        return ""
    if key == "ctrl+w":
        return text.rstrip()[: text.rstrip().rfind(" ") + 1]
    return text + typed if typed.isprintable() else text


class Filtering:
    """Takes the keys while the filter of a pane is typed."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._pane: Pane | None = None
        self._replaces = False
        """The first letter takes the place of the filter that was there."""

    @property
    def is_on(self) -> bool:
        """Whether a filter is being typed."""
        return self._pane is not None

    def begin(self, pane: Pane) -> None:
        """Let keys go into the filter of this pane."""
        self._pane = pane
        self._replaces = bool(self._text)
        self._screen.list_pane(pane).set_filtering(True)
        self._screen.show_keys()

    def end(self) -> None:
        """Keep the filter as it is; keys are verbs again."""
        if self._pane is not None:
            self._screen.list_pane(self._pane).set_filtering(False)
            self._pane = None
            self._screen.show_keys()

    def take(self, key: str, character: str) -> bool:
        """Take a key as part of the filter; False if it is none of its own."""
        if self._pane is None or key in PASSED_ON:
            return False
        if key == "escape":
            self._set("")
        if key in {"enter", "escape"}:
            self.end()
        else:
            self._insert(key, character)
        return True

    def paste(self, text: str) -> None:
        """Take a text from the clipboard as one line of what can be shown."""
        line = " ".join(text.split())
        self._insert("", "".join(character for character in line if character.isprintable()))

    def _insert(self, key: str, text: str) -> None:
        if self._replaces and text and text.isprintable():
            self._set("")
        self._replaces = False
        self._set(edited(self._text, key, text))

    @property
    def _text(self) -> str:
        return self._screen.state.view(self._pane).filter if self._pane is not None else ""

    def _set(self, text: str) -> None:
        if self._pane is not None and text != self._text:
            self._screen.orlop.store.apply(events.FilterSet(self._pane, text))


def reminder() -> tuple[Piece, ...]:
    """Return the bottom line while a filter is typed."""
    meanings = {"enter": _("keep the filter"), "esc": _("drop it"), "ctrl+u": _("empty it")}
    pieces: list[Piece] = []
    for key, meaning in meanings.items():
        pieces += [CellText(f" {key}", "key"), f" {meaning} "]
    return tuple(pieces)
