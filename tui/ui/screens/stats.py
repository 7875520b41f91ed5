"""What running containers use: a list that is read only as far as it is in sight."""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize, ScreenResume

from tui.actions.values.containers import ContainerTarget
from tui.i18n import N_, _, ngettext
from tui.model.container import ContainerSummary
from tui.model.stats import Figures
from tui.model.text import short_id
from tui.store.state import Phase, State
from tui.store.statsbook import Wish
from tui.ui.figurecolumns import FIGURES, by_figure, figure_cell, figure_column
from tui.ui.panes.base import LazyRows
from tui.ui.screens.base import Sheet
from tui.ui.screens.processes import ProcessesScreen
from tui.ui.screens.statsgraph import StatsGraphScreen
from tui.ui.screens.statsreading import StatsReading, running
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

LOOK: Final = 0.5
"""Seconds between two looks at which rows are in sight."""

ORDERS: Final = ("name", *FIGURES)
"""What the sort key goes through."""


class StatsScreen(Sheet[None]):
    """CPU, memory, network, disk and processes of the running containers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "sort_next", N_("Sort"), show=False, id="stats.o"),
        Binding("O", "sort_reverse", N_("Reverse"), show=False, id="stats.O"),
        Binding("C", "sort_by('cpu')", N_("By CPU"), show=False, id="stats.C"),
        Binding("M", "sort_by('memory')", N_("By memory"), show=False, id="stats.M"),
        Binding("t", "top", N_("Processes"), show=False, id="stats.t"),
        Binding("r", "again", N_("Read again"), show=False, id="stats.r"),
    ]

    def __init__(self, container_id: str = "") -> None:
        super().__init__()
        self._first = container_id
        """Where the cursor is to be at first."""
        self._sort = "name"
        self._descending = False
        self._phase = Phase.CONNECTING
        """Where the connection stood when it was shown last."""
        self._is_back = False
        """Whether the Engine has come back, so that what failed is worth another try."""
        self._shown: list[ContainerSummary] = []

    @cached_property
    def _reading(self) -> StatsReading:
        return StatsReading(self.orlop)

    @property
    def _rows(self) -> RowList:
        return self.part("RowList", RowList)

    def compose(self) -> ComposeResult:
        """Title, rows, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(stats_columns(), glyphs=glyphs, marking=False)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Begin to read."""
        keys = _(" enter graphs  t processes  C by CPU  M by memory  o O order  r again  esc back")
        self.part("#sheet-keys", TextLine).show(keys)
        self._rows.focus()
        self._reading.begin()
        self.follow(self._show)
        self._rows.move_to_key(self._first)
        self.set_interval(LOOK, self._look)

    def on_unmount(self) -> None:
        """Let the Engine go: nobody looks any more."""
        self._reading.end()

    def _show(self, state: State) -> None:
        phase, self._phase = self._phase, state.connection.phase
        self._is_back = self._is_back or phase is not self._phase is Phase.CONNECTED
        if self.app.screen is not self:
            return
        trouble = self._reading.trouble(state)
        if trouble and self._is_back:
            self._is_back = False
            self.call_later(self.action_again)
        self._reading.take(state)
        self._shown = self._ordered(running(state))
        self._rows.empty_text = trouble or _("No container is running.")
        self._rows.set_sort(self._sort, descending=self._descending)
        top = self._rows.visible_range[0]
        self._rows.set_rows(LazyRows(self._shown, lambda one: one.container_id, self._row))
        if self._sort in FIGURES:
            self._rows.scroll_rows(top)  # rows change places: the cursor goes, the view stays
        count = len(self._shown)
        title = ngettext(
            " Stats  {count} running container", " Stats  {count} running containers", count
        ).format(count=count)
        right = (CellText(f" {trouble} ", "bad"),) if trouble else ()
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"), right=right)
        self._look()

    def _row(self, container: ContainerSummary) -> Row:
        return stats_row(container, self._reading.latest(container.container_id))

    def _ordered(self, containers: list[ContainerSummary]) -> list[ContainerSummary]:
        """Sort by the chosen column; who has no figures yet comes last."""
        if self._sort in FIGURES:
            return by_figure(
                containers, self._sort, self._reading.latest, descending=self._descending
            )
        return containers[::-1] if self._descending else containers

    @on(Resize)
    @on(RowList.RowHighlighted)
    def _look(self) -> None:
        """Have the rows in sight read, and the others now and then if the order needs them."""
        if self.app.screen is not self:
            return
        top, height = self._rows.visible_range
        ids = [container.container_id for container in self._shown]
        rest = (*ids[:top], *ids[top + height :]) if self._sort in FIGURES else ()
        self._reading.want(Wish(tuple(ids[top : top + height]), rest))

    @on(ScreenResume)
    def _came_back(self) -> None:
        self._show(self.orlop.store.state)

    # Keys

    @on(RowList.HeaderClicked)
    def _header(self, event: RowList.HeaderClicked) -> None:
        self.action_sort_by(event.column_key)

    @on(RowList.RowChosen)
    def _chosen(self, event: RowList.RowChosen) -> None:
        """Show the graphs of one container; only that is read meanwhile."""
        self.app.push_screen(StatsGraphScreen(self._reading, self._target(event.key)))

    def _target(self, container_id: str) -> ContainerTarget:
        names = {container.container_id: container.name for container in self._shown}
        return ContainerTarget(container_id, names.get(container_id) or short_id(container_id))

    def action_sort_by(self, column: str) -> None:
        """Sort by a column, the largest first; once more turns it round."""
        is_same = column == self._sort
        self._descending = not self._descending if is_same else column in FIGURES
        self._sort = column
        self._show(self.orlop.store.state)
        self._rows.move_to(0)

    def action_sort_next(self) -> None:
        """Sort by the next column."""
        self.action_sort_by(ORDERS[(ORDERS.index(self._sort) + 1) % len(ORDERS)])

    def action_sort_reverse(self) -> None:
        """Turn the order round."""
        self.action_sort_by(self._sort)

    def action_top(self) -> None:
        """Show the processes of the container under the cursor."""
        if key := self._rows.cursor_key:
            self._reading.want(Wish())
            self.app.push_screen(ProcessesScreen(self._target(key)))

    def action_again(self) -> None:
        """Read anew, after the Engine was away."""
        self._reading.begin()
        self._show(self.orlop.store.state)


def stats_columns() -> tuple[Column, ...]:
    """Return the columns; where it is narrow the last to be missed go first."""
    return (
        Column("name", _("NAME"), 1, min_width=9, flex=True, priority=9),
        figure_column("cpu", priority=8),
        figure_column("memory", priority=7),
        figure_column("limit", priority=2),
        figure_column("percent", priority=5),
        figure_column("net_in", priority=4),
        figure_column("net_out", priority=4),
        figure_column("block_in", priority=3),
        figure_column("block_out", priority=3),
        figure_column("pids", priority=6),
    )


def stats_row(container: ContainerSummary, figures: Figures) -> Row:
    """Return one row; a dash for what is not told."""
    name = container.name or short_id(container.container_id)
    cells = (name, *(figure_cell(key, figures) for key in FIGURES))
    return Row(container.container_id, cells, dim=not figures.is_running)
