"""CPU and memory of one container over time."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize
from textual.widgets import Static

from tui.actions.values.containers import ContainerTarget
from tui.i18n import N_, _
from tui.model.stats import UNKNOWN, Figures
from tui.model.text import human_size, memory_size, visible
from tui.store.state import State
from tui.store.statsbook import MINUTES, Wish
from tui.ui.graph import at_columns, ceiling, rows_of
from tui.ui.screens.base import Sheet
from tui.ui.screens.processes import ProcessesScreen
from tui.ui.screens.statsreading import StatsReading
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.textline import TextLine

SPANS: Final = (2, 5, MINUTES)
"""Minutes that the graphs can show."""

OTHER_LINES: Final = 5
"""Lines of the sheet that are no graph."""

SCALE: Final = 9
"""Cells in front of a graph."""

MEBI: Final = 1 << 20


class StatsGraphScreen(Sheet[None]):
    """Two graphs that grow to the left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "span", N_("Minutes"), show=False, id="graph.w"),
        Binding("t", "top", N_("Processes"), show=False, id="graph.t"),
    ]

    def __init__(self, reading: StatsReading, container: ContainerTarget) -> None:
        super().__init__()
        self._reading = reading
        self._container = container
        self._span = SPANS[0]

    def compose(self) -> ComposeResult:
        """Title, two graphs with a line above each, other figures, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield TextLine(glyphs=glyphs, id="graph-cpu-line")
            yield Static(id="graph-cpu", markup=False)
            yield TextLine(glyphs=glyphs, id="graph-memory-line")
            yield Static(id="graph-memory", markup=False)
            yield TextLine(glyphs=glyphs, id="graph-others")
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Have this container read, and no other."""
        self._reading.want(Wish((self._container.container_id,)))
        self.part("#sheet-keys", TextLine).show(_(" w minutes  t processes  esc back"))
        self.follow(self._show)

    @on(Resize)
    def _resized(self) -> None:
        self._show(self.orlop.store.state)

    def _show(self, state: State) -> None:
        self._reading.take(state)
        past = self._reading.past(self._container.container_id)
        cpu = [(point.at, point.cpu) for point in past]
        memory = [(point.at, float(point.memory)) for point in past]
        title = _(" {name}  last {minutes} minutes").format(
            name=visible(self._container.name), minutes=self._span
        )
        trouble = self._reading.trouble(state)
        right = (CellText(f" {trouble} ", "bad"),) if trouble else ()
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"), right=right)
        self._draw("cpu", _(" CPU"), cpu, _percent, ceiling)
        self._draw("memory", _(" Memory"), memory, _memory, _memory_ceiling)
        latest = self._reading.latest(self._container.container_id)
        self.part("#graph-others", TextLine).show(others(latest))

    def _draw(
        self,
        name: str,
        title: str,
        points: list[tuple[float, float]],
        shown: Callable[[float], str],
        ceil: Callable[[float], float],
    ) -> None:
        """Draw one graph, and above it what it comes to."""
        width = self.size.width - SCALE
        height = max((self.size.height - OTHER_LINES) // 2, 1)
        columns = at_columns(points, max(width, 1), self._span * 60)
        told = [value for value in columns if value != UNKNOWN]
        top = ceil(max(told, default=0))
        rows = rows_of(columns, height, top, ascii_only=self.orlop.glyphs.ascii)
        labels = [shown(top), *[""] * (height - 2), shown(0)] if height > 1 else [""]
        lines = (f"{label:>{SCALE - 1}} {row}" for label, row in zip(labels, rows, strict=True))
        self.part(f"#graph-{name}", Static).update("\n".join(lines))
        text = _("  now {now}  min {least}  max {most}").format(
            now=shown(told[-1]) if told else "-",
            least=shown(_least(points, self._span)) if told else "-",
            most=shown(max(told)) if told else "-",
        )
        self.part(f"#graph-{name}-line", TextLine).show(CellText(title, "accent"), text)

    def action_span(self) -> None:
        """Show more minutes, or the fewest again."""
        self._span = SPANS[(SPANS.index(self._span) + 1) % len(SPANS)]
        self._show(self.orlop.store.state)

    def action_top(self) -> None:
        """Show the processes."""
        self.app.push_screen(ProcessesScreen(self._container))


def _least(points: list[tuple[float, float]], minutes: int) -> float:
    """Return the least value of the time that is shown: a column has only its largest."""
    told = [(at, value) for at, value in points if value != UNKNOWN]
    return min(value for at, value in told if at > told[-1][0] - minutes * 60)


def _percent(value: float) -> str:
    return f"{value:.1f} %" if value < 1000 else f"{value:.0f} %"


def _memory(value: float) -> str:
    return memory_size(int(value))


def _memory_ceiling(value: float) -> float:
    return ceiling(value / MEBI) * MEBI


def others(figures: Figures) -> str:
    """Return what has no graph as one line."""
    net_in, net_out, block_in, block_out = (
        human_size(value) if value != UNKNOWN else "-"
        for value in (figures.net_in, figures.net_out, figures.block_in, figures.block_out)
    )
    return _(
        " network {net_in} in, {net_out} out  disk {block_in} in, {block_out} out  {pids} pids"
    ).format(
        net_in=net_in,
        net_out=net_out,
        block_in=block_in,
        block_out=block_out,
        pids=figures.pids if figures.pids != UNKNOWN else "-",
    )
