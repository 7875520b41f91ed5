"""The files of an image as a tree: up to one layer, with what that layer changes.

Nothing is made for each file: the tree is the union's own maps and lists, with sums for its
folders. Half a million files are shown as fast as a thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from tui.layers.tarscan import collecting_later
from tui.layers.union import Change, Shown, Union, stack
from tui.model.listing import Kind, LayerEntry, LayerListing, Mark


@dataclass(slots=True)
class Sums:
    """What is in a folder, at any depth."""

    size: int = 0
    """Bytes that show, each file once however many names it has."""
    count: int = 0
    """Entries that show."""
    own: int = 0
    """Bytes that this layer brought or, of what it removed, hid."""
    changed: int = 0
    """Entries that this layer added, modified or removed."""

    def add(self, other: Sums) -> None:
        """Take in what is in a folder below."""
        self.size += other.size
        self.count += other.count
        self.own += other.own
        self.changed += other.changed


NOTHING: Final = Sums()


class Node(NamedTuple):
    """One place in the tree."""

    path: bytes
    entry: LayerEntry | None
    """None for a folder that no layer names."""
    layer: int
    """Where it comes from; 0 for a folder that no layer names."""
    change: Change
    """What the tree's layer did to it."""
    sums: Sums
    """Of a folder what is in it; of anything else itself."""

    @property
    def is_folder(self) -> bool:
        """Whether it can have something in it."""
        return self.entry is None or self.entry.kind is Kind.DIRECTORY


class Touch(NamedTuple):
    """What one layer did at a path."""

    layer: int
    entry: LayerEntry
    change: Change


