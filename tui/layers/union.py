"""Stacking listings as overlay file systems do: what each layer changes, what shows in the end.

A whiteout or an opaque folder hides what the layers below have, never what its own layer has. A
folder on a folder is merged; anything else replaces what is below with all in it. Symlinks are not
followed. Hardlinks are one file: its bytes count once, and show as long as one of its names does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from tui.layers.errors import BadTar
from tui.layers.tarscan import collecting_later
from tui.model.listing import Kind, LayerEntry, LayerListing, Mark

_FILES: Final = (Kind.FILE, Kind.SYMLINK, Kind.HARDLINK)
"""What a hardlink may name."""

_FOLDERS: Final = 1 << 28
"""Bytes of the paths of folders: one long name may stand for thousands of them."""


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
    """A file or symlink that has, or had, several names."""

    entry: LayerEntry
    layer: int
    names: int = 0


class Shown(NamedTuple):
    """An entry as the file system has it."""

    entry: LayerEntry
    """In a finished union a hardlink has the size of its file."""
    layer: int
    """The layer that it comes from; 1 is the bottom."""
    file: Inode | None = None
    """The file behind several names; None for what has one name, or no bytes."""

    @property
    def size(self) -> int:
        """Bytes of its file, however many names that has; 0 for what is no file."""
        return self.file.entry.size if self.file is not None else self.entry.size


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
    gone: list[Shown] = field(default_factory=list)
    """Those entries; some of their paths may be shown again by entries of this very layer."""


@dataclass(slots=True)
class Union:
    """A stack of layers, bottom first."""

    layers: list[LayerChanges]
    shown: dict[bytes, Shown]
    """The final file system by path; folders that no layer names are left out."""
    wasted: list[Wasted]
    """Largest first."""
    below: dict[bytes, list[bytes]]
    """What is directly in each folder; names that have gone, or come twice, are among it."""

    def inside(self, folder: bytes) -> list[bytes]:
        """Return the paths directly in a folder, in no order; folders without an entry too."""
        shown, below = self.shown, self.below
        told = below.get(folder, ())
        return list({path: None for path in told if path in shown or path in below})

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
        self.below: dict[bytes, list[bytes]] = {b"": []}
        """What is directly in a folder, also in folders that no layer names. A folder that is
        here can be reached from the root. Names that have gone may still stand in the lists."""
        self.folders = 0
        """Bytes of the paths of all folders."""
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
        path, layer = entry.path, self.layers[-1]
        new = self._shown(entry)
        old = self.names.get(path)
        change = Change.ADDED if old is None else compared(old, new)
        folder = path.rpartition(b"/")[0]
        if folder not in self.below:
            self._make_way(folder)
        is_folder = entry.kind is Kind.DIRECTORY
        if old is None:
            if not is_folder and path in self.below:
                self._empty(path, Change.REMOVED)
                del self.below[path]
            self.below[folder].append(path)
        elif not is_folder or old.entry.kind is not Kind.DIRECTORY:
            self._remove(path, change)
            self.below[folder].append(path)
        self.names[path] = new
        if new.file is not None:
            new.file.names += 1
        size = 0 if entry.kind is Kind.HARDLINK else entry.size  # its file counts
        if change is Change.ADDED:
            layer.added.add(size)
        elif change is Change.CONTENT:
            layer.content.add(size)
        elif change is Change.METADATA:
            layer.metadata.add(size)
        return change

    def _shown(self, entry: LayerEntry) -> Shown:
        """Return an entry as it will show; a hardlink with the file that it names."""
        layer = self.layers[-1]
        if entry.kind is not Kind.HARDLINK:
            layer.size += entry.size
            return Shown(entry, len(self.layers))
        named = self.names.get(entry.link)
        if named is None or named.entry.kind not in _FILES:
            return Shown(entry, len(self.layers))
        file = named.file
        if file is None:
            file = Inode(named.entry, named.layer, names=1)
            self.names[entry.link] = named._replace(file=file)
        return Shown(entry, len(self.layers), file)

    def _make_way(self, folder: bytes) -> None:
        """Make a folder where entries can stand: what is no folder on the way to it is removed."""
        inside: list[bytes] = []
        while folder not in self.below:
            held = self.names.get(folder)
            if held is not None and held.entry.kind is not Kind.DIRECTORY:
                self._remove(folder, Change.CONTENT)
                held = None
            self.below[folder] = inside
            self.folders += len(folder)
            if self.folders > _FOLDERS:
                raise BadTar("too many folders")
            if held is not None:  # it stands in the list of the folder above already
                return
            inside = [folder]
            folder = folder.rpartition(b"/")[0]
        self.below[folder] += inside

    def _empty(self, folder: bytes, change: Change) -> bool:
        """Remove all in a folder; tells whether there was anything."""
        found = False
        inside = self.below.get(folder)
        if inside:
            self.below[folder] = []
            for path in inside:
                found |= self._remove(path, change)
        return found

    def _remove(self, path: bytes, change: Change) -> bool:
        """Remove a path and all below; tells whether there was anything."""
        layer = self.layers[-1]
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
                layer.removed.add(name.size)
                layer.gone.append(name)
            self._release(name, change if one == path else Change.REMOVED)
        return found

    def _release(self, name: Shown, change: Change) -> None:
        """Note a file as wasted when it has lost its last name."""
        entry, layer, file = name
        path = entry.path
        if file is not None:
            file.names -= 1
            if file.names:
                return
            entry, layer = file.entry, file.layer
        if entry.size:
            self.wasted.append(Wasted(path, entry.size, layer, len(self.layers), change))


def stack(listings: Sequence[LayerListing]) -> Union:
    """Return what layers make together, bottom first.

    Raises:
        BadTar: their names stand for too many folders.
    """
    stacked = _Stack()
    with collecting_later():
        for listing in listings:
            stacked.put_on(listing)
    stacked.wasted.sort(key=lambda one: (-one.size, one.path))
    names = stacked.names
    for path, name in names.items():
        if name.entry.kind is Kind.HARDLINK and name.file is not None:
            entry = name.entry._replace(size=name.file.entry.size)
            names[path] = name._replace(entry=entry)
    return Union(stacked.layers, names, stacked.wasted, stacked.below)


def worst(union: Union) -> Iterator[tuple[bytes, int, list[Wasted]]]:
    """Yield the paths that waste most with their bytes and what is wasted there, worst first."""
    by_path: dict[bytes, list[Wasted]] = {}
    for one in union.wasted:
        by_path.setdefault(one.path, []).append(one)
    sums = {path: sum(one.size for one in found) for path, found in by_path.items()}
    for path in sorted(sums, key=lambda path: (-sums[path], path)):
        yield path, sums[path], by_path[path]


def compared(old: Shown, new: Shown) -> Change:
    """Return what a new entry does to the one at its path."""
    was, now = content_of(old), content_of(new)
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


def content_of(shown: Shown) -> LayerEntry:
    """Return the entry that has the content of a name: of a hardlink, its file's."""
    return shown.file.entry if shown.file is not None else shown.entry
