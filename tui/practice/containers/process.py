"""A process without a kernel: a generator that says what it waits for, and is taken on from there.

Nothing runs between two steps, so two thousand sleeping containers cost no more than their memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tui.practice.containers.terminal import Terminal

SIGHUP: Final = 1
SIGINT: Final = 2
SIGQUIT: Final = 3
SIGKILL: Final = 9
SIGTERM: Final = 15
_HARMLESS: Final = frozenset({17, 18, 23, 28})
"""Signals that nobody dies of: CHLD, CONT, URG, WINCH."""


class Signal(Exception):
    """Thrown into a program that handles it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass(frozen=True, slots=True)
class Until:
    """Waits for a moment, in seconds of the epoch."""

    time: float
    lazily: bool = False
    """Nobody has to wake it: it is enough to catch up when somebody looks."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Waits for input, or for its end."""


FOREVER: Final = Until(math.inf)
READING: Final = Reading()

Program = Generator[Until | Reading, None, int]
"""Yields what it waits for, and returns its exit code."""


@dataclass(slots=True)
class Input:
    """What came in on standard input and was not read yet."""

    data: bytearray = field(default_factory=bytearray)
    is_closed: bool = False

    def take(self, size: int = -1) -> bytes:
        """Return what is there, at most `size` bytes of it."""
        end = len(self.data) if size < 0 else size
        taken = bytes(self.data[:end])
        del self.data[:end]
        return taken

    def take_line(self) -> bytes | None:
        """Return a line with its end, the last one perhaps without; None if it is not whole yet."""
        end = self.data.find(b"\n")
        if end >= 0:
            return self.take(end + 1)
        return self.take() if self.is_closed else None


@dataclass(eq=False, slots=True)
class Process:
    """One process. Take it on only while holding the engine's lock."""

    pid: int
    command: list[str]
    started: float
    """Seconds of the epoch."""
    stdin: Input
    output: Callable[[int, bytes, float], None] = field(repr=False)
    """Takes the stream (1 or 2), bytes, and the moment."""
    ended: Callable[[int, float], None] = field(repr=False)
    """Told the exit code and the moment, once."""
    is_first: bool = True
    """It is process 1 of its container: a signal that it does not handle does nothing."""
    handles: set[int] = field(default_factory=set)
    program: Program | None = field(default=None, repr=False)
    waits: Until | Reading | None = None
    now: float = 0.0
    """The moment at which it is: a lazy one lags behind the clock."""
    is_frozen: bool = False
    terminal: Terminal | None = field(default=None, repr=False)
    user: str = "root"
    wakes_at: float | None = None
    """The moment for which somebody has been told to wake it."""

    def write(self, stream: int, data: bytes) -> None:
        """Put out bytes; a terminal has one stream only, and ends lines with CR LF."""
        if data and self.terminal is not None:
            stream, data = 1, data.replace(b"\n", b"\r\n")
        if data:
            self.output(stream, data, self.now)

    def step(self, now: float, *, catching_up: bool = False) -> None:
        """Go on until it has to wait, or ends.

        Args:
            now: Seconds of the epoch.
            catching_up: Also do what could be left until somebody looks.
        """
        while self.program is not None and not self._is_blocked(now, catching_up):
            lags = isinstance(self.waits, Until) and self.waits.lazily
            self.now = self.waits.time if lags and isinstance(self.waits, Until) else now
            self._take_on(lambda program: next(program))

    def deliver(self, signal: int, now: float) -> None:
        """Send it a signal; a frozen one gets none but SIGKILL."""
        if self.program is None or (self.is_frozen and signal != SIGKILL):
            return
        self.step(now, catching_up=True)
        self.now = now
        if self.program is None:
            return
        if signal != SIGKILL and signal in self.handles and self.waits is not None:
            self._take_on(lambda program: program.throw(Signal(signal)))
            self.step(now)
        elif signal == SIGKILL or not (self.is_first or signal in _HARMLESS):
            self.end(128 + signal)

    def skip(self, now: float) -> None:
        """Leave out what it would have done lazily until now: it was frozen."""
        if isinstance(self.waits, Until) and self.waits.lazily and self.waits.time < now:
            self.waits = Until(now, lazily=True)

    def end(self, code: int) -> None:
        """Make it end here and now."""
        program, self.program = self.program, None
        if program is not None:
            program.close()
            self.ended(code, self.now)

    @property
    def due(self) -> float | None:
        """The moment at which somebody has to take it on; None if nobody has to."""
        if self.program is None or self.is_frozen or not isinstance(self.waits, Until):
            return None
        return None if self.waits.lazily or math.isinf(self.waits.time) else self.waits.time

    def _is_blocked(self, now: float, catching_up: bool) -> bool:
        if self.is_frozen:
            return True
        if isinstance(self.waits, Reading):
            return not self.stdin.data and not self.stdin.is_closed
        if isinstance(self.waits, Until):
            return now < self.waits.time or (self.waits.lazily and not catching_up)
        return False

    def _take_on(self, how: Callable[[Program], Until | Reading]) -> None:
        assert self.program is not None
        try:
            self.waits = how(self.program)
        except StopIteration as stop:
            self.end(int(stop.value or 0) & 0xFF)
        except Signal as signal:
            self.end(128 + signal.number)
