"""Changes of a tree's view: in a thread where there is much to do, one after the other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

from tui.layers.filetree import FileTree
from tui.layers.treeview import Choice, TreeView
from tui.model.listing import Kind, LayerEntry, LayerListing
from tui.ui.screens.fileturns import Turned, Turns

PATIENCE = 30


class Bench:
    """A view of many files, and what is shown of its changes."""

    def __init__(self, count: int) -> None:
        self.turned: list[Turned] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self.turns = Turns(self._run, lambda: 0, self.turned.append)
        self.go_on = threading.Event()
        self.began = threading.Event()
        entries = tuple(LayerEntry(b"d/%d" % n, Kind.FILE, 1, 0o644, 0, 0, 0) for n in range(count))
        self.turns.replace(TreeView(FileTree([LayerListing("", "", entries)], 1)))
        self.turned.clear()

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    @property
    def view(self) -> TreeView:
        assert self.turns.view is not None
        return self.turns.view

    def slow(self, view: TreeView, _index: int) -> Turned:
        """Wait to be let go on."""
        self.began.set()
        assert self.go_on.wait(PATIENCE)
        view.check()
        view.open(0)
        return Turned("slow")

    async def end(self) -> None:
        """Return when nothing is left to do."""
        while self.tasks:
            await asyncio.wait_for(asyncio.gather(*self.tasks), PATIENCE)


@asynccontextmanager
async def bench(count: int = 30_000) -> AsyncIterator[Bench]:
    made = Bench(count)
    yield made
    made.go_on.set()
    await made.end()


def choose(text: str) -> object:
    def change(view: TreeView, _index: int) -> Turned:
        return Turned(str(view.choose(Choice(text))))

    return change


async def test_little_is_done_at_once() -> None:
    async with bench(10) as here:
        here.turns.turn(choose("d/1"), "filtering")  # type: ignore[arg-type]
        assert [one.note for one in here.turned] == ["1"]
        assert not here.tasks


async def test_much_is_done_in_a_thread_and_in_order() -> None:
    async with bench() as here:
        here.turns.turn(here.slow, "opening")
        here.turns.turn(lambda view, _index: Turned(str(len(view.rows))), "counting")
        assert here.turns.word == "opening"
        assert here.view.rows == [b"d"]
        here.go_on.set()
        await here.end()
        assert [one.note for one in here.turned if one.note] == ["slow", "30001"]
        assert here.turns.word == ""


async def test_a_newer_choice_stops_the_one_before() -> None:
    async with bench() as here:
        here.turns.turn(here.slow, "filtering", is_choice=True)
        await asyncio.to_thread(here.began.wait, PATIENCE)
        here.turns.turn(choose("no"), "filtering", is_choice=True)  # type: ignore[arg-type]
        here.turns.turn(choose("d/12345"), "filtering", is_choice=True)  # type: ignore[arg-type]
        here.go_on.set()
        await here.end()
        assert [one.note for one in here.turned if one.note] == ["1"]
        assert here.view.rows == [b"d", b"d/12345"]


async def test_what_comes_for_another_tree_is_dropped() -> None:
    async with bench() as here:
        here.turns.turn(here.slow, "opening")
        await asyncio.to_thread(here.began.wait, PATIENCE)
        other = TreeView(FileTree([], 0))
        here.turns.replace(other)
        here.go_on.set()
        await here.end()
        assert here.view is other
        assert not [one.note for one in here.turned if one.note]
