"""Programs that get the terminal: a command in a container, and its main process."""

from __future__ import annotations

from typing import NamedTuple

from tui.actions.action import docker_line
from tui.actions.values.containers import ContainerTarget
from tui.i18n import _
from tui.model.text import visible


class ExecCommand(NamedTuple):
    """Run a command in a running container, in this terminal: `docker exec -it`."""

    container: ContainerTarget
    command: tuple[str, ...] = ()
    """None: the best shell that the container has."""
    user: str = ""
    directory: str = ""
    environment: tuple[str, ...] = ()
    """Variables beside the container's own, each `NAME=VALUE`."""
    privileged: bool = False
    kind: str = "exec"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`exec in web`."""
        return _("exec in {name}").format(name=visible(self.container.name))

    @property
    def docker(self) -> str:
        """`docker exec -it [--privileged] [-e N=V] [-u USER] [-w DIRECTORY] NAME COMMAND`."""
        options = ["--privileged"] if self.privileged else []
        for variable in self.environment:
            options += ["-e", variable]
        options += ["-u", self.user] if self.user else []
        options += ["-w", self.directory] if self.directory else []
        command = self.command or ("sh",)
        return docker_line("exec", "-it", *options, self.container.name, *command)

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: whatever else is done to the container must not wait for its end."""
        return frozenset()


class AttachContainer(NamedTuple):
    """Look at, and type to, the main process of a container: `docker attach`."""

    container: ContainerTarget
    kind: str = "attach"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`attach to web`."""
        return _("attach to {name}").format(name=visible(self.container.name))

    @property
    def docker(self) -> str:
        """`docker attach --sig-proxy=false NAME`."""
        return docker_line("attach", "--sig-proxy=false", self.container.name)

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: whatever else is done to the container must not wait for its end."""
        return frozenset()
