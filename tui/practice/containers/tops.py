"""What `docker top` shows: the processes as `ps` of the host would."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.containers.process import Process

_SHIM: Final = 21
"""How far the process that started it is before it."""

Column = Callable[["Process", int], str]


def _start(process: Process, _parent: int) -> str:
    return time.strftime("%H:%M", time.gmtime(process.started))


def _tty(process: Process, _parent: int) -> str:
    return "pts/0" if process.terminal else "?"


def _spelled(process: Process, _parent: int) -> str:
    return " ".join(process.command)


def _pid(process: Process, _parent: int) -> str:
    return str(process.pid)


def _user(process: Process, _parent: int) -> str:
    return process.user


_FULL: Final[dict[str, Column]] = {
    "UID": _user,
    "PID": _pid,
    "PPID": lambda _process, parent: str(parent),
    "C": lambda _process, _parent: "0",
    "STIME": _start,
    "TTY": _tty,
    "TIME": lambda _process, _parent: "00:00:00",
    "CMD": _spelled,
}
_BSD: Final[dict[str, Column]] = {
    "USER": _user,
    "PID": _pid,
    "%CPU": lambda _process, _parent: "0.0",
    "%MEM": lambda _process, _parent: "0.0",
    "VSZ": lambda _process, _parent: "2268",
    "RSS": lambda _process, _parent: "1380",
    "TTY": _tty,
    "STAT": lambda _process, _parent: "Ss",
    "START": _start,
    "TIME": lambda _process, _parent: "0:00",
    "COMMAND": _spelled,
}
_CHOSEN: Final[dict[str, tuple[str, Column]]] = {
    **{name.lower(): (name, column) for name, column in {**_BSD, **_FULL}.items()},
    "args": ("COMMAND", _spelled),
    "comm": ("COMMAND", lambda process, _parent: process.command[0].rpartition("/")[2]),
    "pcpu": ("%CPU", _BSD["%CPU"]),
    "pmem": ("%MEM", _BSD["%MEM"]),
}


def table(container: Container, options: str) -> tuple[list[str], list[list[str]]]:
    """Return titles and rows.

    Args:
        container: A running one.
        options: Of `ps`; `-ef` if there are none.

    Raises:
        ApiError: 500, `ps` does not know them, or tells no PID with them.
    """
    columns = _columns(options or "-ef")
    titles = [title for title, _column in columns]
    processes = container.processes()
    parent = processes[0].pid - _SHIM if processes else 0
    return titles, [[column(x, parent) for _title, column in columns] for x in processes]


def _columns(options: str) -> list[tuple[str, Column]]:
    if re.fullmatch(r"-?(aux|axu|u|xu|axuf|auxf|auxw*)", options):
        return list(_BSD.items())
    names = _wanted(shlex.split(options))
    if names is None:
        if re.fullmatch(r"-[efFlAa]+", options):
            return list(_FULL.items())
        raise ApiError(500, "ps: error: unsupported option (BSD syntax)")
    found = [_CHOSEN.get(name) for name in names]
    if None in found:
        unknown = names[found.index(None)]
        raise ApiError(500, f'ps: error: unknown user-defined format specifier "{unknown}"')
    columns = [column for column in found if column is not None]
    if "PID" not in {title for title, _column in columns}:
        raise ApiError(500, "Couldn't find PID field in ps output")
    return columns


def _wanted(words: list[str]) -> list[str] | None:
    """Return the columns that `-o` names; None without it."""
    names: list[str] = []
    for number, word in enumerate(words):
        if word in {"-o", "-eo", "-ao"}:
            names += "".join(words[number + 1 : number + 2]).split(",")
        elif word.startswith("-o"):
            names += word[2:].split(",")
    return [name for name in names if name] or None
