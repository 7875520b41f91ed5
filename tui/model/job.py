"""A job: one action on its way, as the jobs pane and the history show it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui.model.progress import NO_PROGRESS, Progress, TargetOutcome


class JobState(StrEnum):
    """Where a job is; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing will happen to the job any more."""
        return self in {self.DONE, self.FAILED, self.CANCELLED}


@dataclass(frozen=True, slots=True)
class Job:
    """One action on its way."""

    job_id: int
    kind: str
    """ID of the action in the catalogue (`pull`, `remove_images`...)."""
    title: str
    """A sentence: what it does."""
    docker: str
    """The docker command line it equals; empty for what has none."""
    state: JobState = JobState.QUEUED
    quiet: bool = False
    """A read that the app made by itself: shown while it runs, not kept in the history."""
    progress: Progress = NO_PROGRESS
    outcomes: tuple[TargetOutcome, ...] = ()
    summary: str = ""
    """One sentence: how it ended."""
    remedy: str = ""
    """What to do about it, after a failure."""
    queued_at: float = 0.0
    """Seconds of the epoch; so are the next two. 0 = not yet."""
    started_at: float = 0.0
    ended_at: float = 0.0
