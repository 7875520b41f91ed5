"""What containers may use: read, and changed."""

from __future__ import annotations

from typing import NamedTuple

from tui.actions.action import docker_line, some_names
from tui.actions.values.containers import ContainerTarget
from tui.i18n import _
from tui.model.resources import UpdateConfig


class ReadResources(NamedTuple):
    """Read what containers may use, before it is changed: `docker inspect`."""

    containers: tuple[ContainerTarget, ...]
    kind: str = "read_resources"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`limits of web, db`."""
        names = some_names(tuple(target.name for target in self.containers))
        return _("limits of {names}").format(names=names)

    @property
    def docker(self) -> str:
        """`docker inspect NAME...`."""
        return docker_line("inspect", *(target.name for target in self.containers))

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


class UpdateContainers(NamedTuple):
    """Change limits and the restart policy of containers as they are: `docker update`."""

    containers: tuple[ContainerTarget, ...]
    config: UpdateConfig
    kind: str = "update_containers"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`limit web, db`."""
        names = some_names(tuple(target.name for target in self.containers))
        return _("limit {names}").format(names=names)

    @property
    def docker(self) -> str:
        """`docker update [--memory SIZE] ... NAME...`."""
        names = (target.name for target in self.containers)
        return docker_line("update", *self.config.words(), *names)

    @property
    def targets(self) -> frozenset[str]:
        """The containers' IDs."""
        return frozenset(target.container_id for target in self.containers)
