"""How large what a container has changed is: from the folder it writes to, or by asking.

Where this user may read the writable layer on this disk, that tells all, also which names are
one file. Else the Engine is asked: for folders that are new as a whole by one tar each, as long
as that is cheaper, for the rest path by path, what is in sight first.
"""

from __future__ import annotations

import os
import stat
import threading
from collections import deque
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

from tui.contents.changes import AGAIN, GONE, LOSSY, NOT_TOLD, Changes
from tui.layers.slices import SLICE
from tui.layers.tarscan import collecting_later
from tui.model.listing import Kind, LayerEntry

NAMES_MAX: Final = 1_000_000
"""Names of a folder that are looked through for one that is no UTF-8."""

_KINDS: Final = {
    stat.S_IFREG: Kind.FILE,
    stat.S_IFDIR: Kind.DIRECTORY,
    stat.S_IFLNK: Kind.SYMLINK,
    stat.S_IFCHR: Kind.CHARACTER,
    stat.S_IFBLK: Kind.BLOCK,
    stat.S_IFIFO: Kind.FIFO,
    stat.S_IFSOCK: Kind.SOCKET,
}


class SizeSource(StrEnum):
    """Where sizes come from."""

    DISK = "disk"
    """The writable layer, on this disk."""
    ARCHIVE = "archive"
    """`HEAD` and `GET /containers/{id}/archive`: hard links count with each name."""


class SizesBook:
    """What is known of the paths by now: threads fill it, a screen says what it needs first."""

    def __init__(self) -> None:
        self.told: dict[bytes, LayerEntry] = {}
        """By the path that the Engine tells; GONE where nothing is."""
        self.sight: tuple[bytes, ...] = ()
        """What is looked at."""
        self.wished = threading.Condition()
        """Is notified when something else is looked at."""

    def want(self, paths: Sequence[bytes]) -> None:
        """Say what is looked at now."""
        wanted = tuple(paths)
        if wanted != self.sight:
            with self.wished:
                self.sight = wanted
                self.wished.notify_all()

    def get(self, path: bytes) -> LayerEntry | None:
        """Return what is at a path, if that is known and there is something."""
        entry = self.told.get(path)
        return None if entry is GONE else entry


def open_upper(told: str) -> int | None:
    """Open the folder that a container writes to, if it is on this disk and this user may.

    Args:
        told: Where the Engine says that it is; empty where it does not.
    """
    path = Path(told)
    if not told or not path.is_absolute() or ".." in path.parts:
        return None
    try:
        number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        os.listdir(number)
    except OSError:
        return None
    return number


