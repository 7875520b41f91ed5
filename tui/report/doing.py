"""Doing a verb without the screen: the same action and the same handler as a key.

The handler runs in a thread of its own; the main thread waits for it and for signals. Progress goes
to standard error, where that is a terminal; the end goes to standard output.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Final, TextIO

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.handlers import HANDLERS
from tui.engine.errors import Cancelled
from tui.i18n import _
from tui.model.engine import Endpoint
from tui.model.progress import Outcome, Progress
from tui.model.text import human_size, visible
from tui.report.output import write_json, write_lines
from tui.report.verb import Doing, Told
from tui.store import events
from tui.store.store import Store

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

FAILED: Final = 1

PATIENCE: Final = 15.0
"""Seconds that a stopped verb has to clean up behind itself; a second signal does not wait."""

WIDTH: Final = 79
"""Cells of the line of progress."""


class Stopped(BaseException):
    """A signal asked to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def do(endpoint: Endpoint, doing: Doing, *, unicode: bool) -> int:
    """Do what the command line asks for; returns the exit code.

    Raises:
        EngineError: as the handler tells.
        LayerError: so too.
        OSError: standard output cannot be written.
    """
    store = Store()
    bar = ProgressLine(sys.stderr)
    connection = _Connection(endpoint)
    try:
        ending = _run(doing, connection, store, bar)
    except Stopped as stopped:
        return 128 + stopped.number
    finally:
        bar.wipe()
        connection.close()
    told = doing.tell(ending, store.state)
    if doing.json and told.document is not None:
        write_json(told.document)
    else:
        write_lines(told.lines, unicode=unicode)
    action = doing.then(doing.action, store.state) if doing.then is not None else None
    if action is None:
        return told.code
    return do(endpoint, replace(doing, action=action, then=None), unicode=unicode)


def told_of(ending: Ending) -> Told:
    """Return how a handler ended: its sentence, its targets, its facts."""
    failed = any(one.outcome is Outcome.FAILED for one in ending.outcomes)
    document = {
        "summary": ending.summary,
        "targets": [
            {"target": one.target, "outcome": one.outcome.value, "why": one.why}
            for one in ending.outcomes
        ],
        **ending.facts,
    }
    lines = tuple(visible(line) for line in ending.summary.split("\n") if line)
    return Told(lines, document, FAILED if failed else 0)


class _Connection:
    """The way to the Engine, made when a handler first asks for it: some never do."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._client: EngineClient | None = None
        self._lock = threading.Lock()

    def client(self) -> EngineClient:
        from tui.engine.client import connect

        with self._lock:
            if self._client is None:
                self._client = connect(self.endpoint)
            return self._client.for_job()

    def close(self) -> None:
        if self._client is not None:
            self._client.close()


def _run(doing: Doing, connection: _Connection, store: Store, bar: ProgressLine) -> Ending:
    """Run the handler in a thread and wait for it.

    Raises:
        Stopped: a signal came; the handler was told, and has had time to let go.
    """
    lock = threading.Lock()

    def tell(event: events.Event) -> None:
        with lock:
            if isinstance(event, events.JobProgressed):
                bar.show(event.progress)
            else:
                store.apply(event)

    context = JobContext(connection.client, tell, endpoint=lambda: connection.endpoint)
    result: list[Ending | BaseException] = []
    ended_at_all = threading.Event()  # `Thread.join` takes a signal for the thread's end

    def work() -> None:
        try:
            result.append(HANDLERS[doing.action.kind](doing.action, context))
        except BaseException as error:
            result.append(error)
        finally:
            ended_at_all.set()

    thread = threading.Thread(target=work, daemon=True, name="verb")
    with _signals():
        try:
            thread.start()
            ended_at_all.wait()
        except Stopped:
            context.cancel()
            ended_at_all.wait(PATIENCE)
            raise
    context.flush()
    (ended,) = result
    if isinstance(ended, Cancelled):
        raise Stopped(signal.SIGINT)
    if isinstance(ended, BaseException):
        raise ended
    return ended


@contextmanager
def _signals() -> Iterator[None]:
    """Have signals that end a program raise `Stopped`, so that nothing half done stays behind."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise Stopped(number)

    before = {
        number: signal.signal(number, stop)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class ProgressLine:
    """One line on a terminal that says how far a verb is; other streams get nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._width = 0

    def show(self, progress: Progress) -> None:
        """Overwrite the line."""
        if self._is_terminal:
            self._overwrite(progress_line(progress)[:WIDTH])

    def wipe(self) -> None:
        """Remove what stands there."""
        if self._width:
            self._overwrite("")
            self._stream.write("\r")
            self._stream.flush()

    def _overwrite(self, text: str) -> None:
        self._stream.write("\r" + text.ljust(self._width))
        self._stream.flush()
        self._width = len(text)


def progress_line(progress: Progress) -> str:
    """Return how far something is: `reading  61 %  12 MB of 20 MB  2 MB/s`."""
    shown: Callable[[int], str] = human_size if progress.in_bytes else str
    parts = [visible(progress.text)] if progress.text else []
    if progress.total > 0:
        parts.append(f"{min(progress.done * 100 // progress.total, 100)} %")
        amounts = {"done": shown(progress.done), "total": shown(progress.total)}
        parts.append(_("{done} of {total}").format(**amounts))
    elif progress.done > 0:
        parts.append(shown(progress.done))
    if progress.speed > 0:
        parts.append(_("{speed}/s").format(speed=human_size(int(progress.speed))))
    return "  ".join(parts)
