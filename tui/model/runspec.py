"""A container to be run, as `docker run` takes it: its words, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from tui.i18n import _
from tui.model.limits import NO_RESTART, RestartPolicy
from tui.model.mountspec import MountSpec
from tui.model.portspec import PublishedPorts
from tui.model.text import visible

_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", re.ASCII)


class InvalidRun(ValueError):
    """A word that docker would not take; `str()` is the sentence that says why."""


class RunMode(StrEnum):
    """How its main process is connected."""

    DETACHED = "detached"
    """To nothing: it goes on by itself (`-d`)."""
    INTERACTIVE = "interactive"
    """To this terminal, both ways (`-it`)."""
    ATTACHED = "attached"
    """Its output to this terminal."""


_MODES: Final = {
    RunMode.DETACHED: ("-d",),
    RunMode.INTERACTIVE: ("-it",),
    # ctrl+c leaves the container and lets it go on
    RunMode.ATTACHED: ("--sig-proxy=false",),
}


class RunSpec(NamedTuple):
    """What `docker run` is told. Texts are words as docker takes them; empty is what is usual."""

    image: str
    """A name, or an ID where there is none."""
    command: tuple[str, ...] = ()
    """None: the image's own."""
    mode: RunMode = RunMode.DETACHED
    name: str = ""
    auto_remove: bool = False
    ports: tuple[PublishedPorts, ...] = ()
    mounts: tuple[MountSpec, ...] = ()
    environment: tuple[str, ...] = ()
    """`NAME=VALUE`, or `NAME` with the value that it has here."""
    restart: RestartPolicy = NO_RESTART
    memory: str = ""
    cpus: str = ""
    user: str = ""
    directory: str = ""
    network: str = ""
    hostname: str = ""
    entrypoint: str = ""
    labels: tuple[str, ...] = ()
    """`NAME[=VALUE]`."""
    init: bool = False
    read_only: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Return what follows `docker run`."""
        return (*_MODES[self.mode], *self._options(), self.image, *self.command)

    def _options(self) -> Iterator[str]:
        for option, is_set in (
            ("--rm", self.auto_remove),
            ("--init", self.init),
            ("--read-only", self.read_only),
        ):
            if is_set:
                yield option
        for option, word in (
            ("--name", self.name),
            ("--restart", "" if self.restart == NO_RESTART else str(self.restart)),
            ("--memory", self.memory),
            ("--cpus", self.cpus),
            ("--user", self.user),
            ("--workdir", self.directory),
            ("--network", self.network),
            ("--hostname", self.hostname),
            ("--entrypoint", self.entrypoint),
        ):
            if word:
                yield from (option, word)
        for ports in self.ports:
            yield from ("-p", ports.word)
        for mount in self.mounts:
            yield from (mount.option, mount.word)
        for variable in self.environment:
            yield from ("-e", variable)
        for label in self.labels:
            yield from ("-l", label)


def checked_name(text: str) -> str:
    """Return a container's name that was typed; empty if the Engine is to make one up.

    Raises:
        InvalidRun: the Engine would not take it.
    """
    name = text.strip()
    if name and not _NAME.fullmatch(name):
        raise InvalidRun(_("A name has two characters or more: letters, digits, and _ . - inside."))
    return name


def checked_variable(text: str) -> str:
    """Return one line of an environment.

    Raises:
        InvalidRun: docker would not take it.
    """
    if not text.partition("=")[0].strip():
        raise InvalidRun(
            _("{text}: a variable has a name, and then = and its value.").format(
                text=visible(text) or '""'
            )
        )
    return text


def checked_label(text: str) -> str:
    """Return one label.

    Raises:
        InvalidRun: docker would not take it.
    """
    name = text.partition("=")[0]
    if not name or len(name.split()) > 1:
        raise InvalidRun(
            _("{text}: a label has a name without blanks, and then = and its value.").format(
                text=visible(text) or '""'
            )
        )
    return text


def checked_directory(text: str) -> str:
    """Return a directory that was typed; empty for the image's own.

    Raises:
        InvalidRun: it is no absolute path.
    """
    directory = text.strip()
    if directory and not directory.startswith("/"):
        raise InvalidRun(_("The directory begins with /."))
    return directory
