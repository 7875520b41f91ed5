"""What containers use, as it comes: threads fill it, a screen reads it and says what it needs."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from typing import Final, NamedTuple

from tui.model.stats import NO_FIGURES, UNKNOWN, Figures, since

MINUTES: Final = 15
"""Minutes of the past that are kept of a container."""

POINTS_MAX: Final = MINUTES * 60
"""Samples that are kept of a container: one a second."""

PASTS_MAX: Final = 64
"""Containers whose past is kept: those that were looked at last."""

LATEST_MAX: Final = 4096
"""Containers whose newest figures are kept."""


class Point(NamedTuple):
    """One moment of the past."""

    at: float
    """Seconds of the epoch, by the Engine's clock."""
    cpu: float
    """Percent of one processor; UNKNOWN where it was not told."""
    memory: int
    """Bytes."""


class Wish(NamedTuple):
    """Whose figures are needed, by container ID."""

    followed: tuple[str, ...] = ()
    """Those in sight: a stream each."""
    sampled: tuple[str, ...] = ()
    """Those out of sight that count all the same: one after the other, now and then."""


class StatsBook:
    """The newest figures of containers and some of their past, within fixed bounds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: OrderedDict[str, Figures] = OrderedDict()
        self._pasts: OrderedDict[str, deque[Point]] = OrderedDict()
        self._wish = Wish()
        self._count = 0
        self.wished = threading.Event()
        """Is set when something else is needed."""

    @property
    def count(self) -> int:
        """How many samples have come so far."""
        return self._count

    @property
    def wish(self) -> Wish:
        """Whose figures are needed now."""
        return self._wish

    def want(self, wish: Wish) -> None:
        """Say whose figures are needed from now on; nobody's: an empty one."""
        if wish != self._wish:
            self._wish = wish
            self.wished.set()

    def add(self, container_id: str, figures: Figures) -> None:
        """Take a sample; where it tells no CPU, that follows from the sample before."""
        with self._lock:
            before = self._latest.get(container_id, NO_FIGURES)
            if figures.is_running and figures.cpu == UNKNOWN:
                figures = figures.with_cpu(since(before, figures))
            self._latest[container_id] = figures
            self._latest.move_to_end(container_id)
            if len(self._latest) > LATEST_MAX:
                self._latest.popitem(last=False)
            self._count += 1
            if figures.is_running:
                past = self._pasts.setdefault(container_id, deque(maxlen=POINTS_MAX))
                past.append(Point(figures.at, figures.cpu, figures.memory))
                self._pasts.move_to_end(container_id)
            if len(self._pasts) > PASTS_MAX:
                self._pasts.popitem(last=False)

    def latest(self, container_id: str) -> Figures:
        """Return the newest figures of a container; NO_FIGURES where none came yet."""
        return self._latest.get(container_id, NO_FIGURES)

    def past(self, container_id: str) -> tuple[Point, ...]:
        """Return what is kept of a container's past, oldest first."""
        with self._lock:
            return tuple(self._pasts.get(container_id, ()))
