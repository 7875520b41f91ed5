"""The files of an image, layer by layer, as a tree; what each layer changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.events import Resize

from tui.actions.values.reading import ReadListings, ViewFile
from tui.contents.image import ListedImage
from tui.contents.source import Offer
from tui.i18n import _
from tui.layers.command import clean_command
from tui.layers.filetree import FileTree
from tui.layers.treeview import ALL, Choice, Order, TreeView
from tui.model.job import Job, JobState
from tui.model.listing import Kind
from tui.model.text import human_size
from tui.store.state import Contents, State
from tui.ui.lines import cells
from tui.ui.progress import progress_bar, progress_text
from tui.ui.screens.base import Sheet
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.filekeys import KEYS, TOGGLES, bindings, reminder
from tui.ui.screens.filerows import (
    TreeRows,
    columns,
    entry_fields,
    key_of,
    path_of,
    tally_pieces,
)
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.sources import SourcesScreen
from tui.ui.screens.text import FieldsScreen, FieldValue, TextScreen, copyable
from tui.ui.screens.waste import WasteScreen
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece, TextLine

QUICK: Final = 20_000
"""Entries that a tree is made of without showing another first."""


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
        self._image_id = image_id
        self._image_name = name
        self._layer = layer
        self._choice = Choice(alone=alone)
        self._job = 0
        self._contents: Contents | None = None
        self._view: TreeView | None = None
        self._built: tuple[int, int] = (0, 0)
        """Layer and read layers of the tree in view."""
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
        self._rows.focus()
        self._rows.empty_text = _("Reading...")
        self._read("")
        self.follow(self._changed)

    @property
    def _rows(self) -> RowList:
        return self.part("RowList", RowList)

    def _read(self, source: str) -> None:
        quiet = not source
        action = ReadListings(self._image_id, self._image_name, source, quiet, self.orlop.read_only)
        self._job = self.orlop.dispatcher.submit(action)

    # What comes

    def _changed(self, state: State) -> None:
        contents = state.contents
        job = next((job for job in state.jobs if job.job_id == self._job), None)
        if contents is not None and contents.image.image_id == self._image_id:
            self._contents = contents
            self._build()
        self._show_head(job)
        self._ask_once(job)

    def _ask_once(self, job: Job | None) -> None:
        """Let the user choose a source where nothing could be read without a cost."""
        has_ended = job is None or job.state.is_final
        if not has_ended or self._contents is None or self._has_asked:
            return
        if job is not None and job.state is not JobState.DONE:
            return
        if not all(layer.is_read for layer in self._contents.image.layers):
            self._has_asked = True
            self.call_later(self.action_sources)

    @property
    def _is_reading(self) -> bool:
        jobs = self.orlop.store.state.jobs
        return any(job.job_id == self._job and not job.state.is_final for job in jobs)

    def _ready(self, image: ListedImage) -> int:
        """Return how many layers from the bottom on have been read."""
        for number, layer in enumerate(image.layers):
            if not layer.is_read:
                return number
        return len(image.layers)

    def _build(self) -> None:
        """Make the tree anew where another layer can be shown, in a thread."""
        contents = self._contents
        if contents is None or self._is_building:
            return
        image = contents.image
        ready = self._ready(image)
        target = self._layer or len(image.layers)
        wanted = min(target, ready)
        if not wanted or self._built[0] == wanted:
            return
        if self._view is not None and ready < target and self._is_reading:
            return  # the first that came is in view; those on the way would only take time
        if self._view is None and _entries(image, wanted) > QUICK:
            wanted = 1  # in sight at once; all of them take a moment
        self._is_building = True
        self.run_worker(self._make(image, wanted, ready), group="tree")

    async def _make(self, image: ListedImage, layer: int, ready: int) -> None:
        listings = [one.listing for one in image.layers[:layer]]
        tree = await asyncio.to_thread(FileTree, listings, layer)
        order = self._view.order if self._view is not None else Order.NAME
        opened = self._view.opened if self._view is not None else set()
        self._view = TreeView(tree, order, self._choice, opened)
        self._built = (layer, ready)
        self._is_building = False
        self._show_rows()
        self._changed(self.orlop.store.state)

    # What is shown

    def _show_rows(self) -> None:
        view = self._view
        if view is None:
            return
        rows = self._rows
        rows.empty_text = self._why_empty()
        rows.set_sort("size" if view.order is Order.SIZE else "", descending=True)
        rows.set_rows(TreeRows(view, self.orlop.glyphs))
        self._show_keys()

    def _why_empty(self) -> str:
        if self._view is not None and not self._choice.is_everything:
            return _("Nothing in this layer is as the filter wants it.")
        return _("This layer has no files.")

    def _show_head(self, job: Job | None) -> None:
        """Show image, layer and command; or how the reading goes."""
        contents = self._contents
        image = contents.image if contents is not None else None
        title = _("Files  {name}").format(name=self._image_name)
        command, right = "", ""
        if image is not None and self._view is not None:
            layer = image.layers[self._view.tree.layer - 1]
            size = human_size(self._view.tree.union.layers[-1].size)
            title += _("  layer {index} of {count}, {size}").format(
                index=layer.index, count=len(image.layers), size=size
            )
            title += "  " + (_("alone") if self._choice.alone else _("with those below"))
            command = clean_command(layer.created_by) or _("(no record)")
            if layer.error is not None:
                command = str(layer.error)
            right = _source_text(image)
            self.part("#files-changes", TextLine).show(*tally_pieces(self._view.tree))
        if job is not None and job.state is JobState.FAILED:
            self._rows.empty_text = f"{job.summary} {job.remedy}"
            right = job.summary
        elif job is not None and not job.state.is_final:
            bar = progress_bar(job.progress, self.orlop.glyphs)
            right = f"{bar} {progress_text(job) or _('Reading...')} "
        self.part(".dialog-title", TextLine).show(
            CellText(f" {title}", "strong"), right=(CellText(right, "accent"),)
        )
        self.part("#files-command", TextLine).show(CellText(f" {command}", "dim"))

    def _show_keys(self) -> None:
        choice = self._choice
        left: list[Piece] = [CellText(f" {self._note} ", "accent")] if self._note else []
        if choice.kinds != ALL:
            shown = "".join(key for key, kinds in TOGGLES.items() if kinds <= choice.kinds)
            left.append(CellText(_(" shown: {kinds} ").format(kinds=shown or "-"), "warn"))
        room = self.size.width - cells(tuple(left))
        self.part("#sheet-keys", TextLine).show(*left, *reminder(room))

    @on(Resize)
    def _resized(self) -> None:
        self._show_keys()

    # Keys

    @property
    def _path(self) -> bytes:
        key = self._rows.cursor_key
        return path_of(key) if key is not None else b""

    @on(RowList.RowChosen)
    def _chosen(self) -> None:
        view, index = self._view, self._rows.cursor_index
        if view is None or index < 0:
            return
        path = view.rows[index]
        if path in view.opened:
            self.action_close()
        elif view.tree.has_inside(path):
            self.action_open()
        else:
            self.action_details()

    def action_help(self) -> None:
        """Show all keys of this screen."""
        fields = [FieldValue(shown, _(text)) for shown, _keys, _action, _word, text in KEYS]
        letters = _("A added, M modified, m only metadata, R removed, . something in it changed")
        fields.append(FieldValue(_("Letters"), letters))
        self.app.push_screen(FieldsScreen(_("Keys of the files"), fields))

    def action_open(self) -> None:
        """Open the folder under the cursor."""
        if self._view is not None and self._rows.cursor_index >= 0:
            self._view.open(self._rows.cursor_index)
            self._show_rows()

    def action_close(self) -> None:
        """Close the folder under the cursor, or the one around it."""
        if self._view is not None and self._rows.cursor_index >= 0:
            index = self._view.close(self._rows.cursor_index)
            self._show_rows()
            self._rows.move_to(index)

    def action_expand(self) -> None:
        """Open all folders, as far as that is bounded."""
        if self._view is not None and not self._view.expand_all():
            self._note = _("too many to open all")
        self._show_rows()

    def action_layer(self, step: int) -> None:
        """Go to the layer above or below."""
        if self._contents is not None and self._built[0]:
            count = len(self._contents.image.layers)
            self._layer = min(max(self._built[0] + step, 1), count)
            self._build()

    def action_alone(self) -> None:
        """Show what the layer itself brought, or all up to it."""
        self._choose(replace(self._choice, alone=not self._choice.alone))

    def action_kinds(self, key: str) -> None:
        """Show or hide what was added, modified, removed, or left as it was."""
        kinds = self._choice.kinds ^ TOGGLES[key]
        if TOGGLES[key] & self._choice.kinds:
            kinds = self._choice.kinds - TOGGLES[key]
        self._choose(replace(self._choice, kinds=kinds))

    def action_filter(self) -> None:
        """Ask for a filter."""
        screen = PromptScreen(
            _("Filter"),
            help_text=_("Part of a path, or a pattern: *.so  usr/*/bin; >10MB for large files."),
            text=_choice_text(self._choice),
            judge=_judge,
        )
        self.app.push_screen(screen, self._filtered)

    def _filtered(self, text: str | None) -> None:
        if text is not None:
            wanted = Choice.of(text)
            self._choose(replace(self._choice, text=wanted.text, larger=wanted.larger))

    def _choose(self, choice: Choice) -> None:
        self._choice = choice
        if self._view is not None:
            count = self._view.choose(choice)
            is_filter = choice.text or choice.larger >= 0
            self._note = _("{count} found").format(count=count) if is_filter else ""
            self._show_rows()
            self._changed(self.orlop.store.state)

    def action_order(self) -> None:
        """Sort by size, or by name again."""
        if self._view is not None:
            by_name = self._view.order is Order.NAME
            self._view.sort(Order.SIZE if by_name else Order.NAME)
            self._show_rows()

    def action_next(self, back: bool) -> None:
        """Go to the next change, or the one before."""
        view = self._view
        if view is None:
            return
        path = view.next_change(self._path, back=back)
        index = view.reveal(path) if path is not None else None
        self._note = "" if index is not None else _("no more changes")
        self._show_rows()
        if index is not None:
            self._rows.move_to(index)

    def action_details(self) -> None:
        """Show all of an entry, and what each layer did there."""
        view, contents = self._view, self._contents
        if view is None or contents is None or not self._path:
            return
        node = view.tree.node(self._path)
        commands = [layer.created_by for layer in contents.image.layers]
        fields = entry_fields(node, view.tree.history(self._path), commands)
        self.app.push_screen(FieldsScreen("/" + key_of(self._path), fields))

    def action_view(self) -> None:
        """Show the text of the file under the cursor, from the layer that it comes from."""
        view, contents = self._view, self._contents
        node = view.tree.node(self._path) if view is not None and self._path else None
        if node is None or contents is None or node.entry is None:
            return
        shown = view.tree.union.shown.get(node.path) if view is not None else None
        file = shown.file if shown is not None else None
        entry, layer = (file.entry, file.layer) if file is not None else (node.entry, node.layer)
        if entry.kind is not Kind.FILE:
            self._note = _("only files have a text")
            self._show_keys()
            return
        job = self.orlop.dispatcher.submit(ViewFile(contents.image, layer, entry.path))
        self.orlop.after_job(job, partial(self._show_text, job))

    def _show_text(self, job_id: int) -> None:
        state = self.orlop.store.state
        job = next((job for job in state.jobs if job.job_id == job_id), None)
        if job is not None and job.state is JobState.FAILED:
            self._note = f"{job.summary} {job.remedy}".strip()
            self._show_keys()
            return
        text = state.file_text
        title = _("/{path}  layer {layer}").format(path=key_of(text.path), layer=text.layer)
        more = "\n" + _("... the file goes on") if text.has_more else ""
        self.app.push_screen(TextScreen(title, text.text + more))

    def action_copy_path(self) -> None:
        """Copy the path under the cursor."""
        if self._path:
            self.orlop.copy_text(copyable("/" + key_of(self._path)), _("path"))

    def action_waste(self) -> None:
        """Show what is in the layers, but does not show."""
        if self._view is not None and self._contents is not None:
            self.app.push_screen(WasteScreen(self._contents.image, self._view.tree.union))

    def action_sources(self) -> None:
        """Show where the files can be read from, and let the user choose."""
        if self._contents is not None:
            screen = SourcesScreen(self._contents.offers, self._contents.image.source)
            self.app.push_screen(screen, self._source_chosen)

    def _source_chosen(self, offer: Offer | None) -> None:
        if offer is None:
            return
        if offer.is_free:
            self._read(offer.name)
            return
        text = offer.cost
        if offer.asks:
            text += " " + _("This is asked once: orlop keeps the answer in its settings.")
        screen = ConfirmScreen(_("Read the files that way?"), _("Read"), text=text)
        self.app.push_screen(screen, lambda yes: self._read(offer.name) if yes else None)


def _entries(image: ListedImage, count: int) -> int:
    return sum(len(layer.listing.entries) for layer in image.layers[:count])


def _source_text(image: ListedImage) -> str:
    """Return where the files come from; some may have been kept from before."""
    return _("source: {name} ").format(name=image.source or "cache")


def _choice_text(choice: Choice) -> str:
    larger = f">{choice.larger}" if choice.larger >= 0 else ""
    return " ".join(part for part in (choice.text, larger) if part)


def _judge(text: str) -> str:
    try:
        Choice.of(text)
    except ValueError:
        return _("Write a size as 10MB.")
    return ""
