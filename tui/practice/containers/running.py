"""Finds what a command means in a container, and makes a process of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tui.practice.containers import programs
from tui.practice.containers.machine import Machine
from tui.practice.containers.process import Input, Process
from tui.practice.containers.terminal import Terminal
from tui.practice.nodes import Kind

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.tree import Tree

PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NOT_FOUND: Final = 127
NOT_PERMITTED: Final = 126


class CannotRun(Exception):
    """The runtime cannot start it; the text is the runtime's words."""

    def __init__(self, why: str, exit_code: int) -> None:
        super().__init__(why)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Start:
    """What is to be run, and how."""

    command: list[str]
    env: Mapping[str, str]
    cwd: str
    user: str
    tty: bool
    size: tuple[int, int]
    stdin: Input
    is_first: bool
    pid: int
    now: float


def find(tree: Tree, command: list[str], path: str = PATH) -> str:
    """Return the path of a program, without a leading slash.

    Raises:
        CannotRun: there is no such program, or it is none.
    """
    name = command[0] if command else ""
    if "/" in name:
        node = tree.get(name, follow=True)
        if node is None:
            raise CannotRun(f'exec: "{name}": stat {name}: no such file or directory', NOT_FOUND)
        if node.kind is not Kind.FILE or not node.mode & 0o111:
            raise CannotRun(f'exec: "{name}": permission denied', NOT_PERMITTED)
        return name.strip("/")
    found = programs.which(tree, name, path)
    if not found:
        raise CannotRun(f'exec: "{name}": executable file not found in $PATH', NOT_FOUND)
    return found


def spawn(
    container: Container,
    start: Start,
    output: Callable[[int, bytes, float], None],
    ended: Callable[[int, float], None],
) -> Process:
    """Make a process that has not taken its first step.

    Raises:
        CannotRun: there is no such program.
    """
    env = {"PATH": PATH, "HOSTNAME": container.hostname, "HOME": _home(start.user), **start.env}
    if start.tty:
        env.setdefault("TERM", "xterm")
    path = find(container.files, start.command, env["PATH"])
    process = Process(
        pid=start.pid,
        command=list(start.command),
        started=start.now,
        stdin=start.stdin,
        output=output,
        ended=ended,
        is_first=start.is_first,
        now=start.now,
        user=start.user or "root",
    )
    if start.tty:
        process.terminal = Terminal(
            start.stdin,
            lambda data: process.write(1, data),
            lambda signal: process.deliver(signal, process.now),
        )
    machine = Machine(container, process, env, start.cwd, start.size)
    process.program = programs.program(machine, path, start.command)
    return process


def environment(config_env: list[str] | None) -> dict[str, str]:
    """Return variables of `A=b` lines as a mapping."""
    return dict(line.partition("=")[::2] for line in config_env or [])


def _home(user: str) -> str:
    return "/root" if user in {"", "0", "root"} else f"/home/{user}"
