"""Figures in the list of containers: read for the rows in sight, and only while these are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.i18n import _
from tui.model.container import ContainerState
from tui.model.job import JobState
from tui.model.stats import UNKNOWN, Figures
from tui.store import events
from tui.store.reduce import FIGURE_COLUMNS
from tui.store.state import Pane, Phase, State
from tui.store.statsbook import StatsBook, Wish
from tui.ui.screens.statsreading import StatsReading

if TYPE_CHECKING:
    from tui.ui.panes.containers import ContainersPane
    from tui.ui.screens.main import MainScreen

LOOK: Final = 0.5
"""Seconds between two looks at which rows are in sight, while any are."""

HAVING: Final = frozenset({ContainerState.RUNNING, ContainerState.PAUSED})
"""Containers in these states have figures."""


class FiguresWatch:
    """Keeps a job reading for the containers in sight; there is none while nobody sees them.

    Nobody sees them where another pane has the screen, another screen is on top, the terminal
    is lent to a program, or the Engine is away. After a failure it tries again when they come
    into sight anew.
    """

    def __init__(self, screen: MainScreen, pane: ContainersPane) -> None:
        self._screen = screen
        self._pane = pane
        self._reading = StatsReading(screen.orlop)
        self._is_reading = False
        self._has_failed = False
        self._is_lent = False
        self._before: StatsBook | None = None
        """What was read before: it is shown until there is something newer."""
        pane.latest = self.latest
        self._timer = screen.set_interval(LOOK, self._look, pause=True)
        screen.screen_layout_refresh_signal.subscribe(pane, self._laid_out, immediate=True)
        screen.app.app_suspend_signal.subscribe(pane, self._lent, immediate=True)
        screen.app.app_resume_signal.subscribe(pane, self._given_back, immediate=True)

    def changed(self) -> None:
        """Look soon: something may have come into sight, or out of it."""
        self._timer.resume()

    def latest(self, container_id: str) -> Figures:
        """Return the newest figures of a container."""
        now = self._reading.latest(container_id)
        if self._before is None or (now.is_running and now.cpu != UNKNOWN):
            return now
        before = self._before.latest(container_id)
        return now.with_cpu(before.cpu) if now.is_running else before

    def _laid_out(self, _screen: object) -> None:
        self.changed()

    def _lent(self, _app: object) -> None:
        self._is_lent = True
        self._look()

    def _given_back(self, _app: object) -> None:
        self._is_lent = False
        self.changed()

    def _look(self) -> None:
        """Have read what is in sight, or nothing."""
        state = self._screen.state
        wish = self._wish(state)
        if wish is None:
            self._timer.pause()
            self._has_failed = False
            self._end()
            return
        if self._is_reading:
            self._notice_end(state)
        if self._has_failed:
            return
        if not self._is_reading:
            self._before = state.inside.stats
            self._reading.begin()
            self._is_reading = True
        self._reading.want(wish)
        self._reading.take(self._screen.state)

    def _notice_end(self, state: State) -> None:
        """Notice that the job is over: it failed, or another Engine was chosen."""
        job = self._reading.job(state)
        if job is None or job.state.is_final:
            self._is_reading = False
            self._has_failed = job is not None and job.state is JobState.FAILED

    def _end(self) -> None:
        if self._is_reading:
            self._reading.end()
            self._is_reading = False

    def _wish(self, state: State) -> Wish | None:
        """Return whose figures are needed now; None while nobody sees any."""
        rows, is_there = self._pane.rows, state.connection.phase is Phase.CONNECTED
        if not state.show_figures or not is_there or self._is_lent:
            return None
        if self._screen.app.screen is not self._screen or not rows.is_on_screen:
            return None
        top, height = rows.visible_range
        ids = [one.container_id for one in self._pane.shown[top : top + height] if _has(one.state)]
        if state.view(Pane.CONTAINERS).sort not in FIGURE_COLUMNS:
            return Wish(tuple(ids))
        seen = frozenset(ids)
        rest = (one for one in self._pane.shown if _has(one.state))
        return Wish(
            tuple(ids), tuple(one.container_id for one in rest if one.container_id not in seen)
        )


def _has(state: ContainerState) -> bool:
    return state in HAVING


def toggle_figures(screen: MainScreen) -> None:
    """Show figures or hide them, and remember it."""
    screen.orlop.store.apply(events.FiguresToggled())
    shown = screen.state.show_figures
    screen.tell(_("figures of what is in sight") if shown else _("no figures"))
    screen.orlop.keep_figures()
