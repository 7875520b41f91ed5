"""Work on very many items that lets other threads run, and can be stopped."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

SLICE: Final = 4_096
"""Items that are looked at between two checks, or sorted at once."""

Check = Callable[[], None]
"""Called now and then; raises what shall end the work."""


def go_on() -> None:
    """Check nothing."""


Item = TypeVar("Item", bytes, int)


def in_slices(items: Iterable[Item], check: Check = go_on) -> list[Item]:
    """Sort, so many at a time that other threads do not wait long: Python's own lets none run."""
    every = list(items)
    if len(every) <= SLICE:
        return sorted(every)
    step = len(every) // (len(every) // SLICE * 2)
    borders = sorted(every[::step])[1:]
    parts: list[list[Item]] = [[] for _border in range(len(borders) + 1)]
    for number, item in enumerate(every):
        if not number % SLICE:
            check()
        parts[bisect_left(borders, item)].append(item)
    return [item for part in parts for item in sorted(part)]
