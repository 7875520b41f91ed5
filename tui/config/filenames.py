"""Paths of this machine as a person types them: what they could become, and what is there.

Plain blocking calls, each of which may take long on a network file system: screens make them in
a thread. A name that is not UTF-8 is kept by surrogateescape; in an input line it is written as
`shown_path` says, and read from there by `typed_path`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from tui.model.text import visible

LISTED_MAX: Final = 20_000
"""Entries of a folder that are looked at."""

FOUND_MAX: Final = 200
"""Names that a path could become which are kept."""

_HEAD: Final = 512
"""Bytes of a file that tell its form: the first block of a tar."""

_FORMS: Final = (
    (0, b"\x1f\x8b", "gzip"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (0, b"PK\x03\x04", "zip"),
    (257, b"ustar", "tar"),
)
"""Where which bytes stand in what."""

_ESCAPED: Final = re.compile(rb"\\(?:\\|x([0-9a-f]{2}))")


class PathKind(StrEnum):
    """What a path leads to."""

    NOTHING = "nothing"
    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"
    """A device, a pipe, a socket."""
    UNKNOWN = "unknown"
    """It may not be looked at."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a typed path could become."""

    text: str
    """As it was typed."""
    found: tuple[str, ...] = ()
    """The whole texts, in order; those of folders end in a slash."""
    is_cut: bool = False
    """Whether there are more."""

    @property
    def common(self) -> str:
        """How far all of them go together; never less than what was typed."""
        if self.is_cut or not self.found:
            return self.text
        shared = os.path.commonprefix(self.found)  # noqa: RUF071  # names may go together part-way
        return max(shared, self.text, key=len)


@dataclass(frozen=True, slots=True)
class PathFacts:
    """What is at a path, and what the file system around it has room for."""

    path: str
    """Absolute."""
    kind: PathKind = PathKind.NOTHING
    size: int = 0
    """Bytes of the file, or of the files directly in the folder."""
    count: int = 0
    """Entries of the folder."""
    is_cut: bool = False
    """Whether the folder has more than were counted."""
    form: str = ""
    """What a file's first bytes say: tar, gzip, bzip2, xz, zstd, zip; empty for all else."""
    folder: str = ""
    """The folder that it lies in, or would; the nearest one there is."""
    has_folder: bool = True
    """Whether it is the very folder that the path names."""
    is_writable: bool = True
    """Whether something can be made in that folder."""
    free: int = -1
    """Bytes that the user may still write there; -1 if not known."""


def expand(text: str) -> str:
    """Return a typed path as the operating system wants it: `~` and `~user` replaced."""
    return os.path.expanduser(text)


def complete(text: str, *, folders_only: bool = False) -> Completion:
    """Return what a typed path could become; hidden names only where a dot was typed.

    A folder that cannot be read has nothing to offer.
    """
    if text == "~":
        return Completion(text, ("~/",))
    folder, slash, start = text.rpartition("/")
    try:
        with os.scandir(expand(folder + slash) or ".") as entries:
            names = sorted(_fitting(islice(entries, LISTED_MAX), start, folders_only))
    except (OSError, ValueError):  # a null character is a ValueError
        return Completion(text)
    found = tuple(folder + slash + name for name in names[:FOUND_MAX])
    return Completion(text, found, is_cut=len(names) > FOUND_MAX)


def _fitting(entries: Iterator[os.DirEntry[str]], start: str, folders_only: bool) -> Iterator[str]:
    for entry in entries:
        if not entry.name.startswith(start):
            continue
        if entry.name.startswith(".") and not start.startswith("."):
            continue
        try:
            is_folder = entry.is_dir()
        except OSError:  # a link that leads in a circle
            is_folder = False
        if is_folder or not folders_only:
            yield entry.name + ("/" if is_folder else "")


def facts_of(text: str) -> PathFacts:
    """Return what is at a typed path; never fails."""
    path = os.path.abspath(expand(text).replace("\0", ""))
    kind, size, form = _look(path)
    count, is_cut = 0, False
    if kind is PathKind.FOLDER:
        count, size, is_cut = _measured(path)
    wanted = path if kind is PathKind.FOLDER else os.path.dirname(path)
    folder = wanted
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return PathFacts(
        path,
        kind,
        size=size,
        count=count,
        is_cut=is_cut,
        form=form,
        folder=folder,
        has_folder=folder == wanted,
        is_writable=os.access(folder, os.W_OK | os.X_OK),
        free=free_space(folder),
    )


def free_space(folder: str) -> int:
    """Return the bytes that the user may still write to a file system; -1 if nobody knows."""
    try:
        status = os.statvfs(folder)
    except OSError:
        return -1
    return status.f_bavail * status.f_frsize


def _look(path: str) -> tuple[PathKind, int, str]:
    """Return kind, size and form of what is there."""
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return PathKind.NOTHING, 0, ""
    except OSError:
        return PathKind.UNKNOWN, 0, ""
    if stat.S_ISDIR(status.st_mode):
        return PathKind.FOLDER, 0, ""
    if not stat.S_ISREG(status.st_mode):
        return PathKind.OTHER, 0, ""
    return PathKind.FILE, status.st_size, _form(path)


def _form(path: str) -> str:
    try:
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return ""
    return next((form for at, mark, form in _FORMS if head.startswith(mark, at)), "")


def _measured(folder: str) -> tuple[int, int, bool]:
    """Return how many entries a folder has, the bytes of its files, and whether there are more."""
    count = size = 0
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, LISTED_MAX):
                count += 1
                status = entry.stat(follow_symlinks=False)
                size += status.st_size if stat.S_ISREG(status.st_mode) else 0
            return count, size, next(entries, None) is not None
    except OSError:
        return count, size, False


def shown_path(path: str) -> str:
    r"""Return a path as an input line can hold it.

    A backslash is doubled; a byte of a control character, of a character that a terminal would
    obey or that is no UTF-8 becomes `\x9b`. `typed_path` takes it back.
    """
    return "".join(map(_shown, path))


def _shown(char: str) -> str:
    if char == "\\":
        return "\\\\"
    if char == " " or visible(char) == char:
        return char
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))


def typed_path(text: str) -> str:
    """Return the path that a text in an input line means."""
    if "\\" not in text:
        return text

    def meant(match: re.Match[bytes]) -> bytes:
        return bytes([int(match[1], 16)]) if match[1] else b"\\"

    data = text.encode("utf-8", "surrogateescape")
    return _ESCAPED.sub(meant, data).decode("utf-8", "surrogateescape")
