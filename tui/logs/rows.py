"""Lines of a log as rows of a screen: wrapped or cut, around a place that is kept.

Only what is in sight is worked out: a place is a line and a row of it, and rows are counted from
there upwards or downwards.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Place(NamedTuple):
    """A row on the screen."""

    at: int
    """Which of the lines shown, from 0."""
    row: int = 0
    """Which row of that line, from 0."""


@dataclass(slots=True)
class Rows:
    """The rows of the lines shown."""

    numbers: Sequence[int]
    """Of the lines shown, rising."""
    height_of: Callable[[int], int]
    """Rows that the line with a number takes."""

    def moved(self, place: Place, by: int) -> Place:
        """Return the place so many rows further down, or up; at most the first or last row."""
        count = len(self.numbers)
        if not count:
            return Place(0)
        at, row = min(place.at, count - 1), place.row + by
        while row < 0 and at > 0:
            at -= 1
            row += self._height(at)
        while at < count - 1 and row >= (height := self._height(at)):
            row -= height
            at += 1
        return Place(at, min(max(row, 0), self._height(at) - 1))

    def top_for_end(self, height: int) -> Place:
        """Return the first row in sight when the last one is at the bottom of so many rows."""
        count = len(self.numbers)
        if not count:
            return Place(0)
        last = Place(count - 1, self._height(count - 1) - 1)
        return self.moved(last, 1 - height)

    def in_sight(self, top: Place, height: int) -> list[Place]:
        """Return the rows in sight from `top` on, at most `height`."""
        found: list[Place] = []
        at, row = top
        while at < len(self.numbers) and len(found) < height:
            for one in range(row, self._height(at)):
                if len(found) < height:
                    found.append(Place(at, one))
            at, row = at + 1, 0
        return found

    def of_number(self, number: int) -> Place:
        """Return the place of the line with a number, or of the next that is shown."""
        at = bisect_left(self.numbers, number)
        return Place(min(at, max(len(self.numbers) - 1, 0)))

    def _height(self, at: int) -> int:
        return max(self.height_of(self.numbers[at]), 1)
