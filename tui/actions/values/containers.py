"""What is done to containers."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from tui.actions.action import docker_line, some_names
from tui.i18n import _
from tui.model.text import visible


class ContainerVerb(StrEnum):
    """What can be done to containers as they are."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    KILL = "kill"
    PAUSE = "pause"
    UNPAUSE = "unpause"


class ContainerTarget(NamedTuple):
    """One container by its ID, and how people call it."""

    container_id: str
    name: str


class ChangeContainers(NamedTuple):
    """Start, stop, restart, kill, pause or unpause containers."""

    verb: ContainerVerb
    containers: tuple[ContainerTarget, ...]
    kind: str = "change_containers"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`stop web, db`."""
        return f"{self.verb} {_names(self.containers)}"

    @property
    def docker(self) -> str:
        """`docker VERB NAME...`."""
        return docker_line(self.verb, *(target.name for target in self.containers))

    @property
    def targets(self) -> frozenset[str]:
        """The containers' IDs."""
        return frozenset(target.container_id for target in self.containers)


class RenameContainer(NamedTuple):
    """Give a container another name: `docker rename`."""

    container: ContainerTarget
    name: str
    kind: str = "rename_container"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`rename web to web-old`."""
        return _("rename {container} to {name}").format(
            container=visible(self.container.name), name=visible(self.name)
        )

    @property
    def docker(self) -> str:
        """`docker rename OLD NEW`."""
        return docker_line("rename", self.container.name, self.name)

    @property
    def targets(self) -> frozenset[str]:
        """The container's ID."""
        return frozenset({self.container.container_id})


class RemoveContainers(NamedTuple):
    """Remove exactly these containers: `docker rm`."""

    containers: tuple[ContainerTarget, ...]
    force: bool = False
    """Kill those that run first."""
    volumes: bool = False
    """Remove their anonymous volumes too."""
    kind: str = "remove_containers"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`remove containers web, db`."""
        return _("remove container {names}").format(names=_names(self.containers))

    @property
    def docker(self) -> str:
        """`docker rm [--force] [--volumes] NAME...`."""
        return docker_line(
            "rm",
            "--force" if self.force else "",
            "--volumes" if self.volumes else "",
            *(target.name for target in self.containers),
        )

    @property
    def targets(self) -> frozenset[str]:
        """The containers' IDs."""
        return frozenset(target.container_id for target in self.containers)


def _names(containers: tuple[ContainerTarget, ...]) -> str:
    return some_names(tuple(target.name for target in containers))
