"""The jobs: what is going on, layer by layer, and what was done."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize

from tui.i18n import N_, _
from tui.model.job import Job, JobState
from tui.model.progress import LayerProgress
from tui.model.text import human_size, visible
from tui.store.state import State
from tui.ui.progress import fraction_bar, progress_bar, progress_text
from tui.ui.screens.base import Sheet
from tui.ui.terminal import Glyphs
from tui.ui.widgets.columns import CellText, Column, Row, wrap
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

STATE_WIDTH: Final = 9
BAR_WIDTH: Final = 22

STYLES = {
    JobState.DONE: "good",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "warn",
    JobState.CANCELLING: "warn",
}


class JobsScreen(Sheet[None]):
    """Newest job first, each with its layers or lines below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "stop_job", N_("Stop"), show=False, id="jobs.x"),
        Binding("c", "copy_line", N_("Copy"), show=False, id="jobs.c"),
    ]

    def compose(self) -> ComposeResult:
        """Title, rows, keys."""
        glyphs = self.orlop.glyphs
        columns = (
            Column("state", _("STATE"), STATE_WIDTH, priority=9),
            Column("what", _("JOB"), 1, min_width=16, flex=True, priority=8),
            Column("bar", _("PROGRESS"), BAR_WIDTH, priority=7),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(columns, glyphs=glyphs, marking=False, empty_text=_("No jobs yet."))
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Follow the store."""
        self.part(".dialog-title", TextLine).show(CellText(_("Jobs"), "strong"))
        self.part("#sheet-keys", TextLine).show(
            _(" x stop job  c copy docker line  enter whole text  esc back")
        )
        self.part("RowList", RowList).focus()
        self.follow(self._show)

    @on(Resize)
    def _wrap(self) -> None:
        self._show(self.orlop.store.state)

    def _show(self, state: State) -> None:
        width = max(self.size.width - STATE_WIDTH - BAR_WIDTH - 4, 16)
        rows: list[Row] = []
        for job in reversed(state.jobs):
            rows += job_rows(job, width, self.orlop.glyphs)
        self.part("RowList", RowList).set_rows(rows)

    def _current(self) -> Job | None:
        key = self.part("RowList", RowList).cursor_key
        number = int(key.split()[0]) if key else 0
        return next((job for job in self.orlop.store.state.jobs if job.job_id == number), None)

    def action_stop_job(self) -> None:
        """Stop the job under the cursor."""
        job = self._current()
        if job is not None:
            self.orlop.dispatcher.cancel(job.job_id)

    def action_copy_line(self) -> None:
        """Copy the docker command line of the job under the cursor."""
        job = self._current()
        if job is not None and job.docker:
            self.orlop.copy_text(job.docker, _("docker line"))

    @on(RowList.RowChosen)
    def _whole(self) -> None:
        from tui.ui.screens.text import TextScreen

        job = self._current()
        if job is not None:
            self.app.push_screen(TextScreen(job.title, job_report(job)))


def job_report(job: Job) -> str:
    """Return all that is known of a job, as text."""
    lines = [f"$ {job.docker}" if job.docker else job.title, *job.progress.lines]
    return "\n".join((*lines, job.summary, job.remedy)).strip()


def job_rows(job: Job, width: int, glyphs: Glyphs) -> list[Row]:
    """Return the rows of one job: itself, how it stands, its layers, what happened.

    `width` is how many cells a sentence has before it is wrapped.
    """
    state = CellText(_(STATE_WORDS[job.state]), STYLES.get(job.state, "accent"))
    blocks = "" if job.state.is_final else progress_bar(job.progress, glyphs)
    sentence = job.summary or progress_text(job)
    told = [
        *_wrapped_rows(f"{job.job_id} says", sentence, width),
        *_wrapped_rows(f"{job.job_id} remedy", job.remedy, width),
    ]
    rows = [Row(str(job.job_id), (state, CellText(job.title, "strong"), blocks))]
    if job.docker:
        rows.append(Row(f"{job.job_id} docker", ("", f"$ {job.docker}"), dim=True))
    parts = () if job.state.is_final else job.progress.parts
    lines = [
        Row(f"{job.job_id} line {number}", ("", f"  {line}"), dim=True)
        for number, line in enumerate(job.progress.lines)
    ]
    return [*rows, *told, *(_layer_row(job, part, glyphs) for part in parts), *lines]


def _wrapped_rows(key: str, text: str, width: int) -> list[Row]:
    lines = wrap(visible(text), width) if text else []
    return [Row(f"{key} {number}", ("", line)) for number, line in enumerate(lines)]


def _layer_row(job: Job, part: LayerProgress, glyphs: Glyphs) -> Row:
    size = f"  {human_size(part.current)}" if part.current and part.total else ""
    return Row(
        f"{job.job_id} {part.layer_id}",
        (
            "",
            f"  {part.layer_id}  {part.status}{size}",
            fraction_bar(part.current, part.total, glyphs),
        ),
    )


STATE_WORDS = {
    JobState.QUEUED: N_("waiting"),
    JobState.RUNNING: N_("running"),
    JobState.CANCELLING: N_("stopping"),
    JobState.DONE: N_("done"),
    JobState.FAILED: N_("failed"),
    JobState.CANCELLED: N_("stopped"),
}
