"""Half a million files on the screen: how long a change takes, and how long keys wait."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from tests.bench.figures import Line, Series, line
from tui.layers.filetree import FileTree
from tui.layers.treeview import Choice, Order, TreeView
from tui.model.listing import Kind, LayerEntry, LayerListing

COUNT: Final = 500_000
FOLDERS: Final = 5_000
TICK: Final = 0.002
"""Seconds between two looks at the clock."""

Change = Callable[[TreeView], object]

CHANGES: Final[dict[str, Change]] = {
    "a filter that finds one": lambda view: view.choose(Choice("f499999")),
    "a filter that finds all": lambda view: view.choose(Choice("f")),
    "files of one kind": lambda view: view.choose(Choice(alone=True)),
    "opening the largest folder": lambda view: view.open(0),
    "... by size": lambda view: view.sort(Order.SIZE),
    "the next change, the last file being the only one": lambda view: view.reveal(
        view.next_change(-1) or b""
    ),
}


def lines_of_fluidity() -> list[Line]:
    """Measure in this process, the work being done as the files screen has it done."""
    lines: list[Line] = []
    for shape, folders in ((f"in {FOLDERS:,} folders", FOLDERS), ("in one folder", 1)):
        tree = _tree(folders)
        for what, change in CHANGES.items():
            view = TreeView(tree)
            if change is CHANGES["... by size"]:
                view.open(0)
            cpu = time.process_time()
            took, waited = asyncio.run(_measure(partial(change, view.copy(lambda: None))))
            name = f"{COUNT:,} files {shape}: {what}"
            lines.append(line(name, Series([took * 1000]), "ms"))
            lines.append(line("... CPU", Series([(time.process_time() - cpu) * 1000]), "ms"))
            lines.append(line("... a key waits at most", Series([waited * 1000]), "ms", goal=50))
    return lines


def _tree(folders: int) -> FileTree:
    """Return a tree whose only change of the top layer is its last file; names in no order."""
    names = [b"d%05d/f%06d" % (n * folders // COUNT, n) for n in range(COUNT)]
    last = names[-1]
    random.Random(1).shuffle(names)
    below = tuple(LayerEntry(name, Kind.FILE, len(name), 0o644, 0, 0, 0) for name in names)
    above = (LayerEntry(last, Kind.FILE, 9, 0o600, 0, 0, 1),)
    return FileTree([LayerListing("", "a", below), LayerListing("", "b", above)], 2)


async def _measure(change: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that a change takes, and the longest that the event loop stood still."""
    start = time.monotonic()
    work = asyncio.ensure_future(asyncio.to_thread(change))
    longest, last = 0.0, start
    while not work.done():
        await asyncio.sleep(TICK)
        now = time.monotonic()
        longest, last = max(longest, now - last - TICK), now
    await work
    return time.monotonic() - start, longest
