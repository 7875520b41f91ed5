"""A file as two layers, or two images, have it: what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FileVersion:
    """One side of a comparison."""

    label: str
    """Where it is: `layer 3`, or the name of an image."""
    path: bytes
    """The name that its content has there: of a hardlink its file's."""
    size: int = 0
    mode: int = 0
    uid: int = 0
    gid: int = 0
    mtime: int = 0
    """Seconds of the epoch."""
    digest: str = ""
    """`sha256:...` of the whole content."""


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What differs between two versions of a file."""

    path: bytes
    """As it was asked for."""
    old: FileVersion
    new: FileVersion
    differs_at: int = -1
    """Offset of the first byte that differs; -1 where all are the same, or nobody has looked."""
    is_binary: bool = False
    """Whether one of them is no text, or too large to be told line by line."""
    lines: tuple[str, ...] = ()
    """Hunks as `diff -u` writes them, with the signs; as they are, control characters too."""
    has_more: bool = False
    """Whether there are more lines than are told."""

    @property
    def is_same(self) -> bool:
        """Whether the content is the same."""
        return self.old.digest == self.new.digest


NO_DIFF: Final = FileDiff(b"", FileVersion("", b""), FileVersion("", b""))
