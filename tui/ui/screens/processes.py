"""The processes of a container, as `docker top` tells them."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui.actions.values.containers import ContainerTarget
from tui.actions.values.stats import ReadProcesses
from tui.i18n import N_, _, ngettext
from tui.model.job import Job, JobState
from tui.model.stats import NO_PROCESSES, Processes
from tui.model.text import visible
from tui.store.state import State
from tui.ui.screens.base import Sheet
from tui.ui.screens.text import FieldsScreen, FieldValue
from tui.ui.widgets.columns import Align, CellText, Column, Row, longest
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

WIDTH_MAX: Final = 12
"""Cells of a column, but for the last one."""


class ProcessesScreen(Sheet[None]):
    """One moment of a container's processes; `r` reads the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "read", N_("Read again"), show=False, id="processes.r"),
    ]

    def __init__(self, container: ContainerTarget) -> None:
        super().__init__()
        self._container = container
        self._job = 0
        self._told: Processes = NO_PROCESSES

    def compose(self) -> ComposeResult:
        """Title, rows, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList((), glyphs=glyphs, marking=False)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Read them."""
        self.part("#sheet-keys", TextLine).show(_(" enter whole line  r read again  esc back"))
        self.part("RowList", RowList).focus()
        self.action_read()
        self.follow(self._show)

    def action_read(self) -> None:
        """Read them anew."""
        self._job = self.orlop.dispatcher.submit(ReadProcesses(self._container))

    def _show(self, state: State) -> None:
        job = next((job for job in state.jobs if job.job_id == self._job), None)
        told, rows = state.inside.processes, self.part("RowList", RowList)
        if told is not None and told.container_id == self._container.container_id:
            if told is not self._told:
                rows.set_columns(process_columns(told))
                rows.set_rows(process_rows(told))
            self._told = told
        trouble = _trouble(job)
        rows.empty_text = trouble or _("Asking the Engine...")
        count = len(self._told.rows)
        title = ngettext(
            " Processes of {name}  {count}", " Processes of {name}  {count}", count
        ).format(name=visible(self._container.name), count=count)
        right = (CellText(f" {trouble} ", "bad"),) if trouble else ()
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"), right=right)

    @on(RowList.RowChosen)
    def _chosen(self) -> None:
        """Show all of one process; each field can be copied."""
        index = self.part("RowList", RowList).cursor_index
        row = self._told.rows[index]
        pairs = zip(self._told.titles, row, strict=False)
        fields = [FieldValue(title, value) for title, value in pairs]
        self.app.push_screen(FieldsScreen(_("Process"), fields))


def _trouble(job: Job | None) -> str:
    """Return why there is nothing to see; empty while all is well."""
    if job is None or job.state is not JobState.FAILED:
        return ""
    return f"{job.summary} {job.remedy}"


def process_columns(told: Processes) -> tuple[Column, ...]:
    """Return a column for each title; those before the last go first where it is narrow."""
    *titles, last = told.titles or (_("COMMAND"),)
    columns: list[Column] = []
    for number, title in enumerate(titles):
        cells = [row[number] for row in told.rows if number < len(row)]
        width = longest([title, *cells], 3, WIDTH_MAX)
        align: Align = "right" if all(cell.isdecimal() for cell in cells) else "left"
        priority = 9 if title in {"PID", "USER", "UID"} else -number
        columns.append(Column(str(number), title, width, align=align, priority=priority))
    end = Column(str(len(titles)), last, 1, min_width=20, flex=True, priority=8)
    return (*columns, end)


def process_rows(told: Processes) -> list[Row]:
    """Return the rows; the cursor stays on its process when they are read anew."""
    at = told.titles.index("PID") if "PID" in told.titles else 0
    seen: dict[str, int] = {}
    rows: list[Row] = []
    for cells in told.rows:
        pid = cells[at] if at < len(cells) else ""
        seen[pid] = seen.get(pid, 0) + 1
        rows.append(Row(f"{pid} {seen[pid]}", cells))
    return rows
