"""What a file system is made of: one entry of it, as tars and containers know it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

WHITEOUT: Final = ".wh."
"""The beginning of a name that hides what lower layers have under the rest of it."""


class Kind(StrEnum):
    """What a node is. A hard link is no kind: it is one node at two paths."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    CHARACTER = "character"
    BLOCK = "block"
    FIFO = "fifo"


@dataclass(slots=True)
class Node:
    """One entry of a file system. It is never changed in place: put another one into the tree."""

    kind: Kind = Kind.FILE
    mode: int = 0o644
    """Permissions, with the set-ID and sticky bits: at most 0o7777."""
    uid: int = 0
    gid: int = 0
    mtime: int = 0
    """Seconds of the epoch; negative before it."""
    content: bytes = b""
    target: str = ""
    """Where a symbolic link points."""
    device: tuple[int, int] = (0, 0)
    """Major and minor number."""
    xattrs: dict[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes that a layer counts for it: the content, or a link's target."""
        if self.kind is Kind.SYMLINK:
            return len(self.target.encode("utf-8", "surrogateescape"))
        return len(self.content)


def clean(path: str) -> str:
    """Return a path without leading slash, empty parts, `.` and `..`; it stays in the tree."""
    if not path or (
        path[0] not in "./" and path[-1] != "/" and "/." not in path and "//" not in path
    ):
        return path
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)
