"""Reading the Engine's data root, which is somebody else's: bounded, and never out of it.

What lies there may be damaged or made by an enemy. A path that leads out of the root by a
link, something that is no plain file, and a file that is too long are not read.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from tui.i18n import _
from tui.model.text import visible

FILE_MAX: Final = 16_000_000
"""Bytes of the longest file that is read: `repositories.json` of a hundred thousand names."""

NAMES_MAX: Final = 10_000
"""Entries of a folder that are counted."""

_FOLDER: Final = re.compile(r"[0-9A-Za-z]{1,128}(-init)?")
_HEX: Final = re.compile(r"[0-9a-f]{64}")


class NotThere(Exception):
    """Something of the data root cannot be read; says why in a sentence, made harmless."""


@dataclass(frozen=True, slots=True)
class DataRoot:
    """A data root on this machine."""

    root: Path

    def read(self, path: Path) -> bytes:
        """Return a file whole.

        Raises:
            NotThere: it may not or cannot be read, is too long, or not in the root.
        """
        self._check(path)
        try:
            number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(number, "rb") as file:
                if not stat.S_ISREG(os.fstat(number).st_mode):
                    raise NotThere(_("It is not a plain file."))
                data = file.read(FILE_MAX + 1)
        except OSError as error:
            raise NotThere(_why(error)) from error
        if len(data) > FILE_MAX:
            raise NotThere(_("It is too long to be read."))
        return data

    def size(self, path: Path) -> int:
        """Return the bytes of a file.

        Raises:
            NotThere: as for `read`.
        """
        self._check(path)
        try:
            status = path.lstat()
        except OSError as error:
            raise NotThere(_why(error)) from error
        if not stat.S_ISREG(status.st_mode):
            raise NotThere(_("It is not a plain file."))
        return status.st_size

    def text(self, path: Path) -> str:
        """Return a file as text; bytes that are no UTF-8 become lone surrogates.

        Raises:
            NotThere: as for `read`.
        """
        return self.read(path).decode("utf-8", "surrogateescape")

    def names(self, path: Path) -> list[str]:
        """Return the names in a folder in the order of their bytes; NAMES_MAX + 1 at most.

        Raises:
            NotThere: it may not or cannot be read, or is not in the root.
        """
        self._check(path)
        try:
            with os.scandir(path) as entries:
                names = [entry.name for entry in islice(entries, NAMES_MAX + 1)]
        except OSError as error:
            raise NotThere(_why(error)) from error
        return sorted(names, key=os.fsencode)

    def _check(self, path: Path) -> None:
        try:
            real, root = os.path.realpath(path), os.path.realpath(self.root)
        except (OSError, ValueError) as error:
            raise NotThere(visible(str(error))) from error
        if os.path.commonpath((real, root)) != root:
            raise NotThere(_("A link leads out of the data root; it is not followed."))


def folder_name(told: str) -> str:
    """Return what a file says a folder is called.

    Raises:
        NotThere: it is no such name.
    """
    if not _FOLDER.fullmatch(told):
        raise NotThere(_("It names no folder: {name}").format(name=visible(told[:80])))
    return told


def digits_of(digest: str) -> str:
    """Return the hexadecimal digits of a SHA-256 digest.

    Raises:
        NotThere: it is none.
    """
    algorithm, _colon, digits = digest.rpartition(":")
    if algorithm not in {"sha256", ""} or not _HEX.fullmatch(digits):
        raise NotThere(_("This is no SHA-256 digest: {digest}").format(digest=visible(digest[:80])))
    return digits


def some(names: Iterable[str], count: int) -> str:
    """Return the first names in a line, and that there are more."""
    first = list(islice(names, count + 1))
    return ", ".join(first[:count]) + (", ..." if len(first) > count else "")


def _why(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return _("You may not read it; its owner is another user.")
    if isinstance(error, FileNotFoundError):
        return _("It is not there.")
    return visible(error.strerror or str(error))
