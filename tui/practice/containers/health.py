"""Health checks: the test is run in the container every now and then, as 20.10 does it.

While a container is paused or stopped no test is run, and it counts as unhealthy without an event.
A start begins anew; the log stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tui.practice.containers import execution
from tui.practice.containers.healthstate import (
    HEALTHY,
    LOG_MAX,
    STARTING,
    UNHEALTHY,
    Check,
    Health,
    Probe,
    check_of,
)
from tui.practice.containers.mainprocess import publish
from tui.practice.containers.process import SIGKILL
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Chunk, Container
    from tui.practice.containers.execs import Exec
    from tui.practice.hold import Hold

OUTPUT_MAX: Final = 4096
"""Bytes that are kept of what a run says."""


def begin(hold: Hold, container: Container) -> None:
    """Begin anew: the container has been started. Call it while holding the lock."""
    state = container.state
    if check_of(container.config) is None:
        state.health = None
        return
    if state.health is None:
        state.health = Health()
    state.health.status, state.health.streak = STARTING, 0
    follow(hold, container)


def follow(hold: Hold, container: Container) -> None:
    """Run the test from now on, the first time after its interval."""
    check, health = check_of(container.config), container.state.health
    if check is not None and health is not None:
        health.turn += 1
        _plan(hold, container, check, health.turn)


def end(container: Container) -> None:
    """Run the test no more: the container was paused, or has ended."""
    health = container.state.health
    if health is not None:
        health.turn += 1
        health.status = UNHEALTHY


def place(hold: Hold, container: Container, said: str) -> None:
    """Make a container that was put there as running look as if its test had always passed.

    Args:
        hold: The engine.
        container: It is running.
        said: What the test says.
    """
    check = check_of(container.config)
    if check is None:
        return
    now = hold.clock()
    moments = [now - check.interval * (LOG_MAX - 1 - number) - 1 for number in range(LOG_MAX)]
    log = [Probe(moment, moment + 0.05, 0, said) for moment in moments]
    container.state.health = Health(HEALTHY, 0, log)
    follow(hold, container)


def _plan(hold: Hold, container: Container, check: Check, turn: int) -> None:
    def run() -> None:
        health = container.state.health
        if health is not None and health.turn == turn and not container.is_removed:
            _run(hold, container, check, turn)

    hold.containers.scheduler.at(hold.clock() + check.interval, run)


def _run(hold: Hold, container: Container, check: Check, turn: int) -> None:
    """Run the test once; its end plans the next."""
    body = {"Cmd": list(check.command), "AttachStdout": True, "AttachStderr": True}
    made = execution.create(hold, container, container.name, body)
    watching = _Watching(hold, container, check, turn, made, hold.clock())
    made.listeners.append(watching)
    try:
        execution.start(hold, made)
    except ApiError as error:
        watching.take(error.message.encode())
        watching.conclude(-1)
        return
    if made.is_running:
        hold.containers.scheduler.at(hold.clock() + check.timeout, watching.time_out)


@dataclass(eq=False, slots=True)
class _Watching:
    """One run of the test, listening to what it says."""

    hold: Hold
    container: Container
    check: Check
    turn: int
    run: Exec
    started: float
    said: bytearray = field(default_factory=bytearray)
    is_cut: bool = False
    is_over: bool = False
    is_late: bool = False

    def put(self, chunk: Chunk | None) -> None:
        """Take what the test says, or its end."""
        if chunk is not None:
            self.take(chunk[1])
        elif not self.is_late:
            self.conclude(self.run.exit_code or 0)

    def take(self, data: bytes) -> None:
        """Keep a part of the output, as far as there is room."""
        room = OUTPUT_MAX - len(self.said)
        self.said += data[:room]
        self.is_cut = self.is_cut or len(data) > room

    def time_out(self) -> None:
        """End a run that takes too long."""
        if self.is_over:
            return
        self.is_late = True
        if self.run.process is not None:
            self.run.process.deliver(SIGKILL, self.hold.clock())
        self.said[:] = f"Health check exceeded timeout ({_spelled(self.check.timeout)})".encode()
        self.is_cut = False
        self.conclude(-1)

    def conclude(self, code: int) -> None:
        """Note how the run ended, and plan the next one."""
        self.is_over = True
        self.hold.containers.forget_exec(self.run)
        health = self.container.state.health
        if health is None or health.turn != self.turn:
            return  # the container was paused or has ended meanwhile
        text = self.said.decode("utf-8", "replace") + ("..." if self.is_cut else "")
        probe = Probe(self.started, max(self.hold.clock(), self.started), code, text)
        health.log = [*health.log, probe][-LOG_MAX:]
        before = health.status
        _judge(self.container, health, self.check, probe)
        if health.status != before:
            publish(self.hold, self.container, f"health_status: {health.status}")
        self.hold.containers.keep(self.container, files=False)
        _plan(self.hold, self.container, self.check, self.turn)


def _judge(container: Container, health: Health, check: Check, probe: Probe) -> None:
    """Draw the conclusion of a run: failures at the beginning do not count for a while."""
    if probe.exit_code == 0:
        health.status, health.streak = HEALTHY, 0
        return
    is_early = probe.start - container.state.started_at < check.start_period
    if health.status == STARTING and is_early:
        return
    health.streak += 1
    if health.streak >= check.retries:
        health.status = UNHEALTHY


def _spelled(seconds: float) -> str:
    """Return a time as Go writes it: `1m30s`, `1.5s`, `500ms`."""
    if seconds < 1:
        return f"{seconds * 1000:g}ms"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    head = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{head}{rest:g}s"
