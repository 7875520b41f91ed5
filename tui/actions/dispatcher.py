"""The dispatcher: takes actions, runs each as a job in a thread of its own, tells the store.

One async loop hands jobs out: as many of a kind as its limit allows, two jobs
with a target in common one after the other, in the order they came. Handlers
are plain blocking code; what they tell crosses to the event loop by
`call_soon_threadsafe`, never otherwise.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tui.actions.action import Action
from tui.credentials.errors import CredentialsError
from tui.engine.errors import Cancelled, EngineError
from tui.i18n import _
from tui.layers.errors import LayerError
from tui.model.engine import Endpoint
from tui.model.job import Job
from tui.model.progress import NO_PROGRESS, Progress, TargetOutcome
from tui.store import events
from tui.store.state import Trouble

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

LOG: Final = logging.getLogger(__name__)

LIMITS: Final[Mapping[str, int]] = {
    "pull": 3,
    "push": 3,
    "remove_images": 1,
    "remove_containers": 1,
    "search": 1,
    "read_facts": 2,
    "read_listings": 1,
    "exec": 1,
    "attach": 1,
    "run_here": 1,
}
"""Jobs of a kind that run at a time; kinds not named here: DEFAULT_LIMIT."""

DEFAULT_LIMIT: Final = 4

REPORT_INTERVAL: Final = 0.1
"""Seconds between two progress events of one job; the newest one always gets through."""

QUIT_PATIENCE: Final = 1.0
"""Seconds that quitting waits for cancelled jobs to let go."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a handler ended: one sentence, and what became of each target."""

    summary: str = ""
    outcomes: tuple[TargetOutcome, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    """What the command line tells programs of it, in JSON's types: `{"digest": "sha256:..."}`."""


def _nowhere() -> Endpoint:
    """Return the address of no Engine."""
    return Endpoint("", "")


def _never(_seconds: float, _function: Callable[[], None]) -> None:
    """Run nothing later: the end of the job tells what was held back."""


class JobContext:
    """What a handler may use: a client, a way to tell, and the wish to stop."""

    def __init__(
        self,
        connect: Callable[[], EngineClient],
        tell: Callable[[events.Event], None],
        job_id: int = 0,
        *,
        later: Callable[[float, Callable[[], None]], None] = _never,
        endpoint: Callable[[], Endpoint] = _nowhere,
    ) -> None:
        self._connect = connect
        self._endpoint = endpoint
        self._later = later
        self._tell = tell
        self._job_id = job_id
        self._closers: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._reporting = threading.Lock()
        self._reported_at = 0.0
        self._is_held_back = False
        self._latest = NO_PROGRESS
        self._told = NO_PROGRESS
        self.cancelled = threading.Event()

    def client(self) -> EngineClient:
        """Return a client of the job's own.

        Raises:
            EngineError: no Engine is connected.
        """
        return self._connect()

    def near_client(self) -> EngineClient | None:
        """Return a client if the Engine is on this machine, so that asking it costs no time."""
        if not self._endpoint().is_local:
            return None
        try:
            return self._connect()
        except EngineError:
            return None

    def tell(self, event: events.Event) -> None:
        """Send an event to the store."""
        self._tell(event)

    def report(self, progress: Progress) -> None:
        """Tell where the job stands; at most one in REPORT_INTERVAL seconds goes on.

        The newest goes on after that time even when no other follows: a download
        that stalls shows where it stalled.
        """
        with self._reporting:
            self._latest = progress
            wait = self._reported_at + REPORT_INTERVAL - time.monotonic()
            if wait > 0:
                if not self._is_held_back:
                    self._is_held_back = True
                    self._later(wait, self.flush)
                return
        self.flush()

    def flush(self) -> None:
        """Send the newest progress if it was held back; from any thread."""
        with self._reporting:
            self._is_held_back = False
            if self._latest is not self._told:
                self._told = self._latest
                self._reported_at = time.monotonic()
                self._tell(events.JobProgressed(self._job_id, self._latest))

    def on_cancel(self, close: Callable[[], None]) -> None:
        """Have `close` called, from another thread, when the job is to stop."""
        with self._lock:
            self._closers.append(close)
        if self.cancelled.is_set():
            close()

    def cancel(self) -> None:
        """Ask the handler to stop, and cut its streams."""
        self.cancelled.set()
        with self._lock:
            closers = tuple(self._closers)
        for close in closers:
            close()

    def check(self) -> None:
        """Raise Cancelled when the job is to stop."""
        if self.cancelled.is_set():
            raise Cancelled()


Handler = Callable[[Action, JobContext], Ending]


@dataclass(slots=True)
class _Entry:
    """A job that has not ended."""

    job_id: int
    action: Action
    context: JobContext
    is_running: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Dispatcher:
    """Runs actions. All methods belong to the event loop's thread."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        connect: Callable[[], EngineClient],
        apply: Callable[[events.Event], None],
        *,
        clock: Callable[[], float] = time.time,
        endpoint: Callable[[], Endpoint] = _nowhere,
    ) -> None:
        self._handlers = handlers
        self._connect = connect
        self._endpoint = endpoint
        self._apply = apply
        self._clock = clock
        self._entries: dict[int, _Entry] = {}
        self._next_id = 1
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context = contextvars.copy_context()

    @property
    def has_work(self) -> bool:
        """Whether a job that the user started has not ended."""
        return any(not entry.action.quiet for entry in self._entries.values())

    @property
    def is_idle(self) -> bool:
        """Whether nothing at all is going on."""
        return not self._entries

    def submit(self, action: Action) -> int:
        """Take an action; returns the number of its job."""
        self._loop, self._context = asyncio.get_running_loop(), contextvars.copy_context()
        job_id, self._next_id = self._next_id, self._next_id + 1
        context = JobContext(
            self._connect,
            self._from_thread,
            job_id,
            later=self._call_later,
            endpoint=self._endpoint,
        )
        self._entries[job_id] = _Entry(job_id, action, context)
        self._apply(
            events.JobQueued(
                Job(
                    job_id=job_id,
                    kind=action.kind,
                    title=action.title,
                    docker=action.docker,
                    quiet=action.quiet,
                    queued_at=self._clock(),
                )
            )
        )
        self._hand_out()
        return job_id

    def cancel(self, job_id: int) -> None:
        """Stop a job: a waiting one at once, a running one as soon as its handler lets go."""
        entry = self._entries.get(job_id)
        if entry is None:
            return
        self._apply(events.JobCancelRequested(job_id))
        if entry.is_running:
            entry.context.cancelled.set()
            threading.Thread(target=entry.context.cancel, daemon=True).start()
        else:
            self._end(entry, events.JobCancelled(job_id, self._clock()))

    def cancel_all(self) -> None:
        """Stop everything."""
        for job_id in tuple(self._entries):
            self.cancel(job_id)

    async def wait(self, job_id: int) -> None:
        """Return when the job has ended."""
        entry = self._entries.get(job_id)
        if entry is not None:
            await entry.ended.wait()

    async def close(self) -> None:
        """Stop everything and wait a moment for the handlers to let go."""
        entries = tuple(self._entries.values())
        self.cancel_all()
        waits = [asyncio.ensure_future(entry.ended.wait()) for entry in entries]
        if waits:
            _done, late = await asyncio.wait(waits, timeout=QUIT_PATIENCE)
            for wait in late:
                wait.cancel()

    def _hand_out(self) -> None:
        """Start every job that may run now, in the order they came."""
        running = [entry for entry in self._entries.values() if entry.is_running]
        counts = Counter(entry.action.kind for entry in running)
        busy = {target for entry in running for target in entry.action.targets}
        for entry in tuple(self._entries.values()):
            if entry.is_running:
                continue
            kind, targets = entry.action.kind, entry.action.targets
            if counts[kind] < LIMITS.get(kind, DEFAULT_LIMIT) and not targets & busy:
                counts[kind] += 1
                self._start(entry)
            busy |= targets

    def _start(self, entry: _Entry) -> None:
        entry.is_running = True
        self._apply(events.JobStarted(entry.job_id, self._clock()))
        threading.Thread(
            target=self._run, args=(entry,), daemon=True, name=f"job-{entry.job_id}"
        ).start()

    def _run(self, entry: _Entry) -> None:
        """Run one handler; in the job's own thread."""
        event = self._outcome(entry)
        entry.context.flush()
        self._call(self._end, entry, event)

    def _outcome(self, entry: _Entry) -> events.Event:
        job_id, context = entry.job_id, entry.context
        try:
            ending = self._handlers[entry.action.kind](entry.action, context)
        except Cancelled:
            return events.JobCancelled(job_id, self._clock())
        except (EngineError, LayerError, CredentialsError) as error:
            if context.cancelled.is_set():
                return events.JobCancelled(job_id, self._clock())
            trouble = Trouble(error.title, error.remedy, error.detail)
            return events.JobFailed(job_id, self._clock(), trouble)
        except Exception:
            LOG.exception("job %s (%s) broke", job_id, entry.action.kind)
            trouble = Trouble(_("A fault in orlop ended this job."), _("The log tells more."))
            return events.JobFailed(job_id, self._clock(), trouble)
        if context.cancelled.is_set():
            return events.JobCancelled(job_id, self._clock(), ending.summary, ending.outcomes)
        return events.JobFinished(job_id, self._clock(), ending.summary, ending.outcomes)

    def _end(self, entry: _Entry, event: events.Event) -> None:
        if self._entries.pop(entry.job_id, None) is None:
            return
        self._apply(event)
        entry.ended.set()
        self._hand_out()

    def _from_thread(self, event: events.Event) -> None:
        self._call(self._apply, event)

    def _call_later(self, seconds: float, function: Callable[[], None]) -> None:
        if self._loop is not None:
            self._call(self._loop.call_later, seconds, function)

    def _call(self, function: Callable[..., object], *arguments: object) -> None:
        """Run a function on the event loop, in the context of whoever handed the action in.

        After the loop has closed nobody listens any more.
        """
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        try:
            loop.call_soon_threadsafe(function, *arguments, context=self._context)
        except RuntimeError:
            LOG.debug("the event loop closed before %s", arguments)
