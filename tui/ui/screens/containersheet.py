"""What the sheets have in common that show what inspect tells of containers.

They read it once, and again when the Engine tells that something happened to one of them.
"""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui.actions.values.containers import ContainerTarget
from tui.actions.values.reading import InspectContainer
from tui.i18n import N_, _
from tui.model.addresses import engine_host
from tui.model.containerdetails import ContainerDetails
from tui.model.job import JobState
from tui.model.text import visible
from tui.store.state import Phase, State
from tui.ui.containerfields import Around
from tui.ui.screens.base import Sheet
from tui.ui.screens.text import copyable
from tui.ui.widgets.columns import CellText, Column, RowSource, fit
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece, TextLine


class ContainerSheet(Sheet[None]):
    """Title, rows and keys of one container or some, kept up with what happens to them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", N_("Read again"), show=False, id="containers.r"),
    ]
    HEADER: ClassVar[bool] = False
    """Whether the titles of the columns are shown."""

    def __init__(self, containers: tuple[ContainerTarget, ...]) -> None:
        super().__init__()
        self.containers = containers
        self.details: tuple[ContainerDetails, ...] = ()
        """As they were read last; those that vanished stay as they were."""
        self._job = 0
        self._asked: dict[str, int] = {}
        """How often something had happened to them when they were asked for."""
        self._was_away = False
        self._is_asking = False
        self._note = ""

    # What a sheet has of its own

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of the rows."""
        raise NotImplementedError

    def rows_of(self, details: tuple[ContainerDetails, ...]) -> RowSource:
        """Return the rows for what was read."""
        raise NotImplementedError

    def title_of(self) -> str:
        """Return what the sheet is called."""
        raise NotImplementedError

    def keys(self) -> tuple[Piece, ...]:
        """Return the line that reminds of the keys."""
        raise NotImplementedError

    def nothing(self) -> str:
        """Return what is said where there are no rows."""
        return ""

    # How it goes

    def around(self) -> Around:
        """Return where the Engine is, and what its containers are called."""
        state = self.orlop.store.state
        names = {one.container_id: one.name for one in state.containers}
        return Around(engine_host(state.connection.endpoint.url), names)

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.part("#container-rows", RowList)

    def compose(self) -> ComposeResult:
        """Title, rows, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(
                self.columns(),
                glyphs=glyphs,
                marking=False,
                header=self.HEADER,
                empty_text=_("Asking the Engine..."),
                id="container-rows",
            )
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Read, and keep reading."""
        self.rows.focus()
        self._read()
        self.follow(self._told)

    def on_unmount(self) -> None:
        """Leave unread what nobody will see."""
        self.orlop.dispatcher.cancel(self._job)

    def _read(self) -> None:
        """Ask the Engine for what is not known as it is; what happens from now on is news."""
        self._is_asking = False
        state = self.orlop.store.state
        wanted = self._stale(state)
        for one in wanted:
            self._asked[one.container_id] = state.inside.touched.get(one.container_id, 0)
        if wanted:
            action = InspectContainer(wanted[0], tuple(wanted[1:]))
            self._job = self.orlop.dispatcher.submit(action)
            self._told(self.orlop.store.state)  # what went wrong with the last one is over

    def action_again(self) -> None:
        """Read all of it again, where nothing has told that it changed."""
        self._asked.clear()
        self._ask_again(self.orlop.store.state)

    def _stale(self, state: State) -> list[ContainerTarget]:
        """Return the containers that are there and to which something has happened."""
        left, asked, touched = gone(self.containers, state), self._asked, state.inside.touched
        return [
            one
            for one in self.containers
            if one.container_id not in left
            and asked.get(one.container_id, -1) != touched.get(one.container_id, 0)
        ]

    def _told(self, state: State) -> None:
        """Show what is known now, and have read what is not."""
        told = {one.container_id: one for one in self.details}
        for container in self.containers:
            found = state.inside.inspected.get(container.container_id)
            if found is not None:
                told[container.container_id] = found
        details = tuple(
            told[one.container_id] for one in self.containers if one.container_id in told
        )
        if details != self.details:
            self.details = details
            self.rows.set_rows(self.rows_of(details))
        trouble = trouble_of(self.containers, state, self._job)
        nothing = self.nothing() if details else _("Asking the Engine...")
        self.rows.empty_text = trouble or nothing
        self._show_title(trouble)
        self._show_keys()
        self._ask_again(state)

    def _show_title(self, trouble: str) -> None:
        """Show what the sheet is called, and beside it as much of a trouble as has room."""
        title = f" {self.title_of()} "
        room = max(self.size.width - cell_len(visible(title)) - 2, 0)
        cut = fit(visible(trouble), room, glyphs=self.orlop.glyphs).rstrip()
        right = (CellText(f" {cut} ", "bad"),) if trouble else ()
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"), right=right)

    def copy(self, text: str, what: str) -> None:
        """Copy a text through the terminal, and say so until the cursor moves."""
        self.orlop.copy_text(copyable(text), what)
        self._note = _("copied {what}").format(what=what)
        self._show_keys()

    @on(RowList.RowHighlighted)
    def _moved(self) -> None:
        self._note = ""
        self._show_keys()

    def _show_keys(self) -> None:
        note = (CellText(f" {self._note} ", "accent"),) if self._note else ()
        self.part("#sheet-keys", TextLine).show(*note, *self.keys())

    def _ask_again(self, state: State) -> None:
        """Read anew what happened since, one reading at a time; nothing while nobody answers."""
        is_away = state.connection.phase is not Phase.CONNECTED
        was_away, self._was_away = self._was_away, is_away
        job = next((job for job in state.jobs if job.job_id == self._job), None)
        is_busy = self._is_asking or (job is not None and not job.state.is_final)
        if is_away or is_busy:
            self._was_away = was_away or is_away
            return
        if was_away:
            self._asked.clear()
        if self._stale(state):
            self._is_asking = True
            self.call_later(self._read)


def gone(containers: tuple[ContainerTarget, ...], state: State) -> frozenset[str]:
    """Return the IDs of those that are no longer there."""
    if not state.containers_known:
        return frozenset()
    there = {one.container_id for one in state.containers}
    return frozenset(one.container_id for one in containers) - there


def trouble_of(containers: tuple[ContainerTarget, ...], state: State, job_id: int) -> str:
    """Return why what is shown may not be so any more; empty while all is well."""
    if gone(containers, state):
        one = len(containers) == 1
        return _("This container is gone.") if one else _("Some containers are gone.")
    if state.connection.phase in {Phase.LOST, Phase.FAILED}:
        return state.connection.trouble.title
    job = next((job for job in state.jobs if job.job_id == job_id), None)
    if job is not None and job.state is JobState.FAILED:
        return f"{job.summary} {job.remedy}".strip()
    return ""
