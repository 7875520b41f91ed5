"""The rows of a tree of files: which folders are open, which entries are wanted, in what order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import translate
from typing import Final

from tui.layers.filetree import FileTree
from tui.layers.union import Change
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
    fits = translate(text).encode("utf-8", "surrogateescape")
    pattern = re.compile(b"(?s:.*/)?" + fits, re.IGNORECASE)
    if "/" in text:
        return lambda path: pattern.match(path) is not None
    return lambda path: pattern.match(path.rpartition(b"/")[2]) is not None
