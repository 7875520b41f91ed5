"""What a container has changed in its image's files: `docker diff` as a tree with sizes."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Mapping
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.events import Resize

from tui.actions.values.changes import ReadDiff
from tui.actions.values.containers import ContainerTarget
from tui.contents.changes import ContainerDiff
from tui.contents.changesizes import SizesBook, SizeSource
from tui.i18n import N_, _
from tui.layers.filetree import FileTree
from tui.layers.treeview import ALL, Choice, TreeView
from tui.layers.union import Change
from tui.model.job import Job, JobState
from tui.model.text import visible
from tui.store import insides
from tui.store.state import Phase, State
from tui.ui.progress import progress_bar
from tui.ui.screens.changerows import ChangeRows, bytes_pieces, count_pieces
from tui.ui.screens.changeverbs import CHANGE_KEYS, ChangeVerbs
from tui.ui.screens.filekeys import bindings
from tui.ui.screens.filerows import TreeRows, columns
from tui.ui.screens.fileturns import Turned
from tui.ui.screens.treesheet import TreeSheet
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece, TextLine

OPENED: Final = 60
"""Rows that are opened at first, so that a few changes are seen at once."""

MANY: Final = 50_000
"""Changes that are kept out of Python's search for cycles."""

KINDS: Final = {
    "a": frozenset({Change.ADDED}),
    "m": frozenset({Change.CONTENT, Change.METADATA}),
    "d": frozenset({Change.REMOVED}),
}
EVERY: Final = ALL - {Change.SAME}
"""All changes; folders stand there for what is in them."""


