"""The dispatcher with handlers of the tests' own: when jobs run, end, stop, and what is told."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from tests.waiting import until
from tui.actions.action import Action
from tui.actions.dispatcher import (
    DEFAULT_LIMIT,
    LIMITS,
    QUIT_PATIENCE,
    REPORT_INTERVAL,
    Dispatcher,
    Ending,
    Handler,
    JobContext,
)
from tui.engine.client import EngineClient
from tui.engine.errors import Cancelled, Conflict, EngineError, EngineGone
from tui.model.job import Job, JobState
from tui.model.progress import Outcome, Progress, TargetOutcome
from tui.store import events
from tui.store.store import Store

PATIENCE = 10.0
"""Seconds that a test waits for what has to come."""


@dataclass(frozen=True)
class Work:
    """An action for the tests."""

    kind: str = "any"
    targets: frozenset[str] = frozenset()
    title: str = "work"
    docker: str = "docker work"
    quiet: bool = False


@dataclass
class Bench:
    """A dispatcher, its store, and handlers that go on only when they are let go."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    store: Store = field(default_factory=Store)
    told: list[events.Event] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    go: threading.Event = field(default_factory=threading.Event)
    running: list[Work] = field(default_factory=list)
    most: int = 0

    def __post_init__(self) -> None:
        self.dispatcher = Dispatcher(self.handlers, self.connect, self.apply, clock=lambda: 7.0)

    def connect(self) -> EngineClient:
        raise EngineGone(url="unix:///nowhere")

    def apply(self, event: events.Event) -> None:
        self.threads.add(threading.get_ident())
        self.told.append(event)
        self.store.apply(event)

    def handle(self, kind: str) -> None:
        """Let jobs of this kind run until `go`, or until they are to stop."""

        def handler(action: object, context: JobContext) -> Ending:
            assert isinstance(action, Work)
            self.running.append(action)
            self.most = max(self.most, len(self.running))
            context.on_cancel(self.go.set)
            assert self.go.wait(PATIENCE)
            self.running.remove(action)
            context.check()
            return Ending("done")

        self.handlers[kind] = handler

    def job(self, job_id: int) -> Job:
        return next(job for job in self.store.state.jobs if job.job_id == job_id)

    async def ended(self, *job_ids: int) -> None:
        for job_id in job_ids:
            await asyncio.wait_for(self.dispatcher.wait(job_id), PATIENCE)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait beside the event loop, which goes on."""
        await asyncio.to_thread(until, condition, "the jobs are there", seconds=PATIENCE)


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    made.go.set()
    await made.dispatcher.close()


def _states(bench: Bench, ids: list[int]) -> list[JobState]:
    return [bench.job(job_id).state for job_id in ids]


async def test_a_job_is_told_from_queue_to_end(bench: Bench) -> None:
    outcome = TargetOutcome("x", Outcome.DONE)
    bench.handlers["any"] = lambda _action, _context: Ending("all done", (outcome,))
    job_id = bench.dispatcher.submit(Work())
    assert bench.dispatcher.has_work
    await bench.ended(job_id)
    assert [type(event) for event in bench.told] == [
        events.JobQueued, events.JobStarted, events.JobFinished,
    ]  # fmt: skip
    job = bench.job(job_id)
    assert (job.title, job.docker, job.queued_at, job.ended_at) == ("work", "docker work", 7, 7)
    assert (job.summary, job.outcomes) == ("all done", (outcome,))
    assert bench.dispatcher.is_idle


@pytest.mark.parametrize("kind", [*LIMITS, "any"])
async def test_no_more_of_a_kind_than_its_limit_run_at_a_time(bench: Bench, kind: str) -> None:
    limit = LIMITS.get(kind, DEFAULT_LIMIT)
    bench.handle(kind)
    ids = [bench.dispatcher.submit(Work(kind)) for _ in range(limit + 2)]
    await bench.until(lambda: len(bench.running) == limit)
    assert _states(bench, ids) == [JobState.RUNNING] * limit + [JobState.QUEUED] * 2
    bench.go.set()
    await bench.ended(*ids)
    assert bench.most == limit


async def test_jobs_with_a_target_in_common_run_one_after_the_other_in_order(bench: Bench) -> None:
    order: list[str] = []

    def note(action: Action, _context: JobContext) -> Ending:
        order.append(action.title)
        return Ending()

    bench.handlers["any"] = note
    bench.handle("held")
    first = bench.dispatcher.submit(Work("held", frozenset({"a"})))
    both = bench.dispatcher.submit(Work(targets=frozenset({"a", "b"}), title="both"))
    after = bench.dispatcher.submit(Work(targets=frozenset({"b"}), title="after"))
    free = bench.dispatcher.submit(Work(targets=frozenset({"c"}), title="free"))
    await bench.ended(free)
    assert _states(bench, [both, after]) == [JobState.QUEUED] * 2
    bench.go.set()
    await bench.ended(first, both, after)
    assert order == ["free", "both", "after"]


async def test_a_waiting_job_is_cancelled_at_once_and_never_runs(bench: Bench) -> None:
    bench.handle("search")
    first, second = (bench.dispatcher.submit(Work("search")) for _ in range(2))
    bench.dispatcher.cancel(second)
    assert bench.job(second).state is JobState.CANCELLED
    bench.go.set()
    await bench.ended(first, second)
    assert bench.most == 1
    assert bench.job(first).state is JobState.DONE


async def test_a_running_job_is_cut_and_makes_room_for_the_next(bench: Bench) -> None:
    bench.handle("search")
    bench.handlers["any"] = lambda _action, _context: Ending()
    first = bench.dispatcher.submit(Work("search", frozenset({"a"})))
    after = bench.dispatcher.submit(Work(targets=frozenset({"a"})))
    await bench.until(lambda: bool(bench.running))
    bench.dispatcher.cancel(first)
    assert bench.job(first).state is JobState.CANCELLING
    await bench.ended(first, after)
    assert _states(bench, [first, after]) == [JobState.CANCELLED, JobState.DONE]


async def test_cancelling_what_has_ended_or_never_was_does_nothing(bench: Bench) -> None:
    bench.handlers["any"] = lambda _action, _context: Ending()
    job_id = bench.dispatcher.submit(Work())
    await bench.ended(job_id)
    told = list(bench.told)
    bench.dispatcher.cancel(job_id)
    bench.dispatcher.cancel(999)
    await bench.ended(999)
    assert bench.told == told


async def test_what_a_stopped_job_did_is_kept(bench: Bench) -> None:
    outcome = TargetOutcome("x", Outcome.SKIPPED, "stopped")

    def handler(_action: object, context: JobContext) -> Ending:
        assert context.cancelled.wait(PATIENCE)
        return Ending("half", (outcome,))

    bench.handlers["any"] = handler
    job_id = bench.dispatcher.submit(Work())
    bench.dispatcher.cancel(job_id)
    await bench.ended(job_id)
    job = bench.job(job_id)
    assert (job.state, job.summary, job.outcomes) == (JobState.CANCELLED, "half", (outcome,))


@pytest.mark.parametrize("error", [Cancelled(), EngineGone(url="unix:///x")])
async def test_an_error_after_a_cancel_is_the_cancel(bench: Bench, error: EngineError) -> None:
    """A stream that is cut fails in many ways."""

    def handler(_action: object, context: JobContext) -> Ending:
        assert context.cancelled.wait(PATIENCE)
        raise error

    bench.handlers["any"] = handler
    job_id = bench.dispatcher.submit(Work())
    bench.dispatcher.cancel(job_id)
    await bench.ended(job_id)
    assert bench.job(job_id).state is JobState.CANCELLED


async def test_a_closer_that_comes_after_the_cancel_is_called_too(bench: Bench) -> None:
    closed: list[str] = []

    def handler(_action: object, context: JobContext) -> Ending:
        assert context.cancelled.wait(PATIENCE)
        context.on_cancel(lambda: closed.append("late"))
        return Ending()

    bench.handlers["any"] = handler
    job_id = bench.dispatcher.submit(Work())
    bench.dispatcher.cancel(job_id)
    await bench.ended(job_id)
    assert closed


async def test_an_engine_error_is_told_with_its_remedy(bench: Bench) -> None:
    def handler(_action: object, _context: JobContext) -> Ending:
        raise Conflict("container web uses it")

    bench.handlers["any"] = handler
    job_id = bench.dispatcher.submit(Work())
    await bench.ended(job_id)
    job = bench.job(job_id)
    assert (job.state, job.summary) == (JobState.FAILED, Conflict().title)
    assert job.remedy == f"container web uses it {Conflict().remedy}"


async def test_a_job_without_an_engine_fails_with_the_reason(bench: Bench) -> None:
    bench.handlers["any"] = lambda _action, context: (context.client(), Ending())[1]
    job_id = bench.dispatcher.submit(Work())
    await bench.ended(job_id)
    assert bench.job(job_id).summary == EngineGone(url="unix:///nowhere").title


@pytest.mark.parametrize("kind", ["broken", "no such kind"])
async def test_a_fault_of_ours_ends_the_job_and_goes_to_the_log(
    bench: Bench, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    def handler(_action: object, _context: JobContext) -> Ending:
        raise ZeroDivisionError("oh")

    bench.handlers["broken"] = handler
    with caplog.at_level(logging.ERROR):
        job_id = bench.dispatcher.submit(Work(kind))
        await bench.ended(job_id)
    assert bench.job(job_id).state is JobState.FAILED
    assert bench.job(job_id).remedy
    assert kind in caplog.text
    assert "Traceback" in caplog.text


# Reports


class Clock:
    """Stands in for `time` inside the dispatcher."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


