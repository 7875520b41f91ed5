"""Stacking listings as overlay file systems do: what each layer changes, what shows in the end.

A whiteout or an opaque folder hides what the layers below have, never what its own layer has. A
folder on a folder is merged; anything else replaces what is below with all in it. Symlinks are not
followed. Hardlinks are one file: its bytes count once, and show as long as one of its names does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from tui.model.listing import Kind, LayerEntry, LayerListing, Mark


class Change(StrEnum):
    """What an entry of a layer does to the layers below."""

    ADDED = "added"
    CONTENT = "modified"
    """The content is another, or it is of another kind."""
    METADATA = "metadata"
    """Only mode, owner, time or attributes are others: the content was copied as it was."""
    REMOVED = "removed"
    """A whiteout that hides something."""
    SAME = "unmodified"
    """A folder on the same folder, or a whiteout of nothing."""


@dataclass(slots=True)
class Tally:
    """How many entries, and the bytes of their files."""

    count: int = 0
    bytes: int = 0

    def add(self, size: int) -> None:
        """Count one more."""
        self.count += 1
        self.bytes += size


@dataclass(slots=True)
class Inode:
    """A file or symlink, which may have several names."""

    entry: LayerEntry
    layer: int
    names: int = 0


class Shown(NamedTuple):
    """An entry as the file system has it."""

    entry: LayerEntry
    """In a finished union a hardlink has the size of its file."""
    layer: int
    """The layer that it comes from; 1 is the bottom."""
    file: Inode | None
    """None for what has no bytes."""


class Wasted(NamedTuple):
    """A file whose bytes are in the image, but do not show."""

    path: bytes
    size: int
    layer: int
    """Where its bytes are."""
    hidden_by: int
    """The layer that overwrote or removed its last name."""
    change: Change
    """How: REMOVED, CONTENT (overwritten) or METADATA (copied with the content as it was)."""


@dataclass(slots=True)
class LayerChanges:
    """What a layer does."""

    changes: list[Change] = field(default_factory=list)
    """One for each entry of its listing."""
    size: int = 0
    """Bytes of its files and symlinks, hardlinks once: what the Engine calls the layer's size."""
    added: Tally = field(default_factory=Tally)
    content: Tally = field(default_factory=Tally)
    metadata: Tally = field(default_factory=Tally)
    removed: Tally = field(default_factory=Tally)
    """Entries of the layers below that no longer show, overwritten ones left out."""


@dataclass(slots=True)
class Union:
    """A stack of layers, bottom first."""

    layers: list[LayerChanges]
    shown: dict[bytes, Shown]
    """The final file system by path; folders that no layer names are left out."""
    wasted: list[Wasted]
    """Largest first."""

    @property
    def total_bytes(self) -> int:
        """Bytes of all layers."""
        return sum(layer.size for layer in self.layers)

    @property
    def wasted_bytes(self) -> int:
        """Bytes that no longer show."""
        return sum(one.size for one in self.wasted)

    @property
    def shown_bytes(self) -> int:
        """Bytes of the final file system."""
        return self.total_bytes - self.wasted_bytes

    @property
    def efficiency(self) -> float:
        """Shown bytes / all bytes; 1 for an image without bytes."""
        total = self.total_bytes
        return self.shown_bytes / total if total else 1.0


