"""Slow looks at the disk while the user types: in threads, the newest question first."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

AT_A_TIME: Final = 3
"""Questions that may be on their way: one that hangs on a dead file server keeps no other back."""


class Lookup(Generic[Question, Answer]):
    """Asks a blocking function in daemon threads; only the newest question that waits is kept.

    Answers come on the event loop, with their question: the receiver knows if it is still wanted.
    """

    def __init__(
        self, work: Callable[[Question], Answer], tell: Callable[[Question, Answer], None]
    ) -> None:
        self._work = work
        self._tell = tell
        self._lock = threading.Lock()
        self._waiting: list[Question] = []
        self._running = 0

    def ask(self, question: Question) -> None:
        """Ask; an older question that nobody has begun with is dropped. From the event loop."""
        with self._lock:
            self._waiting = [question]
            if self._running == AT_A_TIME:
                return
            self._running += 1
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        threading.Thread(target=self._run, args=(loop, context), daemon=True, name="lookup").start()

    def _run(self, loop: asyncio.AbstractEventLoop, context: contextvars.Context) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._running -= 1
                    return
                question = self._waiting.pop()
            answer = self._work(question)
            try:
                loop.call_soon_threadsafe(self._tell, question, answer, context=context)
            except RuntimeError:  # the app has ended
                return
