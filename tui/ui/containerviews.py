"""Ways of looking into containers."""

from __future__ import annotations

from tui.actions.selection import Selection
from tui.actions.values.logs import FollowLogs
from tui.store import events
from tui.store.state import Pane
from tui.ui.screens.logs import LogScreen
from tui.ui.screenverbs import ScreenVerbs


class ContainerViews(ScreenVerbs):
    """The verbs that look into containers, found by their IDs."""

    def _inspect_container(self, selection: Selection) -> None:
        from tui.ui.screens.container import ContainerScreen  # not part of a start

        self._screen.orlop.push_screen(ContainerScreen(selection.container_targets))

    def _health(self, selection: Selection) -> None:
        from tui.ui.screens.health import HealthScreen  # few look at it

        self._screen.orlop.push_screen(HealthScreen(selection.container_targets[:1]))

    def _ports(self, selection: Selection) -> None:
        from tui.ui.screens.ports import PortsScreen  # few look at it

        self._screen.orlop.push_screen(PortsScreen(selection.container_targets))

    def _logs(self, selection: Selection) -> None:
        self._screen.orlop.push_screen(
            LogScreen(FollowLogs(selection.container_targets, stays=True))
        )

    def _stats(self, _selection: Selection) -> None:
        from tui.ui.screens.stats import StatsScreen  # few look at it

        cursor = self._screen.state.view(Pane.CONTAINERS).cursor
        self._screen.orlop.push_screen(StatsScreen(cursor))

    def _figures(self, _selection: Selection) -> None:
        from tui.ui.figures import toggle_figures  # few look at it

        toggle_figures(self._screen)

    def _top(self, selection: Selection) -> None:
        from tui.ui.screens.processes import ProcessesScreen  # few look at it

        self._screen.orlop.push_screen(ProcessesScreen(selection.container_targets[0]))

    def _changes(self, selection: Selection) -> None:
        from tui.ui.screens.changes import ChangesScreen  # few look at it

        self._screen.orlop.push_screen(ChangesScreen(selection.container_targets[0]))

    def _container_files(self, selection: Selection) -> None:
        from tui.ui.screens.containerfiles import ContainerFilesScreen  # few look at it

        self._screen.orlop.push_screen(ContainerFilesScreen(selection.container_targets[0]))

    def _all_containers(self, _selection: Selection) -> None:
        self._screen.orlop.store.apply(events.AllContainersToggled())
