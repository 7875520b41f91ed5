"""The Engine's answer as a tree: to open and close, to search, to copy values and paths of."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.events import Resize

from tui.actions.action import docker_line
from tui.i18n import _
from tui.model.jsontree import BadJson, JsonTree, TreeView, go_template, jq_path
from tui.model.text import SHOWN_MAX
from tui.ui.lines import cells
from tui.ui.screens.base import Sheet
from tui.ui.screens.filekeys import bindings, reminder
from tui.ui.screens.jsonrows import JsonRows
from tui.ui.screens.jsonverbs import KEYS, JsonVerbs
from tui.ui.screens.text import TextScreen
from tui.ui.widgets.columns import CellText, Column
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece, TextLine

if TYPE_CHECKING:
    from tui.ui.app import OrlopApp

QUICK: Final = 200_000
"""Characters that are read at once; more are read in a thread."""


class JsonTreeScreen(Sheet[None]):
    """Enter opens and closes, and shows a single value whole."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS, "json")

    def __init__(self, title: str, raw: str, *, docker: tuple[str, ...] = ()) -> None:
        """Prepare.

        Args:
            title: What it is about.
            raw: The JSON, as text.
            docker: The docker command that prints it, without `docker`: `("inspect", "web")`;
                empty where there is none.
        """
        super().__init__()
        self.heading = title
        self.raw = raw
        self._docker = docker
        self.view: TreeView | None = None
        self.verbs = JsonVerbs(self)
        self._note = ""
        self._has_left = threading.Event()

    def compose(self) -> ComposeResult:
        """Title, rows, the docker line, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(
                (Column("node", "", 1, flex=True),),
                glyphs=glyphs,
                marking=False,
                header=False,
                empty_text=_("Reading..."),
                id="json-rows",
            )
            yield TextLine(glyphs=glyphs, id="json-line")
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    @property
    def rows(self) -> RowList:
        """The list of nodes."""
        return self.part("#json-rows", RowList)

    def on_mount(self) -> None:
        """Read the text; a long one in a thread."""
        self.part(".dialog-title", TextLine).show(CellText(f" {self.heading} ", "strong"))
        self.rows.focus()
        if len(self.raw) <= QUICK:
            self._show_tree(_read(self.raw, self._has_left))
        else:
            self.run_worker(self._read_long())

    def on_unmount(self) -> None:
        """Leave unread what nobody will see."""
        self._has_left.set()

    async def _read_long(self) -> None:
        self._show_tree(await asyncio.to_thread(_read, self.raw, self._has_left))

    def _show_tree(self, view: TreeView | None) -> None:
        if self._has_left.is_set():
            return
        if view is None:
            self.rows.empty_text = _("This cannot be shown as a tree; J shows the text.")
        self.view = view
        self.lay_out()

    # What is shown

    def lay_out(self, row: int = -1, note: str = "") -> None:
        """Show the rows as they are now; the cursor stays where it is, or goes to a row."""
        if self.view is not None:
            self.rows.set_rows(JsonRows(self.view, self.orlop.glyphs))
            if row >= 0:
                self.rows.move_to(row)
        self._note = note
        self._show_place()

    @property
    def node(self) -> int:
        """The node under the cursor, -1 where there is none."""
        view, index = self.view, self.rows.cursor_index
        return view.rows[index] if view is not None and 0 <= index < len(view.rows) else -1

    @on(RowList.RowHighlighted)
    def _moved(self) -> None:
        self._show_place()

    @on(Resize)
    def _show_place(self) -> None:
        """Show the docker line of the node under the cursor, and the keys."""
        line = self.line() or self.path()
        self.part("#json-line", TextLine).show(CellText(f" {line}", "dim"))
        note: tuple[Piece, ...] = (CellText(f" {self._note} ", "accent"),) if self._note else ()
        room = self.size.width - cells(note)
        self.part("#sheet-keys", TextLine).show(*note, *reminder(KEYS, room))

    def line(self) -> str:
        """Return the docker command that prints the node; empty where there is none."""
        view, node = self.view, self.node
        if view is None or node < 0 or not self._docker:
            return ""
        is_container = view.tree.is_container(node)
        template = go_template(view.tree.way(node), is_container=is_container)
        if len(template) > SHOWN_MAX:  # it would be cut, and be another
            return ""
        command, *names = self._docker
        return docker_line(*command.split(), "-f", template, *names)

    def path(self) -> str:
        """Return the way to the node, as jq takes it; empty where there is none."""
        view, node = self.view, self.node
        return jq_path(view.tree.way(node)) if view is not None and node >= 0 else ""

    def say(self, note: str) -> None:
        """Say something in front of the keys."""
        self._note = note
        self._show_place()

    @on(RowList.RowChosen)
    def _chosen(self) -> None:
        """Open or close; a single value is shown whole."""
        view, node = self.view, self.node
        if view is None or node < 0:
            return
        if view.toggle(node):
            self.lay_out()
        else:
            self.app.push_screen(TextScreen(self.path(), view.tree.value(node)))

    def action_tree(self, name: str, *arguments: object) -> None:
        """Do what a key means."""
        getattr(self.verbs, name)(*arguments)


def open_json(orlop: OrlopApp, title: str, raw: str, *, docker: tuple[str, ...] = ()) -> None:
    """Show a JSON text as a tree; what is no JSON as it is."""
    orlop.push_screen(JsonTreeScreen(title, raw, docker=docker))


class _Left(Exception):
    """Nobody looks any more."""


def _read(raw: str, has_left: threading.Event) -> TreeView | None:
    """Make the tree; None where the text is no JSON, or nobody looks any more."""

    def check() -> None:
        if has_left.is_set():
            raise _Left

    try:
        return TreeView(JsonTree(raw, check))
    except (BadJson, _Left):
        return None
