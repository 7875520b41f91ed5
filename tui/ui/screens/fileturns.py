"""Changes of what a tree shows, one after the other; those of a large tree in a thread.

Until a change is done the tree stays as it was, and every key works.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import NamedTuple

from tui.layers.treeview import Order, TreeView
from tui.ui.screens.filereading import QUICK


class Turned(NamedTuple):
    """What a change came to."""

    note: str = ""
    """A word for the user."""
    row: int = -1
    """Where the cursor goes; -1: it stays on its row."""


Change = Callable[[TreeView, int], Turned]
"""Changes a view; takes the row of the cursor too."""


class Stopped(Exception):
    """The change is no longer wanted."""


@dataclass(slots=True, eq=False)
class _Turn:
    change: Change
    word: str
    is_choice: bool
    stopped: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        if self.stopped.is_set():
            raise Stopped


class Turns:
    """A view and what is still to be done to it. All methods belong to the event loop's thread."""

    def __init__(
        self,
        run: Callable[[Coroutine[None, None, None]], object],
        cursor: Callable[[], int],
        show: Callable[[Turned], None],
    ) -> None:
        """Prepare, without a view.

        Args:
            run: Takes what is to be run on the event loop.
            cursor: Tells the row of the cursor.
            show: Shows the view as it is after a change; or that one has begun.
        """
        self.view: TreeView | None = None
        self._run = run
        self._cursor = cursor
        self._show = show
        self._waiting: list[_Turn] = []
        self._running: _Turn | None = None

    @property
    def word(self) -> str:
        """What is going on; empty while nothing is."""
        return self._running.word if self._running is not None else ""

    @property
    def order(self) -> Order:
        """How the view is sorted."""
        return self.view.order if self.view is not None else Order.NAME

    def turn(self, change: Change, word: str, *, is_choice: bool = False) -> None:
        """Change the view as soon as that can be.

        Args:
            change: What to do.
            word: What that is called while it goes on.
            is_choice: It settles all that is shown: one that is under way is stopped.
        """
        view = self.view
        if view is None:
            return
        if self._running is None and view.tree.entries <= QUICK:
            self._show(change(view, self._cursor()))
            return
        if is_choice:
            self._waiting = [turn for turn in self._waiting if not turn.is_choice]
            if self._running is not None and self._running.is_choice:
                self._running.stopped.set()
        self._waiting.append(_Turn(change, word, is_choice))
        self._next()

    def replace(self, view: TreeView) -> None:
        """Show another view; what was on its way for the one before is dropped.

        A cursor at the top stays there; any other on its row.
        """
        self.stop()
        self.view = view
        self._show(Turned(row=0 if self._cursor() <= 0 else -1))

    def stop(self) -> None:
        """Leave undone what has not been done."""
        self._waiting.clear()
        if self._running is not None:
            self._running.stopped.set()

    def _next(self) -> None:
        if self._running is None and self._waiting and self.view is not None:
            self._running = self._waiting.pop(0)
            self._run(self._do(self._running, self.view))
            self._show(Turned())

    async def _do(self, turn: _Turn, view: TreeView) -> None:
        copy = view.copy(turn.check)
        turned = Turned()
        try:
            done = await asyncio.to_thread(turn.change, copy, self._cursor())
            if self.view is view and not turn.stopped.is_set():
                self.view, turned = copy, done
        except Stopped:
            pass
        finally:
            turn.stopped.set()
            self._running = None
        self._show(turned)
        self._next()