class FileTree:
    """The file system up to a layer, and what that layer changes; also what it removes."""

    def __init__(self, listings: Sequence[LayerListing], layer: int) -> None:
        """Stack the layers up to `layer` (1 is the bottom).

        Raises:
            LayerError: their names stand for too many folders.
        """
        self._listings = listings[:layer]
        self.layer = layer
        self.union: Union = stack(self._listings)
        self._changes: dict[bytes, Change] = {}
        self._gone: dict[bytes, Shown] = {}
        self._gone_below: dict[bytes, dict[bytes, None]] = {}
        self._sums: dict[bytes, Sums] = {b"": Sums()}
        if self._listings:
            with collecting_later():
                self._note_changes()
                self._sum_up()

    def _note_changes(self) -> None:
        """Note what the layer did at each path, and make room for what it removed."""
        top, shown = self.union.layers[-1], self.union.shown
        for entry, change in zip(self._listings[-1].entries, top.changes, strict=True):
            path = entry.path
            if entry.mark is Mark.NONE and change is not Change.SAME and path in shown:
                self._changes[path] = change
        for name in top.gone:
            path = name.entry.path
            if path in shown or path in self.union.below:  # something else is there now
                continue
            self._gone[path] = name
            while path:
                folder = path.rpartition(b"/")[0]
                siblings = self._gone_below.setdefault(folder, {})
                if path in siblings:
                    break
                siblings[path] = None
                path = folder

    def _sum_up(self) -> None:
        """Sum folders: first what is directly in each, then the deepest into those above."""
        sums, changes = self._sums, self._changes
        for path, shown in self.union.shown.items():
            folder = sums.setdefault(path.rpartition(b"/")[0], Sums())
            size = self._bytes(shown)
            folder.size += size
            folder.count += 1
            if shown.layer == self.layer:
                folder.own += size
                folder.changed += path in changes
        for path, name in self._gone.items():
            folder = sums.setdefault(path.rpartition(b"/")[0], Sums())
            folder.own += self._bytes(name)
            folder.changed += 1
        for path in (*self.union.below, *self._gone_below):
            sums.setdefault(path, Sums())
        for path in sorted(sums, key=lambda path: -path.count(b"/")):
            if path:
                sums.setdefault(path.rpartition(b"/")[0], Sums()).add(sums[path])

    def _bytes(self, name: Shown) -> int:
        """Return what a name adds to its folder: of a file with several names only one does."""
        if name.file is None:
            return name.entry.size
        first = self.union.shown.get(name.file.entry.path)
        is_first = first is not None and first.file is name.file
        return name.file.entry.size if not is_first or first is name else 0

    def node(self, path: bytes) -> Node:
        """Return what is at a path, or was before the layer removed it."""
        shown, change = self.union.shown.get(path), self._changes.get(path, Change.SAME)
        if shown is None and path in self._gone:
            shown, change = self._gone[path], Change.REMOVED
        if shown is None:
            return Node(path, None, 0, change, self._sums.get(path, NOTHING))
        if shown.entry.kind is Kind.DIRECTORY:
            sums = self._sums.get(path, NOTHING)
        else:
            sums = Sums(shown.size, 1, shown.size if change is not Change.SAME else 0)
        return Node(path, shown.entry, shown.layer, change, sums)

    def inside(self, folder: bytes) -> list[bytes]:
        """Return the paths directly in a folder, in no order; removed ones too."""
        inside, gone = self.union.inside(folder), self._gone_below.get(folder)
        return list(dict.fromkeys((*inside, *gone))) if gone else inside

    def has_inside(self, path: bytes) -> bool:
        """Tell whether a row can be opened: a folder, or what has taken a folder's place."""
        return self.node(path).is_folder or path in self._gone_below

    def has_entry(self, path: bytes) -> bool:
        """Tell whether a layer names a path, which shows or was removed by this layer."""
        return path in self.union.shown or path in self._gone

    def change_of(self, path: bytes) -> Change:
        """Return what the layer did at a path."""
        if path in self._gone:
            return Change.REMOVED
        return self._changes.get(path, Change.SAME)

    def changes_below(self, folder: bytes) -> int:
        """Return how many entries in a folder, at any depth, the layer changed."""
        return self._sums.get(folder, NOTHING).changed

    @property
    def entries(self) -> int:
        """How many paths have an entry, or had one that the layer removed."""
        return len(self.union.shown) + len(self._gone)

    def paths(self) -> Iterator[bytes]:
        """Yield every path that has an entry, and every removed one."""
        yield from self.union.shown
        yield from self._gone

    def history(self, path: bytes) -> list[Touch]:
        """Return what each layer up to this one did at a path, bottom first."""
        above, folder = set(), path
        while b"/" in folder:
            folder = folder.rpartition(b"/")[0]
            above.add(folder)
        found: list[Touch] = []
        for number, listing in enumerate(self._listings, 1):
            changes = self.union.layers[number - 1].changes
            for entry, change in zip(listing.entries, changes, strict=True):
                if entry.mark is Mark.NONE:
                    is_hit = entry.path == path
                else:
                    hidden = entry.hides
                    is_hit = change is Change.REMOVED and (
                        hidden in above or (hidden == path and entry.mark is Mark.WHITEOUT)
                    )
                    is_hit = is_hit and bool(found) and found[-1].change is not Change.REMOVED
                if is_hit:
                    found.append(Touch(number, entry, change))
        return found

    def versions(self, path: bytes) -> list[tuple[int, LayerEntry]]:
        """Return the files that layers brought to a path, bottom first; of a hardlink its file."""
        found: list[tuple[int, LayerEntry]] = []
        for layer, entry, change in self.history(path):
            if entry.mark is not Mark.NONE or change is Change.SAME:
                continue
            if entry.kind is Kind.FILE:
                found.append((layer, entry))
            elif entry.kind is Kind.HARDLINK:
                found += self._named(entry.link, layer)
        return found

    def _named(self, path: bytes, layer: int) -> list[tuple[int, LayerEntry]]:
        """Return the file that a hardlink of a layer names, if there is one."""
        for number in range(layer, 0, -1):
            for entry in reversed(self._listings[number - 1].entries):
                if entry.path == path and entry.kind is Kind.FILE:
                    return [(number, entry)]
        return []
