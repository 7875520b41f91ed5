"""Files that are whole or not there: written beside their place, synced, renamed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

UNFINISHED: Final = ".new-"
"""How the name of a file begins that is not yet in its place."""


def write_whole(path: Path, data: bytes) -> None:
    """Write a file, or replace it; who reads it sees the old or the new one.

    Raises:
        OSError: as the disk tells; then nothing has changed.
    """
    temporary = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        try:
            descriptor = _created(temporary)
        except FileNotFoundError:
            make_folder(path.parent)
            descriptor = _created(temporary)
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, path)
        sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):  # it was not made, or is in its place
            temporary.unlink(missing_ok=True)
        raise


def move_into_place(temporary: Path, path: Path) -> None:
    """Give a file that is synced its place; one of the same name is replaced.

    Raises:
        OSError: as the disk tells.
    """
    make_folder(path.parent)
    os.replace(temporary, path)
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that they last; nothing if it is there.

    Raises:
        OSError: as the disk tells.
    """
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last.

    Raises:
        OSError: as the disk tells.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return what is in a folder, without files that are being written; nothing if it is none."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as found:
        return [entry for entry in found if not entry.name.startswith(UNFINISHED)]
    return []


def names_in(folder: Path) -> list[str]:
    """Return the names of the folders in a folder, in ASCII order."""
    return sorted(entry.name for entry in entries(folder) if entry.is_dir(follow_symlinks=False))


def unfinished(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder that a writer left, who was killed."""
    for place, _folders, files in os.walk(folder):
        yield from (Path(place, name) for name in files if name.startswith(UNFINISHED))


def remove_empty(folder: Path, end: Path) -> None:
    """Remove a folder and those above it that are empty then, but not `end`."""
    with suppress(OSError):  # not empty: done
        while folder != end and end in folder.parents:
            folder.rmdir()
            folder = folder.parent


def _created(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
