"""Writing a large file so that it is there whole or not at all.

    with whole_file(Path("app.tar.gz"), needs=size) as output:
        for data in stream:
            output.write(data)

It is written beside its place under another name, and gets its own when the block ends well:
fsync, then link or rename. Whatever ends the block otherwise, cancelling and ctrl+c too, removes
it. What a killed process left is removed by the next one that writes in that folder: each holds
a lock on its file while it lives.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tui.contents.beneath import give_name
from tui.i18n import _
from tui.model.text import human_size
from tui.transfer.errors import (
    BadTarget,
    DiskFull,
    FileExists,
    IsTerminal,
    NoRoom,
    QuotaUsedUp,
    ReaderGone,
)
from tui.transfer.packing import Packing, packer, packing_of

PREFIX: Final = ".orlop-"
SUFFIX: Final = ".part"
"""What the names of unfinished files begin and end with."""

SYNC_EACH: Final = 1 << 28
"""Bytes after which the disk must have caught up, so that the end comes without a long wait."""

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class Output:
    """A file that is being written."""

    def __init__(self, descriptor: int, packing: Packing) -> None:
        self._descriptor = descriptor
        self._packer = packer(packing, self._store, descriptor)
        self._synced = 0
        self.taken = 0
        """Bytes taken, before compression."""
        self.stored = 0
        """Bytes written, after compression; of a program's own writing only the sum at the end."""

    def write(self, data: bytes, /) -> None:
        """Take some more bytes.

        Raises:
            DiskFull: no room is left.
            BadTarget: it cannot be written for another reason.
        """
        with _explained():
            self._packer.write(data)
        self.taken += len(data)

    def finish(self) -> None:
        """Write what compression still holds back; BadTarget as for `write`."""
        with _explained():
            self._packer.finish()

    def abort(self) -> None:
        """Give up."""
        self._packer.abort()

    def _store(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            count = os.write(self._descriptor, view)
            self.stored += count
            view = view[count:]
        if self.stored - self._synced >= SYNC_EACH:
            self._synced = self.stored
            with suppress(OSError):  # a pipe; and of a file the last one counts
                os.fdatasync(self._descriptor)


def free_bytes(folder: Path) -> int:
    """Return the bytes that this user may still write on a folder's file system.

    Raises:
        BadTarget: there is no such folder.
    """
    try:
        found = os.statvfs(folder)
    except OSError as error:
        raise BadTarget(_why(error)) from error
    return found.f_bavail * found.f_frsize


def check_target(target: Path, *, overwrite: bool = False, needs: int = 0) -> Path:
    """Return where a file really goes to, once it is clear that it can.

    Args:
        target: As the user wrote it; a symlink is followed, `~` is not.
        overwrite: A file that is there may be replaced.
        needs: Bytes that it will have; 0 when nobody knows.

    Raises:
        FileExists: there is one already.
        NoRoom: the disk has not so many bytes left.
        BadTarget: there is no such folder, or it may not be written.
    """
    try:
        place = Path(os.path.realpath(target))
        kind = os.stat(place).st_mode
    except FileNotFoundError:
        kind = 0
    except (OSError, ValueError) as error:
        raise BadTarget(str(error)) from error
    if kind and not stat.S_ISREG(kind):
        raise BadTarget(_("{path} is no plain file").format(path=target))
    if kind and not overwrite:
        raise FileExists(str(target))
    free = free_bytes(place.parent)
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise BadTarget(_("{path}: you may not write there").format(path=place.parent))
    if needs > free:
        raise NoRoom(
            _("{needs} are needed, {free} are free").format(
                needs=human_size(needs), free=human_size(free)
            )
        )
    return place


@contextmanager
def whole_file(
    target: Path, *, overwrite: bool = False, needs: int = 0, packing: Packing | None = None
) -> Iterator[Output]:
    """Lend a file that gets its name when the block ends well, and is gone otherwise.

    Args:
        target: Its name in the end.
        overwrite: A file that is there may be replaced.
        needs: Bytes that it will have before compression; the room for them is checked, but only
            where it is not compressed.
        packing: How it is compressed; as its name tells by default.

    Raises:
        BadTarget: it cannot be written: `check_target`, and whatever goes wrong later.
        NoPacker: this machine has no zstd.
    """
    chosen = packing_of(target.name) if packing is None else packing
    place = check_target(target, overwrite=overwrite, needs=needs if chosen is Packing.PLAIN else 0)
    sweep(place.parent)
    temporary = f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"
    with _explained():
        folder = os.open(place.parent, _FOLDER)
    try:
        with _explained():
            descriptor = os.open(temporary, _NEW, 0o600, dir_fd=folder)
        try:
            _hold(descriptor)
            with _finished(Output(descriptor, chosen)) as output:
                yield output
            with _explained():
                output.stored = os.fstat(descriptor).st_size
                os.fsync(descriptor)
                give_name(folder, temporary, place.name, overwrite=overwrite)
                os.fsync(folder)
        finally:
            os.close(descriptor)
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)
    finally:
        os.close(folder)


@contextmanager
def standard_output(packing: Packing = Packing.PLAIN) -> Iterator[Output]:
    """Lend the standard output, which must be no terminal.

    Raises:
        IsTerminal: it is one.
        ReaderGone: nobody reads it any more.
        BadTarget: it cannot be written for another reason.
    """
    sys.stdout.flush()
    descriptor = sys.stdout.fileno()
    if os.isatty(descriptor):
        raise IsTerminal
    with _finished(Output(descriptor, packing)) as output:
        yield output


def sweep(folder: Path) -> int:
    """Remove what killed processes left unfinished in a folder; returns how many files."""
    swept = 0
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(PREFIX) and name.endswith(SUFFIX) and _is_left(entry.path):
                with suppress(OSError):
                    os.unlink(entry.path)
                    swept += 1
    return swept


@contextmanager
def _finished(output: Output) -> Iterator[Output]:
    try:
        yield output
        output.finish()
    except BaseException:
        output.abort()
        raise


def _hold(descriptor: int) -> None:
    """Show others that this process lives; a file system without locks does without."""
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_left(path: str) -> bool:
    """Tell whether nobody holds a file of this user any more."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


@contextmanager
def _explained() -> Iterator[None]:
    """Turn the operating system's errors into sentences."""
    try:
        yield
    except FileExistsError as error:
        raise FileExists(_why(error)) from error
    except BrokenPipeError as error:
        raise ReaderGone(_why(error)) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(_why(error)) from error
        if error.errno == errno.EDQUOT:
            raise QuotaUsedUp(_why(error)) from error
        raise BadTarget(_why(error)) from error


def _why(error: OSError) -> str:
    words = error.strerror or str(error)
    return f"{error.filename}: {words}" if isinstance(error.filename, str) else words