def _reports(clock: Clock, steps: int, step: float) -> list[Progress]:
    """Report `steps` times, `step` seconds apart; return what went on, then flush."""
    told: list[events.Event] = []

    def no_engine() -> EngineClient:
        raise AssertionError("nobody asked for one")

    context = JobContext(no_engine, told.append, 1)
    for number in range(steps):
        context.report(Progress(done=number))
        clock.now += step
    context.flush()
    context.flush()
    return [event.progress for event in told if isinstance(event, events.JobProgressed)]


@pytest.mark.parametrize("step", [0.0001, 0.013, 0.1, 0.25])
def test_at_most_ten_reports_a_second_go_on_and_the_last_always_does(
    monkeypatch: pytest.MonkeyPatch, step: float
) -> None:
    clock = Clock()
    monkeypatch.setattr("tui.actions.dispatcher.time", clock)
    steps = 500
    told = _reports(clock, steps, step)
    assert len(told) <= steps * step / REPORT_INTERVAL + 2
    assert [progress.done for progress in (told[0], told[-1])] == [0, steps - 1]
    assert len({progress.done for progress in told}) == len(told), "none twice"
    assert REPORT_INTERVAL >= 0.1


async def test_the_last_report_comes_before_the_end(bench: Bench) -> None:
    def handler(_action: object, context: JobContext) -> Ending:
        for number in range(1000):
            context.report(Progress(done=number))
        return Ending()

    bench.handlers["any"] = handler
    await bench.ended(bench.dispatcher.submit(Work()))
    progressed = [event for event in bench.told if isinstance(event, events.JobProgressed)]
    assert progressed[-1].progress.done == 999
    assert isinstance(bench.told[-1], events.JobFinished)