class _Stack:
    """The file system while layers are put on it."""

    def __init__(self) -> None:
        self.names: dict[bytes, Shown] = {}
        self.below: dict[bytes, set[bytes]] = {}
        """Paths directly in a folder; also in folders that no layer names."""
        self.layers: list[LayerChanges] = []
        self.wasted: list[Wasted] = []

    def put_on(self, listing: LayerListing) -> None:
        """Put a layer on top."""
        layer = LayerChanges([Change.SAME] * len(listing.entries))
        self.layers.append(layer)
        last: dict[bytes, int] = {}
        for at, entry in enumerate(listing.entries):
            if entry.mark is Mark.WHITEOUT:
                if self._remove(entry.hides, Change.REMOVED):
                    layer.changes[at] = Change.REMOVED
            elif entry.mark is Mark.OPAQUE:
                if self._empty(entry.hides, Change.REMOVED):
                    layer.changes[at] = Change.REMOVED
            elif entry.mark is Mark.NONE:
                last[entry.path] = at
        for path, at in last.items():  # of a path that comes twice the later entry stays
            if path:
                layer.changes[at] = self._put(listing.entries[at])

    def _put(self, entry: LayerEntry) -> Change:
        path, number = entry.path, len(self.layers)
        layer = self.layers[-1]
        file = self._file(entry)
        old = self.names.get(path)
        change = Change.ADDED if old is None else _compared(old, entry, file)
        is_folder = entry.kind is Kind.DIRECTORY
        if old is None or old.entry.kind is not Kind.DIRECTORY or not is_folder:
            self._make_way(path)
            if old is None:
                self._empty_unless(path, is_folder)
            else:
                self._remove(path, change)
        self.names[path] = Shown(entry, number, file)
        folder = path.rpartition(b"/")[0]
        if folder in self.below:
            self.below[folder].add(path)
        else:
            self.below[folder] = {path}
        if file is not None:
            file.names += 1
        size = file.entry.size if file is not None else 0
        if change is Change.ADDED:
            layer.added.add(size)
        elif change is Change.CONTENT:
            layer.content.add(size)
        elif change is Change.METADATA:
            layer.metadata.add(size)
        return change

    def _file(self, entry: LayerEntry) -> Inode | None:
        """Return the file that an entry makes or names."""
        if entry.kind is Kind.HARDLINK:
            named = self.names.get(entry.link)
            return named.file if named is not None else None
        if entry.kind not in (Kind.FILE, Kind.SYMLINK):
            return None
        self.layers[-1].size += entry.size
        return Inode(entry, len(self.layers))

    def _make_way(self, path: bytes) -> None:
        """Remove what is no folder where a folder must be above the path; link up the folders."""
        child = path
        while child:
            parent = child.rpartition(b"/")[0]
            siblings = self.below.get(parent)
            if siblings is not None and child in siblings:
                return
            held = self.names.get(parent)
            if held is not None and held.entry.kind is not Kind.DIRECTORY:
                self._remove(parent, Change.CONTENT)
            self.below.setdefault(parent, set()).add(child)
            child = parent

    def _empty_unless(self, path: bytes, is_folder: bool) -> None:
        if not is_folder:
            self._empty(path, Change.REMOVED)

    def _empty(self, folder: bytes, change: Change) -> bool:
        """Remove all in a folder; tells whether there was anything."""
        found = False
        for path in list(self.below.get(folder, ())):
            found |= self._remove(path, change)
        return found

    def _remove(self, path: bytes, change: Change) -> bool:
        """Remove a path and all below; tells whether there was anything."""
        removed = self.layers[-1].removed
        found = False
        waiting = [path]
        while waiting:
            one = waiting.pop()
            waiting += self.below.pop(one, ())
            name = self.names.pop(one, None)
            if name is None:
                continue
            found = True
            if change is Change.REMOVED or one != path:
                removed.add(name.file.entry.size if name.file is not None else 0)
            if name.file is not None:
                self._release(name.file, one, change if one == path else Change.REMOVED)
        if siblings := self.below.get(path.rpartition(b"/")[0]):
            siblings.discard(path)
        return found

    def _release(self, file: Inode, path: bytes, change: Change) -> None:
        file.names -= 1
        if not file.names and file.entry.size:
            self.wasted.append(Wasted(path, file.entry.size, file.layer, len(self.layers), change))


def stack(listings: Sequence[LayerListing]) -> Union:
    """Return what layers make together, bottom first."""
    stacked = _Stack()
    for listing in listings:
        stacked.put_on(listing)
    stacked.wasted.sort(key=lambda one: (-one.size, one.path))
    stacked.below.clear()  # large
    names = stacked.names
    for path, name in names.items():
        if name.entry.kind is Kind.HARDLINK and name.file is not None:
            entry = name.entry._replace(size=name.file.entry.size)
            names[path] = name._replace(entry=entry)
    return Union(stacked.layers, names, stacked.wasted)


def worst(union: Union) -> Iterator[tuple[bytes, int, list[Wasted]]]:
    """Yield the paths that waste most with their bytes and what is wasted there, worst first."""
    by_path: dict[bytes, list[Wasted]] = {}
    for one in union.wasted:
        by_path.setdefault(one.path, []).append(one)
    sums = {path: sum(one.size for one in found) for path, found in by_path.items()}
    for path in sorted(sums, key=lambda path: (-sums[path], path)):
        yield path, sums[path], by_path[path]


def _compared(old: Shown, new: LayerEntry, file: Inode | None) -> Change:
    """Return what a new entry does to the one at its path."""
    was, now = _content(old.entry, old.file), _content(new, file)
    if was.kind is not now.kind or was.device != now.device:
        return Change.CONTENT
    if now.kind is Kind.DIRECTORY:
        same = was[3:10] == now[3:10]
        return Change.SAME if same else Change.METADATA
    if was.size != now.size or (now.kind is Kind.SYMLINK and was.link != now.link):
        return Change.CONTENT
    if was.fingerprint and now.fingerprint:
        return Change.METADATA if was.fingerprint == now.fingerprint else Change.CONTENT
    if now.kind is not Kind.FILE or not now.size:
        return Change.METADATA
    # A copy of the content keeps the time; a source without fingerprints tells no more.
    return Change.METADATA if was.mtime == now.mtime else Change.CONTENT


def _content(entry: LayerEntry, file: Inode | None) -> LayerEntry:
    return file.entry if entry.kind is Kind.HARDLINK and file is not None else entry
