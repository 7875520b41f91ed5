"""How a job's progress reads: bar, sentence, speed, time left. Pure."""

from __future__ import annotations

from tui.i18n import _
from tui.model.job import Job
from tui.model.progress import Progress
from tui.model.text import human_size
from tui.store.state import State
from tui.ui.terminal import Glyphs
from tui.ui.widgets.bar import bar


def fraction_bar(done: int, total: int, glyphs: Glyphs) -> str:
    """Return a bar with the percentage; empty while the total is not known."""
    if total <= 0:
        return ""
    return f"[{bar(done / total, 14, glyphs)}] {min(done * 100 // total, 100):3d} %"


def progress_bar(progress: Progress, glyphs: Glyphs) -> str:
    """Return the bar of a job; empty while nobody knows how much there is to do."""
    return fraction_bar(progress.done, progress.total, glyphs)


def progress_text(job: Job) -> str:
    """Return what a running job says: speed, time left, its sentence."""
    progress = job.progress
    parts: list[str] = []
    if progress.speed > 0:
        parts.append(_("{speed}/s").format(speed=human_size(int(progress.speed))))
        left = (progress.total - progress.done) / progress.speed if progress.total else 0
        if left > 0:
            parts.append(_("{seconds} s left").format(seconds=round(left)))
    return "  ".join(filter(None, (*parts, progress.text)))


def running_jobs(state: State) -> list[Job]:
    """Return the jobs that have not ended."""
    return [job for job in state.jobs if not job.state.is_final]
