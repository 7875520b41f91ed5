"""The rows of a tree of files: which folders are open, which entries are wanted, in what order.

A view of half a million entries is changed in a thread: a copy of it is, which says now and then
that it is still at it, and may be stopped there. No single step keeps other threads waiting.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import translate
from itertools import islice
from typing import Final

from tui.layers.filetree import FileTree
from tui.layers.slices import SLICE, Check, go_on, in_slices
from tui.layers.union import Change
from tui.model.text import size_in_bytes

EXPANDED: Final = 20_000
"""Rows that `expand_all` opens at most."""

ALL: Final = frozenset(Change)
_GLOB: Final = frozenset("*?[")

Fits = Callable[[bytes], bool]
"""Tells whether a path is wanted."""


class Order(StrEnum):
    """How the entries of a folder follow one another."""

    NAME = "name"
    SIZE = "size"
    """Largest first."""


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
        return self.kinds == ALL and not self.alone and not self.is_filter

    @property
    def is_filter(self) -> bool:
        """Whether something is looked for."""
        return bool(self.text) or self.larger >= 0


@dataclass(slots=True)
class TreeView:
    """The rows of a tree that are shown: folders open or closed, filtered, in an order."""

    tree: FileTree
    order: Order = Order.NAME
    choice: Choice = Choice()
    opened: set[bytes] = field(default_factory=set)
    rows: list[bytes] = field(default_factory=list)
    """The paths that are shown, top to bottom."""
    is_flat: bool = False
    """Whether all entries but folders stand in one list."""
    check: Check = go_on
    found: int = 0
    """Entries that the choice leaves; not counted where it leaves all."""
    _fits: Fits | None = None
    """What the choice leaves; None for all."""
    _folders: set[bytes] = field(default_factory=set)
    """Folders that have something of it in them: paths of files are not kept a second time."""

    def __post_init__(self) -> None:
        self.choose(self.choice)

    def copy(self, check: Check) -> TreeView:
        """Return a view that can be changed while this one is shown."""
        made = copy.copy(self)
        made.opened, made.rows, made.check = set(self.opened), list(self.rows), check
        return made

    def choose(self, choice: Choice) -> int:
        """Show only these entries; returns how many there are."""
        self.choice = choice
        self._filter()
        if choice.is_filter and not self.is_flat:
            self.expand_all()  # what was looked for shall be seen
        else:
            self._rebuild()
        return self.found

    def look_at(self, tree: FileTree) -> int:
        """Show another tree as this one was looked at; returns how many entries are found."""
        self.tree = tree
        self._filter()
        self._rebuild()
        return self.found

    def _filter(self) -> None:
        self.found, self._folders = 0, set()
        self._fits = _fits(self.tree, self.choice)
        if self._fits is not None:
            self._find(self._fits)

    def _find(self, fits: Fits) -> None:
        """Count what is wanted, and note the folders that it is in."""
        folders = self._folders
        for number, path in enumerate(self.tree.paths()):
            if not number % SLICE:
                self.check()
            if not fits(path):
                continue
            self.found += 1
            while path:
                path = path.rpartition(b"/")[0]
                if path in folders:
                    break
                folders.add(path)

    def sort(self, order: Order) -> None:
        """Put the entries of each folder into another order."""
        self.order = order
        self._rebuild()

    def _wanted(self, folder: bytes) -> Iterator[bytes]:
        """Yield what is shown directly in a folder, in no order."""
        fits, folders = self._fits, self._folders
        for number, path in enumerate(self.tree.inside(folder)):
            if not number % SLICE:
                self.check()
            if fits is None or path in folders or fits(path):
                yield path

    def inside(self, folder: bytes) -> list[bytes]:
        """Return what is shown directly in a folder, in order."""
        return self._ordered(self._wanted(folder))

    def _ordered(self, paths: Iterable[bytes]) -> list[bytes]:
        named = in_slices(paths, self.check)
        if self.order is Order.NAME:
            return named
        # One number for size and place: pairs by the hundred thousand are hard on the memory.
        count = len(named)
        sized = (place - self.size_of(path) * count for place, path in enumerate(named))
        return [named[number % count] for number in in_slices(sized, self.check)]

    def size_of(self, path: bytes) -> int:
        """Return the bytes that a row tells: of the layer alone, or of all that shows."""
        node = self.tree.node(path)
        if self.choice.alone or node.change is Change.REMOVED:
            return node.sums.own
        return node.sums.size

    def flatten(self, is_flat: bool) -> None:
        """Show all entries but folders in one list, or folders again."""
        self.is_flat = is_flat
        self._rebuild()

    def _rebuild(self) -> None:
        self.rows = self._ordered(self._files()) if self.is_flat else list(self._walk(b""))

    def _files(self) -> Iterator[bytes]:
        """Yield what is wanted and is no folder."""
        fits = self._fits
        for number, path in enumerate(self.tree.paths()):
            if not number % SLICE:
                self.check()
            if (fits is None or fits(path)) and not self.tree.node(path).is_folder:
                yield path

    def _walk(self, folder: bytes) -> Iterator[bytes]:
        """Yield the rows in a folder, going into opened ones."""
        waiting = [iter(self.inside(folder))]
        while waiting:
            path = next(waiting[-1], None)
            if path is None:
                waiting.pop()
                continue
            yield path
            if path in self.opened:
                waiting.append(iter(self.inside(path)))

    def open(self, index: int) -> None:
        """Open the folder of a row."""
        path = self.rows[index]
        if not self.is_flat and path not in self.opened and self.tree.has_inside(path):
            self.opened.add(path)
            self.rows[index + 1 : index + 1] = list(self._walk(path))

    def close(self, index: int) -> int:
        """Close the folder of a row, or the one that it is in; returns the row of that."""
        path = self.rows[index]
        if self.is_flat:
            return index
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

        A folder for which there is no room stays closed. Returns whether all are open.
        """
        if self.is_flat:
            return True
        level = [path for path in self._wanted(b"") if self.tree.has_inside(path)]
        left = limit - sum(1 for _path in self._wanted(b""))
        opened: set[bytes] = set()
        is_whole = True
        while level:
            below: list[bytes] = []
            for folder in level:
                inside = list(islice(self._wanted(folder), left + 1)) if left >= 0 else []
                if len(inside) > left:
                    is_whole = False
                    continue
                left -= len(inside)
                opened.add(folder)
                below += (path for path in inside if self.tree.has_inside(path))
            level = below
        self.opened = opened
        self._rebuild()
        return is_whole

    def reveal(self, path: bytes) -> int | None:
        """Open the folders above a path; returns its row, None if it is not shown."""
        if self.is_flat:
            return self.rows.index(path) if path in self.rows else None
        parts = path.split(b"/")
        index = 0
        for depth in range(1, len(parts) + 1):
            one = b"/".join(parts[:depth])
            try:
                index = self.rows.index(one, index)
            except ValueError:
                return None
            if depth < len(parts):
                self.open(index)
        return index

    def next_change(self, index: int, *, back: bool = False) -> bytes | None:
        """Return the next path that the layer changed, in the order of the rows; None: no more.

        Args:
            index: The row to start from; -1 for before the first, the count for after the last.
            back: Look upwards.
        """
        if not back and index >= 0 and self.rows[index] not in self.opened:
            found = self._first_changed(self.rows[index], back=False)
            if found is not None:
                return found
        places = range(index - 1, -1, -1) if back else range(index + 1, len(self.rows))
        for place in places:
            if not place % SLICE:
                self.check()
            path = self.rows[place]
            if path in self.opened:
                found = path if self.tree.change_of(path) is not Change.SAME else None
            else:
                found = self._changed_at(path, back=back)
            if found is not None:
                return found
        return None

    def _first_changed(self, folder: bytes, *, back: bool) -> bytes | None:
        """Return the first changed path in a folder, or the last one."""
        if self.is_flat or not self.tree.changes_below(folder):
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


def _fits(tree: FileTree, choice: Choice) -> Fits | None:
    """Return what tells whether an entry is wanted; None where every one is."""
    if choice.is_everything:
        return None
    wanted = choice.kinds - {Change.SAME} if choice.alone else choice.kinds
    is_named = _matcher(choice.text)

    def fits(path: bytes) -> bool:
        if is_named is not None and not is_named(path):
            return False
        if wanted != ALL and tree.change_of(path) not in wanted:
            return False
        if choice.larger < 0:
            return tree.has_entry(path)
        node = tree.node(path)
        return not node.is_folder and node.sums.size > choice.larger

    return fits


def _matcher(text: str) -> Fits | None:
    """Return what tells whether a path fits; None where every path does."""
    if not text:
        return None
    raw = text.encode("utf-8", "surrogateescape")
    if not _GLOB & set(text):
        lower = raw.lower()
        return lambda path: lower in path.lower()
    # A pattern without a slash is for the last part of a path.
    fits = translate(text).encode("utf-8", "surrogateescape")
    pattern = re.compile(b"(?s:.*/)?" + fits, re.IGNORECASE)
    if "/" in text:
        return lambda path: pattern.match(path) is not None
    return lambda path: pattern.match(path.rpartition(b"/")[2]) is not None
