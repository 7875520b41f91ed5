"""The holder of the state: applies events, tells whoever listens. Event loop only."""

from __future__ import annotations

from collections.abc import Callable

from tui.store.events import Event
from tui.store.reduce import reduce
from tui.store.state import EMPTY, State

Listener = Callable[[State, State], None]
"""Called with the state before and after, only when it changed."""


class Store:
    """Holds the current state. Not for threads: they go through `call_soon_threadsafe`."""

    def __init__(self, state: State = EMPTY) -> None:
        self._state = state
        self._listeners: list[Listener] = []

    @property
    def state(self) -> State:
        """The current state."""
        return self._state

    def apply(self, event: Event) -> None:
        """Reduce `event` into the state and tell the listeners, in the order they came."""
        before = self._state
        after = reduce(event, before)
        if after is before:
            return
        self._state = after
        for listener in tuple(self._listeners):
            listener(before, after)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` at each change; returns what ends the subscription."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