async def test_events_are_applied_on_the_loops_own_thread(bench: Bench) -> None:
    def handler(_action: object, context: JobContext) -> Ending:
        assert threading.get_ident() not in bench.threads
        context.tell(events.SearchStarted("x"))
        context.report(Progress("now"))
        return Ending()

    bench.handlers["any"] = handler
    job_id = bench.dispatcher.submit(Work())
    await bench.ended(job_id)
    assert bench.job(job_id).state is JobState.DONE
    assert bench.store.state.search.term == "x"
    assert bench.threads == {threading.get_ident()}


async def test_what_was_held_back_goes_on_when_the_job_stalls(bench: Bench) -> None:
    """Three reports at once and then nothing: the third is told while the job still runs."""
    stalled = threading.Event()

    def handler(_action: object, context: JobContext) -> Ending:
        for number in range(3):
            context.report(Progress(done=number))
        assert stalled.wait(PATIENCE)
        return Ending()

    bench.handlers["any"] = handler
    job_id = bench.dispatcher.submit(Work())
    await bench.until(lambda: bench.job(job_id).progress.done == 2)
    told = [event for event in bench.told if isinstance(event, events.JobProgressed)]
    assert [event.progress.done for event in told] == [0, 2]
    stalled.set()
    await bench.ended(job_id)


# The end


async def test_close_stops_everything_and_waits_for_it(bench: Bench) -> None:
    bench.handle("search")
    ids = [bench.dispatcher.submit(Work("search")) for _ in range(3)]
    await bench.until(lambda: bool(bench.running))
    await bench.dispatcher.close()
    assert _states(bench, ids) == [JobState.CANCELLED] * 3
    assert bench.dispatcher.is_idle


async def test_close_does_not_hang_on_a_handler_that_does_not_listen(bench: Bench) -> None:
    let_go = threading.Event()
    bench.handlers["deaf"] = lambda _action, _context: (let_go.wait(PATIENCE), Ending())[1]
    bench.dispatcher.submit(Work("deaf"))
    await asyncio.wait_for(bench.dispatcher.close(), QUIT_PATIENCE + PATIENCE / 2)
    assert not bench.dispatcher.is_idle
    let_go.set()
    await bench.until(lambda: bench.dispatcher.is_idle)


async def test_close_without_jobs_returns(bench: Bench) -> None:
    await asyncio.wait_for(bench.dispatcher.close(), PATIENCE)


def test_what_ends_after_the_loop_has_closed_is_nobodys_business() -> None:
    let_go, ended = threading.Event(), threading.Event()
    bench = Bench()

    def handler(_action: object, context: JobContext) -> Ending:
        assert let_go.wait(PATIENCE)
        context.tell(events.SearchStarted("x"))
        ended.set()
        return Ending()

    bench.handlers["any"] = handler

    async def submit_only() -> None:
        bench.dispatcher.submit(Work())

    asyncio.run(submit_only())
    let_go.set()
    assert ended.wait(PATIENCE)
    assert not bench.store.state.search.term


async def test_quiet_work_does_not_keep_anyone_from_leaving(bench: Bench) -> None:
    bench.handle("any")
    bench.dispatcher.submit(Work(quiet=True))
    assert not bench.dispatcher.has_work
    assert not bench.dispatcher.is_idle
