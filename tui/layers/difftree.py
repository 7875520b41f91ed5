"""What differs between two images as a tree: as if the second image were a layer on the first.

Only what differs is in it, so that its sums tell of that alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from tui.layers.compare import FileComparison
from tui.layers.filetree import FileTree
from tui.layers.slices import in_slices
from tui.layers.tarscan import collecting_later
from tui.layers.union import Shown
from tui.model.listing import WHITEOUT, Kind, LayerEntry, LayerListing, Mark


def difference_tree(files: FileComparison) -> FileTree:
    """Return the tree of all differences.

    Raises:
        LayerError: their names stand for too many folders.
    """
    with collecting_later():
        old = _listing(one.a for one in (*files.removed, *files.changed))
        new = _listing(one.b for one in (*files.added, *files.changed))
        marks = tuple(_whiteout(one.path) for one in files.removed)
    return FileTree([LayerListing("", "a", old), LayerListing("", "b", (*marks, *new))], 2)


def _listing(sides: Iterator[Shown | None]) -> tuple[LayerEntry, ...]:
    """Return entries that stand for themselves, as a hardlink's file may be no difference.

    By path, so that what takes a file's place comes before what is in it.
    """
    by_path = {side.entry.path: side for side in sides if side is not None}
    return tuple(_alone(by_path[path]) for path in in_slices(by_path))


def _alone(side: Shown) -> LayerEntry:
    if side.file is None:
        return side.entry
    return side.file.entry._replace(path=side.entry.path)


def _whiteout(path: bytes) -> LayerEntry:
    folder, slash, name = path.rpartition(b"/")
    marked = folder + slash + WHITEOUT + name
    return LayerEntry(marked, Kind.FILE, 0, 0, 0, 0, 0, mark=Mark.WHITEOUT)
