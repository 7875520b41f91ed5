"""What a program sees of its container: files, clock, environment, the other processes."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.containers.process import Process
    from tui.practice.tree import Tree


@dataclass(eq=False, slots=True)
class Machine:
    """A process's place in its container."""

    container: Container
    process: Process
    env: dict[str, str]
    cwd: str
    size: tuple[int, int] = (24, 80)
    """Rows and columns of its terminal, when it was started."""
    handlers: dict[int, str] = field(default_factory=dict)

    @property
    def tree(self) -> Tree:
        """The container's files, with what is mounted."""
        return self.container.files

    @property
    def now(self) -> float:
        """Seconds of the epoch."""
        return self.process.now

    @property
    def columns(self) -> int:
        """Of its terminal; 0 without one."""
        return self.container.size[1] if self.process.terminal is not None else 0

    def absolute(self, path: str) -> str:
        """Return a path from the root, without a leading slash, links not followed."""
        return posixpath.normpath(posixpath.join("/", self.cwd, path)).strip("/")

    def where(self, path: str, *, last: bool = True) -> str | None:
        """Return a path with all links followed; None if one of its folders is missing.

        Args:
            path: As the user wrote it.
            last: Follow the last part too.
        """
        return self.tree.resolve(posixpath.join("/", self.cwd, path), last=last)
