"""Writing files of an image to a folder of the user's: nothing leaves that folder.

Each step down is taken with the folder above in hand and never through a symlink. A file is
written under another name and then given its own, which is never one in use, unless asked for.
Owners, attributes and the bits setuid and setgid are not restored; devices and pipes are not made.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from tui.contents.files import Content, Contents, Wanted
from tui.contents.source import Watch
from tui.i18n import N_, _
from tui.layers.bytesource import CHUNK
from tui.layers.errors import LayerError
from tui.layers.union import Shown, Union
from tui.model.listing import Kind

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class NotInImage(LayerError):
    """There is nothing at this path."""

    TITLE = N_("There is no such file in the image.")
    REMEDY = N_("orlop files SOURCE lists them.")


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


@dataclass(slots=True)
class Plan:
    """What lies at a path, and where each of it goes: paths relative to the destination."""

    folders: dict[bytes, Shown | None] = field(default_factory=dict)
    files: dict[tuple[int, bytes], list[bytes]] = field(default_factory=dict)
    """By layer and path of the content: the names that it gets."""
    shown: dict[bytes, Shown] = field(default_factory=dict)
    """Each name that is no folder."""


def plan_of(union: Union, path: bytes) -> Plan:
    """Return what is at a path of a file system; a folder is the empty relative path.

    Raises:
        NotInImage: nothing is.
    """
    if path and path not in union.shown and path not in union.below:
        raise NotInImage(path.decode("utf-8", "surrogateescape"))
    plan = Plan()
    waiting = [path]
    while waiting:
        one = waiting.pop()
        name = one[len(path) :].lstrip(b"/")
        shown = union.shown.get(one)
        if shown is None or shown.entry.kind is Kind.DIRECTORY:
            plan.folders[name] = shown
            waiting += union.inside(one)
            continue
        plan.shown[name] = shown
        layer, entry = (shown.file.layer, shown.file.entry) if shown.file else shown[1::-1]
        if entry.kind is Kind.FILE:
            plan.files.setdefault((layer, entry.path), []).append(name)
    return plan


class Extraction:
    """Writes a plan beneath one folder, or as one file in it."""

    def __init__(self, plan: Plan, root: int, name: bytes, *, overwrite: bool) -> None:
        """Prepare.

        Args:
            plan: What is to be written.
            root: The folder that it goes to, open.
            name: What it is called there; empty for the folder itself.
            overwrite: Files that are there are replaced.
        """
        self._plan = plan
        self._root = root
        self._name = name
        self._overwrite = overwrite
        self.done = Extracted()

    def write(
        self, contents: Contents, wanted: Wanted, paths: dict[tuple[int, int], bytes], watch: Watch
    ) -> Extracted:
        """Write all of it; what goes wrong with one file is noted and the others go on.

        Args:
            contents: Where the contents are.
            wanted: The files, as places in listings.
            paths: The path of each of those.
            watch: How the writing is watched; it tells bytes.

        Raises:
            DiskFull: there is no room left.
            LayerError: the contents cannot be read on.
        """
        plan = self._plan
        for name in sorted(plan.folders):
            self._noted(name, partial(self._make_folder, name))
        total = sum(plan.shown[names[0]].size for names in plan.files.values())
        if total:
            watch.tell(0, total)
        for content in contents.read(wanted, watch):
            path = paths[content.layer, content.at]
            names = plan.files[content.layer, path]
            self._noted(names[0], partial(self._write_file, content, names))
            watch.tell(self.done.size, total)
        for name in sorted(plan.shown):
            self._noted(name, partial(self._make_other, name))
        for name in sorted(plan.folders, reverse=True):
            self._noted(name, partial(self._finish_folder, name))
        return self.done

    def _noted(self, name: bytes, act: Callable[[], None]) -> None:
        name = name or self._name
        try:
            act()
        except LayerError as error:
            self.done.failed.append((name, str(error)))
        except (OSError, ValueError) as error:
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

    def _finish_folder(self, name: bytes) -> None:
        shown = self._plan.folders[name]
        if shown is None or not (self._name or name):
            return
        with self._above(name) as (at, last):
            folder = os.open(last, _FOLDER, dir_fd=at)
            try:
                os.fchmod(folder, shown.entry.mode & 0o777)
                os.utime(folder, (shown.entry.mtime, shown.entry.mtime))
            finally:
                os.close(folder)

    def _write_file(self, content: Content, names: list[bytes]) -> None:
        """Write one file, and link its other names to it."""
        if content.error is not None:
            raise content.error
        entry = self._plan.shown[names[0]]
        told = entry.file.entry if entry.file else entry.entry
        with self._above(names[0]) as (at, last), self._temporary(at) as temporary:
            file = os.open(temporary, _NEW, 0o600, dir_fd=at)
            with open(file, "wb", buffering=0) as output:
                left = told.size
                while left and (data := content.stream.read(min(left, CHUNK))):
                    left -= len(data)
                    view = memoryview(data)
                    while view:
                        view = view[output.write(view) :]
                if left:
                    raise BadDestination(_("the content ends too early"))
                os.fchmod(file, told.mode & 0o777)
                os.utime(file, (told.mtime, told.mtime))
            self._give_name(at, temporary, last)
            self.done.size += told.size
            self.done.files += 1
            for name in names[1:]:
                self._noted(name, partial(self._link, at, last, name))

    def _link(self, at: int, first: bytes, name: bytes) -> None:
        with self._above(name) as (folder, last), self._temporary(folder) as temporary:
            os.link(first, temporary, src_dir_fd=at, dst_dir_fd=folder, follow_symlinks=False)
            self._give_name(folder, temporary, last)
            self.done.files += 1

    def _make_other(self, name: bytes) -> None:
        """Make what has no content: a symlink; or note why not."""
        shown = self._plan.shown[name]
        entry = shown.file.entry if shown.file else shown.entry
        if entry.kind is Kind.SYMLINK:
            with self._above(name) as (at, last), self._temporary(at) as temporary:
                os.symlink(entry.link, temporary, dir_fd=at)
                times = (entry.mtime, entry.mtime)
                os.utime(temporary, times, dir_fd=at, follow_symlinks=False)
                self._give_name(at, temporary, last)
                self.done.files += 1
        elif entry.kind is Kind.HARDLINK:
            raise BadDestination(_("it is a link to a file that is not in the image"))
        elif entry.kind is not Kind.FILE:
            self.done.skipped.append((name, entry.kind.value))

    @contextmanager
    def _temporary(self, at: int) -> Iterator[bytes]:
        """Lend a name in a folder; what still has it in the end is removed, however it ends."""
        name = f".orlop-{secrets.token_hex(8)}".encode()
        try:
            yield name
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=at)

    def _give_name(self, at: int, temporary: bytes, name: bytes) -> None:
        """Give a file its own name: at once, and not one in use unless that was asked for."""
        if self._overwrite:
            os.replace(temporary, name, src_dir_fd=at, dst_dir_fd=at)
            return
        try:
            os.link(temporary, name, src_dir_fd=at, dst_dir_fd=at, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:  # a file system without hardlinks
            with suppress(FileNotFoundError):
                os.stat(name, dir_fd=at, follow_symlinks=False)
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
            os.rename(temporary, name, src_dir_fd=at, dst_dir_fd=at)


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


def extract(
    listings: dict[int, dict[bytes, int]],
    plan: Plan,
    contents: Contents,
    where: tuple[int, bytes],
    *,
    overwrite: bool,
    watch: Watch,
) -> Extracted:
    """Write a plan.

    Args:
        listings: Of each layer, where each path stands in its listing.
        plan: What is to be written.
        contents: The place that has the contents.
        where: As `destination` tells it; its folder is closed.
        overwrite: Replace files that are there.
        watch: How it is watched.

    Raises:
        LayerError: it cannot go on.
    """
    wanted: dict[int, list[int]] = {}
    paths: dict[tuple[int, int], bytes] = {}
    for layer, path in plan.files:
        at = listings[layer][path]
        wanted.setdefault(layer, []).append(at)
        paths[layer, at] = path
    root, name = where
    try:
        extraction = Extraction(plan, root, name, overwrite=overwrite)
        return extraction.write(contents, wanted, paths, watch)
    finally:
        os.close(root)
