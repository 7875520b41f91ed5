"""What is at a path of a container, as `docker cp` asks for it."""

from __future__ import annotations

from dataclasses import dataclass

from tui.model.listing import Kind


@dataclass(frozen=True, slots=True)
class PathStat:
    """One path of a container; a symlink at its end is told as itself."""

    name: str
    """The last part of the path; `/` for the root. Bytes that are no UTF-8 are lost."""
    kind: Kind = Kind.FILE
    size: int = 0
    """Bytes as the file system tells them: 4096 or so of a folder, a symlink's length."""
    mode: int = 0
    """The permission bits, 0o7777 at most."""
    mtime: int = 0
    """Seconds of the epoch, rounded down; negative before 1970."""
    target: str = ""
    """Where a symlink leads in the end, from the root; not the words that stand in it."""

    @property
    def is_folder(self) -> bool:
        """Whether other paths can be in it."""
        return self.kind is Kind.DIRECTORY
