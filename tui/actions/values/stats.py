"""What is read of containers that run."""

from __future__ import annotations

from typing import NamedTuple

from tui.actions.action import docker_line
from tui.actions.values.containers import ContainerTarget
from tui.i18n import _
from tui.model.text import visible


class FollowStats(NamedTuple):
    """Read what containers use, until nobody looks any more: `docker stats`.

    Whose figures, changes as rows come into sight: the book of `StatsOpened` is told.
    """

    kind: str = "follow_stats"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`watch what containers use`."""
        return _("watch what containers use")

    @property
    def docker(self) -> str:
        """`docker stats`."""
        return docker_line("stats")

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


class ReadProcesses(NamedTuple):
    """Read the processes of a container: `docker top`."""

    container: ContainerTarget
    kind: str = "read_processes"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`processes of web`."""
        return _("processes of {name}").format(name=visible(self.container.name))

    @property
    def docker(self) -> str:
        """`docker top NAME`."""
        return docker_line("top", self.container.name)

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()
