"""What is read of the changes that a container has made to its image's files."""

from __future__ import annotations

from typing import NamedTuple

from tui.actions.action import docker_line
from tui.actions.values.containers import ContainerTarget
from tui.i18n import _
from tui.model.text import visible


class ReadDiff(NamedTuple):
    """Read what a container has changed, and how large that is: `docker diff`."""

    container: ContainerTarget
    kind: str = "read_diff"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`changes of web`."""
        return _("changes of {name}").format(name=visible(self.container.name))

    @property
    def docker(self) -> str:
        """`docker diff NAME`: letters and paths; sizes no docker command tells."""
        return docker_line("diff", self.container.name)

    @property
    def targets(self) -> frozenset[str]:
        """One reading at a time: only the container that is looked at matters."""
        return frozenset({"container diff"})


class ViewContainerFile(NamedTuple):
    """Read the beginning of a file as a container has it: `docker cp`."""

    container: ContainerTarget
    path: bytes
    """Without the slash before it."""
    kind: str = "view_container_file"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`read web:/etc/passwd`."""
        return _("read {name}:{path}").format(name=visible(self.container.name), path=self._shown)

    @property
    def docker(self) -> str:
        """`docker cp NAME:PATH -`: its tar on standard output."""
        return docker_line("cp", f"{self.container.name}:{self._shown}", "-")

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()

    @property
    def _shown(self) -> str:
        return visible("/" + self.path.decode(errors="replace"))
