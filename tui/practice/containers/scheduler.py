"""Wakes what has to go on at a certain moment: one thread an engine, and only if needed."""

from __future__ import annotations

import heapq
import itertools
import threading
import weakref
from collections.abc import Callable
from typing import Final

LONGEST_WAIT: Final = 3600.0
"""Seconds; a clock that was set is noticed at least so often."""


class Scheduler:
    """Calls functions when their moment has come, while holding a lock."""

    def __init__(self, lock: threading.RLock, clock: Callable[[], float]) -> None:
        """Begin with nothing to do.

        Args:
            lock: Held during each call.
            clock: Seconds of the epoch.
        """
        self._lock = lock
        self._clock = clock
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._wake = threading.Event()
        self._is_served = False
        weakref.finalize(self, self._wake.set)

    def at(self, moment: float, action: Callable[[], None]) -> None:
        """Have a function called at a moment; it must bear to be called when it is too late."""
        with self._lock:
            heapq.heappush(self._heap, (moment, next(self._numbers), action))
            if not self._is_served:
                self._is_served = True
                arguments = (weakref.ref(self), self._wake)
                threading.Thread(
                    target=_serve, args=arguments, name="practice-containers", daemon=True
                ).start()
        self._wake.set()

    def run_due(self) -> float | None:
        """Call what is due; returns the seconds until the next, None if nothing is left."""
        with self._lock:
            while self._heap and self._heap[0][0] <= self._clock():
                heapq.heappop(self._heap)[2]()
            if self._heap:
                return min(LONGEST_WAIT, max(0.0, self._heap[0][0] - self._clock()))
            return None

    def stop_serving(self) -> bool:
        """Let the thread go, if there is still nothing to do."""
        with self._lock:
            self._is_served = bool(self._heap)
            return not self._is_served


def _serve(reference: weakref.ref[Scheduler], wake: threading.Event) -> None:
    """Wait and call, until nothing is left or the engine is no more."""
    while True:
        wake.clear()
        scheduler = reference()
        if scheduler is None:
            return
        seconds = scheduler.run_due()
        if seconds is None and scheduler.stop_serving():
            return
        del scheduler  # or the engine could never go while this waits
        wake.wait(seconds)
