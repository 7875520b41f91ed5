"""What is read of running containers: one job, whose streams are those of the rows in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.values.stats import FollowStats
from tui.model.container import ContainerState, ContainerSummary
from tui.model.job import Job, JobState
from tui.model.stats import NO_FIGURES, Figures
from tui.store.state import State
from tui.store.statsbook import Point, StatsBook, Wish

if TYPE_CHECKING:
    from tui.ui.app import OrlopApp


class StatsReading:
    """The job that reads, and its book."""

    def __init__(self, orlop: OrlopApp) -> None:
        self._orlop = orlop
        self._job = 0
        self._book: StatsBook | None = None
        self._old: StatsBook | None = None
        """The book of those who looked before."""
        self._wish = Wish()

    def begin(self) -> None:
        """Read from now on."""
        self._orlop.dispatcher.cancel(self._job)
        self._book, self._old = None, self._orlop.store.state.inside.stats
        self._job = self._orlop.dispatcher.submit(FollowStats())

    def end(self) -> None:
        """Let the Engine go."""
        self._orlop.dispatcher.cancel(self._job)

    def job(self, state: State) -> Job | None:
        """Return the job that reads."""
        return next((job for job in state.jobs if job.job_id == self._job), None)

    def trouble(self, state: State) -> str:
        """Return why nothing is read any more; empty while all is well."""
        job = self.job(state)
        failed = job is not None and job.state is JobState.FAILED
        return f"{job.summary} {job.remedy}" if job is not None and failed else ""

    def take(self, state: State) -> None:
        """Take the book when it is there, and tell it what is needed."""
        if self._job and self._book is None and state.inside.stats is not self._old:
            self._book = state.inside.stats
            self.want(self._wish)

    def want(self, wish: Wish) -> None:
        """Say whose figures are needed from now on."""
        self._wish = wish
        if self._book is not None:
            self._book.want(wish)

    def latest(self, container_id: str) -> Figures:
        """Return the newest figures of a container."""
        return NO_FIGURES if self._book is None else self._book.latest(container_id)

    def past(self, container_id: str) -> tuple[Point, ...]:
        """Return what is kept of a container's past."""
        return () if self._book is None else self._book.past(container_id)


def running(state: State) -> list[ContainerSummary]:
    """Return the containers that have figures, by name."""
    alive = {ContainerState.RUNNING, ContainerState.PAUSED}
    return sorted((c for c in state.containers if c.state in alive), key=lambda c: c.name)
