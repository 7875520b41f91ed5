"""Starting a container that was just made, and saying why it does not start.

An Engine tells all of that in its own words, as one text: what is known of them is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from tui.engine import containers, wire
from tui.engine.client import EngineClient
from tui.engine.errors import Cancelled, EngineError, EngineUnreachable, NotFound
from tui.i18n import N_, _
from tui.model.text import visible

_PORT: Final = re.compile(
    r"(?P<address>[0-9a-fA-F.:\[\]]*:\d+)(?: failed)?: "
    r"(?:port is already allocated|bind: address already in use)"
)
_PROGRAM: Final = re.compile(
    r'exec: \\?"(?P<program>[^"\\]*)\\?": [a-z]|executable file `(?P<podman>[^`]*)` not found'
)
_MISSING: Final = ("not found", "no such file or directory")
_SHELLS: Final = frozenset({"sh", "bash", "ash", "dash", "zsh", "busybox"})


class NotStarted(EngineError):
    """A container was made and does not start."""

    TITLE = N_("{why}; {name} was made, but not started.")
    REMEDY = N_("It is left as it is: i shows it, s starts it, d removes it.")
    REMEDY_REMOVED = N_("It was removed again, as --rm says.")

    def __init__(self, detail: str, *, name: str, why: str, is_left: bool) -> None:
        super().__init__(detail, name=name, why=why)
        self._is_left = is_left

    @property
    def remedy(self) -> str:
        """What became of it."""
        return _(self.REMEDY) if self._is_left else _(self.REMEDY_REMOVED)


@dataclass(frozen=True, slots=True)
class MadeContainer:
    """What the Engine made of a wish."""

    container_id: str
    name: str
    program: tuple[str, ...]
    """What runs in it, with its arguments."""

    @property
    def is_shell(self) -> bool:
        """Whether it is a shell that waits for commands."""
        name = self.program[0].rpartition("/")[2] if self.program else ""
        return name in _SHELLS and all(word.startswith("-") for word in self.program[1:])


def look_at(client: EngineClient, container: str) -> MadeContainer:
    """Return the name that a container has, and what it runs (`GET /containers/{id}/json`)."""
    with client.asking() as api:
        told = wire.table(api.inspect_container(container))
    config = wire.table(told.get("Config"))
    return MadeContainer(
        wire.text(told.get("Id")) or container,
        wire.text(told.get("Name")).removeprefix("/"),
        # not Path and Args, which Podman tells otherwise
        (*wire.strings(config.get("Entrypoint")), *wire.strings(config.get("Cmd"))),
    )


@contextmanager
def told_why(client: EngineClient, made: MadeContainer, *, auto_remove: bool) -> Iterator[None]:
    """Say why a container does not start, whatever of it fails: Podman tells so when it attaches.

    Args:
        client: The Engine.
        made: The container.
        auto_remove: It is not to stay when it does not start.

    Raises:
        NotStarted: it does not start.
        EngineError: the Engine cannot be asked.
    """
    try:
        yield
    except (Cancelled, EngineUnreachable):
        raise
    except EngineError as error:
        if auto_remove:
            with suppress(EngineError):  # most Engines have done so
                containers.remove(client, made.container_id, force=True, volumes=True)
        raise NotStarted(
            error.detail,
            name=made.name,
            why=why_not(error.detail),
            is_left=_is_there(client, made.container_id),
        ) from error


def why_not(words: str) -> str:
    """Return why a container does not start, from the Engine's words; a sentence may begin so."""
    port = _PORT.search(words)
    if port:
        return _("Port {address} is taken already").format(address=_address(port["address"]))
    program = _PROGRAM.search(words)
    if program:
        name = visible(program["program"] or program["podman"] or "")
        if program["podman"] or any(mark in words for mark in _MISSING):
            return _("There is no program {name} in it").format(name=name)
        if "permission denied" in words:
            return _("{name} is there, but is no program that may be run").format(name=name)
    if "network" in words and "not found" in words:
        return _("There is no such network")
    return _("The Engine refuses: {words}").format(words=visible(words).rstrip("."))


def _address(text: str) -> str:
    return text.removeprefix("0.0.0.0:").removeprefix("[::]:").removeprefix(":")


def _is_there(client: EngineClient, container: str) -> bool:
    try:
        containers.inspect_container(client, container)
    except NotFound:
        return False
    return True
