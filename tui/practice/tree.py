"""A file system in memory, put together from layers, and how two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tui.practice.nodes import WHITEOUT, Kind, Node, clean
from tui.practice.tarread import Entry, read

__all__ = ["WHITEOUT", "Change", "Kind", "Node", "Tree", "changes", "clean"]

OPAQUE: Final = ".wh..wh..opq"
"""The name that hides everything lower layers have in its folder."""

_LINKS: Final = 40
"""Symbolic links that one lookup follows at most, as Linux does."""


class Change(NamedTuple):
    """One difference of a container from its image."""

    path: str
    """Absolute: `/etc/hosts`."""
    kind: int
    """0 modified, 1 added, 2 deleted."""


class Tree:
    """A file system. Paths have no leading slash, "" is the root; bytes are surrogate-escaped."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {"": Node(Kind.DIRECTORY, 0o755)}
        self._names: dict[str, set[str]] = {"": set()}
        self._shared = False

    @classmethod
    def stacked(cls, tars: Iterable[bytes]) -> Tree:
        """Return what uncompressed layers make together, the bottom first.

        Raises:
            BadTar: one cannot be read.
        """
        tree = cls()
        for tar in tars:
            tree.unpack(tar)
        return tree

    def copy(self) -> Tree:
        """Return an equal tree; nodes are shared, and folders until one of the two changes."""
        other = Tree.__new__(Tree)
        other._nodes, other._names = self._nodes, self._names
        other._shared = self._shared = True
        return other

    def get(self, path: str, *, follow: bool = False) -> Node | None:
        """Return what is at a path; None if there is nothing.

        Args:
            path: Taken as it is written, or with all symbolic links followed.
            follow: Follow symbolic links, also the last one, never out of the tree.
        """
        path = clean(path)
        if follow:
            found = self.resolve(path)
            return None if found is None else self._node(found)
        return self._node(path)

    def _node(self, path: str) -> Node | None:
        return self._nodes.get(path)

    def resolve(self, path: str, *, last: bool = True) -> str | None:
        """Return the path without symbolic links, whether or not its last part exists.

        Args:
            path: Relative to the root; `..` does not leave it.
            last: Follow the last part too, if it is a link.

        Returns:
            None if a folder of it is missing or is no folder, or links go in circles.
        """
        parts = path.split("/")[::-1]
        done: list[str] = []
        links = 0
        while parts:
            part = parts.pop()
            if part in {"", "."}:
                continue
            if part == "..":
                done = done[:-1]
                continue
            here = self._node("/".join(done))
            if here is None or here.kind is not Kind.DIRECTORY:
                return None
            node = self._node("/".join([*done, part]))
            if node is None or node.kind is not Kind.SYMLINK or not (parts or last):
                done.append(part)
                continue
            links += 1
            if links > _LINKS:
                return None
            done = [] if node.target.startswith("/") else done
            parts += node.target.split("/")[::-1]
        return "/".join(done)

    def children(self, path: str) -> list[str]:
        """Return the names in a folder, sorted; none if it is no folder."""
        return sorted(self._names.get(clean(path), ()))

    def put(self, path: str, node: Node) -> None:
        """Put a node at a path, over what is there; missing parents become folders.

        A folder put over a folder keeps what is in it.

        Raises:
            ValueError: the root would be no folder.
        """
        path = clean(path)
        if not path and node.kind is not Kind.DIRECTORY:
            raise ValueError("the root is a folder")
        self._own()
        old = self._nodes.get(path)
        if old is not None and path and (old.kind, node.kind) != (Kind.DIRECTORY, Kind.DIRECTORY):
            self.remove(path)
        if path and path not in self._nodes:
            self._enter(path, node.mtime)
        self._nodes[path] = node
        if node.kind is Kind.DIRECTORY:
            self._names.setdefault(path, set())

    def remove(self, path: str) -> None:
        """Remove what is at a path, with everything below; nothing happens if there is nothing."""
        self._own()
        path = clean(path)
        if path not in self._nodes:
            return
        for below, _node in list(self.walk(path))[::-1]:
            self._names.pop(below, None)
            if below:
                del self._nodes[below]
        if not path:
            self._names[""] = set()
            return
        parent, _slash, name = path.rpartition("/")
        self._names[parent].discard(name)

    def walk(self, path: str = "") -> Iterator[tuple[str, Node]]:
        """Iterate over a path and everything below: parents first, names sorted."""
        waiting = [clean(path)]
        while waiting:
            here = waiting.pop()
            node = self._nodes.get(here)
            if node is None:
                continue
            yield here, node
            names = self._names.get(here)
            if names:
                prefix = f"{here}/" if here else ""
                waiting += [prefix + name for name in sorted(names, reverse=True)]

    def unpack(self, tar: bytes, at: str = "", *, whiteouts: bool = True) -> None:
        """Lay an uncompressed tar over the tree.

        Args:
            tar: A layer, or what `docker cp` sends.
            at: The folder that its names are relative to.
            whiteouts: Obey `.wh.` names, as in a layer; else they are names like others.

        Raises:
            BadTar: it cannot be read.
        """
        self.lay(read(tar), at, whiteouts=whiteouts)

    def lay(self, entries: Iterable[Entry], at: str = "", *, whiteouts: bool = True) -> None:
        """Lay entries of a tar over the tree, as `unpack` does."""
        fresh: set[str] = set()
        base = clean(at)
        for entry in entries:
            path = clean(f"{base}/{entry.path}")
            folder, _slash, name = path.rpartition("/")
            if whiteouts and name.startswith(WHITEOUT):
                self._white_out(folder, name, fresh)
                continue
            node = self._node(clean(f"{base}/{entry.link}")) if entry.link else entry.node
            if node is not None and (path or node.kind is Kind.DIRECTORY):
                self.put(path, node)
                fresh.add(path)

    def _white_out(self, folder: str, name: str, fresh: set[str]) -> None:
        prefix = f"{folder}/" if folder else ""
        if name == OPAQUE:
            for child in self.children(folder):
                if not any(_within(path, prefix + child) for path in fresh):
                    self.remove(prefix + child)
        elif not name.startswith(WHITEOUT * 2):
            self.remove(prefix + name.removeprefix(WHITEOUT))

    def changes_since(self, lower: Tree) -> Iterator[tuple[str, int]]:
        """Iterate over what differs from a lower tree: path and kind of change, in walking order.

        A folder in which something changed counts as modified; what was in a deleted or replaced
        folder is not told.
        """
        if self._nodes is lower._nodes:
            return
        found: dict[str, int] = {}
        for path, node in self.walk():
            old = lower._nodes.get(path)
            if path and (old is None or (old is not node and old != node)):
                found[path] = 0 if old else 1
            if old is not None and node.kind is old.kind is Kind.DIRECTORY:
                prefix = f"{path}/" if path else ""
                gone = lower._names[path] - self._names[path]
                found.update((prefix + name, 2) for name in gone)
        for path in list(found):
            while path := path.rpartition("/")[0]:
                found.setdefault(path, 0)
        yield from sorted(found.items(), key=lambda item: item[0].split("/"))

    def _enter(self, path: str, mtime: int) -> None:
        """Make a path known to its folder, and the folders above that are missing."""
        while True:
            parent, _slash, name = path.rpartition("/")
            there = self._nodes.get(parent)
            if there is not None and there.kind is Kind.DIRECTORY:
                self._names[parent].add(name)
                return
            self._nodes[parent] = Node(Kind.DIRECTORY, 0o755, mtime=mtime)
            self._names[parent] = {name}
            if there is not None:
                return
            path = parent

    def _own(self) -> None:
        """Stop sharing folders with copies, before a change."""
        if self._shared:
            self._nodes = dict(self._nodes)
            self._names = {path: set(names) for path, names in self._names.items()}
            self._shared = False

    def __len__(self) -> int:
        """Return how many nodes there are, the root too."""
        return len(self._nodes)


def changes(lower: Tree, upper: Tree) -> list[Change]:
    """Return how a container's tree differs from its image's, as its API tells it."""
    return [Change(f"/{path}", kind) for path, kind in upper.changes_since(lower)]


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
