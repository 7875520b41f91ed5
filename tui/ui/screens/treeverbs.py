"""The keys of the files screen that change what its tree shows."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tui.i18n import _
from tui.layers.treeview import Choice, Order, TreeView
from tui.ui.screens.fileturns import Turned
from tui.ui.screens.prompt import PromptScreen

if TYPE_CHECKING:
    from tui.ui.screens.treesheet import TreeSheet


class TreeVerbs:
    """One method for each, found by its name."""

    def __init__(self, screen: TreeSheet) -> None:
        self._screen = screen
        self._turns = screen.turns

    def toggle(self) -> bool:
        """Open or close the folder under the cursor; False where there is none."""
        view, index = self._turns.view, self._screen.rows.cursor_index
        if view is None or not 0 <= index < len(view.rows):
            return True
        path = view.rows[index]
        if path in view.opened:
            self.close()
        elif view.tree.has_inside(path):
            self.open()
        else:
            return False
        return True

    def open(self) -> None:
        """Open the folder under the cursor."""
        self._turns.turn(_open, _("opening..."))

    def close(self) -> None:
        """Close the folder under the cursor, or the one around it."""
        self._turns.turn(_close, _("closing..."))

    def expand(self) -> None:
        """Open all folders, as far as that is bounded."""
        self._turns.turn(_expand, _("opening..."))

    def alone(self) -> None:
        """Show what the layer itself brought, or all up to it."""
        self.choose(replace(self._screen.choice, alone=not self._screen.choice.alone))

    def kinds(self, key: str) -> None:
        """Show or hide what was added, modified, removed, or left as it was."""
        kinds = self._screen.choice.kinds
        some = self._screen.KINDS[key]
        turned = kinds - some if some & kinds else kinds | some
        self.choose(replace(self._screen.choice, kinds=turned))

    def filter(self) -> None:
        """Ask for a filter."""
        screen = PromptScreen(
            _("Filter"),
            help_text=_("Part of a path, or a pattern: *.so  usr/*/bin; >10MB for large files."),
            text=_choice_text(self._screen.choice),
            judge=_judge,
        )
        self._screen.app.push_screen(screen, self._filtered)

    def _filtered(self, text: str | None) -> None:
        if text is not None:
            wanted = Choice.of(text)
            self.choose(replace(self._screen.choice, text=wanted.text, larger=wanted.larger))

    def choose(self, choice: Choice) -> None:
        """Show what is wanted now, and nothing else."""
        self._screen.choice = choice
        self._turns.turn(partial(_choose, choice), _("filtering..."), is_choice=True)

    def order(self) -> None:
        """Sort by size, or by name again."""
        self._turns.turn(_sort, _("sorting..."))

    def flat(self) -> None:
        """Show all files in one list, or folders again."""
        self._turns.turn(_flat, _("sorting..."))

    def next(self, back: bool) -> None:
        """Go to the next change, or the one before."""
        self._turns.turn(partial(_next, back=back), _("looking for it..."))


def _open(view: TreeView, index: int) -> Turned:
    if 0 <= index < len(view.rows):
        view.open(index)
    return Turned()


def _close(view: TreeView, index: int) -> Turned:
    return Turned(row=view.close(index)) if 0 <= index < len(view.rows) else Turned()


def _expand(view: TreeView, _index: int) -> Turned:
    return Turned() if view.expand_all() else Turned(_("too many to open all"))


def _choose(choice: Choice, view: TreeView, _index: int) -> Turned:
    count = view.choose(choice)
    return Turned(_("{count} found").format(count=count) if choice.is_filter else "")


def _sort(view: TreeView, _index: int) -> Turned:
    view.sort(Order.SIZE if view.order is Order.NAME else Order.NAME)
    return Turned()


def _flat(view: TreeView, index: int) -> Turned:
    path = view.rows[index] if 0 <= index < len(view.rows) else b""
    view.flatten(not view.is_flat)
    row = view.reveal(path) if path else None
    return Turned(row=row if row is not None else -1)


def _next(view: TreeView, index: int, *, back: bool) -> Turned:
    path = view.next_change(index, back=back)
    row = view.reveal(path) if path is not None else None
    return Turned(_("no more changes")) if row is None else Turned(row=row)


def _choice_text(choice: Choice) -> str:
    larger = f">{choice.larger}" if choice.larger >= 0 else ""
    return " ".join(part for part in (choice.text, larger) if part)


def _judge(text: str) -> str:
    try:
        Choice.of(text)
    except ValueError:
        return _("Write a size as 10MB.")
    return ""
