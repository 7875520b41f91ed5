"""Asking the Engine how large what a container has changed is.

A folder that is new as a whole is read as one tar, which also tells which names are one file,
until it has brought more bytes than asking for its paths would be worth. All else is asked for
path by path, a few at a time, what is in sight first.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from tui.contents.changes import AGAIN, GONE, LOSSY, NOT_TOLD, Changes
from tui.contents.changesizes import SizesBook, as_told
from tui.engine.errors import Cancelled, EngineRefused, NotFound
from tui.layers.bytesource import ByteSource, Readable
from tui.layers.errors import LayerError
from tui.layers.tarscan import TarScanner
from tui.model.listing import Kind, LayerEntry
from tui.model.pathstat import PathStat

if TYPE_CHECKING:
    from tui.engine.archive import PathStats
    from tui.engine.client import EngineClient

ASKED_MAX: Final = 20_000
"""Paths that are asked for one by one."""

AT_ONCE: Final = 2
"""Connections to an Engine on this machine: it answers one after the other all the same."""

AT_ONCE_FAR: Final = 3
"""Connections to one far away; through ssh each is a login, and servers refuse many at once."""

TAR_FROM: Final = 5
"""Paths in a folder from which on it is read as a tar."""

TARS_MAX: Final = 1000
"""Folders that are read as tars, the fullest first: an Engine tells an event of each."""

TAR_FREE: Final = 1 << 22
TAR_PER_PATH: Final = 1 << 16
"""Bytes that a tar may bring, and more for each path that need not be asked for."""

PATIENCE: Final = 1.0
"""Seconds that the end waits for each thread."""

_KERNEL: Final = (b"proc", b"sys", b"dev")
"""Folders that Engines mount something on."""


class Asked:
    """Threads that ask, each with a client of its own, until all is known or enough was asked."""

    def __init__(
        self,
        connect: Callable[[], EngineClient],
        changes: Changes,
        book: SizesBook,
        mounts: Sequence[str] = (),
    ) -> None:
        """Prepare to ask.

        Args:
            connect: Makes a client for a thread.
            changes: What is asked for.
            book: Is filled.
            mounts: Where something else is mounted in the container.
        """
        self._connect = connect
        self._changes = changes
        self._book = book
        added = {
            line.path for line in changes.lines if line.letter == "A" and line.path not in book.told
        }
        self._folders = dict(_worth_a_tar(added, mounts))
        in_tars = {path for paths in self._folders.values() for path in paths}
        askable = [
            line for line in changes.lines if LOSSY not in line.path and line.path not in book.told
        ]
        self._left = {line.path for line in askable}
        self._queue = deque(
            line.path
            for is_removed in (False, True)
            for line in askable
            if (line.letter == "D") is is_removed and line.path not in in_tars
        )
        self._asked = 0
        self._running = 0
        self._tars_left = bool(self._folders)
        self._clients: list[EngineClient] = []
        self._threads: list[threading.Thread] = []
        self._is_stopped = False
        self.error: Exception | None = None
        """What ended the asking too early."""
        self.ended = threading.Event()
        """Is set when nobody asks any more."""

    @property
    def is_bounded(self) -> bool:
        """Whether as many paths as are allowed were asked for."""
        return self._asked >= ASKED_MAX

    def start(self) -> None:
        """Begin to ask."""
        first = self._connect()
        is_far = not first.endpoint.is_local
        works = [self._ask] * (AT_ONCE_FAR if is_far else AT_ONCE)
        if self._folders:
            works.append(self._read_tars)
        self._running = len(works)
        for number, work in enumerate(works):
            client = first if not number else self._connect()
            self._clients.append(client)
            thread = threading.Thread(target=self._run, args=(work, client), daemon=True)
            self._threads.append(thread)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Cut all that is asked for; from any thread."""
        with self._book.wished:
            self._is_stopped = True
            self._book.wished.notify_all()
        for client in tuple(self._clients):
            client.cut()

    def join(self) -> None:
        """Wait for the threads to end, and tell what went wrong.

        Raises:
            NotFound: the container is gone.
            EngineError: the Engine is.
        """
        for thread in self._threads:
            thread.join(PATIENCE)
        if self.error is not None:
            raise self.error

    def _run(self, work: Callable[[EngineClient], None], client: EngineClient) -> None:
        """Work in a thread; the first that fails ends all."""
        try:
            with client:
                work(client)
        except Cancelled:
            pass
        except Exception as error:  # a fault of ours goes to the thread of the job too
            if not self._is_stopped:
                self.error = self.error or error
                self.stop()
        with self._book.wished:
            self._running -= 1
            if not self._running:
                self.ended.set()

    # Path by path

    def _ask(self, client: EngineClient) -> None:
        from tui.engine.archive import stats

        with stats(client, self._changes.container_id) as asked:
            while (path := self._next()) is not None:
                self._book.told.setdefault(path, self._told(asked, path))

    def _told(self, asked: PathStats, path: bytes) -> LayerEntry:
        try:
            return entry_of(path, asked.stat(b"/" + path))
        except EngineRefused:  # a file is on the way
            return GONE
        except NotFound:
            asked.stat("/")  # fails if it is the container that is gone
            return GONE

    def _next(self) -> bytes | None:
        """Return what to ask for now; None when there is nothing more."""
        book, left = self._book, self._left
        with book.wished:
            while not self._is_stopped and self._asked < ASKED_MAX:
                path = next((one for one in book.sight if one in left), None)
                while path is None and self._queue:
                    one = self._queue.popleft()
                    path = one if one in left else None
                if path is not None:
                    left.discard(path)
                    self._asked += 1
                    return path
                if not self._tars_left:
                    return None
                book.wished.wait()
        return None

    # By tars

    def _read_tars(self, client: EngineClient) -> None:
        try:
            for folder, paths in self._folders.items():
                if self._is_stopped:
                    return
                self._read_tar(client, folder, set(paths))
                self._leave(paths)
        finally:
            with self._book.wished:
                self._tars_left = False
                self._book.wished.notify_all()

    def _leave(self, paths: Sequence[bytes]) -> None:
        """Have asked for what a tar did not tell."""
        with self._book.wished:
            for path in paths:
                if path in self._book.told:
                    self._left.discard(path)
                elif path in self._left:
                    self._queue.append(path)
            self._book.wished.notify_all()

    def _read_tar(self, client: EngineClient, folder: bytes, wanted: set[bytes]) -> None:
        from tui.engine.archive import read_tar

        above = folder.rpartition(b"/")[0]
        budget = TAR_FREE + TAR_PER_PATH * len(wanted)
        try:
            with read_tar(client, self._changes.container_id, b"/" + folder) as body:
                for entry in TarScanner(ByteSource(_Budget(body, budget))):
                    entry = _moved(entry, above)
                    told = as_told(entry.path)
                    while LOSSY in told and told in self._book.told:
                        told += AGAIN
                    if told in wanted:
                        self._book.told[told] = entry
        except (_Enough, LayerError, EngineRefused, NotFound):
            return  # what it did not tell is asked for


