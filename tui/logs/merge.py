"""Logs of several containers as one, in the order in which they were written."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Sequence
from typing import Final

from tui.logs.line import LogLine

PATIENCE: Final = 0.5
"""Seconds that a line waits for older ones of other containers."""


class Merger:
    """Puts lines in order of time; each is held back for a moment, since streams come unevenly."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[int, int, float, LogLine]] = []
        self._count = 0

    def add(self, lines: Sequence[LogLine], now: float) -> None:
        """Take lines of one container, that came at `now` (seconds of any clock)."""
        with self._lock:
            for line in lines:
                self._count += 1
                heapq.heappush(self._waiting, (line.nanoseconds, self._count, now, line))

    def ready(self, now: float, *, all_came: bool = False) -> list[LogLine]:
        """Return the lines whose time has come, in order; all of them where no more will come."""
        found: list[LogLine] = []
        with self._lock:
            while self._waiting and (all_came or self._waiting[0][2] <= now - PATIENCE):
                found.append(heapq.heappop(self._waiting)[3])
        return found
