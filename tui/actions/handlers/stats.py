"""What containers use: a stream for each one in sight, none when nobody looks; processes."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.stats import FollowStats, ReadProcesses
from tui.engine.errors import Cancelled, Conflict, EngineError, NotFound
from tui.i18n import ngettext
from tui.model.progress import Progress
from tui.store import insides

if TYPE_CHECKING:
    from tui.engine.client import EngineClient
    from tui.store.statsbook import StatsBook

TICK: Final = 1.0
"""Seconds between two looks at the figures: a screen changes no oftener."""

STREAMS_MAX: Final = 64
"""Streams at a time; who is beyond is sampled."""

STREAMS_MAX_SSH: Final = 4
"""The same through ssh, where each is a login and servers refuse many at once."""

AGAIN: Final = 5.0
"""Seconds after which a stream that ended by itself is tried again."""

REST: Final = 0.1
"""Seconds between two samples of containers without a stream."""

SAMPLER: Final = ""
"""In the place of a container ID: the thread that goes round."""

PATIENCE: Final = 1.0
"""Seconds that the end of the job waits for each of its threads."""


def follow_stats(_action: FollowStats, context: JobContext) -> Ending:
    """Read into a book whatever its wish says, until the job is cancelled."""
    from tui.store.statsbook import StatsBook

    book = StatsBook()
    following = _Following(context, book)
    context.on_cancel(following.end)
    context.tell(insides.StatsOpened(book))
    told = 0
    try:
        while not context.cancelled.is_set():
            following.keep_up()
            book.wished.wait(TICK)
            book.wished.clear()
            if (count := book.count) != told:
                told = count
                text = ngettext("{count} sample", "{count} samples", count).format(count=count)
                context.report(Progress(text, done=count))
    finally:
        following.end()
        following.join()
    return Ending()


def read_processes(action: ReadProcesses, context: JobContext) -> Ending:
    """Read the processes of one container."""
    from tui.engine.stats import processes

    with context.client() as client:
        context.on_cancel(client.cut)
        told = processes(client, action.container.container_id)
    context.tell(insides.ProcessesRead(told))
    return Ending()


@dataclass(slots=True)
class _Reader:
    """A thread that reads, and the way to end it."""

    client: EngineClient
    thread: threading.Thread
    began: float


class _Following:
    """The threads that read, kept up with what the book wishes."""

    def __init__(self, context: JobContext, book: StatsBook) -> None:
        self._context = context
        self._book = book
        self._lock = threading.Lock()
        self._readers: dict[str, _Reader] = {}
        """By container ID; one more is the SAMPLER."""
        self._gone: list[threading.Thread] = []
        """Threads that were ended."""
        self._failed: list[EngineError] = []
        self._has_ended = False
        with context.client() as client:
            is_far = client.endpoint.url.startswith("ssh:")
        self._most = STREAMS_MAX_SSH if is_far else STREAMS_MAX

    def keep_up(self) -> None:
        """Begin the streams that are needed and end the others.

        Raises:
            EngineError: the Engine does not answer any more.
        """
        if self._failed:
            raise self._failed[0]
        followed, sampled = self._split()
        wanted = dict.fromkeys((*followed, SAMPLER) if sampled else followed)
        with self._lock:
            for key in self._readers.keys() - wanted.keys():
                self._let_go(key)
            self._gone = [thread for thread in self._gone if thread.is_alive()]
            for key in wanted:
                reader = self._readers.get(key)
                if reader and _is_over(reader):
                    self._let_go(key)
                if key not in self._readers and not self._has_ended:
                    self._begin(key)

    def end(self) -> None:
        """Cut all streams; from any thread."""
        with self._lock:
            self._has_ended = True
            for key in tuple(self._readers):
                self._let_go(key)
        self._book.wished.set()

    def join(self) -> None:
        """Wait for the threads to see it."""
        for thread in self._gone:
            thread.join(PATIENCE)

    def _split(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return who has a stream, and who is sampled."""
        followed, sampled = self._book.wish
        return followed[: self._most], (*followed[self._most :], *sampled)

    def _begin(self, key: str) -> None:
        client = self._context.client()
        thread = threading.Thread(target=self._read, args=(key, client), daemon=True)
        self._readers[key] = _Reader(client, thread, time.monotonic())
        thread.start()

    def _let_go(self, key: str) -> None:
        reader = self._readers.pop(key)
        reader.client.cut()
        self._gone.append(reader.thread)

    def _read(self, key: str, client: EngineClient) -> None:
        """Read in a thread; what fails goes to the thread of the job."""
        with client:
            try:
                if key == SAMPLER:
                    self._sample(client)
                else:
                    self._follow(key, client)
            except Cancelled:
                return
            except EngineError as error:
                self._failed.append(error)
                self._book.wished.set()

    def _follow(self, container_id: str, client: EngineClient) -> None:
        from tui.engine.stats import stats

        with suppress(NotFound, Conflict):  # it went meanwhile: the list of containers tells
            for figures in stats(client, container_id):
                self._book.add(container_id, figures)

    def _sample(self, client: EngineClient) -> None:
        """Go round, one container after the other, until the client is cut."""
        from tui.engine.stats import one_sample

        while sampled := self._split()[1]:
            for container_id in sampled:
                if self._context.cancelled.wait(REST):
                    return
                with suppress(NotFound, Conflict):
                    self._book.add(container_id, one_sample(client, container_id))


def _is_over(reader: _Reader) -> bool:
    """Tell whether a reader ended by itself some time ago."""
    return not reader.thread.is_alive() and time.monotonic() - reader.began > AGAIN
