"""Numbers of several runs, and the table they are printed as."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Series:
    """One measurement, taken several times."""

    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    def share(self, part: float) -> float:
        """Return the value that this part of all values does not exceed (0.95: p95)."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))]

    def __str__(self) -> str:
        return f"{_short(self.median)} [{_short(min(self.values))}..{_short(max(self.values))}]"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    what: str
    figure: str
    """Median and range, with the number of values."""
    value: float
    """What the goal is held against."""
    goal: float | None = None
    """At most this; None where there is no goal."""

    @property
    def verdict(self) -> str:
        """Whether the goal is reached."""
        if self.goal is None:
            return ""
        return "reached" if self.value <= self.goal else "NOT REACHED"


def line(
    what: str, series: Series, unit: str, *, goal: float | None = None, part: float = 0.5
) -> Line:
    """Make a row of a series; a goal is held against its median, or another share of it."""
    value = series.median if part == 0.5 else series.share(part)
    shown = str(series) if part == 0.5 and len(series.values) > 1 else _short(value)
    figure = f"{shown} {unit}".rstrip()
    if len(series.values) > 1:
        figure += f", n={len(series.values)}"
    return Line(what, figure, value, goal)


def table(title: str, lines: Iterable[Line]) -> str:
    """Return the rows in columns, as Markdown."""
    cells = [
        (row.what, row.figure, "" if row.goal is None else f"<= {row.goal:g}", row.verdict)
        for row in lines
    ]
    return "\n".join([f"## {title}", "", *_aligned([("", "measured", "goal", ""), *cells])])


def _aligned(cells: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    texts = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    return [texts[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *texts[1:]]


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
