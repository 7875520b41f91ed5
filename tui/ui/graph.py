"""A curve over time as rows of block characters: pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from tui.model.stats import UNKNOWN

BLOCKS: Final = " ▁▂▃▄▅▆▇█"
"""A cell from empty to full."""

BLOCKS_ASCII: Final = " .:|#"

STEADY: Final = 6.0
"""Seconds that a value holds when none follows: Podman tells one in five."""

_STEPS: Final = (1.0, 2.0, 5.0, 10.0)


def at_columns(
    points: Iterable[tuple[float, float]], width: int, seconds: float
) -> tuple[float, ...]:
    """Return what each column shows, the newest at the right; UNKNOWN where nothing was told.

    Args:
        points: When (seconds), and the value; oldest first.
        width: How many columns.
        seconds: The time that all of them stand for. What is older is left out. Of several
            values in one column the largest counts: a peak must not vanish.
    """
    told = [(at, value) for at, value in points if value != UNKNOWN]
    columns: list[float] = [UNKNOWN] * width
    if not told or width <= 0:
        return tuple(columns)
    end, step = told[-1][0], seconds / width
    for at, value in told:
        index = width - 1 - int((end - at) / step)
        if 0 <= index < width:
            columns[index] = max(columns[index], value)
    held, age = float(UNKNOWN), 0.0
    for index, value in enumerate(columns):
        held, age = (value, 0.0) if value != UNKNOWN else (held, age + step)
        columns[index] = held if age <= STEADY else UNKNOWN
    return tuple(columns)


def rows_of(
    columns: Sequence[float], height: int, top: float, *, ascii_only: bool = False
) -> tuple[str, ...]:
    """Return the rows of a graph, the uppermost first.

    Args:
        columns: A value each; UNKNOWN leaves it blank, any other shows something.
        height: How many rows.
        top: The value that fills a column.
        ascii_only: Draw with ASCII.
    """
    blocks = BLOCKS_ASCII if ascii_only else BLOCKS
    steps = len(blocks) - 1
    filled = [_filled(value, top, height * steps) for value in columns]
    return tuple(
        "".join(blocks[min(max(count - row * steps, 0), steps)] for count in filled)
        for row in reversed(range(height))
    )


def _filled(value: float, top: float, steps: int) -> int:
    if value == UNKNOWN:
        return 0
    return min(max(round(value / top * steps), 1), steps) if top > 0 else 1


def ceiling(value: float) -> float:
    """Return the next round number that is not less: 1, 2, 5, 10, 20, 50..."""
    if value <= 0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in _STEPS if value <= step * power), 10 * power)
