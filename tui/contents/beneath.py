"""Writing files beneath one folder of the user's: nothing leaves that folder.

Each step down is taken with the folder above in hand and never through a symlink. A file is
written under another name and then given its own, which is never one in use, unless asked for.
Owners, attributes and the bits setuid and setgid are not restored; devices and pipes are not made.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import AnyStr, Final

from tui.i18n import N_, _
from tui.layers.bytesource import CHUNK, Readable
from tui.layers.errors import LayerError
from tui.model.listing import LayerEntry

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class DiskFull(LayerError):
    """The destination has no room left."""

    TITLE = N_("The disk is full.")
    REMEDY = N_("Make room, or choose another destination; what is written so far is whole.")


class BadDestination(LayerError):
    """The destination cannot be written."""

    TITLE = N_("The destination cannot be written.")


@dataclass(slots=True)
class Extracted:
    """What was written, and what was not."""

    files: int = 0
    """Names of files, symlinks among them."""
    folders: int = 0
    size: int = 0
    """Bytes of the files."""
    skipped: list[tuple[bytes, str]] = field(default_factory=list)
    """Devices and pipes, with a word on why."""
    failed: list[tuple[bytes, str]] = field(default_factory=list)
    bare: int = 0
    """Files that had setuid or setgid, and lost it."""


class Beneath:
    """Writes beneath one folder, or one file in it; what goes wrong with one is noted."""

    def __init__(self, root: int, name: bytes, *, overwrite: bool) -> None:
        """Prepare.

        Args:
            root: The folder that it goes to, open.
            name: What it is called there; empty for the folder itself.
            overwrite: Files that are there are replaced.
        """
        self._root = root
        self._name = name
        self._overwrite = overwrite
        self.done = Extracted()

    def _noted(self, name: bytes, act: Callable[[], None]) -> None:
        name = name or self._name
        try:
            act()
        except LayerError as error:
            self.done.failed.append((name, str(error)))
        except (OSError, ValueError, OverflowError) as error:  # a time past all clocks
            if isinstance(error, OSError) and error.errno in _FULL:
                raise DiskFull(str(self.done.size)) from error
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self.done.failed.append((name, why))

    @contextmanager
    def _above(self, name: bytes) -> Iterator[tuple[int, bytes]]:
        """Open the folder that a name is in; gives it and the last part of the name."""
        whole = b"/".join(part for part in (self._name, name) if part)
        *folders, last = whole.split(b"/")
        if any(part in (b"", b".", b"..") or b"\0" in part for part in (*folders, last)):
            raise BadDestination(_("the name makes no sense"))
        at = os.dup(self._root)
        try:
            for folder in folders:
                below = os.open(folder, _FOLDER, dir_fd=at)
                os.close(at)
                at = below
            yield at, last
        finally:
            os.close(at)

    def _make_folder(self, name: bytes) -> None:
        if not (self._name or name):
            return
        with self._above(name) as (at, last):
            with suppress(FileExistsError):
                os.mkdir(last, 0o700, dir_fd=at)
            os.close(os.open(last, _FOLDER, dir_fd=at))  # a symlink in the way is an error
            self.done.folders += 1

    def _finish_folder(self, name: bytes, entry: LayerEntry) -> None:
        """Give a folder mode and time, once all is in it; the destination keeps its own."""
        if not (self._name or name):
            return
        with self._above(name) as (at, last):
            folder = os.open(last, _FOLDER, dir_fd=at)
            try:
                os.fchmod(folder, entry.mode & 0o777)
                os.utime(folder, (entry.mtime, entry.mtime))
            finally:
                os.close(folder)

    def _write_file(self, names: Sequence[bytes], entry: LayerEntry, content: Readable) -> None:
        """Write one file, and link its other names to it."""
        with self._above(names[0]) as (at, last), self._temporary(at) as temporary:
            file = os.open(temporary, _NEW, 0o600, dir_fd=at)
            with open(file, "wb", buffering=0) as output:
                left = entry.size
                while left and (data := content.read(min(left, CHUNK))):
                    left -= len(data)
                    view = memoryview(data)
                    while view:
                        view = view[output.write(view) :]
                if left:
                    raise BadDestination(_("the content ends too early"))
                os.fchmod(file, entry.mode & 0o777)
                os.utime(file, (entry.mtime, entry.mtime))
            give_name(at, temporary, last, overwrite=self._overwrite)
            self.done.size += entry.size
            self.done.files += 1
            for name in names[1:]:
                self._noted(name, partial(self._link, at, last, name))

    def _link(self, at: int, first: bytes, name: bytes) -> None:
        """Give what is called `first` in the folder `at` one more name."""
        with self._above(name) as (folder, last), self._temporary(folder) as temporary:
            os.link(first, temporary, src_dir_fd=at, dst_dir_fd=folder, follow_symlinks=False)
            give_name(folder, temporary, last, overwrite=self._overwrite)
            self.done.files += 1

    def _make_symlink(self, name: bytes, entry: LayerEntry) -> None:
        with self._above(name) as (at, last), self._temporary(at) as temporary:
            os.symlink(entry.link, temporary, dir_fd=at)
            times = (entry.mtime, entry.mtime)
            os.utime(temporary, times, dir_fd=at, follow_symlinks=False)
            give_name(at, temporary, last, overwrite=self._overwrite)
            self.done.files += 1

    @contextmanager
    def _temporary(self, at: int) -> Iterator[bytes]:
        """Lend a name in a folder; what still has it in the end is removed, however it ends."""
        name = f".orlop-{secrets.token_hex(8)}".encode()
        try:
            yield name
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=at)


def give_name(folder: int, temporary: AnyStr, name: AnyStr, *, overwrite: bool) -> None:
    """Give a file of an open folder its own name at once, and not one in use unless wanted.

    Raises:
        FileExistsError: the name is in use.
        OSError: as the system tells.
    """
    if overwrite:
        os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        return
    try:
        os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # a file system without hardlinks
        with suppress(FileNotFoundError):
            os.stat(name, dir_fd=folder, follow_symlinks=False)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)


def destination(output: str, path: bytes, *, is_folder: bool) -> tuple[int, bytes]:
    """Return the folder to write in, open, and the name there; empty for the folder itself.

    As `docker cp` does it: into a folder that is there, else under that very name.

    Args:
        output: What the user wrote.
        path: What is extracted.
        is_folder: Whether that is a folder.

    Raises:
        BadDestination: it cannot be written.
    """
    place, name = Path(output), path.rpartition(b"/")[2]
    try:
        if output.endswith("/") or (is_folder and not place.exists()):
            place.mkdir(parents=output.endswith("/"), exist_ok=True)
            if is_folder and not output.endswith("/"):
                name = b""
        elif not place.is_dir():
            place, name = place.parent, os.fsencode(place.name)
        if not stat.S_ISDIR(os.stat(place).st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), name
    except OSError as error:
        raise BadDestination(str(error)) from error
