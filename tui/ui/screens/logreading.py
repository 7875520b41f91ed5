"""What is read of logs: the newest lines as they come, and earlier ones when one goes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.actions.values.logs import FollowLogs, ReadEarlierLogs
from tui.i18n import _
from tui.logs.book import LogBook
from tui.model.job import Job
from tui.store.state import State

if TYPE_CHECKING:
    from tui.ui.app import OrlopApp


class LogReading:
    """The jobs that read, and the book whose lines are in sight."""

    def __init__(self, orlop: OrlopApp, action: FollowLogs) -> None:
        self.action = action
        self.book: LogBook | None = None
        self.is_earlier = False
        """Whether lines from before the newest book are in sight."""
        self._orlop = orlop
        self._job = 0
        self._earlier = 0
        """Number of the job that reads older lines."""
        self._newer = 0
        """Lines after those of the book in sight."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the containers are called."""
        return tuple(one.name for one in self.action.containers)

    def begin(self) -> None:
        """Read from the beginning."""
        self._orlop.dispatcher.cancel(self._job)
        self.book, self.is_earlier = None, False
        self._job = self._orlop.dispatcher.submit(self.action)

    def end(self) -> None:
        """Let the Engine go."""
        self._orlop.dispatcher.cancel(self._job)
        self._orlop.dispatcher.cancel(self._earlier)

    def job(self, state: State) -> Job | None:
        """Return the job that follows."""
        return next((job for job in state.jobs if job.job_id == self._job), None)

    def take(self, state: State) -> bool:
        """Take what the state has of these logs; tells whether it is another book than before."""
        log = state.log
        if log.container_ids != tuple(one.container_id for one in self.action.containers):
            return False
        book = log.earlier if self.is_earlier and log.earlier is not None else log.book
        is_new, self.book = book is not self.book, book
        return is_new

    def read_earlier(self, came: Callable[[str], None]) -> str:
        """Read what came before the first line that is kept; of one container alone.

        Args:
            came: Is called when it is there: `book` is the older one if there are older lines.

        Returns:
            A note on that for the screen; empty where nothing is read.
        """
        book, state = self.book, self._orlop.store.state
        first = book.line(book.first) if book is not None else None
        is_one = len(self.action.containers) == 1
        is_reading = any(j.job_id == self._earlier and not j.state.is_final for j in state.jobs)
        if book is None or first is None or not first.nanoseconds or not is_one or is_reading:
            return ""
        newer = (self._newer if self.is_earlier else 0) + book.end - book.first
        action = ReadEarlierLogs(self.action.containers[0], first.nanoseconds, newer)
        self._earlier = self._orlop.dispatcher.submit(action)
        self._orlop.after_job(self._earlier, lambda: came(self._came(newer)))
        return _("reading earlier lines")

    def _came(self, newer: int) -> str:
        earlier = self._orlop.store.state.log.earlier
        if earlier is None or earlier is self.book:
            return ""
        if earlier.end == earlier.first:
            return _("this is the first line")
        self.book, self.is_earlier, self._newer = earlier, True, newer
        return _("earlier lines; G for the newest")
