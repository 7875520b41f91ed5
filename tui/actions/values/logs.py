"""What is done with logs."""

from __future__ import annotations

import shlex
from typing import Final, NamedTuple

from tui.actions.action import docker_line, some_names
from tui.actions.values.containers import ContainerTarget
from tui.i18n import _
from tui.model.text import visible

TAIL: Final = 2_000
"""Lines that are read of a log at first."""

EARLIER: Final = 10_000
"""Lines that are read at a time when one goes back."""


class FollowLogs(NamedTuple):
    """Read the logs of containers and go on as they grow: `docker logs --follow`."""

    containers: tuple[ContainerTarget, ...]
    tail: int = TAIL
    """Lines from the end of each; -1 for all."""
    since: str = ""
    """As `docker logs` takes it: `10m`, `2026-11-26T12:00:00`; empty for no limit."""
    stays: bool = False
    """Whether to wait for a container that has ended to be started again, and go on."""
    kind: str = "follow_logs"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`follow the logs of web, db`."""
        names = some_names(tuple(one.name for one in self.containers))
        return _("follow the logs of {names}").format(names=names)

    @property
    def docker(self) -> str:
        """`docker logs --follow --tail N NAME`."""
        tail = "all" if self.tail < 0 else str(self.tail)
        since = ("--since", self.since) if self.since else ()
        names = [one.name for one in self.containers[:1]]
        return docker_line("logs", "--follow", "--tail", tail, *since, *names)

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


class ReadEarlierLogs(NamedTuple):
    """Read what a container wrote before some moment."""

    container: ContainerTarget
    before: int
    """Nanoseconds since the epoch: the last lines of then, and later ones, are not told."""
    newer: int
    """How many of those there are: the Engine counts its tail from the very end."""
    tail: int = EARLIER
    same: int = 1
    """How many of those are of that very moment: Podman stamps all lines of a write alike."""
    kind: str = "read_earlier_logs"
    quiet: bool = True

    @property
    def title(self) -> str:
        """`read earlier logs of web`."""
        return _("read earlier logs of {name}").format(name=visible(self.container.name))

    @property
    def docker(self) -> str:
        """`docker logs --until TIME --tail N NAME`."""
        until = seconds_text(self.before)
        return docker_line(
            "logs", "--until", until, "--tail", str(self.newer + self.tail), self.container.name
        )

    @property
    def targets(self) -> frozenset[str]:
        """Nothing: reads do not wait for anything."""
        return frozenset()


class SaveLogs(NamedTuple):
    """Write a container's whole log to a file: `docker logs NAME > FILE`."""

    container: ContainerTarget
    path: str
    overwrite: bool = False
    kind: str = "save_logs"
    quiet: bool = False

    @property
    def title(self) -> str:
        """`save the log of web`."""
        return _("save the log of {name}").format(name=visible(self.container.name))

    @property
    def docker(self) -> str:
        """`docker logs NAME > FILE 2>&1`."""
        return f"{docker_line('logs', self.container.name)} > {shlex.quote(self.path)} 2>&1"

    @property
    def targets(self) -> frozenset[str]:
        """The file."""
        return frozenset({self.path})


def seconds_text(nanoseconds: int) -> str:
    """Return a time as the Engine's API takes it: seconds with nine decimals."""
    return f"{nanoseconds // 1_000_000_000}.{nanoseconds % 1_000_000_000:09d}"