class _Enough(Exception):
    """A tar has brought more than asking would be worth."""


class _Budget:
    """A stream that ends with `_Enough` after so many bytes."""

    def __init__(self, stream: Readable, left: int) -> None:
        self._stream = stream
        self._left = left

    def read(self, size: int, /) -> bytes:
        if self._left <= 0:
            raise _Enough
        data = self._stream.read(size)
        self._left -= len(data)
        return data


def _worth_a_tar(added: set[bytes], mounts: Sequence[str]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield the folders that are new as a whole, with what is in them; the fullest first."""
    tops: dict[bytes, bytes] = {}
    inside: dict[bytes, list[bytes]] = {}
    for path in added:
        inside.setdefault(_top(path, added, tops), []).append(path)
    places = [mount.strip("/").encode("utf-8", "replace") for mount in mounts]
    fullest = sorted(inside, key=lambda top: (-len(inside[top]), top))
    for top in fullest[:TARS_MAX]:
        has_mount = any(place == top or place.startswith(top + b"/") for place in places)
        if len(inside[top]) < TAR_FROM or LOSSY in top or has_mount or top in _KERNEL:
            continue
        yield top, inside[top]


def _top(path: bytes, added: set[bytes], tops: dict[bytes, bytes]) -> bytes:
    """Return the topmost folder around a path that was added with all in it."""
    climbed: list[bytes] = []
    while path not in tops:
        climbed.append(path)
        above = path.rpartition(b"/")[0]
        if above not in added:
            tops[path] = path
            break
        path = above
    top = tops[path]
    for one in climbed:
        tops[one] = top
    return top


def _moved(entry: LayerEntry, above: bytes) -> LayerEntry:
    """Return an entry of a folder's tar with its path from the root."""
    if not above:
        return entry
    link = above + b"/" + entry.link if entry.kind is Kind.HARDLINK else entry.link
    return entry._replace(path=above + b"/" + entry.path, link=link)


def entry_of(path: bytes, told: PathStat) -> LayerEntry:
    """Return what the Engine told of a path; it does not tell whose it is."""
    size = told.size if told.kind in (Kind.FILE, Kind.SYMLINK) else 0
    link = told.target.encode("utf-8", "surrogateescape")
    return LayerEntry(path, told.kind, size, told.mode, NOT_TOLD, NOT_TOLD, told.mtime, link)
