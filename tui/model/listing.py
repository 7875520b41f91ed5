"""What stands in a layer: one value for each entry of its tar."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple


class Kind(StrEnum):
    """What an entry is."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    HARDLINK = "hardlink"
    """Another name of a file of the same layer."""
    CHARACTER = "character"
    BLOCK = "block"
    FIFO = "fifo"
    SOCKET = "socket"
    """Only in the files of a container: no tar can hold one."""


class SourceName(StrEnum):
    """Where listings are read, by the names that `--source` takes."""

    METADATA = "metadata"
    """What the classic store and Podman keep of a layer's tar (tar-split), on this disk."""
    CONTENT = "content"
    """The layer's blob in containerd's content store, on this disk."""
    PROBE = "probe"
    """The same files, read through a container that is never started."""
    STREAM = "stream"
    """`docker save`, read as it flows."""
    ARCHIVE = "archive"
    """A file or folder that holds an image."""
    REGISTRY = "registry"
    """A registry, without pulling."""
    CACHE = "cache"
    """What orlop kept of a layer that it has read before."""


class Mark(StrEnum):
    """What an entry says about the layers below (OCI image specification, "Whiteouts")."""

    NONE = ""
    WHITEOUT = "whiteout"
    """`.wh.NAME`: NAME of the layers below is gone."""
    OPAQUE = "opaque"
    """`.wh..wh..opq`: nothing of the layers below shows in this folder."""
    INTERNAL = "internal"
    """`.wh..wh.*`: what aufs kept for itself; no Engine unpacks it."""


WHITEOUT: Final = b".wh."
OPAQUE: Final = b".wh..wh..opq"
_INTERNAL: Final = b".wh..wh."


class LayerEntry(NamedTuple):
    """One entry of a layer."""

    path: bytes
    """Without slashes at its ends and without `.` and `..`; empty for the root. Any bytes."""
    kind: Kind
    size: int
    """Bytes of a file's content, or of a symlink's target; else 0. A sparse file counts whole."""
    mode: int
    """The permission bits, 0o7777 at most."""
    uid: int
    gid: int
    mtime: int
    """Seconds of the epoch, rounded down; negative before 1970."""
    link: bytes = b""
    """A symlink's target as it is, or the path of the file that a hardlink names."""
    device: tuple[int, int] = (0, 0)
    """Major and minor number of a device."""
    xattrs: tuple[tuple[bytes, bytes], ...] = ()
    """Extended attributes by name, sorted."""
    mark: Mark = Mark.NONE
    fingerprint: bytes = b""
    """What tells the content from any other of that size; empty where the source has none."""

    @property
    def hides(self) -> bytes:
        """The path below that a whiteout removes, or the folder that an opaque mark empties."""
        folder, _slash, name = self.path.rpartition(b"/")
        if self.mark is not Mark.WHITEOUT:
            return folder
        bare = name.removeprefix(WHITEOUT)
        return folder + b"/" + bare if folder else bare


@dataclass(frozen=True, slots=True)
class LayerListing:
    """Every entry of one layer, in the order of its tar."""

    diff_id: str
    """`sha256:...` of the layer's uncompressed tar; empty where the source does not tell it."""
    source: str
    """Where it was read: one of `SourceName`; empty where nobody has read it yet."""
    entries: tuple[LayerEntry, ...] = ()


def mark_of(path: bytes) -> Mark:
    """Return what a path says about the layers below."""
    name = path.rpartition(b"/")[2]
    if not name.startswith(WHITEOUT) or name == WHITEOUT:
        return Mark.NONE
    if name == OPAQUE:
        return Mark.OPAQUE
    return Mark.INTERNAL if name.startswith(_INTERNAL) else Mark.WHITEOUT