class ChangesScreen(TreeSheet):
    """The changes of one container; `r` reads them again."""

    KEYS = CHANGE_KEYS
    NOTHING = N_("The container has changed nothing in the files of its image.")
    KINDS: Mapping[str, frozenset[Change]] = KINDS
    EVERY = EVERY
    BINDINGS: ClassVar[list[BindingType]] = bindings(CHANGE_KEYS, "changes")

    def __init__(self, container: ContainerTarget) -> None:
        super().__init__(Choice(kinds=EVERY))
        self.container = container
        """Whose changes they are."""
        self._job = 0
        self._old: ContainerDiff | None = None
        """What the state had before this reading began."""
        self._latest: ContainerDiff | None = None
        """What was told last."""
        self.shown: ContainerDiff | None = None
        """What the tree in view was made of."""
        self.book: SizesBook | None = None
        """What is known of the sizes by now."""
        self._count = 0
        """Sizes that were known when the rows were shown last."""
        self._is_building = False
        self._is_stopped = False
        self._phase = Phase.CONNECTED
        self._verbs = ChangeVerbs(self)

    def compose(self) -> ComposeResult:
        """Container, counts, bytes, rows, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield TextLine(glyphs=glyphs, id="changes-counts")
            yield TextLine(glyphs=glyphs, id="changes-bytes")
            yield RowList(columns(), glyphs=glyphs, marking=False, id="tree")
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Read, and follow what comes."""
        self.rows.focus()
        self.action_again()
        self.follow(self._changed)

    def on_unmount(self) -> None:
        """Nobody else wants what is still being read, nor what was."""
        orlop, job_id = self.orlop, self._job
        orlop.dispatcher.cancel(job_id)

        def forget() -> None:
            if not any(isinstance(screen, ChangesScreen) for screen in orlop.screen_stack):
                orlop.store.apply(insides.DiffRead(None))

        if self._reading is None:
            forget()
        else:
            orlop.after_job(job_id, forget)

    def action_again(self) -> None:
        """Read the changes; those that are shown stay until others come."""
        orlop = self.orlop
        orlop.dispatcher.cancel(self._job)
        self._old = orlop.store.state.inside.diff
        self._job = orlop.dispatcher.submit(ReadDiff(self.container))
        self.rows.empty_text = _("Reading...")
        self._note, self._is_stopped = "", False
        self.show_keys()

    def action_stop(self) -> None:
        """Ask for no more sizes."""
        if self._reading is not None:
            self._is_stopped = True
            self.orlop.dispatcher.cancel(self._job)

    # What comes

    @property
    def _last_job(self) -> Job | None:
        jobs = self.orlop.store.state.jobs
        return next((job for job in jobs if job.job_id == self._job), None)

    @property
    def _reading(self) -> Job | None:
        """The job while it runs."""
        job = self._last_job
        return job if job is not None and not job.state.is_final else None

    def _changed(self, state: State) -> None:
        diff = state.inside.diff
        is_new = diff is not None and diff is not self._old and diff is not self._latest
        if is_new and diff is not None and diff.container_id == self.container.container_id:
            self._latest, self.book = diff, state.inside.sizes
        self._try_again(state.connection.phase)
        self._build()
        self._show_news()
        self.show_head()

    def _try_again(self, phase: Phase) -> None:
        """Read once the Engine is back, where it went while it was asked."""
        before, self._phase = self._phase, phase
        job = self._last_job
        has_failed = job is not None and job.state is JobState.FAILED
        if phase is Phase.CONNECTED and before is not phase and has_failed:
            self.call_later(self.action_again)

    def _build(self) -> None:
        """Make the tree anew where more is known, in a thread."""
        diff, shown = self._latest, self.shown
        if diff is shown or diff is None or self._is_building:
            return
        if shown is not None and diff.after is shown.after:  # only the Engine's sum is new
            self.shown = diff
            return
        self._is_building = True
        self.run_worker(self._make(diff), group="tree")

    async def _make(self, diff: ContainerDiff) -> None:
        tree = await asyncio.to_thread(made_tree, diff)
        if self.turns.view is None:
            view = await asyncio.to_thread(first_view, tree, self.choice)
            self.turns.replace(view)
            if self.choice != view.choice:
                self.tree_verbs.choose(self.choice)
        else:  # in its turn, so that nothing is lost of what the user is changing
            self.turns.turn(partial(_look_at, tree), _("adding up..."))
        self.shown = diff
        self._is_building = False
        self._changed(self.orlop.store.state)

    def _show_news(self) -> None:
        """Show sizes that have come for rows in sight, and say what is in sight now."""
        view, book = self.turns.view, self.book
        if view is None or book is None:
            return
        if self._reading is not None:
            top, height = self.rows.visible_range
            book.want(view.rows[top : top + height])
        if len(book.told) != self._count:
            self._count = len(book.told)
            self.rows.set_rows(self.tree_rows(view))

    @on(Resize)
    @on(RowList.RowHighlighted)
    def _look(self) -> None:
        self._show_news()

    # What is shown

    def tree_rows(self, view: TreeView) -> TreeRows:
        """Return the rows of a view, with the sizes that are known by now."""
        return ChangeRows(view, self.orlop.glyphs, self.book)

    def show_head(self) -> None:
        """Show the container, and how the reading goes; counts and bytes."""
        title = _(" Changes of {name}").format(name=visible(self.container.name))
        right = self._state_pieces()
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"), right=right)
        view, diff = self.turns.view, self.shown
        if view is not None and diff is not None:
            self.part("#changes-counts", TextLine).show(*count_pieces(diff))
            told = bytes_pieces(diff, view.tree, is_over=self._reading is None)
            self.part("#changes-bytes", TextLine).show(*told)

    def _state_pieces(self) -> tuple[Piece, ...]:
        job = self._last_job
        if job is not None and job.state is JobState.FAILED:
            self.rows.empty_text = f"{job.summary} {job.remedy}"
            return (CellText(f" {job.summary} ", "bad"),)
        if job is not None:
            full, text = progress_bar(job.progress, self.orlop.glyphs), job.progress.text
            return (CellText(f"{full} {text or _('Reading...')} ", "accent"),)
        if self._is_stopped:
            return (CellText(_(" stopped; r reads again "), "warn"),)
        sources = {
            SizeSource.DISK: _("sizes: from the disk "),
            SizeSource.ARCHIVE: _("sizes: asked of the Engine "),
        }
        source = self._latest.source if self._latest is not None else ""
        return (CellText(sources.get(SizeSource(source), "") if source else "", "accent"),)

    # Keys

    def open_entry(self) -> None:
        """Show all of the entry under the cursor."""
        self.action_entry("details")

    def action_entry(self, name: str) -> None:
        """Look at what is under the cursor."""
        getattr(self._verbs, name)()


def made_tree(diff: ContainerDiff) -> FileTree:
    """Return the tree of the changes; of very many it takes long."""
    tree = diff.tree()
    if diff.count > MANY:
        gc.freeze()  # Python's search for cycles in all this would hold up every key
    return tree


def first_view(tree: FileTree, choice: Choice) -> TreeView:
    """Return a tree as it is seen at first: open, as far as there is room."""
    view = TreeView(tree, choice=choice)
    view.expand_all(OPENED)
    return view


def _look_at(tree: FileTree, view: TreeView, index: int) -> Turned:
    found = view.look_at(tree)
    note = _("{count} found").format(count=found) if view.choice.is_filter else ""
    return Turned(note, row=0 if index <= 0 else -1)
