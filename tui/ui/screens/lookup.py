"""What the sheets over registries have in common: a list that a job fills, filter, order, marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize

from tui.actions.action import Action
from tui.i18n import N_, _
from tui.model.job import Job, JobState
from tui.store.state import State
from tui.ui.screens.base import Sheet
from tui.ui.screens.prompt import PromptScreen
from tui.ui.widgets.columns import CellText, Column
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece, TextLine

FILTER_MAX: Final = 200
"""Characters of a filter."""


class Key(NamedTuple):
    """A key of a sheet: how it is read, as Textual calls it, what it does, a word, a sentence."""

    shown: str
    key: str
    action: str
    word: str
    sentence: str
    changes: bool = False
    """Whether it changes anything on the Engine or in a registry: not when read-only."""


SHARED_KEYS: Final = (
    Key("/", "slash", "filter", N_("filter"), N_("Show only rows with this text.")),
    Key("o", "o", "order(1)", N_("sort"), N_("Sort by the next column.")),
    Key("O", "O", "order(0)", N_("reverse"), N_("Turn the order round.")),
    Key("r", "r", "again", N_("again"), N_("Ask again.")),
)


def bindings(name: str, keys: Sequence[Key]) -> list[BindingType]:
    """Return one binding for each key of a sheet, each with an id."""
    return [
        Binding(
            key.key, key.action, key.word, show=False, id=f"{name}.{key.key}", tooltip=key.sentence
        )
        for key in (*keys, *SHARED_KEYS)
    ]


class LookupSheet(Sheet[None]):
    """A list that a job fills. Subclasses say what is asked, and what its rows are."""

    KEYS: ClassVar[tuple[Key, ...]] = ()
    SORTS: ClassVar[tuple[str, ...]] = ()
    """The columns that the sort key goes through."""
    MARKING: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self._job_id = 0
        self._reading: list[int] = []
        self._filter = ""
        self._sort = ("", False)
        self._marks: frozenset[str] = frozenset()
        self._said: tuple[str, str] = ("", "")

    # For subclasses

    def columns(self) -> tuple[Column, ...]:
        """Return the columns."""
        raise NotImplementedError

    def question(self, *, anew: bool) -> Action | None:
        """Return what is asked for the list; `anew` when the user wants it once more."""
        raise NotImplementedError

    def show_rows(self, state: State) -> None:
        """Make the rows."""
        raise NotImplementedError

    def heading(self, state: State) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """Return the left and the right side of the title."""
        raise NotImplementedError

    def note(self, state: State) -> tuple[str, str]:
        """Return a sentence about the list and its style; empty for none."""
        raise NotImplementedError

    # The frame

    def compose(self) -> ComposeResult:
        """Title, rows, a line of notes, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(self.columns(), glyphs=glyphs, marking=self.MARKING)
            yield TextLine(glyphs=glyphs, id="lookup-note")
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Ask, and show what comes."""
        self.rows.focus()
        self.rows.set_sort(self._sort[0], descending=self._sort[1])
        self.ask(anew=False)
        self.follow(self.show_state)

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.part("RowList", RowList)

    def ask(self, *, anew: bool) -> None:
        """Ask for the list."""
        action = self.question(anew=anew)
        if action is not None:
            self._job_id = self.read(action)

    def read(self, action: Action) -> int:
        """Have something read for this sheet alone; returns its job, which ends with the sheet."""
        job_id = self.orlop.dispatcher.submit(action)
        self._reading.append(job_id)
        return job_id

    def on_unmount(self) -> None:
        """Stop what is still read: nobody looks at it any more."""
        for job_id in self._reading:
            self.orlop.dispatcher.cancel(job_id)

    def progress(self, state: State) -> str:
        """Return how far the last reading for this sheet is; empty where none goes on."""
        running = [job for job in state.jobs if job.job_id in self._reading]
        job = next((job for job in reversed(running) if job.progress.total), None)
        if job is None or job.state.is_final:
            return ""
        return _("{title}: {done} of {total}").format(
            title=job.title, done=f"{job.progress.done:,}", total=f"{job.progress.total:,}"
        )

    def show_state(self, state: State) -> None:
        """Show a state."""
        self.show_rows(state)
        left, right = self.heading(state)
        self.part(".dialog-title", TextLine).show(*left, right=right)
        said, style = self._said if self._said[0] else self.note(state)
        if style == "dim":  # says no more than that something goes on
            said = self.progress(state) or said
        self.part("#lookup-note", TextLine).show(CellText(f" {said}" if said else "", style))
        self.part("#sheet-keys", TextLine).show(*self._reminder())

    def show_now(self) -> None:
        """Show the state as it is: something of the sheet's own has changed."""
        self.show_state(self.orlop.store.state)

    def say(self, text: str, style: str = "") -> None:
        """Show a sentence until the next key that does something."""
        self._said = (text, style)
        self.show_now()

    def job(self, state: State) -> Job | None:
        """Return the job that fills the list; None once it has ended well."""
        return next((job for job in state.jobs if job.job_id == self._job_id), None)

    def is_asking(self, state: State) -> bool:
        """Tell whether the list may still grow."""
        job = self.job(state)
        return job is not None and not job.state.is_final

    def trouble(self, state: State) -> str:
        """Return why the list could not be had; empty where it could."""
        job = self.job(state)
        if job is None or job.state is not JobState.FAILED:
            return ""
        return "\n".join(filter(None, (job.summary, job.remedy)))

    def _reminder(self) -> list[Piece]:
        leave = f" {_('back')}"
        width = self.size.width - cell_len(leave) - 4
        pieces: list[Piece] = []
        for key in (*self.KEYS, *SHARED_KEYS):
            if key.changes and self.orlop.read_only:
                continue
            text = f" {_(key.word)} "
            width -= cell_len(key.shown) + cell_len(text) + 1
            if width < 0:
                break
            pieces += [CellText(f" {key.shown}", "key"), text]
        return [*pieces, CellText(" esc", "key"), leave]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Take away the keys that change anything when read-only (called by Textual)."""
        name = action.partition("(")[0]
        changing = {key.action.partition("(")[0] for key in self.KEYS if key.changes}
        if name in changing and self.orlop.read_only:
            return False
        return super().check_action(action, parameters)

    @on(Resize)
    def _resized(self) -> None:
        self.show_now()

    # What the keys do

    def action_again(self) -> None:
        """Ask once more."""
        self._said = ("", "")
        if not self.is_asking(self.orlop.store.state):
            self.ask(anew=True)
            self.show_now()

    def action_filter(self) -> None:
        """Ask for a filter."""
        screen = PromptScreen(
            _("Filter"),
            help_text=_("Part of a name; nothing shows all."),
            text=self._filter,
            judge=lambda text: _("It is too long.") if len(text) > FILTER_MAX else "",
        )
        self.app.push_screen(screen, self._filtered)

    def _filtered(self, text: str | None) -> None:
        if text is not None:
            self._said = ("", "")
            self._filter = text.strip()
            self.filtered()
            self.show_now()

    def filtered(self) -> None:
        """Take notice of a new filter."""

    def action_order(self, step: int) -> None:
        """Sort by the next column, or turn the order round."""
        column, descending = self._sort
        if step:
            at = self.SORTS.index(column) if column in self.SORTS else -1
            column = self.SORTS[(at + 1) % len(self.SORTS)]
            descending = column in DESCENDING_FIRST
        else:
            descending = not descending
        self._order(column, descending=descending)

    @on(RowList.HeaderClicked)
    def _header_clicked(self, event: RowList.HeaderClicked) -> None:
        if event.column_key in self.SORTS:
            column, descending = self._sort
            again = column == event.column_key
            down = not descending if again else event.column_key in DESCENDING_FIRST
            self._order(event.column_key, descending=down)

    def _order(self, column: str, *, descending: bool) -> None:
        self._sort = (column, descending)
        self._said = ("", "")
        self.rows.set_sort(column, descending=descending)
        self.sorted()
        self.show_now()

    def sorted(self) -> None:
        """Take notice of a new order."""

    def action_mark(self) -> None:
        """Mark the row, or unmark it, and go on to the next."""
        key = self.rows.cursor_key
        if key is not None and self.MARKING:
            self._marks ^= {key}
            self.rows.set_marks(self._marks)
            self.rows.action_go("down")
            self.show_now()

    def meant(self) -> tuple[str, ...]:
        """Return the keys of the marked rows, else that of the cursor."""
        cursor = self.rows.cursor_key
        return tuple(sorted(self._marks)) or ((cursor,) if cursor is not None else ())


DESCENDING_FIRST: Final = frozenset({"updated", "size"})
"""Columns whose largest value is the interesting one."""