class UpperDir:
    """The folder that a container writes to. No link in it is followed."""

    def __init__(self, root: int) -> None:
        """Take the folder's descriptor, which stays the caller's."""
        self.is_whole = True
        """Whether all of it could be read by this user."""
        self._root = root
        self._is_mapped = os.fstat(root).st_uid != 0
        """Whether the container's root is somebody else here: then owners are others too."""
        self._first: dict[tuple[int, int], bytes] = {}
        """The first name of each file that has several."""
        self._names: dict[bytes, dict[bytes, deque[bytes]]] = {}
        """Of folders: names that are no UTF-8, by how the Engine writes them."""

    def fits(self, changes: Changes) -> bool:
        """Tell whether it is the folder of this container: what was added must be there."""
        added = (line.path for line in changes.lines if line.letter == "A")
        path = next((path for path in added if LOSSY not in path), None)
        if path is None:
            return True
        book = SizesBook()
        self._read_folder(path.rpartition(b"/")[0], [path], book, lambda: None)
        return book.get(path) is not None or not self.is_whole

    def read(self, changes: Changes, book: SizesBook, check: Callable[[], None]) -> None:
        """Fill the book."""
        by_folder: dict[bytes, list[bytes]] = {}
        for line in changes.lines:
            by_folder.setdefault(line.path.rpartition(b"/")[0], []).append(line.path)
        with collecting_later():
            for folder, paths in by_folder.items():
                check()
                self._read_folder(folder, paths, book, check)

    def _read_folder(
        self, folder: bytes, paths: Sequence[bytes], book: SizesBook, check: Callable[[], None]
    ) -> None:
        number: int | None = None
        try:
            real = self._real(folder)
            number = self._open(real) if real is not None else None
            for count, path in enumerate(paths, 1):
                if not count % SLICE:
                    check()
                entry = self._entry(number, real, path)
                book.told[path] = GONE if entry is None else entry
        except PermissionError:  # of a rootless Engine: folders of other users
            self.is_whole = False
        finally:
            if number is not None:
                os.close(number)

    def _entry(self, number: int | None, folder: bytes | None, path: bytes) -> LayerEntry | None:
        """Return what is at a path of an open folder; None for nothing, or a whiteout."""
        if number is None or folder is None:
            return None
        name = self._name(folder, path.rpartition(b"/")[2].rstrip(AGAIN), take=True)
        if name is None:
            return None
        try:
            told = os.stat(name, dir_fd=number, follow_symlinks=False)
            target = os.readlink(name, dir_fd=number) if stat.S_ISLNK(told.st_mode) else b""
        except PermissionError:
            raise
        except (OSError, ValueError):
            return None
        if stat.S_ISCHR(told.st_mode) and not told.st_rdev:
            return None
        return self._told(folder + b"/" + name if folder else name, told, target)

    def _told(self, path: bytes, told: os.stat_result, target: bytes) -> LayerEntry:
        kind = _KINDS.get(stat.S_IFMT(told.st_mode), Kind.FILE)
        size = told.st_size if kind in (Kind.FILE, Kind.SYMLINK) else 0
        if kind is Kind.FILE and told.st_nlink > 1:
            first = self._first.setdefault((told.st_dev, told.st_ino), path)
            if first != path:
                kind, size, target = Kind.HARDLINK, 0, first
        device = (0, 0)
        if kind in (Kind.CHARACTER, Kind.BLOCK):
            device = (os.major(told.st_rdev), os.minor(told.st_rdev))
        mode, mtime = stat.S_IMODE(told.st_mode), told.st_mtime_ns // 10**9
        owner, group = (NOT_TOLD, NOT_TOLD) if self._is_mapped else (told.st_uid, told.st_gid)
        return LayerEntry(path, kind, size, mode, owner, group, mtime, target, device)

    def _open(self, folder: bytes) -> int | None:
        """Open a folder step by step; None where it is none, or a link is on the way."""
        at = os.dup(self._root)
        for part in folder.split(b"/") if folder else ():
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                below = os.open(part, flags, dir_fd=at)
            except PermissionError:
                raise
            except (OSError, ValueError):
                return None
            finally:
                os.close(at)
            at = below
        return at

    def _real(self, path: bytes) -> bytes | None:
        """Return the true bytes of a path; None where nobody can tell."""
        if LOSSY not in path:
            return path
        real = b""
        for part in path.split(b"/"):
            name = self._name(real, part)
            if name is None:
                return None
            real = real + b"/" + name if real else name
        return real

    def _name(self, folder: bytes, told: bytes, *, take: bool = False) -> bytes | None:
        """Return the true name of what is in a folder.

        Several may be written alike: with `take` the next one is returned each time.
        """
        if LOSSY not in told:
            return told
        if folder not in self._names:
            self._names[folder] = self._odd_names(folder)
        names = self._names[folder].get(told)
        if not names:
            return None
        if take:
            names.rotate(-1)
            return names[-1]
        return names[0]

    def _odd_names(self, folder: bytes) -> dict[bytes, deque[bytes]]:
        found: dict[bytes, deque[bytes]] = {}
        number = self._open(folder)
        if number is None:
            return found
        try:
            for name in sorted(map(os.fsencode, os.listdir(number)))[:NAMES_MAX]:
                told = as_told(name)
                if LOSSY in told:
                    found.setdefault(told, deque()).append(name)
        finally:
            os.close(number)
        return found


@lru_cache(4096)
def as_told(name: bytes) -> bytes:
    """Return a name as an Engine writes it in JSON: U+FFFD for each byte that is no UTF-8."""
    text = name.decode("utf-8", "surrogateescape")
    return "".join("\ufffd" if "\udc80" <= one <= "\udcff" else one for one in text).encode()
