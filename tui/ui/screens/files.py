"""The files of an image, layer by layer, as a tree; what each layer changed.

What has been read is in `filereading`, what the tree shows in `fileturns`, the keys in
`treeverbs` and `entryverbs`: the screen wires them.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.events import Resize

from tui.actions.values.reading import ReadListings
from tui.i18n import _
from tui.layers.treeview import ALL, Choice, Order, TreeView
from tui.model.job import Job, JobState
from tui.store.state import Contents, State
from tui.ui.lines import cells
from tui.ui.screens.base import Sheet
from tui.ui.screens.entryverbs import EntryVerbs
from tui.ui.screens.filekeys import TOGGLES, bindings, reminder
from tui.ui.screens.filereading import Reading, make_view
from tui.ui.screens.filerows import (
    TreeRows,
    columns,
    command_text,
    path_of,
    source_pieces,
    tally_pieces,
    title_text,
)
from tui.ui.screens.fileturns import Turned, Turns
from tui.ui.screens.treeverbs import TreeVerbs
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece, TextLine


class FilesScreen(Sheet[None]):
    """The file system up to a layer, with what the layer changed; or that alone."""

    BINDINGS: ClassVar[list[BindingType]] = bindings()

    def __init__(self, image_id: str, name: str, *, layer: int = 0, alone: bool = False) -> None:
        """Prepare to show an image.

        Args:
            image_id: Which image.
            name: What it is called.
            layer: The layer to begin with, 1 is the bottom; 0 for the top.
            alone: Begin with what the layer itself brought.
        """
        super().__init__()
        self.reading = Reading(image_id, layer)
        self.choice = Choice(alone=alone)
        self.turns = Turns(
            lambda change: self.run_worker(change, group="turn"),
            lambda: self.rows.cursor_index,
            self._turned,
        )
        self._image_name = name
        self._job = 0
        self._is_building = False
        self._has_asked = False
        self._note = ""

    def compose(self) -> ComposeResult:
        """Image and layer, what it changed, its command, rows, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield TextLine(glyphs=glyphs, id="files-changes")
            yield TextLine(glyphs=glyphs, id="files-command")
            yield RowList(columns(), glyphs=glyphs, marking=False)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Ask for the files and follow what comes."""
        self._tree_verbs, self._entry_verbs = TreeVerbs(self), EntryVerbs(self)
        self.rows.focus()
        self.rows.empty_text = _("Reading...")
        self.read("")
        self.follow(self._changed)

    def on_unmount(self) -> None:
        """Leave undone what nobody will see."""
        self.turns.stop()

    # What the verbs use

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.part("RowList", RowList)

    @property
    def path(self) -> bytes:
        """The path under the cursor; empty where there is none."""
        key = self.rows.cursor_key
        return path_of(key) if key is not None else b""

    @property
    def contents(self) -> Contents | None:
        """What has been read."""
        return self.reading.contents

    def read(self, source: str) -> None:
        """Read the files from a source; empty for the best that costs nothing."""
        orlop, image_id = self.orlop, self.reading.image_id
        action = ReadListings(image_id, self._image_name, source, not source, orlop.read_only)
        self._job = orlop.dispatcher.submit(action)

    def say(self, note: str) -> None:
        """Say something beside the keys."""
        self._note = note
        self._show_keys()

    def build(self) -> None:
        """Make the tree anew where another layer can be shown, in a thread."""
        job = self._job_of(self.orlop.store.state)
        is_reading = job is not None and not job.state.is_final
        layer = self.reading.next_tree(is_reading=is_reading) if not self._is_building else 0
        if layer:
            self._is_building = True
            self.run_worker(self._make(layer), group="tree")

    async def _make(self, layer: int) -> None:
        assert self.contents is not None
        listings = [one.listing for one in self.contents.image.layers[:layer]]
        choice, old = self.choice, self.turns.view
        order = old.order if old is not None else Order.NAME
        opened = set(old.opened) if old is not None else set()
        view = await asyncio.to_thread(make_view, listings, order, choice, opened)
        self.reading.shown = layer
        self._is_building = False
        self.turns.replace(view)
        if self.choice != choice:
            self._tree_verbs.choose(self.choice)
        self._changed(self.orlop.store.state)

    # What comes

    def _job_of(self, state: State) -> Job | None:
        return next((job for job in state.jobs if job.job_id == self._job), None)

    def _changed(self, state: State) -> None:
        self.reading.take(state)
        self.build()
        job = self._job_of(state)
        self._show_head(job)
        if job is None or job.state is JobState.DONE:
            self._ask_once()

    def _ask_once(self) -> None:
        """Let the user choose a source where nothing could be read without a cost."""
        if self.contents is not None and not self._has_asked and not self.reading.is_whole:
            self._has_asked = True
            self.call_later(self._entry_verbs.sources)

    # What is shown

    def _turned(self, turned: Turned) -> None:
        """Show the view as it is now."""
        view = self.turns.view
        if view is None:
            return
        self._note = turned.note or self.turns.word
        self.rows.empty_text = _why_empty(view)
        self.rows.set_sort("size" if view.order is Order.SIZE else "", descending=True)
        self.rows.set_rows(TreeRows(view, self.orlop.glyphs))
        if turned.row >= 0:
            self.rows.move_to(turned.row)
        self._show_keys()
        self._show_head(self._job_of(self.orlop.store.state))

    def _show_head(self, job: Job | None) -> None:
        """Show image, layer and command; or how the reading goes."""
        view, contents = self.turns.view, self.contents
        image = contents.image if contents is not None and view is not None else None
        tree = view.tree if view is not None else None
        title = title_text(self._image_name, image, tree, alone=self.choice.alone)
        if job is not None and job.state is JobState.FAILED:
            self.rows.empty_text = f"{job.summary} {job.remedy}"
        right = source_pieces(image, job, self.orlop.glyphs)
        self.part(".dialog-title", TextLine).show(CellText(f" {title}", "strong"), right=right)
        if tree is not None and image is not None:
            self.part("#files-changes", TextLine).show(*tally_pieces(tree))
            command = command_text(image.layers[tree.layer - 1])
            self.part("#files-command", TextLine).show(CellText(f" {command}", "dim"))

    def _show_keys(self) -> None:
        left: list[Piece] = [CellText(f" {self._note} ", "accent")] if self._note else []
        kinds = self.choice.kinds
        if kinds != ALL:
            shown = "".join(key for key, some in TOGGLES.items() if some <= kinds)
            left.append(CellText(_(" shown: {kinds} ").format(kinds=shown or "-"), "warn"))
        room = self.size.width - cells(tuple(left))
        self.part("#sheet-keys", TextLine).show(*left, *reminder(room))

    @on(Resize)
    def _resized(self) -> None:
        self._show_keys()

    # Keys

    @on(RowList.RowChosen)
    def _chosen(self) -> None:
        if not self._tree_verbs.toggle():
            self._entry_verbs.details()

    def action_tree(self, name: str, *arguments: object) -> None:
        """Change what the tree shows."""
        getattr(self._tree_verbs, name)(*arguments)

    def action_entry(self, name: str) -> None:
        """Look at what is under the cursor, or at the image."""
        getattr(self._entry_verbs, name)()


def _why_empty(view: TreeView) -> str:
    if not view.choice.is_everything:
        return _("Nothing in this layer is as the filter wants it.")
    return _("This layer has no files.")
