"""The files of a container, running or not: one folder at a time, read when it is opened.

What a folder holds comes from the state; the keys that look at an entry are in `containerentries`.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.events import Resize

from tui.actions.values.containerfiles import OpenPath, shown_path
from tui.actions.values.containers import ContainerTarget
from tui.i18n import _
from tui.layers.treeview import Choice
from tui.model.filetext import FileText
from tui.model.folder import Folder, FolderItem, joined, parent
from tui.model.job import Job, JobState
from tui.model.text import visible
from tui.store.state import Phase, State
from tui.ui.lines import cells
from tui.ui.progress import progress_bar, progress_text
from tui.ui.screens.base import Sheet
from tui.ui.screens.containerentries import Entries
from tui.ui.screens.containerfilerows import (
    KEYS,
    NAME,
    ORDERS,
    READ_ONLY,
    FolderRows,
    columns,
    summary_text,
)
from tui.ui.screens.filekeys import bindings, reminder
from tui.ui.screens.filerows import key_of, path_of
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.text import TextScreen
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece, TextLine


class ContainerFilesScreen(Sheet[None]):
    """One folder of a container."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS, "container")

    def __init__(self, container: ContainerTarget) -> None:
        super().__init__()
        self.container = container
        self.path = b"/"
        """The folder in view."""
        self._wanted = b"/"
        """What is being read, or was read last."""
        self._choice = Choice()
        self._order = NAME
        self._note = ""
        self._job = 0
        self.copying = 0
        """The job that copies something."""
        self._text: FileText | None = None
        """The file that had been read before the last reading began."""
        self._shown: Folder | None = None
        self._phase = Phase.CONNECTED

    def compose(self) -> ComposeResult:
        """Container and folder, what is missing in it, rows, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield TextLine(glyphs=glyphs, id="folder-note")
            yield RowList(columns(), glyphs=glyphs, marking=False, id="folder")
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Read the root, and follow what comes."""
        self._entries = Entries(self)
        self.rows.focus()
        self.rows.empty_text = _("Reading...")
        self.read(b"/", anew=True)
        self.follow(self._changed)

    def on_unmount(self) -> None:
        """Stop reading what nobody will see; copying goes on as a job."""
        self.orlop.dispatcher.cancel(self._job)

    @property
    def rows(self) -> RowList:
        """The list of entries."""
        return self.part("#folder", RowList)

    @property
    def folder(self) -> Folder | None:
        """The folder in view, as far as it was read."""
        folders = self.orlop.store.state.inside.folders
        is_ours = folders.container_id == self.container.container_id
        return folders.known.get(self.path) if is_ours else None

    @property
    def item(self) -> FolderItem | None:
        """The entry under the cursor."""
        key = self.rows.cursor_key
        return self.folder.item(path_of(key)) if self.folder is not None and key else None

    def say(self, note: str) -> None:
        """Say something beside the keys."""
        self._note = note
        self._show_keys()

    # Reading

    def read(self, path: bytes, *, reach: int = 0, anew: bool = False) -> None:
        """Show what is at a path; of a folder that was read before nothing is asked.

        Args:
            path: Absolute.
            reach: How far a large folder is read.
            anew: Read it in any case.
        """
        state = self.orlop.store.state
        self.orlop.dispatcher.cancel(self._job)
        self._note = ""
        is_ours = state.inside.folders.container_id == self.container.container_id
        if not anew and is_ours and path in state.inside.folders.known:
            self._go(path)
            return
        self._wanted, self._text = path, state.file_text
        action = OpenPath(self.container, path, reach, self._mounts_for(path) if is_ours else None)
        self._job = job_id = self.orlop.dispatcher.submit(action)
        self.orlop.after_job(job_id, lambda: self._read(job_id))

    def _mounts_for(self, path: bytes) -> frozenset[bytes] | None:
        """Return the container's mounts, where a path is known to be a folder; else None."""
        known = self.orlop.store.state.inside.folders.known
        above = known.get(parent(path))
        item = above.item(path.rpartition(b"/")[2]) if above is not None else None
        is_folder = path in known or (item is not None and item.is_folder)
        return next(iter(known.values())).mounts if is_folder else None

    def _read(self, job_id: int) -> None:
        """Show what was read: a folder, or the text of a file."""
        if job_id != self._job or self not in self.app.screen_stack:
            return
        state = self.orlop.store.state
        job = self._reading
        if job is not None and job.state is JobState.FAILED:
            trouble = f"{job.summary} {job.remedy}".strip()
            self.rows.empty_text = trouble
            self.say(trouble if self.folder is not None else "")
        elif state.file_text is not self._text:
            self._show_text(state.file_text)
        elif state.inside.folders.container_id == self.container.container_id:
            self._go(state.inside.folders.path)

    def _go(self, path: bytes) -> None:
        """Show another folder; the cursor is on the one that was left, when going up."""
        before, self.path = self.path, path
        if before != path:
            self._choice = Choice()
        self._show_rows()
        start = path.rstrip(b"/") + b"/"
        if before != path and before.startswith(start):
            self.rows.move_to_key(key_of(before[len(start) :].partition(b"/")[0]))
        elif before != path:
            self.rows.move_to(0)
        self._changed(self.orlop.store.state)

    def _show_text(self, text: FileText) -> None:
        more = "\n" + _("... the file goes on; x copies all of it") if text.has_more else ""
        title = f"{visible(self.container.name)}:{shown_path(text.path)}"
        self.orlop.push_screen(TextScreen(title, text.text + more))

    # What is shown

    @property
    def _reading(self) -> Job | None:
        jobs = self.orlop.store.state.jobs
        return next((job for job in jobs if job.job_id == self._job), None)

    def _going(self, job_id: int) -> Job | None:
        jobs = self.orlop.store.state.jobs
        return next((job for job in jobs if job.job_id == job_id and not job.state.is_final), None)

    def _changed(self, state: State) -> None:
        self._try_again(state.connection.phase)
        if self.folder is not self._shown:
            self._show_rows()
        self._show_head()
        self._show_keys()

    def _try_again(self, phase: Phase) -> None:
        """Read once the Engine is there, where it was not when the screen was opened."""
        before, self._phase = self._phase, phase
        job = self._reading
        has_failed = job is not None and job.state is JobState.FAILED
        if phase is Phase.CONNECTED and before is not phase and has_failed and not self.folder:
            self.rows.empty_text = _("Reading...")
            self.read(self._wanted, anew=True)

    def _show_rows(self) -> None:
        folder = self._shown = self.folder
        if folder is None:
            return
        hidden = _("Nothing is here as the filter wants it.")
        self.rows.empty_text = hidden if self._choice.is_filter else _("The folder is empty.")
        if folder.note and not folder.items:
            self.rows.empty_text = folder.note
        self.rows.set_sort("" if self._order == NAME else self._order, descending=True)
        self.rows.set_rows(FolderRows(folder, self._choice, self._order))

    def _show_head(self) -> None:
        """Show folder and size, or how the reading goes; below what is missing, or is copied."""
        folder, reading, copying = self.folder, self._going(self._job), self._going(self.copying)
        title = _(" Files of {name}  {path}").format(
            name=visible(self.container.name), path=shown_path(self.path)
        )
        right = self._progress(reading) if reading is not None else ""
        if folder is not None and reading is None:
            right = summary_text(folder)
        head = self.part(".dialog-title", TextLine)
        head.show(CellText(title, "strong"), right=(CellText(right, "accent"),))
        more = _(" m reads on.") if folder is not None and folder.is_cut else ""
        note = CellText(
            f" {folder.note}{more}" if folder is not None and folder.note else "", "warn"
        )
        if copying is not None:
            note = CellText(f" {self._progress(copying)}", "accent")
        self.part("#folder-note", TextLine).show(note)

    def _progress(self, job: Job) -> str:
        bar = progress_bar(job.progress, self.orlop.glyphs)
        return f"{bar} {progress_text(job) or _('Reading...')} "

    def _show_keys(self) -> None:
        left: list[Piece] = [CellText(f" {self._note} ", "accent")] if self._note else []
        if self._choice.is_filter:
            left.append(CellText(_(" filter: {text} ").format(text=self._filter_text), "warn"))
        keys = [key for key in KEYS if not (self.orlop.read_only and READ_ONLY in key.action)]
        room = self.size.width - cells(tuple(left))
        self.part("#sheet-keys", TextLine).show(*left, *reminder(keys, room))

    @property
    def _filter_text(self) -> str:
        choice = self._choice
        larger = f">{choice.larger}" if choice.larger >= 0 else ""
        return " ".join(filter(None, (choice.text, larger)))

    @on(Resize)
    def _resized(self) -> None:
        self._show_keys()

    # Keys

    @on(RowList.RowChosen, "#folder")
    def _chosen(self) -> None:
        self._entries.open()

    def action_entry(self, name: str) -> None:
        """Do something with what is under the cursor."""
        self._note = ""
        getattr(self._entries, name)()

    def action_up(self) -> None:
        """Go to the folder above."""
        if self.path != b"/":
            self.read(parent(self.path))

    def action_again(self) -> None:
        """Read the folder again, as far as before."""
        self.read(self.path, reach=self.folder.reach if self.folder else 0, anew=True)

    def action_more(self) -> None:
        """Read a large folder further."""
        if self.folder is not None and self.folder.is_cut:
            self.read(self.path, reach=self.folder.reach + 1, anew=True)
        else:
            self.say(_("all of the folder is here"))

    def action_order(self) -> None:
        """Sort by the next column."""
        self._order = ORDERS[(ORDERS.index(self._order) + 1) % len(ORDERS)]
        self._show_rows()
        self.say("")

    def action_stop(self) -> None:
        """Stop copying, else reading."""
        is_reading = self._going(self._job) is not None
        self.orlop.dispatcher.cancel(self._job if is_reading else self.copying)

    def action_go(self) -> None:
        """Go to a path that is typed."""

        def typed(text: str | None) -> None:
            if text:
                path = path_of(text)
                self.read(path if path.startswith(b"/") else joined(self.path, path), anew=True)

        help_text = _("From the root, or from here; a file is shown, a link followed.")
        text = key_of(joined(self.path, b""))
        screen = PromptScreen(_("Go to"), help_text=help_text, text=text, judge=lambda _text: "")
        self.app.push_screen(screen, typed)

    def action_filter(self) -> None:
        """Ask for a filter."""

        def typed(text: str | None) -> None:
            if text is not None:
                self._choice = Choice.of(text)
                self._show_rows()
                self._show_keys()

        help_text = _("Part of a name, or a pattern: *.so; >10MB for large files.")
        screen = PromptScreen(
            _("Filter"), help_text=help_text, text=self._filter_text, judge=_judge
        )
        self.app.push_screen(screen, typed)


def _judge(text: str) -> str:
    try:
        Choice.of(text)
    except ValueError:
        return _("A size looks like >10MB.")
    return ""
