"""A container's files with what is mounted over them: one tree to look at, several to keep."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tui.practice.nodes import Node, clean
from tui.practice.tree import Tree


class ReadOnly(OSError):
    """Nothing can be changed there."""

    def __init__(self, path: str) -> None:
        """Say which path it is."""
        super().__init__(errno.EROFS, "Read-only file system", f"/{path}")


class Busy(OSError):
    """Something is mounted there."""

    def __init__(self, path: str) -> None:
        """Say which path it is."""
        super().__init__(errno.EBUSY, "Device or resource busy", f"/{path}")


class Place(NamedTuple):
    """What is mounted at a path: a part of another tree."""

    tree: Tree
    root: str
    """Where the part begins; empty for all of it."""
    writable: bool = True


class Mounted(Tree):
    """A tree with places mounted over it. A mounted path may be mounted over in its turn."""

    def __init__(self, own: Tree, places: Mapping[str, Place], *, writable: bool = True) -> None:
        """Lay places over a tree.

        Args:
            own: What is below.
            places: Path → what is there.
            writable: Whether what is below may be changed.
        """
        super().__init__()
        self._own_place = Place(own, "", writable)
        self._places = {clean(path): place for path, place in places.items()}

    def _at(self, path: str) -> tuple[Place, str]:
        """Return where the files of a path are, and the path there."""
        above = path
        while above:
            if above in self._places:
                place = self._places[above]
                return place, clean(f"{place.root}/{path[len(above) :]}")
            above = above.rpartition("/")[0]
        return self._own_place, path

    def _node(self, path: str) -> Node | None:
        place, there = self._at(path)
        return place.tree.get(there)

    def children(self, path: str) -> list[str]:
        """Return the names in a folder, sorted; none if it is no folder."""
        path = clean(path)
        place, there = self._at(path)
        inside = [one for one in self._places if one.rpartition("/")[0] == path and one]
        here = {one.rpartition("/")[2] for one in inside if self._node(one) is not None}
        return sorted({*place.tree.children(there), *here})

    def put(self, path: str, node: Node) -> None:
        """Put a node at a path, over what is there; missing parents become folders.

        Raises:
            ReadOnly: nothing can be changed there.
            ValueError: the root of something would be no folder.
        """
        path = clean(path)
        place, there = self._at(path)
        if not place.writable:
            raise ReadOnly(path)
        place.tree.put(there, node)

    def remove(self, path: str) -> None:
        """Remove what is at a path, with everything below; nothing happens if there is nothing.

        Raises:
            ReadOnly: nothing can be changed there.
            Busy: something is mounted there, or below; what a mounted folder held is gone.
        """
        path = clean(path)
        place, there = self._at(path)
        if not place.writable:
            raise ReadOnly(path)
        if path in self._places:
            for name in self.children(path):
                self.remove(f"{path}/{name}")
        if any(one == path or one.startswith(f"{path}/") for one in self._places):
            raise Busy(path)
        place.tree.remove(there)

    def walk(self, path: str = "") -> Iterator[tuple[str, Node]]:
        """Iterate over a path and everything below: parents first, names sorted."""
        waiting = [clean(path)]
        while waiting:
            here = waiting.pop()
            node = self._node(here)
            if node is None:
                continue
            yield here, node
            prefix = f"{here}/" if here else ""
            waiting += [prefix + name for name in reversed(self.children(here))]

    def copy(self) -> Tree:
        """Return an equal tree without mounts."""
        tree = Tree()
        for path, node in self.walk():
            tree.put(path, node)
        return tree

    def changes_since(self, lower: Tree) -> Iterator[tuple[str, int]]:
        """Iterate over what differs of the tree below from a lower one; mounts do not count."""
        yield from self._own_place.tree.changes_since(lower)

    def __len__(self) -> int:
        """Return how many nodes there are, the root too."""
        return sum(1 for _one in self.walk())
