"""The ways to registries and to Docker Hub, for one job; all of them end when it is cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, TypeVar, cast

from tui.contents.registry import login_for
from tui.credentials.login import Login
from tui.model.engine import PRACTICE_REGISTRIES
from tui.model.reference import HUB, ImageReference
from tui.registry.client import HUB_HOST, RegistryClient
from tui.registry.connection import Connections
from tui.registry.hub import HubAddresses, HubClient, HubMemory

AT_A_TIME: Final = 4
"""Questions on their way together."""

PATIENCE: Final = 0.2
"""Seconds between two looks at whether anybody still wants the results."""

INSIDE: Final = HubAddresses("http://localhost", "http://localhost", "localhost")
"""Docker Hub as it is called inside a practice engine; nobody looks for that host."""

MEMORY: Final = HubMemory()
"""What Docker Hub has answered in this session."""

T = TypeVar("T")
R = TypeVar("R")


class Ways:
    """Makes clients, and can cut what they do from another thread."""

    def __init__(
        self,
        addresses: HubAddresses | None = None,
        *,
        memory: HubMemory = MEMORY,
        login: Callable[[ImageReference], Login | None] = login_for,
        inside: str = "",
    ) -> None:
        """Prepare; asks nothing.

        Args:
            addresses: Where Docker Hub is.
            memory: What it has answered so far.
            login: Tells who the user is at a registry.
            inside: The socket of a practice engine, which has a Hub and a registry of its own.
        """
        self._addresses = INSIDE if inside else addresses or HubAddresses()
        self._inside = inside
        self._memory = memory
        self._login = login
        self._made: list[Connections] = []
        self._lock = threading.Lock()
        self._is_over = False

    def hub(self, *, anew: bool = False) -> HubClient:
        """Return a client of Docker Hub's API; `anew` does without kept answers."""
        connections = self._noted("", self._inside)
        return HubClient(self._addresses, self._memory, connections, anew=anew)

    def registry(self, reference: ImageReference) -> RegistryClient:
        """Return a client of a repository, or of a registry where there is no path."""
        domain = reference.domain
        host = self._addresses.registry if domain == HUB else domain
        return RegistryClient(
            reference,
            lambda: self._login_at(reference),
            self._noted(host, self._inside if domain in (HUB, *PRACTICE_REGISTRIES) else ""),
            hub=self._addresses.registry,
        )

    def hang_up(self) -> None:
        """End everything; may be called from another thread."""
        with self._lock:
            self._is_over = True
            made = tuple(self._made)
        for connections in made:
            connections.hang_up()

    def _login_at(self, reference: ImageReference) -> Login | None:
        """Return the user's login; Docker Hub's is not for whoever else stands in for it."""
        if reference.domain == HUB and self._addresses.registry != HUB_HOST:
            return None
        return self._login(reference)

    def _noted(self, host: str, inside: str) -> Connections:
        connections = Connections(host, inside=inside)
        with self._lock:
            self._made.append(connections)
            is_over = self._is_over
        if is_over:
            connections.hang_up()
        return connections


def in_parallel(
    work: Callable[[T], R], every: Iterable[T], check: Callable[[], None]
) -> Iterator[R]:
    """Yield the results of `work` in the order of `every`, AT_A_TIME on their way together.

    The threads are daemons, and nobody waits for them once `check` has raised.

    Args:
        work: Runs in threads of its own; what it raises is raised here.
        every: What it takes.
        check: Raises when nobody wants the results any more.
    """
    tasks = list(every)
    numbers = iter(range(len(tasks)))
    ended: SimpleQueue[tuple[int, R | None, BaseException | None]] = SimpleQueue()
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            number = next(numbers, None)  # one step of Python's, so no two threads get the same
            if number is None:
                return
            try:
                ended.put((number, work(tasks[number]), None))
            except BaseException as error:
                ended.put((number, None, error))

    for _number in range(min(AT_A_TIME, len(tasks))):
        threading.Thread(target=run, daemon=True, name="registry").start()
    try:
        yield from _in_order(ended, len(tasks), check)
    finally:
        stop.set()


def _in_order(
    ended: SimpleQueue[tuple[int, R | None, BaseException | None]],
    count: int,
    check: Callable[[], None],
) -> Iterator[R]:
    waiting: dict[int, R | None] = {}
    expected = 0
    while expected < count:
        check()
        with suppress(Empty):
            number, result, error = ended.get(timeout=PATIENCE)
            if error is not None:
                raise error
            waiting[number] = result
        while expected in waiting:
            yield cast(R, waiting.pop(expected))
            expected += 1
