"""What a program costs while it is used: memory, processor, connections, bytes; read regularly."""

from __future__ import annotations

import statistics
import threading
import time
from types import TracebackType
from typing import NamedTuple, Self

from tests.bench.terminal import Terminal


class Sample(NamedTuple):
    """One look."""

    at: float
    """Seconds since the first one."""
    resident: float
    """MB."""
    cpu: float
    """Processor seconds so far."""
    connections: int
    total: int
    """Bytes that went to the terminal so far."""


class Watch:
    """Looks at a program every few seconds, from a thread."""

    def __init__(self, terminal: Terminal, every: float) -> None:
        self._terminal = terminal
        self._every = every
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = time.monotonic()
        self.samples: list[Sample] = []
        self.noted: dict[str, list[int]] = {}
        """Connections by what was looked at."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(self._every):
            self.look()

    def look(self) -> None:
        """Take a sample now."""
        terminal = self._terminal
        at = time.monotonic() - self._started
        resident = terminal.resident() / 1e6
        self.samples.append(
            Sample(at, resident, terminal.cpu(), terminal.connections(), terminal.total)
        )

    def note(self, what: str) -> None:
        """Note how many connections are open for what is looked at now."""
        self.noted.setdefault(what, []).append(self._terminal.connections())

    @property
    def share(self) -> float:
        """Percent of one processor between the first sample and the last."""
        first, last = self.samples[0], self.samples[-1]
        return 100 * (last.cpu - first.cpu) / (last.at - first.at)

    @property
    def rate(self) -> float:
        """Bytes a second to the terminal between the first sample and the last."""
        first, last = self.samples[0], self.samples[-1]
        return (last.total - first.total) / (last.at - first.at)

    def growth(self, part: float = 0.2) -> float:
        """Return how many MB more are resident at the end than after the first part.

        Both are medians of a tenth of all samples, since what is in sight differs.
        """
        count = len(self.samples)
        width = max(count // 10, 1)
        start = int(count * part)
        early = [sample.resident for sample in self.samples[start : start + width]]
        late = [sample.resident for sample in self.samples[-width:]]
        return statistics.median(late) - statistics.median(early)
