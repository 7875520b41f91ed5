"""The containers pane."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from tui.i18n import _, ngettext
from tui.model.container import UNKNOWN_SIZE, ContainerState, ContainerSummary
from tui.model.text import human_size, short_id
from tui.store.reduce import FIGURE_COLUMNS
from tui.store.rows import container_rows, visible_container_rows
from tui.store.state import Pane, Phase, State
from tui.ui.panes.base import LazyRows, ListPane
from tui.ui.terminal import Glyphs
from tui.ui.widgets.columns import Cell, CellText, Column, Row, longest

if TYPE_CHECKING:
    from tui.model.stats import Figures

    Latest = Callable[[str], Figures]

STATE_STYLES = {
    ContainerState.RUNNING: "good",
    ContainerState.PAUSED: "warn",
    ContainerState.RESTARTING: "warn",
    ContainerState.DEAD: "bad",
}
STATUS_LEAST: Final = 12
"""Cells of a status that are worth it: `Exited (137)`, `Up 12 minute`."""

HEALTH_STYLES = {"healthy": "good", "unhealthy": "bad", "starting": "warn"}


class ContainersPane(ListPane):
    """The containers on this Engine, living ones first."""

    PANE = Pane.CONTAINERS
    NUMBER = 2

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._title_text = _("Containers")
        self.latest: Latest | None = None
        """What tells the newest figures of a container, once figures are shown."""
        self.shown: Sequence[ContainerSummary] = ()
        """The containers of the rows, in their order."""

    def columns(self) -> tuple[Column, ...]:
        """Return the columns before anything is known."""
        return container_columns(())

    def inputs(self, state: State) -> tuple[object, ...]:
        """Containers, the connection and how they are looked at."""
        view = state.view(self.PANE)
        return (
            state.containers,
            state.connection,
            state.all_containers,
            state.show_figures,
            _told(state),
            view.filter,
            view.sort,
            view.descending,
        )

    def show_rows(self, state: State) -> None:
        """Filter and sort."""
        every, view = container_rows(state), state.view(self.PANE)
        latest = self.latest if state.show_figures else None
        moves = latest is not None and view.sort in FIGURE_COLUMNS
        self.shown = visible_container_rows(every, view)
        if latest is not None and moves:
            from tui.ui.figurecolumns import by_figure

            self.shown = by_figure(self.shown, view.sort, latest, descending=view.descending)
        self.rows.empty_text = self._empty_text(state, bool(every))
        columns = container_columns(self.shown, figures=state.show_figures)
        top = self.rows.visible_range[0]
        self.rows.set_columns(columns)
        self.rows.set_rows(
            LazyRows(
                self.shown,
                lambda row: row.container_id,
                lambda row: container_cells(row, columns, latest),
            )
        )
        if moves:
            self.rows.scroll_rows(top)  # rows change places: the cursor goes, the view stays
        self._title_text = _containers_title(state)

    def title(self) -> str:
        """`Containers  3 running of 9`."""
        return self._title_text

    @staticmethod
    def _empty_text(state: State, any_rows: bool) -> str:
        if any_rows:
            return _("No container matches the filter.\nesc shows all again")
        if not state.containers_known:
            if state.connection.phase is Phase.CONNECTING:
                return _("Asking the Engine...")
            return _("No Engine.")
        if state.containers and not state.all_containers:
            return _("No container is running.\nA shows stopped ones too")
        return _("No containers.")


def _containers_title(state: State) -> str:
    if not state.containers_known:
        return _("Containers")
    running = sum(item.state is ContainerState.RUNNING for item in state.containers)
    return ngettext(
        "Containers  {running} running of {count}",
        "Containers  {running} running of {count}",
        len(state.containers),
    ).format(running=running, count=len(state.containers))


def _told(state: State) -> object:
    """Return what is another object once figures have come."""
    if not state.show_figures:
        return None
    reading = (job for job in state.jobs if job.kind == "follow_stats" and not job.state.is_final)
    return next((job.progress for job in reading), None)


def container_columns(
    rows: Sequence[ContainerSummary], *, figures: bool = False
) -> tuple[Column, ...]:
    """Return the columns that have something to tell, as wide as it takes within reason."""
    statuses = longest((row.status for row in rows), 6, 32)
    names = longest((row.name for row in rows), 8, 24)
    columns = [
        Column("name", _("NAME"), 1, min_width=names, flex=True, priority=9),
        Column("state", _("STATE"), 10, priority=8),
        *(_figure_columns() if figures else ()),
        Column("image", _("IMAGE"), 2, min_width=12, flex=True, priority=7),
        Column("status", _("STATUS"), statuses, priority=6, cut_to=STATUS_LEAST),
    ]
    if any(row.ports for row in rows):
        ports = longest((_ports(row) for row in rows), 5, 24)
        columns.append(Column("ports", _("PORTS"), 1, min_width=ports, flex=True, priority=5))
    if any(row.health for row in rows):
        columns.append(Column("health", _("HEALTH"), 9, priority=4))
    if any(row.size_rw != UNKNOWN_SIZE for row in rows):
        columns.append(Column("size_rw", _("WRITTEN"), 7, align="right", priority=10))
    columns.append(Column("command", _("COMMAND"), 1, min_width=12, flex=True, priority=2))
    return tuple(columns)


def _figure_columns() -> tuple[Column, ...]:
    """Return the columns of figures: CPU and memory before the image, the others if there is room.

    Imported here: few look at them, and the pane is part of a start.
    """
    from tui.ui.figurecolumns import figure_column

    return (
        figure_column("cpu", priority=9),
        figure_column("memory", priority=9),
        figure_column("pids", priority=4, width=6),  # room for the arrow of the order
        figure_column("net", priority=3),
        figure_column("block", priority=3),
    )


def _ports(row: ContainerSummary) -> str:
    return ", ".join(str(port) for port in row.ports)


CELLS: Final[Mapping[str, Callable[[ContainerSummary], Cell]]] = {
    "name": lambda row: row.name or short_id(row.container_id),
    "state": lambda row: CellText(row.state, STATE_STYLES.get(row.state, "")),
    "image": lambda row: row.image if not row.image.startswith("sha256:") else short_id(row.image),
    "status": lambda row: CellText(row.status, HEALTH_STYLES.get(row.health, "")),
    "ports": _ports,
    "health": lambda row: CellText(row.health, HEALTH_STYLES.get(row.health, "")),
    "size_rw": lambda row: "" if row.size_rw == UNKNOWN_SIZE else human_size(row.size_rw),
    "command": lambda row: row.command,
}
"""Column → what it shows of a container."""


def container_cells(
    row: ContainerSummary, columns: tuple[Column, ...], latest: Latest | None = None
) -> Row:
    """Return one row as the list shows it."""
    cells = tuple(
        CELLS[column.key](row) if column.key in CELLS else _figure(row, column.key, latest)
        for column in columns
    )
    return Row(row.container_id, cells, dim=not row.state.is_alive)


def _figure(row: ContainerSummary, key: str, latest: Latest | None) -> Cell:
    """Return a figure; who does not run has none, whatever was read before."""
    from tui.ui.figurecolumns import NOTHING, figure_cell

    if latest is None or not row.state.is_alive:
        return NOTHING
    return figure_cell(key, latest(row.container_id))
