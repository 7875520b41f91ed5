"""The files of an image as a tree: up to one layer, with what that layer changes.

Nothing is made for each file: the tree is the union's own maps and lists, with sums for its
folders. Half a million files are shown as fast as a thousand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import translate
from typing import Final, NamedTuple

from tui.layers.tarscan import collecting_later
from tui.layers.union import Change, Shown, Union, stack
from tui.model.listing import Kind, LayerEntry, LayerListing, Mark
from tui.model.text import size_in_bytes

EXPANDED: Final = 20_000
"""Rows that `expand_all` opens at most."""

ALL: Final = frozenset(Change)
_GLOB: Final = frozenset("*?[")


class Order(StrEnum):
    """How the entries of a folder follow one another."""

    NAME = "name"
    SIZE = "size"
    """Largest first."""


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
        return list(dict.fromkeys((*self.union.inside(folder), *self._gone_below.get(folder, ()))))

    def has_inside(self, path: bytes) -> bool:
        """Tell whether a row can be opened: a folder, or what has taken a folder's place."""
        return self.node(path).is_folder or path in self._gone_below

    def change_of(self, path: bytes) -> Change:
        """Return what the layer did at a path."""
        if path in self._gone:
            return Change.REMOVED
        return self._changes.get(path, Change.SAME)

    def changes_below(self, folder: bytes) -> int:
        """Return how many entries in a folder, at any depth, the layer changed."""
        return self._sums.get(folder, NOTHING).changed

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


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries are wanted."""

    text: str = ""
    """Part of the path, or a pattern with `*`, `?`, `[...]`; empty for all."""
    larger: int = -1
    """Only files of more bytes than this."""
    kinds: frozenset[Change] = ALL
    alone: bool = False
    """Only what the layer itself brought or removed."""

    @classmethod
    def of(cls, text: str) -> Choice:
        """Return what a person wrote: part of a path, a pattern, `>10MB`, or several of them.

        Raises:
            ValueError: a size makes no sense.
        """
        words, larger = [], -1
        for word in text.split():
            if word.startswith(">") and len(word) > 1:
                larger = size_in_bytes(word[1:])
            else:
                words.append(word)
        return cls(" ".join(words), larger)

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.text and self.larger < 0 and self.kinds == ALL and not self.alone


@dataclass(slots=True)
class TreeView:
    """The rows of a tree that are shown: folders open or closed, filtered, in an order."""

    tree: FileTree
    order: Order = Order.NAME
    choice: Choice = Choice()
    opened: set[bytes] = field(default_factory=set)
    rows: list[bytes] = field(default_factory=list)
    """The paths that are shown, top to bottom."""
    _kept: set[bytes] | None = None
    """Paths that the choice leaves, with the folders above them; None for all."""

    def __post_init__(self) -> None:
        self.choose(self.choice)

    def choose(self, choice: Choice) -> int:
        """Show only these entries; returns how many there are."""
        self.choice = choice
        count = 0
        self._kept = None
        if not choice.is_everything:
            self._kept = {b""}
            for path in self._matching(choice):
                count += 1
                while path not in self._kept:
                    self._kept.add(path)
                    path = path.rpartition(b"/")[0]
        if choice.text or choice.larger >= 0:
            self.expand_all()  # what was looked for shall be seen
        else:
            self._rebuild()
        return count

    def _matching(self, choice: Choice) -> Iterator[bytes]:
        tree = self.tree
        wanted = choice.kinds - {Change.SAME} if choice.alone else choice.kinds
        fits = _matcher(choice.text)
        for path in tree.paths():
            if fits is not None and not fits(path):
                continue
            if wanted != ALL and tree.change_of(path) not in wanted:
                continue
            if choice.larger >= 0:
                node = tree.node(path)
                if node.is_folder or node.sums.size <= choice.larger:
                    continue
            yield path

    def sort(self, order: Order) -> None:
        """Put the entries of each folder into another order."""
        self.order = order
        self._rebuild()

    def inside(self, folder: bytes) -> list[bytes]:
        """Return what is shown directly in a folder, in order."""
        found: Iterable[bytes] = self.tree.inside(folder)
        if self._kept is not None:
            found = [path for path in found if path in self._kept]
        if self.order is Order.NAME:
            return sorted(found)
        return sorted(found, key=lambda path: (-self.size_of(path), path))

    def size_of(self, path: bytes) -> int:
        """Return the bytes that a row tells: of the layer alone, or of all that shows."""
        node = self.tree.node(path)
        if self.choice.alone or node.change is Change.REMOVED:
            return node.sums.own
        return node.sums.size

    def _rebuild(self) -> None:
        self.rows = list(self._walk(b"", self.opened))

    def _walk(self, folder: bytes, opened: set[bytes] | None) -> Iterator[bytes]:
        """Yield the rows in a folder, going into opened ones (None: into all)."""
        waiting = [iter(self.inside(folder))]
        while waiting:
            path = next(waiting[-1], None)
            if path is None:
                waiting.pop()
                continue
            yield path
            if opened is None or path in opened:
                waiting.append(iter(self.inside(path)))

    def open(self, index: int) -> None:
        """Open the folder of a row."""
        path = self.rows[index]
        if path not in self.opened and self.tree.has_inside(path):
            self.opened.add(path)
            self.rows[index + 1 : index + 1] = self._walk(path, self.opened)

    def close(self, index: int) -> int:
        """Close the folder of a row, or the one that it is in; returns the row of that."""
        path = self.rows[index]
        if path not in self.opened:
            folder = path.rpartition(b"/")[0]
            if not folder:
                return index
            index, path = self.rows.index(folder), folder
        self.opened.discard(path)
        end, inside = index + 1, path + b"/"
        while end < len(self.rows) and self.rows[end].startswith(inside):
            end += 1
        del self.rows[index + 1 : end]
        return index

    def expand_all(self, limit: int = EXPANDED) -> bool:
        """Open all folders, from the top, while there are at most `limit` rows.

        Returns whether all are open.
        """
        count, level = len(self.inside(b"")), [b""]
        opened: set[bytes] = set()
        while level:
            below = [
                path
                for folder in level
                for path in self.inside(folder)
                if self.tree.has_inside(path)
            ]
            for path in below:
                count += len(self.inside(path))
                if count > limit:
                    self.opened = opened
                    self._rebuild()
                    return False
                opened.add(path)
            level = below
        self.opened = opened
        self._rebuild()
        return True

    def reveal(self, path: bytes) -> int | None:
        """Open the folders above a path; returns its row, None if it is not shown."""
        folder = path.rpartition(b"/")[0]
        missing = False
        while folder:
            missing |= folder not in self.opened
            self.opened.add(folder)
            folder = folder.rpartition(b"/")[0]
        if missing:
            self._rebuild()
        return self.rows.index(path) if path in self.rows else None

    def next_change(self, path: bytes, *, back: bool = False) -> bytes | None:
        """Return the next path that the layer changed, in the order of the rows; None: no more.

        Args:
            path: Where to start; empty for before the first, or back from the last.
            back: Look upwards.
        """
        if not back or not path:
            found = self._first_changed(path, back=back)
            if found is not None:
                return found
        while path:
            folder = path.rpartition(b"/")[0]
            siblings = self.inside(folder)
            at = siblings.index(path) if path in siblings else 0
            rest = siblings[:at][::-1] if back else siblings[at + 1 :]
            for sibling in rest:
                found = self._changed_at(sibling, back=back)
                if found is not None:
                    return found
            if back and folder and self.tree.change_of(folder) is not Change.SAME:
                return folder
            path = folder
        return None

    def _first_changed(self, folder: bytes, *, back: bool) -> bytes | None:
        """Return the first changed path in a folder, or the last one."""
        if not self.tree.changes_below(folder):
            return None
        inside = self.inside(folder)
        for path in reversed(inside) if back else inside:
            found = self._changed_at(path, back=back)
            if found is not None:
                return found
        return None

    def _changed_at(self, path: bytes, *, back: bool) -> bytes | None:
        is_changed = self.tree.change_of(path) is not Change.SAME
        if is_changed and not back:
            return path
        found = self._first_changed(path, back=back)
        return path if found is None and is_changed else found


def _matcher(text: str) -> Callable[[bytes], bool] | None:
    """Return what tells whether a path fits; None where every path does."""
    if not text:
        return None
    raw = text.encode("utf-8", "surrogateescape")
    if not _GLOB & set(text):
        lower = raw.lower()
        return lambda path: lower in path.lower()
    # A pattern without a slash is for the last part of a path.
    pattern = re.compile(translate(text).encode("utf-8", "surrogateescape"), re.IGNORECASE)
    if "/" in text:
        return lambda path: pattern.match(path) is not None
    return lambda path: pattern.match(path.rpartition(b"/")[2]) is not None
