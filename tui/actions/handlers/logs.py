"""Reading logs: followed, backwards, and whole into a file."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.logs import FollowLogs, ReadEarlierLogs, SaveLogs, seconds_text
from tui.engine.errors import Cancelled, Conflict, EngineError, NotFound
from tui.i18n import _, ngettext
from tui.model.engine import StoreKind
from tui.model.progress import Progress
from tui.model.text import exact_size, visible
from tui.store import insides

if TYPE_CHECKING:
    from tui.engine.client import EngineClient
    from tui.engine.logs import LogRequest
    from tui.logs.book import LogBook
    from tui.logs.line import LogLine
    from tui.logs.merge import Merger

CHUNK: Final = 1 << 17
"""Bytes that are read at a time, where nobody looks."""

SLICE: Final = 1 << 14
"""Bytes that are read at a time while somebody looks: half a millisecond's work."""

BREATH: Final = 0.001
"""Seconds between two slices: Python's lock goes to the screen, which asks for it many times for
each key."""

REST: Final = 0.1
"""Seconds that a reader rests when nothing more is there: the screen changes no oftener, and each
time that it wakes costs."""


def follow_logs(action: FollowLogs, context: JobContext) -> Ending:
    """Read all logs, each in a thread of its own, into one book until they end."""
    from tui.engine.logs import LogRequest
    from tui.logs.book import LogBook
    from tui.logs.moments import seconds_of

    book = LogBook()
    ids, names = zip(*action.containers, strict=True)
    context.tell(insides.LogOpened(insides.OpenLog(ids, names, book)))
    since = seconds_of(action.since, time.time())
    request = LogRequest(tail=action.tail, since=since, follow=True)
    following = _Following(action, context, book, request)
    if len(action.containers) == 1:
        following.one()
    else:
        following.several()
    return Ending()


Take = Callable[["list[LogLine]"], None]


class _Following:
    """The readers of logs that are followed, each in a thread of its own."""

    def __init__(
        self, action: FollowLogs, context: JobContext, book: LogBook, request: LogRequest
    ) -> None:
        self._action = action
        self._context = context
        self._book = book
        self._request = request
        self._turn = threading.Lock()
        self._failed: list[EngineError] = []

    def one(self) -> None:
        """Read one log; lines go straight into the book."""
        with self._context.client() as client:
            self._context.on_cancel(client.cut)
            self._read(0, client, self._take)

    def several(self) -> None:
        """Read several logs, and merge them by the times of their lines."""
        from tui.logs.merge import Merger

        merger = Merger()
        threads = [self._begun(source, merger) for source in range(len(self._action.containers))]
        while any(thread.is_alive() for thread in threads):
            self._context.cancelled.wait(REST)
            self._take(merger.ready(time.monotonic()))
        self._take(merger.ready(time.monotonic(), all_came=True))
        self._context.check()
        if self._failed:
            raise self._failed[-1]

    def _begun(self, source: int, merger: Merger) -> threading.Thread:
        client = self._context.client()
        self._context.on_cancel(client.cut)

        def read() -> None:
            with client:
                try:
                    self._read(source, client, lambda found: merger.add(found, time.monotonic()))
                except Cancelled:
                    return
                except EngineError as error:
                    self._failed.append(error)
                    self._book.unread = len(self._failed)
                    _tell(self._context, self._book)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread

    def _read(self, source: int, client: EngineClient, take: Take) -> None:
        """Read the log of one container; with `stays` again and again, until it is removed."""
        from tui.engine.logs import has_terminal

        container_id = self._action.containers[source].container_id
        tty = has_terminal(client, container_id)
        last = 0

        def read(request: LogRequest) -> None:
            nonlocal last
            client.close()  # the connection of a question would stay open beside the log's
            after = last if request is not self._request else 0
            for lines in _paced(client, container_id, request, tty, source, self._turn):
                last = max(last, max(lines, key=_time_of).nanoseconds)  # streams mix: not the last
                take([line for line in lines if line.nanoseconds > after] if after else lines)

        def read_more(*, follow: bool) -> None:
            """Read what follows the last line: one without an end must not be told again."""
            request = replace(self._request, follow=follow)
            if last:
                request = replace(request, tail=-1, since=seconds_text(last + 1))
            read(request)

        read(self._request)
        with suppress(NotFound, Conflict):  # it was removed, or just is
            while self._goes_on(client, container_id, lambda: read_more(follow=False)):
                read_more(follow=True)

    def _goes_on(
        self,
        client: EngineClient,
        container_id: str,
        read_rest: Callable[[], None],
    ) -> bool:
        """Read what an Engine has not told to who followed; tell whether there is more to follow.

        Its log file may have been rotated meanwhile. With `stays` the container's next start is
        waited for.
        """
        from tui.engine.logs import has_started, last_run

        if not self._action.stays:
            read_rest()
            return False
        ended = last_run(client, container_id)
        if ended is None:
            self._context.cancelled.wait(REST)
            return True
        read_rest()
        self._count_resting(1)
        try:
            return has_started(client, container_id, ended)
        finally:
            self._count_resting(-1)

    def _count_resting(self, by: int) -> None:
        with self._turn:
            self._book.resting += by
        _tell(self._context, self._book)

    def _take(self, lines: list[LogLine]) -> None:
        if lines:
            self._book.add(lines)
            _tell(self._context, self._book)


