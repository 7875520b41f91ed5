"""What stands in one folder of a container, as far as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from tui.model.listing import Kind, LayerEntry

UNKNOWN_OWNER: Final = -1
"""The owner of an entry that was only asked for by its name: no Engine tells it then."""


class FolderItem(NamedTuple):
    """One entry of a folder."""

    entry: LayerEntry
    """Its path is its name; of an entry that was only asked for, `link` is where it leads."""
    size: int = 0
    """Bytes of a file, or of all files below a folder."""
    below: int = 0
    """Entries below a folder."""
    is_whole: bool = True
    """Whether all that is below was read, so that size and number are final."""
    is_mount: bool = False
    """Whether a volume or a folder of the Engine's machine is mounted there."""

    @property
    def name(self) -> bytes:
        """The last part of its path."""
        return self.entry.path

    @property
    def is_folder(self) -> bool:
        """Whether others can be in it."""
        return self.entry.kind is Kind.DIRECTORY


class Folder(NamedTuple):
    """One folder of a container, running or not, at one moment."""

    container_id: str
    path: bytes
    """Absolute, without a slash at its end but for the root."""
    items: tuple[FolderItem, ...] = ()
    """In the order of their names."""
    reach: int = 0
    """How far it was read: 0 is the first reach, each further one eight times as far."""
    is_cut: bool = False
    """Whether reading was ended before the end of the folder."""
    read: int = 0
    """Bytes that the Engine sent for it."""
    note: str = ""
    """A sentence on what is not shown, and why."""
    mounts: frozenset[bytes] = frozenset()
    """Where something is mounted in the container; a container keeps them as long as it lives."""

    def item(self, name: bytes) -> FolderItem | None:
        """Return the entry of a name."""
        return next((item for item in self.items if item.name == name), None)


class Folders(NamedTuple):
    """The folders of one container that were read, and the one that was read last."""

    container_id: str = ""
    path: bytes = b""
    """Which one was read last; as the Engine calls it where links led there."""
    known: Mapping[bytes, Folder] = MappingProxyType({})

    def with_folder(self, folder: Folder) -> Folders:
        """Return these and one more; those of another container go."""
        known = self.known if folder.container_id == self.container_id else {}
        kept = {**known, folder.path: folder}
        kept.pop(next(iter(kept)) if len(kept) > KEPT else b"", None)
        return Folders(folder.container_id, folder.path, MappingProxyType(kept))


KEPT: Final = 50
"""Folders that are remembered, so that going back costs nothing."""

NO_FOLDERS: Final = Folders()


def joined(folder: bytes, name: bytes) -> bytes:
    """Return the path of what is in a folder."""
    return folder.rstrip(b"/") + b"/" + name


def parent(path: bytes) -> bytes:
    """Return the folder that a path is in; the root is in itself."""
    return path.rpartition(b"/")[0] or b"/"
