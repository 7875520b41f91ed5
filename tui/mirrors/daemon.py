"""The process behind an Engine's socket, and its command line.

The kernel tells who listens on a unix socket (SO_PEERCRED). Where that is systemd, which hands
the socket on, the one dockerd that was started with `-H fd://` is meant.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from tui.model.engine import Endpoint

PROC: Path = Path("/proc")
"""Where the kernel tells of processes."""

PROGRAM: Final = "dockerd"

_PATIENCE: Final = 2.0
"""Seconds for connecting to a socket."""

_CREDENTIALS: Final = struct.Struct("3i")
"""`struct ucred`: pid, uid, gid."""


@dataclass(frozen=True, slots=True)
class Daemon:
    """A process that serves an Engine."""

    pid: int
    arguments: tuple[str, ...]

    @property
    def is_practice(self) -> bool:
        """Whether it is `orlop practice serve`, which reads its settings again as dockerd does."""
        return _is_practice(self.arguments)

    def option(self, *names: str) -> str:
        """Return the last value of an option; empty where it is not given."""
        return (self.options(*names) or ("",))[-1]

    def options(self, *names: str) -> tuple[str, ...]:
        """Return all values of an option that may be given several times."""
        found = []
        for at, word in enumerate(self.arguments):
            name, equals, value = word.partition("=")
            if name in names and equals:
                found.append(value)
            elif word in names:
                found += self.arguments[at + 1 : at + 2]
        return tuple(found)


def daemon_behind(endpoint: Endpoint) -> Daemon | None:
    """Return the process that answers at an endpoint; None where nobody can tell."""
    if not endpoint.url.startswith("unix://"):
        return None
    pid = _listener(endpoint.url.removeprefix("unix://"))
    if found := process(pid):
        return found
    handed_on = [one for one in _daemons() if "fd://" in one.options("-H", "--host")]
    return handed_on[0] if len(handed_on) == 1 else None


def process(pid: int) -> Daemon | None:
    """Return the process of that number if it is an Engine."""
    if pid <= 0:
        return None
    with suppress(OSError):  # it has ended, or is not for this user
        name = (PROC / str(pid) / "comm").read_text(errors="replace").strip()
        line = (PROC / str(pid) / "cmdline").read_bytes()
        arguments = tuple(os.fsdecode(word) for word in line.split(b"\0")[:-1])
        if name == PROGRAM or _is_practice(arguments):
            return Daemon(pid, arguments)
    return None


def is_own_root(pid: int) -> bool:
    """Tell whether a process sees the same files as this one, as far as anybody can tell."""
    try:
        return os.path.samestat(os.stat(PROC / str(pid) / "root/"), os.stat("/"))
    except OSError:  # not for this user
        return True


def _is_practice(arguments: Sequence[str]) -> bool:
    return ("practice", "serve") in pairwise(arguments)


def _listener(path: str) -> int:
    """Return the pid of who listens on a socket; 0 where nobody can tell."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return 0
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(_PATIENCE)
            sock.connect(path)
            told = sock.getsockopt(socket.SOL_SOCKET, option, _CREDENTIALS.size)
    except OSError:
        return 0
    pid: int = _CREDENTIALS.unpack(told)[0]
    return pid


def _daemons() -> Iterator[Daemon]:
    """Yield every dockerd of this machine."""
    try:
        names = os.listdir(PROC)
    except OSError:
        return
    for name in names:
        found = process(int(name)) if name.isdigit() else None
        if found is not None:
            yield found