def _time_of(line: LogLine) -> bytes:
    """Return what sorts lines by their times: those have no zeros at their end."""
    return line.stamp.rstrip(b"Z")


def _tell(context: JobContext, book: LogBook) -> None:
    """Let the screen know that there is more."""
    end = book.end
    text = ngettext("{count} line", "{count} lines", end).format(count=end)
    context.report(Progress(text, done=end))


def read_earlier_logs(action: ReadEarlierLogs, context: JobContext) -> Ending:
    """Read the lines before a moment into a book of their own."""
    from tui.engine.logs import LogRequest

    with context.client() as client:
        context.on_cancel(client.cut)
        # Podman knows whole seconds only, and ends early where that second is not over yet
        is_exact = client.capabilities.store is not StoreKind.PODMAN
        until = seconds_text(action.before) if is_exact else ""
        book = _before(action, client, LogRequest(tail=action.newer + action.tail, until=until))
        if book.end == book.first:
            # More has been written meanwhile than was counted, or there is nothing.
            book = _before(action, client, LogRequest(until=until))
    context.tell(insides.EarlierLogRead(action.container.container_id, book))
    return Ending()


def _before(action: ReadEarlierLogs, client: EngineClient, request: LogRequest) -> LogBook:
    from tui.logs.book import LogBook

    book = LogBook()
    of_then: list[LogLine] = []
    for lines in _lines(client, action.container.container_id, request):
        book.add([line for line in lines if line.nanoseconds < action.before])
        of_then += [line for line in lines if line.nanoseconds == action.before]
    book.add(of_then[: max(0, len(of_then) - action.same)])
    return book


def save_logs(action: SaveLogs, context: JobContext) -> Ending:
    """Write the whole log as the container wrote it, both streams in their order."""
    from tui.engine.logs import LogRequest
    from tui.logs.lines import as_written
    from tui.transfer.writing import whole_file

    request = LogRequest(stamps=False)
    written = 0
    path = Path(action.path)
    with context.client() as client, whole_file(path, overwrite=action.overwrite) as output:
        context.on_cancel(client.cut)
        for lines in _lines(client, action.container.container_id, request):
            context.check()
            for data in as_written(iter(lines)):
                output.write(data)
                written += len(data)
            context.report(Progress(_("Writing the log"), written, in_bytes=True))
    summary = _("{path}: {size}").format(path=visible(action.path), size=exact_size(written))
    return Ending(summary, facts={"path": action.path, "bytes": written})


def _paced(
    client: EngineClient,
    container_id: str,
    request: LogRequest,
    tty: bool,
    source: int,
    turn: threading.Lock,
) -> Iterator[list[LogLine]]:
    """Yield lines as they come, so that a torrent leaves the screen its time.

    Readers that share a `turn` work one at a time, the yielded lines included: all of them
    together then ask for Python's lock as often as one.
    """
    from tui.engine.logs import opened_log
    from tui.logs.lines import reader_for

    differ = client.capabilities.log_times_differ and not client.info.practice
    reader = reader_for(tty=tty, stamps=request.stamps, source=source, differ=differ)
    with opened_log(client, container_id, request) as body:
        while data := body.read(SLICE):
            with turn:
                if lines := reader.feed(data):
                    yield lines
            time.sleep(BREATH if len(data) == SLICE else REST)
    if lines := reader.end():
        yield lines


def _lines(client: EngineClient, container_id: str, request: LogRequest) -> Iterator[list[LogLine]]:
    """Yield lines as fast as they come."""
    from tui.engine.logs import has_terminal, opened_log
    from tui.logs.lines import reader_for

    reader = reader_for(tty=has_terminal(client, container_id), stamps=request.stamps)
    with opened_log(client, container_id, request) as body:
        while data := body.read(CHUNK):
            if lines := reader.feed(data):
                yield lines
    if lines := reader.end():
        yield lines
