"""A sheet that shows a tree of files: what the files screen and the comparison have in common."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.events import Resize

from tui.i18n import N_, _
from tui.layers.treeview import ALL, Choice, Order, TreeView
from tui.layers.union import Change
from tui.ui.lines import cells
from tui.ui.screens.base import Sheet
from tui.ui.screens.filekeys import TOGGLES, Key, reminder
from tui.ui.screens.filerows import TreeRows, path_of
from tui.ui.screens.fileturns import Turned, Turns
from tui.ui.screens.treeverbs import TreeVerbs
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece, TextLine


class TreeSheet(Sheet[None]):
    """Rows of a tree in `#tree`, what was found and the keys in `#sheet-keys`."""

    KEYS: tuple[Key, ...] = ()
    """What the line of keys tells."""
    NOTHING = N_("This layer has no files.")
    """Said where there are no rows, though nothing is left out."""
    KINDS: Mapping[str, frozenset[Change]] = TOGGLES
    """Which kinds of entries a key shows or hides."""
    EVERY: frozenset[Change] = ALL
    """The kinds that are shown where nothing is left out."""

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self.choice = choice
        self.turns = Turns(
            lambda change: self.run_worker(change, group="turn"),
            lambda: self.rows.cursor_index,
            self._turned,
        )
        self.tree_verbs = TreeVerbs(self)
        self._note = ""

    def on_unmount(self) -> None:
        """Leave undone what nobody will see."""
        self.turns.stop()

    @property
    def rows(self) -> RowList:
        """The list of files."""
        return self.part("#tree", RowList)

    @property
    def path(self) -> bytes:
        """The path under the cursor; empty where there is none."""
        key = self.rows.cursor_key
        return path_of(key) if key is not None else b""

    def say(self, note: str) -> None:
        """Say something beside the keys."""
        self._note = note
        self.show_keys()

    # What a sheet has of its own

    def tree_rows(self, view: TreeView) -> TreeRows:
        """Return the rows of a view."""
        return TreeRows(view, self.orlop.glyphs)

    def show_head(self) -> None:
        """Show what stands above the rows."""

    def open_entry(self) -> None:
        """Show more of the file under the cursor."""

    # What is shown

    def _turned(self, turned: Turned) -> None:
        """Show the view as it is now."""
        view = self.turns.view
        if view is None:
            return
        self._note = turned.note or self.turns.word
        is_chosen = view.choice.is_filter or view.choice.kinds != self.EVERY
        hidden = _("Nothing is here as the filter wants it.")
        self.rows.empty_text = hidden if is_chosen else _(self.NOTHING)
        self.rows.set_sort("size" if view.order is Order.SIZE else "", descending=True)
        self.rows.set_rows(self.tree_rows(view))
        if turned.row >= 0:
            self.rows.move_to(turned.row)
        self.show_keys()
        self.show_head()

    def show_keys(self) -> None:
        """Show what was found, what is left out, and the keys."""
        left: list[Piece] = [CellText(f" {self._note} ", "accent")] if self._note else []
        kinds = self.choice.kinds
        if kinds != self.EVERY:
            shown = "".join(key for key, some in self.KINDS.items() if some <= kinds)
            left.append(CellText(_(" shown: {kinds} ").format(kinds=shown or "-"), "warn"))
        room = self.size.width - cells(tuple(left))
        self.part("#sheet-keys", TextLine).show(*left, *reminder(self.KEYS, room))

    @on(Resize)
    def _resized(self) -> None:
        self.show_keys()

    @on(RowList.RowChosen, "#tree")
    def _chosen(self) -> None:
        if not self.tree_verbs.toggle():
            self.open_entry()

    def action_tree(self, name: str, *arguments: object) -> None:
        """Change what the tree shows."""
        getattr(self.tree_verbs, name)(*arguments)
