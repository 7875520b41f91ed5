"""Blocking work in a thread of its own, and what it raised."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tui.engine.errors import EngineError


def in_thread(work: Callable[[], object]) -> Callable[[], BaseException | None]:
    """Run `work` in a thread; the function returned waits for it and gives what it raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except EngineError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def wait() -> BaseException | None:
        thread.join(20)
        assert not thread.is_alive()
        return raised[0] if raised else None

    return wait
