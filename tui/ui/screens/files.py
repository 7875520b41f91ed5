"""The files of an image, layer by layer, as a tree; what each layer changed.

What has been read is in `filereading`, what the tree shows in `fileturns`, the keys in
`treeverbs` and `entryverbs`: the screen wires them.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from tui.actions.values.reading import ReadListings
from tui.i18n import _
from tui.layers.treeview import Choice
from tui.model.job import Job, JobState
from tui.store.state import Contents, Phase, State
from tui.ui.progress import running_jobs
from tui.ui.screens.entryverbs import EntryVerbs
from tui.ui.screens.filekeys import FILE_KEYS, bindings
from tui.ui.screens.filereading import Reading, make_view
from tui.ui.screens.filerows import (
    columns,
    command_text,
    source_pieces,
    tally_pieces,
    title_text,
)
from tui.ui.screens.treesheet import TreeSheet
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine


class FilesScreen(TreeSheet):
    """The file system up to a layer, with what the layer changed; or that alone."""

    KEYS = FILE_KEYS
    BINDINGS: ClassVar[list[BindingType]] = bindings(FILE_KEYS, "files")

    def __init__(self, image_id: str, name: str, *, layer: int = 0, alone: bool = False) -> None:
        """Prepare to show an image.

        Args:
            image_id: Which image.
            name: What it is called.
            layer: The layer to begin with, 1 is the bottom; 0 for the top.
            alone: Begin with what the layer itself brought.
        """
        super().__init__(Choice(alone=alone))
        self.reading = Reading(image_id, layer)
        self.image_name = name
        self._job = 0
        self._is_building = False
        self._has_asked = False
        self._phase = Phase.CONNECTED
        self._extraction = 0
        """The job that writes to the disk."""

    def compose(self) -> ComposeResult:
        """Image and layer, what it changed, its command, rows, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield TextLine(glyphs=glyphs, id="files-changes")
            yield TextLine(glyphs=glyphs, id="files-command")
            yield RowList(columns(), glyphs=glyphs, marking=False, id="tree")
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Ask for the files and follow what comes."""
        self._entry_verbs = EntryVerbs(self)
        self.rows.focus()
        self.rows.empty_text = _("Reading...")
        self.read("")
        self.follow(self._changed)

    @property
    def contents(self) -> Contents | None:
        """What has been read."""
        return self.reading.contents

    def read(self, source: str) -> None:
        """Read the files from a source; empty for the best that costs nothing."""
        orlop, image_id = self.orlop, self.reading.image_id
        action = ReadListings(image_id, self.image_name, source, not source, orlop.read_only)
        self._job = orlop.dispatcher.submit(action)

    # The tree

    def _build(self) -> None:
        """Make the tree anew where another layer can be shown, in a thread."""
        job = self._reading_job
        is_reading = job is not None and not job.state.is_final
        layer = self.reading.next_tree(is_reading=is_reading) if not self._is_building else 0
        if layer:
            self._is_building = True
            self.run_worker(self._make(layer), group="tree")

    async def _make(self, layer: int) -> None:
        assert self.contents is not None
        listings = [one.listing for one in self.contents.image.layers[:layer]]
        choice = self.choice
        view = await asyncio.to_thread(make_view, listings, choice, self.turns.view)
        self.reading.shown = layer
        self._is_building = False
        self.turns.replace(view)
        if self.choice != choice:
            self.tree_verbs.choose(self.choice)
        self._changed(self.orlop.store.state)

    # What comes

    @property
    def _reading_job(self) -> Job | None:
        jobs = self.orlop.store.state.jobs
        return next((job for job in jobs if job.job_id == self._job), None)

    @property
    def _writing_job(self) -> Job | None:
        jobs = running_jobs(self.orlop.store.state)
        return next((job for job in jobs if job.job_id == self._extraction), None)

    def _changed(self, state: State) -> None:
        self.reading.take(state)
        self._try_again(state.connection.phase)
        self._build()
        self.show_head()
        job = self._reading_job
        if job is None or job.state is JobState.DONE:
            self._ask_once()

    def _try_again(self, phase: Phase) -> None:
        """Read once the Engine is there, where it was not when the screen was opened."""
        before, self._phase = self._phase, phase
        job = self._reading_job
        has_failed = job is not None and job.state is JobState.FAILED
        if phase is Phase.CONNECTED and before is not phase and has_failed and not self.contents:
            self.rows.empty_text = _("Reading...")
            self.read("")

    def _ask_once(self) -> None:
        """Let the user choose a source where nothing could be read without a cost."""
        if self.contents is not None and not self._has_asked and not self.reading.is_whole:
            self._has_asked = True
            self.call_later(self._entry_verbs.sources)

    # What is shown

    def show_head(self) -> None:
        """Show image, layer and command; or how the reading goes."""
        view, contents, job = self.turns.view, self.contents, self._reading_job
        image = contents.image if contents is not None and view is not None else None
        tree = view.tree if view is not None else None
        title = title_text(self.image_name, image, tree, alone=self.choice.alone)
        if job is not None and job.state is JobState.FAILED:
            self.rows.empty_text = f"{job.summary} {job.remedy}"
        right = source_pieces(image, self._writing_job or job, self.orlop.glyphs)
        self.part(".dialog-title", TextLine).show(CellText(f" {title}", "strong"), right=right)
        if tree is not None and image is not None:
            self.part("#files-changes", TextLine).show(*tally_pieces(tree))
            command = command_text(image.layers[tree.layer - 1])
            self.part("#files-command", TextLine).show(CellText(f" {command}", "dim"))

    def open_entry(self) -> None:
        """Show all of the entry under the cursor."""
        self._entry_verbs.details()

    # Keys

    def action_layer(self, step: int) -> None:
        """Go to the layer above or below."""
        self.reading.step(step)
        self._build()

    def follow_job(self, job_id: int) -> None:
        """Show how an extraction goes."""
        self._extraction = job_id

    def action_stop(self) -> None:
        """Stop the extraction."""
        self.orlop.dispatcher.cancel(self._extraction)

    def action_entry(self, name: str) -> None:
        """Look at what is under the cursor, or at the image."""
        getattr(self._entry_verbs, name)()
