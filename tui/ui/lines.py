"""The single lines of the main screen: header and jobs. Pure."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len

from tui.i18n import _, ngettext
from tui.model.engine import NO_GAUGE, PRACTICE, DiskGauge, EngineInfo, StoreKind
from tui.model.job import Job, JobState
from tui.model.text import human_size, visible
from tui.store.state import Phase, State
from tui.ui.progress import progress_bar, progress_text, running_jobs
from tui.ui.terminal import Glyphs
from tui.ui.widgets.bar import bar
from tui.ui.widgets.columns import CellText, Piece, fit

STORE_NAMES: Final = {
    StoreKind.CLASSIC: "classic store",
    StoreKind.CONTAINERD: "containerd store",
    StoreKind.PODMAN: "containers/storage",
}

GAUGE_WIDTH: Final = 10

BESIDE_LABEL: Final = 45
"""Cells that the product, its version and the gauge, or the phase, take in the header."""

LABEL_MIN: Final = 12
"""Cells of the endpoint's label that are shown at least."""


def header_pieces(
    state: State, glyphs: Glyphs, width: int
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return the two sides of the header: which Engine, what it is, its disk.

    What does not fit into `width` cells is left out rather than cut: first the
    data root, then the figures of the gauge, then the store.
    """
    connection, engine = state.connection, state.engine
    label = visible(connection.endpoint.label)
    left: list[Piece] = [" orlop  "]
    if engine.practice or connection.endpoint.origin == PRACTICE:
        left.append(CellText(_("PRACTICE") + "  ", "warn"))  # nobody may take it for a real one
    room = max(width - BESIDE_LABEL - cells((*left[1:],)), LABEL_MIN)
    label = label if cell_len(label) <= room else fit(label, room, glyphs=glyphs)
    left.append(CellText(label, "accent"))
    if connection.phase is Phase.CONNECTED:
        product = f"  {engine.product} {engine.version}"
        gauge = gauge_pieces(state.gauge, glyphs)
        choices = (
            ((*left, product, f"  {_store(engine)}"), (f"{engine.data_root}  ", *gauge)),
            ((*left, product, f"  {_store(engine)}"), gauge),
            ((*left, product, f"  {_store(engine)}"), gauge[1:]),
            ((*left, product), gauge[1:]),
        )
        return next((c for c in choices if cells(c[0]) + cells(c[1]) < width), choices[-1])
    words = {
        Phase.CONNECTING: _("connecting..."),
        Phase.FAILED: _("no Engine"),
        Phase.LOST: _("the Engine went away"),
    }
    style = "warn" if connection.phase is Phase.CONNECTING else "bad"
    return (*left, CellText(f"  {words[connection.phase]}", style)), ()


def cells(pieces: tuple[Piece, ...]) -> int:
    """Return how many cells a line takes."""
    return sum(cell_len(piece if isinstance(piece, str) else piece.text) for piece in pieces)


def _store(engine: EngineInfo) -> str:
    return f"{engine.storage_driver}, {STORE_NAMES[engine.capabilities.store]}"


def gauge_pieces(gauge: DiskGauge, glyphs: Glyphs) -> tuple[Piece, ...]:
    """Return how full the data root's file system is; nothing when that is not known."""
    if gauge == NO_GAUGE or not gauge.total:
        return ()
    fraction = gauge.used / gauge.total
    style = "bad" if fraction > 0.9 else "warn" if fraction > 0.75 else "good"
    text = _("{used} of {total}").format(used=human_size(gauge.used), total=human_size(gauge.total))
    blocks = bar(fraction, GAUGE_WIDTH, glyphs)
    return (f"{text} ", CellText(f"[{blocks}]", style), f" {fraction * 100:.0f} % ")


def job_pieces(state: State, glyphs: Glyphs) -> tuple[Piece, ...]:
    """Return the job line: the newest running job, and how many there are beside it."""
    running = running_jobs(state)
    loud = [job for job in running if not job.quiet] or [
        job for job in running if job.progress.total > 1
    ]
    if not loud:
        return ()
    job = loud[-1]
    more = len(loud) - 1
    others = ngettext("  and {count} more (J)", "  and {count} more (J)", more).format(count=more)
    return (
        CellText(f" {job.title} ", "accent"),
        f" {progress_bar(job.progress, glyphs)} {progress_text(job)}",
        others if more else "",
    )


def ended_sentence(job: Job) -> tuple[str, str]:
    """Return how a job ended, and the style to say it in."""
    style = {JobState.DONE: "good", JobState.FAILED: "bad"}.get(job.state, "warn")
    if job.state is JobState.CANCELLED and not job.summary:
        return _("{title}: stopped").format(title=job.title), style
    if job.state is JobState.FAILED:
        return f"{job.title}: {job.summary} {job.remedy}", style
    return f"{job.title}: {job.summary}", style
