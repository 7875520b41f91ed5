"""Commands that are run in a running container: `docker exec`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tui.practice.containers.process import Input

if TYPE_CHECKING:
    from tui.practice.containers.container import Chunk, Container
    from tui.practice.containers.process import Process


class Listener(Protocol):
    """Who takes the output of a command, such as a queue."""

    def put(self, chunk: Chunk | None, /) -> None:
        """Take a part of it; None is its end."""


@dataclass(eq=False, slots=True)
class Exec:
    """One command in a container. Read and change it only while holding the engine's lock."""

    id: str
    container: Container
    command: list[str]
    tty: bool = False
    attaches: frozenset[str] = frozenset()
    """What the client wants: `stdin`, `stdout`, `stderr`."""
    env: list[str] = field(default_factory=list)
    user: str = ""
    working_dir: str = ""
    privileged: bool = False
    detach_keys: bytes | None = None
    """None for the usual ones."""
    is_running: bool = False
    was_started: bool = False
    exit_code: int | None = None
    pid: int = 0
    size: tuple[int, int] = (24, 80)
    """Rows and columns of its terminal."""
    stdin: Input = field(default_factory=Input)
    process: Process | None = None
    listeners: list[Listener] = field(default_factory=list)

    @property
    def spelled(self) -> str:
        """The command as events tell it."""
        return f"{self.command[0]} {' '.join(self.command[1:])}"

    def write(self, stream: int, data: bytes, _now: float) -> None:
        """Hand output to the client."""
        if ("stderr" if stream == 2 else "stdout") in self.attaches:
            for listener in self.listeners:
                listener.put((stream, data))
