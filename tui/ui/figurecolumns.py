"""What containers use, as columns of a list: titles, cells, order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from tui.i18n import N_, _
from tui.model.container import ContainerSummary
from tui.model.stats import UNKNOWN, Figures
from tui.model.text import human_size, memory_size
from tui.ui.widgets.columns import Cell, CellText, Column

MUCH: Final = 90
"""Percent from which on a figure is coloured."""

NOTHING: Final = "-"
"""Stands for what is not told."""

FIGURES: Final[Mapping[str, Callable[[Figures], float]]] = {
    "cpu": lambda figures: figures.cpu,
    "memory": lambda figures: figures.memory,
    "limit": lambda figures: figures.memory_limit,
    "percent": lambda figures: figures.memory_percent,
    "net_in": lambda figures: figures.net_in,
    "net_out": lambda figures: figures.net_out,
    "block_in": lambda figures: figures.block_in,
    "block_out": lambda figures: figures.block_out,
    "pids": lambda figures: figures.pids,
}
"""Column → what the list is sorted by."""

PAIRS: Final = {"net": ("net_in", "net_out"), "block": ("block_in", "block_out")}
"""Column of both directions, where a list has other columns too → the two."""

TITLES: Final[Mapping[str, tuple[str, int]]] = {
    "cpu": (N_("CPU %"), 7),
    "memory": (N_("MEM"), 8),
    "limit": (N_("LIMIT"), 8),
    "percent": (N_("MEM %"), 7),
    "net_in": (N_("NET IN"), 7),
    "net_out": (N_("NET OUT"), 7),
    "block_in": (N_("BLK IN"), 7),
    "block_out": (N_("BLK OUT"), 7),
    "pids": (N_("PIDS"), 5),
    "net": (N_("NET I/O"), 15),
    "block": (N_("BLOCK I/O"), 15),
}
"""Column → its title and width."""


def figure_column(key: str, *, priority: int, width: int = 0) -> Column:
    """Return a column of figures, of its usual width or another one."""
    title, usual = TITLES[key]
    return Column(key, _(title), width or usual, align="right", priority=priority)


def figure_cell(key: str, figures: Figures) -> Cell:
    """Return what stands in a column; a dash for what is not told."""
    if key in PAIRS:
        ways = [figure_cell(way, figures) for way in PAIRS[key]]
        return NOTHING if NOTHING in ways else "/".join(map(str, ways))
    value = FIGURES[key](figures)
    if value == UNKNOWN or (key == "limit" and value <= 0):
        return NOTHING
    if key in {"cpu", "percent"}:
        return CellText(f"{value:.1f}", "warn" if value >= MUCH else "")
    if key in {"memory", "limit"}:
        return memory_size(int(value))
    return str(int(value)) if key == "pids" else human_size(int(value))


def by_figure(
    containers: Iterable[ContainerSummary],
    key: str,
    latest: Callable[[str], Figures],
    *,
    descending: bool,
) -> list[ContainerSummary]:
    """Sort by a column; who has no figures comes last either way."""
    parts = [FIGURES[part] for part in PAIRS.get(key, (key,))]

    def rank(container: ContainerSummary) -> tuple[bool, float]:
        figures = latest(container.container_id)
        values = [part(figures) for part in parts]
        value = UNKNOWN if UNKNOWN in values else sum(values)
        return value == UNKNOWN, -value if descending else value

    return sorted(containers, key=rank)
