"""Copying out of a container: a tar is unpacked as it flows by, and nothing leaves its folder.

What `docker cp` writes, but for what could do harm: no setuid, no devices, and no file that is
there is replaced unasked. Names in the tar are the container's, and so may be anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.contents.beneath import BadDestination, Beneath, Extracted, destination
from tui.contents.files import Bounded
from tui.contents.folders import EndSource, found_at
from tui.contents.source import Watch, Watched
from tui.i18n import N_, _
from tui.layers.bytesource import Readable
from tui.layers.errors import BadTar, LayerError
from tui.layers.tarscan import TarScanner, clean_path
from tui.model.listing import Kind, LayerEntry

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

INSIDE: Final = b"/."
"""At the end of a path: what is in the folder, and not the folder itself."""

_PLACE: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_SPECIAL: Final = 0o6000
"""The bits setuid and setgid."""


class CutShort(LayerError):
    """The tar ended before its end."""

    TITLE = N_("The archive ended in the middle; what is written is whole.")
    REMEDY = N_("A file may have changed while it was read: copy again, or pause the container.")


@dataclass(frozen=True, slots=True)
class Source:
    """What is copied, as the Engine tells."""

    path: bytes
    """What is asked for: of a link that is followed, what it leads to."""
    name: bytes
    """What it is called in a folder that is there; empty where only what is in it is copied."""
    is_folder: bool


def source_of(client: EngineClient, container_id: str, path: bytes, *, follow: bool) -> Source:
    """Return what is at a path.

    Raises:
        NotFound: nothing is.
        EngineError: as the Engine tells.
    """
    from tui.engine import archive

    inside = path.endswith(INSIDE)
    clean = b"/" + clean_path(path)
    if follow or inside:
        real, told = found_at(client, container_id, clean)
    else:
        real, told = clean, archive.stat(client, container_id, clean)
    name = b"" if inside else clean.rpartition(b"/")[2]
    return Source(real, name, told.is_folder)


def place_for(source: Source, output: str) -> tuple[int, bytes]:
    """Return the folder to write in, open, and the name there; empty for the folder itself.

    Raises:
        BadDestination: it cannot be written, or a file stands where the folder is to go.
    """
    place = Path(output)
    if source.is_folder and not place.is_dir() and not output.endswith("/"):
        if os.path.lexists(place):
            raise BadDestination(_("a file is there, and a folder cannot take its place"))
        # Under that name in the folder above, so that it gets mode and time of the source.
        try:
            return os.open(place.parent, _PLACE), os.fsencode(place.name)
        except OSError as error:
            raise BadDestination(str(error)) from error
    return destination(output, b"/" + source.name, is_folder=source.is_folder)


class Unpacking(Beneath):
    """Writes what a tar brings beneath one folder, or as one file in it."""

    def __init__(self, root: int, name: bytes, *, overwrite: bool) -> None:
        """Prepare; the arguments are those of `Beneath`."""
        super().__init__(root, name, overwrite=overwrite)
        self._folders: list[tuple[bytes, LayerEntry]] = []
        self._written: set[bytes] = set()
        self._base: bytes | None = None

    def take(self, body: Readable, watch: Watch) -> Extracted:
        """Write all of it; what goes wrong with one entry is noted and the others go on.

        Args:
            body: The tar.
            watch: How the writing is watched; it tells bytes of the tar.

        Raises:
            CutShort: it is damaged, or ended before its end.
            DiskFull: there is no room left.
        """
        source = EndSource(_Told(body, watch))
        try:
            for entry in (scanner := TarScanner(source)):
                watch.check()
                part = Bounded(source, scanner.stored)
                is_odd = entry.kind is Kind.FILE and scanner.stored != entry.size
                scanner.stored = 0  # what it shall pass over: that is done here
                self._noted(entry.path, partial(self._write_entry, entry, part, is_odd=is_odd))
                part.finish()
        except BadTar as error:
            raise CutShort from error
        finally:
            for name, entry in reversed(self._folders):
                self._noted(name, partial(self._finish_folder, name, entry))
        if not source.has_end:
            raise CutShort
        return self.done

    def _write_entry(self, entry: LayerEntry, content: Readable, *, is_odd: bool) -> None:
        name = self._name_of(entry.path)
        if is_odd:
            raise BadDestination(_("it is a sparse file, which no Engine sends"))
        match entry.kind:
            case Kind.DIRECTORY:
                self._make_folder(name)
                self._folders.append((name, entry))
            case Kind.FILE:
                self._write_file((name,), entry, content)
                self._written.add(name)
                self.done.bare += bool(entry.mode & _SPECIAL)
            case Kind.SYMLINK:
                self._make_symlink(name, entry)
                self._written.add(name)
            case Kind.HARDLINK:
                self._make_hardlink(name, self._name_of(entry.link))
            case _:
                self.done.skipped.append((entry.path, entry.kind.value))

    def _make_hardlink(self, name: bytes, first: bytes) -> None:
        """Link to what this copying has written; whatever else is there is nobody's business."""
        if first not in self._written:
            raise BadDestination(_("it is a link to a file that was not copied"))
        with self._above(first) as (at, last):
            self._link(at, last, name)
        self._written.add(name)

    def _name_of(self, path: bytes) -> bytes:
        """Return a path from what is copied on: that is what the tar names first.

        Raises:
            BadDestination: it is not in there.
        """
        base = self._base
        if base is None:
            base = self._base = path
        if path == base:
            return b""
        if base and not path.startswith(base + b"/"):
            raise BadDestination(_("it is not in what was asked for"))
        return path[len(base) :].lstrip(b"/")


class _Told(Watched):
    """A stream whose bytes are told as they come."""

    def __init__(self, stream: Readable, watch: Watch) -> None:
        super().__init__(stream, watch)
        self._tell: Callable[[int, int], None] = watch.tell
        self._done = 0

    def read(self, size: int, /) -> bytes:
        data = super().read(size)
        self._done += len(data)
        self._tell(self._done, 0)
        return data
