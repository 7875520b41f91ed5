"""What is done to a registry of one's own."""

from __future__ import annotations

from typing import NamedTuple

from tui.actions.action import docker_line
from tui.i18n import _
from tui.model.ownregistry import address_of
from tui.model.text import visible


class ReadOwnRegistry(NamedTuple):
    """Look which registries run, and what they hold."""

    quiet: bool = True
    kind: str = "read_own_registry"

    @property
    def title(self) -> str:
        """`look into the registry`."""
        return _("look into the registry")

    @property
    def docker(self) -> str:
        """None: it is read from the disk."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


class StartOwnRegistry(NamedTuple):
    """Start a registry that goes on when orlop ends."""

    host: str
    port: int
    backend: str = "auto"
    user: str = ""
    """Who may log in; empty for everybody without a login, or as it was before."""
    password: str = ""
    """A `Secret` of the form, which shows itself to nobody."""
    quiet: bool = False
    kind: str = "start_own_registry"

    @property
    def title(self) -> str:
        """`serve a registry at 127.0.0.1:5000`."""
        return _("serve a registry at {address}").format(
            address=visible(address_of(self.host, self.port))
        )

    @property
    def docker(self) -> str:
        """`docker run --detach --publish HOST:PORT:5000 registry:2`: the same from an image."""
        return docker_line(
            "run", "--detach", "--publish", f"{self.host}:{self.port}:5000", "registry:2"
        )

    @property
    def targets(self) -> frozenset[str]:
        """The port: starting and stopping wait for each other."""
        return frozenset({f"registry {self.port}"})


class StopOwnRegistry(NamedTuple):
    """End a registry; its contents stay."""

    address: str
    port: int
    quiet: bool = False
    kind: str = "stop_own_registry"

    @property
    def title(self) -> str:
        """`stop the registry at 127.0.0.1:5000`."""
        return _("stop the registry at {address}").format(address=visible(self.address))

    @property
    def docker(self) -> str:
        """None: it need not be a container."""
        return ""

    @property
    def targets(self) -> frozenset[str]:
        """As for its start."""
        return frozenset({f"registry {self.port}"})
