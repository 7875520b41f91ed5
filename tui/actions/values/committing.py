"""Making an image of a container, and looking at what would go into it."""

from __future__ import annotations

from typing import NamedTuple

from tui.actions.action import docker_line
from tui.actions.values.containers import ContainerTarget
from tui.i18n import _
from tui.model.text import visible


class CommitContainer(NamedTuple):
    """Make an image of a container as it is: `docker commit`."""

    container: ContainerTarget
    reference: str = ""
    """What the image is called; empty for nothing."""
    author: str = ""
    message: str = ""
    changes: tuple[str, ...] = ()
    """Instructions of a Dockerfile."""
    pause: bool = True
    """Freeze the processes while their files are copied."""
    kind: str = "commit"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`commit web as me/web:1`."""
        name = visible(self.container.name)
        if not self.reference:
            return _("commit {container}").format(container=name)
        return _("commit {container} as {reference}").format(
            container=name, reference=visible(self.reference)
        )

    @property
    def docker(self) -> str:
        """`docker commit [--author A] [--message M] [--change C]... NAME [REFERENCE]`."""
        return docker_line(
            "commit",
            *(("--author", self.author) if self.author else ()),
            *(("--message", self.message) if self.message else ()),
            *(word for change in self.changes for word in ("--change", change)),
            "" if self.pause else "--pause=false",
            self.container.name,
            self.reference,
        )

    @property
    def targets(self) -> frozenset[str]:
        """The container, and the name that the image gets."""
        names = {self.reference} if self.reference else set()
        return frozenset({self.container.container_id, *names})


class ReadChanges(NamedTuple):
    """Count what a container has of its own: `docker diff`."""

    container: ContainerTarget
    kind: str = "read_changes"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`look at what web has changed`."""
        return _("look at what {name} has changed").format(name=visible(self.container.name))

    @property
    def docker(self) -> str:
        """`docker diff NAME`."""
        return docker_line("diff", self.container.name)

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()
