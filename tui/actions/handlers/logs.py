"""Reading logs: followed, backwards, and whole into a file."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.logs import FollowLogs, ReadEarlierLogs, SaveLogs, seconds_text
from tui.engine.errors import Cancelled, EngineError
from tui.i18n import _, ngettext
from tui.model.progress import Progress
from tui.model.text import exact_size, visible
from tui.store import events
from tui.store.state import OpenLog

if TYPE_CHECKING:
    from tui.engine.client import EngineClient
    from tui.engine.logs import LogRequest
    from tui.logs.book import LogBook
    from tui.logs.line import LogLine

CHUNK: Final = 1 << 17
"""Bytes that are read at a time."""

REST: Final = 0.02
"""Seconds that a reader rests after a chunk: a torrent must leave the screen its time."""


def follow_logs(action: FollowLogs, context: JobContext) -> Ending:
    """Read all logs, each in a thread of its own, into one book until they end."""
    from tui.engine.logs import LogRequest
    from tui.logs.book import LogBook
    from tui.logs.moments import seconds_of

    book = LogBook()
    ids, names = zip(*action.containers, strict=True)
    context.tell(events.LogOpened(OpenLog(ids, names, book)))
    since = seconds_of(action.since, time.time())
    request = LogRequest(tail=action.tail, since=since, follow=True)
    if len(action.containers) == 1:
        _follow_one(action, context, request, book)
    else:
        _follow_several(action, context, request, book)
    return Ending()


def _follow_one(
    action: FollowLogs, context: JobContext, request: LogRequest, book: LogBook
) -> None:
    client = context.client()
    context.on_cancel(client.cut)
    for lines in _lines(client, action.containers[0].container_id, request):
        book.add(lines)
        _tell(context, book)
        time.sleep(REST)


def _follow_several(
    action: FollowLogs, context: JobContext, request: LogRequest, book: LogBook
) -> None:
    from tui.logs.merge import Merger

    merger = Merger()
    failed: list[EngineError] = []

    def read(source: int, container_id: str, client: EngineClient) -> None:
        try:
            for lines in _lines(client, container_id, request, source):
                merger.add(lines, time.monotonic())
                time.sleep(REST)
        except EngineError as error:
            failed.append(error)

    threads: list[threading.Thread] = []
    for source, container in enumerate(action.containers):
        client = context.client()
        context.on_cancel(client.cut)
        arguments = (source, container.container_id, client)
        threads.append(threading.Thread(target=read, args=arguments, daemon=True))
        threads[-1].start()
    while any(thread.is_alive() for thread in threads):
        context.cancelled.wait(0.1)
        book.add(merger.ready(time.monotonic()))
        _tell(context, book)
    book.add(merger.ready(time.monotonic(), all_came=True))
    _tell(context, book)
    context.check()
    for error in failed:
        if not isinstance(error, Cancelled):
            raise error


def _tell(context: JobContext, book: LogBook) -> None:
    """Let the screen know that there is more."""
    end = book.end
    text = ngettext("{count} line", "{count} lines", end).format(count=end)
    context.report(Progress(text, done=end))


def read_earlier_logs(action: ReadEarlierLogs, context: JobContext) -> Ending:
    """Read the lines before a moment into a book of their own."""
    from tui.engine.logs import LogRequest
    from tui.logs.book import LogBook

    book = LogBook()
    client = context.client()
    context.on_cancel(client.cut)
    request = LogRequest(tail=action.newer + action.tail, until=seconds_text(action.before))
    for lines in _lines(client, action.container.container_id, request):
        book.add([line for line in lines if line.nanoseconds < action.before])
    context.tell(events.EarlierLogRead(action.container.container_id, book))
    return Ending()


def save_logs(action: SaveLogs, context: JobContext) -> Ending:
    """Write the whole log as the container wrote it, both streams in their order."""
    from tui.engine.logs import LogRequest
    from tui.logs.lines import as_written
    from tui.transfer.writing import whole_file

    client = context.client()
    context.on_cancel(client.cut)
    request = LogRequest(stamps=False)
    written = 0
    with whole_file(Path(action.path), overwrite=action.overwrite) as output:
        for lines in _lines(client, action.container.container_id, request):
            context.check()
            for data in as_written(iter(lines)):
                output.write(data)
                written += len(data)
            context.report(Progress(_("Writing the log"), written, in_bytes=True))
    summary = _("{path}: {size}").format(path=visible(action.path), size=exact_size(written))
    return Ending(summary, facts={"path": action.path, "bytes": written})


def _lines(
    client: EngineClient, container_id: str, request: LogRequest, source: int = 0
) -> Iterator[list[LogLine]]:
    """Yield lines as they come."""
    from tui.engine.logs import has_terminal, opened_log
    from tui.logs.lines import reader_for

    tty = has_terminal(client, container_id)
    reader = reader_for(tty=tty, stamps=request.stamps, source=source)
    with opened_log(client, container_id, request) as body:
        while data := body.read(CHUNK):
            if lines := reader.feed(data):
                yield lines
    if lines := reader.end():
        yield lines
