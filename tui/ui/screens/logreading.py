"""What is read of logs: the newest lines as they come, and earlier ones when one goes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from tui.actions.values.logs import FollowLogs, ReadEarlierLogs
from tui.i18n import _
from tui.logs.book import LogBook
from tui.model.job import Job, JobState
from tui.store.state import State

if TYPE_CHECKING:
    from tui.ui.app import OrlopApp


class Window(NamedTuple):
    """Some earlier lines, by where they end."""

    before: int
    """Nanoseconds since the epoch: they were written before that."""
    at: int
    """Messages from the first one that was followed to that moment; negative before it."""
    same: int = 1
    """Lines of that very moment that are not among them."""


class LogReading:
    """The jobs that read, and the book whose lines are in sight."""

    def __init__(self, orlop: OrlopApp, action: FollowLogs) -> None:
        self.action = action
        self.book: LogBook | None = None
        self._live: LogBook | None = None
        self._orlop = orlop
        self._job = 0
        self._earlier = 0
        """Number of the job that reads older lines."""
        self._windows: list[Window] = []
        """Those that one has gone back through; the last one is in sight."""

    @property
    def is_earlier(self) -> bool:
        """Whether lines from before the newest book are in sight."""
        return bool(self._windows)

    @property
    def names(self) -> tuple[str, ...]:
        """What the containers are called."""
        return tuple(one.name for one in self.action.containers)

    def begin(self) -> None:
        """Read from the beginning."""
        self._orlop.dispatcher.cancel(self._job)
        self.book = self._live = None
        self._windows.clear()
        self._job = self._orlop.dispatcher.submit(self.action)

    def end(self) -> None:
        """Let the Engine go."""
        self._orlop.dispatcher.cancel(self._job)
        self._orlop.dispatcher.cancel(self._earlier)

    def job(self, state: State) -> Job | None:
        """Return the job that follows."""
        return _job(state, self._job)

    def take(self, state: State) -> bool:
        """Take what the state has of these logs; tells whether it is another book than before."""
        log = state.inside.log
        if log.container_ids == tuple(one.container_id for one in self.action.containers):
            self._live = log.book
        if self.is_earlier:
            return False
        is_new, self.book = self.book is not self._live, self._live
        return is_new

    def go_to_newest(self) -> None:
        """Have the newest book in sight; `take` tells it."""
        self._windows.clear()

    def read_earlier(self, came: Callable[[str], None]) -> str:
        """Read what came before the first line in the book.

        Args:
            came: Is called when it is there, with a note; `book` is then another one if there
                are older lines.

        Returns:
            A note for the screen; empty where nothing is to be read.
        """
        book, live = self.book, self._live
        first = book.line(book.first) if book is not None else None
        if book is None or live is None or first is None or self._is_reading:
            return ""
        if len(self.action.containers) > 1:
            return _("earlier lines are there of one container alone")
        if not first.nanoseconds:
            return ""
        kept = book.added - book.dropped
        at = self._windows[-1].at - kept if self._windows else live.dropped
        window = Window(first.nanoseconds, at, book.count_from_start(first.nanoseconds))
        self._read(window, lambda: came(self._came((*self._windows, window))))
        return _("reading earlier lines")

    def read_later(self, came: Callable[[str], None]) -> str:
        """Read what came after the last line in an earlier book; else as `read_earlier`."""
        if self._is_reading or not self._windows:
            return ""
        *windows, _gone = self._windows
        if not windows:
            self.go_to_newest()
            self.book = self._live
            came("")
            return ""
        self._read(windows[-1], lambda: came(self._came(tuple(windows))))
        return _("reading later lines")

    @property
    def _is_reading(self) -> bool:
        job = _job(self._orlop.store.state, self._earlier)
        return job is not None and not job.state.is_final

    def _read(self, window: Window, came: Callable[[], None]) -> None:
        newer = max(self._live.added - window.at, 0) if self._live is not None else 0
        container = self.action.containers[0]
        action = ReadEarlierLogs(container, window.before, newer, same=window.same)
        self._earlier = self._orlop.dispatcher.submit(action)
        self._orlop.after_job(self._earlier, came)

    def _came(self, windows: tuple[Window, ...]) -> str:
        state = self._orlop.store.state
        job = _job(state, self._earlier)
        if job is not None and job.state is JobState.FAILED:
            return f"{job.summary} {job.remedy}"
        earlier = state.inside.log.earlier
        if earlier is None or earlier is self.book:
            return ""
        if earlier.end == earlier.first:
            return _("there is no earlier line")
        self.book, self._windows = earlier, list(windows)
        return _("earlier lines; G for the newest")


def _job(state: State, number: int) -> Job | None:
    return next((job for job in state.jobs if job.job_id == number), None)
