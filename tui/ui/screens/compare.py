"""Two images side by side: the layers they share, the files that differ, how they are run."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from tui.actions.values.files import CompareImages
from tui.contents.comparing import ComparedImages, Side
from tui.i18n import N_, _
from tui.layers.filetree import FileTree
from tui.layers.treeview import Choice, TreeView
from tui.model.job import Job, JobState
from tui.model.listing import SourceName
from tui.store.state import State
from tui.ui.progress import progress_bar, progress_text
from tui.ui.screens.comparediff import show_difference
from tui.ui.screens.comparerows import (
    CompareRows,
    config_columns,
    config_fields,
    config_rows,
    file_columns,
    file_fields,
    file_pieces,
    layer_columns,
    layer_fields,
    layer_rows,
)
from tui.ui.screens.entryverbs import keys_screen
from tui.ui.screens.filekeys import COPY, FILTER, HELP, NEXT, OPEN, REST, Key, bindings
from tui.ui.screens.filereading import QUICK
from tui.ui.screens.filerows import TreeRows, key_of
from tui.ui.screens.sources import SourcesScreen, choose_source
from tui.ui.screens.text import FieldsScreen, copyable
from tui.ui.screens.treesheet import TreeSheet
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece, TextLine

WIDE: Final = 100
"""Columns from which on the sums tell bytes too."""

FILES: Final = 2
"""The number of the part with the files."""

COMPARE_KEYS: Final = (
    HELP,
    Key("1", "part(1)", N_("layers"), N_("Layers: which both have, and which only one.")),
    Key("2", "part(2)", N_("files"), N_("Files that were added, modified or removed.")),
    Key("3", "part(3)", N_("config"), N_("How the images are run: env, cmd, labels.")),
    *OPEN,
    FILTER,
    NEXT,
    Key("i", "entry('details')", N_("details"), N_("Both sides of the row under the cursor.")),
    Key("D", "entry('diff')", N_("diff"), N_("What differs in the file under the cursor.")),
    *REST,
    Key("w", "swap", N_("swap"), N_("Look from the second image to the first.")),
    Key("x", "stop", N_("stop"), N_("Stop the reading.")),
    Key("s", "entry('sources')", N_("source"), N_("Choose where the files are read from.")),
    COPY,
)
"""The keys of a comparison; the usual ones first."""


class CompareScreen(TreeSheet):
    """Three parts: layers, files, config."""

    KEYS = COMPARE_KEYS
    NOTHING = N_("The files are the same.")
    BINDINGS: ClassVar[list[BindingType]] = bindings(COMPARE_KEYS, "compare")

    def __init__(self, sides: tuple[Side, Side]) -> None:
        super().__init__(Choice(alone=True))
        self._sides = sides
        self._part = FILES
        self._job = 0
        self._before: ComparedImages | None = None
        """What has been taken, or was there before."""
        self._compared: ComparedImages | None = None

    def compose(self) -> ComposeResult:
        """Both images, the parts with their sums, rows, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield TextLine(glyphs=glyphs, id="compare-parts")
            yield RowList(file_columns(), glyphs=glyphs, marking=False, id="tree")
            yield RowList(layer_columns(), glyphs=glyphs, marking=False, id="others")
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Begin to read both images."""
        self.action_part(FILES)
        self._read()
        self.follow(self._changed)

    def on_unmount(self) -> None:
        """Nobody else wants what is still being read."""
        self.orlop.dispatcher.cancel(self._job)

    def _read(self) -> None:
        self._compared, self._before = None, self.orlop.store.state.compared
        self.rows.empty_text = _("Reading...")
        action = CompareImages(self._sides, read_only=self.orlop.read_only)
        self._job = self.orlop.dispatcher.submit(action)

    # What comes

    def _changed(self, state: State) -> None:
        compared = state.compared
        job = next((job for job in state.jobs if job.job_id == self._job), None)
        if compared is not None and compared is not self._before and compared.sides == self._sides:
            self._before = self._compared = compared
            self._take(compared)
        if job is not None and job.state in (JobState.FAILED, JobState.CANCELLED):
            why = f"{job.summary} {job.remedy}".strip()
            self.rows.empty_text = why or _("Stopped; s reads again.")
        self.show_head()

    def _take(self, compared: ComparedImages) -> None:
        if compared.tree is None:
            self.rows.empty_text = _("Not read; s chooses from where.")
            self.call_later(self._choose_source)
            return
        self._show_others()
        if compared.tree.entries <= QUICK:
            self._show(TreeView(compared.tree, self.turns.order, self.choice))
        else:
            self.run_worker(self._make(compared.tree), group="tree", exclusive=True)

    async def _make(self, tree: FileTree) -> None:
        """Make the view of a large tree in a thread."""
        choice = self.choice
        view = await asyncio.to_thread(TreeView, tree, self.turns.order, choice)
        if self._compared is not None and self._compared.tree is tree:
            self._show(view)
            if self.choice != choice:
                self.tree_verbs.choose(self.choice)

    def _show(self, view: TreeView) -> None:
        self.turns.replace(view)
        self.tree_verbs.expand()

    def _choose_source(self) -> None:
        """Ask for the image that cannot be read without a cost; of two for the first."""
        if self._compared is None:
            self._read()
            return
        number = next((n for n, offers in enumerate(self._compared.asks) if offers), -1)
        if number < 0:
            return
        side = self._sides[number]
        screen = SourcesScreen(self._compared.asks[number], "", side.name)

        def chosen(source: SourceName | None) -> None:
            if source is not None:
                sides = list(self._sides)
                sides[number] = side._replace(reading=source)
                self._sides = (sides[0], sides[1])
                self._read()

        choose_source(self.orlop, screen, chosen)

    # What is shown

    def tree_rows(self, view: TreeView) -> TreeRows:
        """Return the files with both sizes."""
        assert self._compared is not None
        return CompareRows(view, self.orlop.glyphs, self._compared.differences)

    def show_head(self) -> None:
        """Show both images and the parts; or how the reading goes."""
        title = _(" Compare  A {a}  B {b}").format(a=self._sides[0].name, b=self._sides[1].name)
        job = next((job for job in self.orlop.store.state.jobs if job.job_id == self._job), None)
        right = self._progress(job)
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"), right=(right,))
        self.part("#compare-parts", TextLine).show(*self._told_parts())

    def _progress(self, job: Job | None) -> CellText:
        if job is None or job.state.is_final:
            return CellText("")
        bar = progress_bar(job.progress, self.orlop.glyphs)
        return CellText(f"{bar} {progress_text(job) or _('Reading...')} ", "accent")

    def _told_parts(self) -> list[Piece]:
        compared = self._compared
        told: list[list[Piece]] = [["  "], ["  "], []]
        if compared is not None and compared.files is not None:
            layers = compared.layers
            both = layers.chain + len(layers.pairs)
            sums = f" = {both}  - {len(layers.only_a)}  + {len(layers.only_b)}  "
            told = [
                [sums],
                [" ", *file_pieces(compared.files, sizes=self.size.width >= WIDE)],
                [f" {len(compared.config)}"],
            ]
        pieces: list[Piece] = []
        for number, name in enumerate((_("Layers"), _("Files"), _("Config")), 1):
            style = "strong" if number == self._part else "dim"
            mark = ">" if number == self._part else " "
            pieces += [CellText(f"{mark}{number} {name}", style), *told[number - 1]]
        return pieces

    def _show_others(self) -> None:
        """Show the layers or the config."""
        compared, others = self._compared, self.part("#others", RowList)
        is_config = self._part > FILES
        others.set_columns(config_columns() if is_config else layer_columns())
        others.empty_text = _("They are run the same way.") if is_config else _("No layers.")
        if compared is None or compared.files is None:
            others.empty_text = self.rows.empty_text
            others.set_rows(())
        elif is_config:
            others.set_rows(config_rows(compared.config))
        else:
            others.set_rows(layer_rows(compared))

    # Keys

    def action_part(self, number: int) -> None:
        """Show layers (1), files (2) or config (3)."""
        self._part = number
        others = self.part("#others", RowList)
        self.rows.display, others.display = number == FILES, number != FILES
        self._show_others()
        (self.rows if number == FILES else others).focus()
        self.show_head()

    def open_entry(self) -> None:
        """Show both sides of the file under the cursor."""
        compared = self._compared
        one = compared.differences.get(self.path) if compared is not None else None
        if one is not None and compared is not None:
            fields = file_fields(one, compared)
            self.app.push_screen(FieldsScreen("/" + key_of(one.path), fields))
        elif self.path:
            self.say(_("a folder that both have; Enter opens it"))

    @on(RowList.RowChosen, "#others")
    def _open_other(self, event: RowList.RowChosen) -> None:
        compared = self._compared
        if compared is None:
            return
        if self._part == FILES + 1:
            one = compared.config[int(event.key)]
            fields = config_fields(one)
            self.app.push_screen(FieldsScreen(f"{one.field} {one.name}", fields))
        else:
            self.app.push_screen(FieldsScreen(_("Layer"), layer_fields(compared, event.key)))

    def action_entry(self, name: str) -> None:
        """Look at what is under the cursor, or at the images."""
        if name == "help":
            self.app.push_screen(keys_screen(_("Keys of the comparison"), COMPARE_KEYS))
        elif name == "sources":
            self._choose_source()
        elif name == "diff" and self._compared is not None and self._part == FILES:
            show_difference(self, self._compared, self._compared.differences.get(self.path))
        elif name == "copy_path" and self.path:
            self.orlop.copy_text(copyable("/" + key_of(self.path)), _("path"))
        elif name == "details" and self._part == FILES:
            self.open_entry()
        elif name == "details":
            self.part("#others", RowList).action_choose()

    def action_swap(self) -> None:
        """Look from the other side."""
        self._sides = (self._sides[1], self._sides[0])
        self._read()

    def action_stop(self) -> None:
        """Stop the reading."""
        self.orlop.dispatcher.cancel(self._job)
