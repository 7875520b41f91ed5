"""Copying into a container: a tar of files of this machine, made as it is sent.

As `docker cp` makes it: owners as they are here, by number; links stay links; sockets are left
out. Nothing is kept in memory but names, and no temporary file is made.
"""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from tui.contents.folders import found_at
from tui.engine.errors import NotFound
from tui.i18n import N_, _
from tui.layers.bytesource import BLOCK
from tui.layers.errors import LayerError
from tui.layers.tarscan import clean_path
from tui.model.folder import joined, parent
from tui.model.listing import Kind

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

CHUNK: Final = 1 << 18
"""Bytes that are sent at once."""

INSIDE: Final = "/."
"""At the end of a source: what is in the folder, and not the folder itself."""

ASKED_MAX: Final = 200
"""Names that are looked up in the container before something is replaced."""

_CAPABILITY: Final = "security.capability"
_END: Final = bytes(2 * BLOCK)


class NoSource(LayerError):
    """What shall be copied cannot be read."""

    TITLE = N_("What you want to copy cannot be read.")
    REMEDY = N_("Check its name, and whether you may read it.")


class BadPlace(LayerError):
    """It cannot be put there."""

    TITLE = N_("It cannot be copied to this place.")
    REMEDY = N_("Name a folder of the container, or a new name in one that is there.")


class Landing(NamedTuple):
    """Where in a container something goes."""

    folder: bytes
    """The folder that is there."""
    name: bytes
    """What it is called in it; empty where what is in the source goes right into the folder."""
    is_there: bool = False
    """Whether there is something of this name already."""


@dataclass(slots=True)
class Sent:
    """What went over, and what did not."""

    files: int = 0
    size: int = 0
    """Bytes of the files."""
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """Sockets."""
    failed: list[tuple[str, str]] = field(default_factory=list)
    """What could not be read, with the reason."""


def is_folder(source: str) -> bool:
    """Tell whether a folder shall be copied; a link to one is a link.

    Raises:
        NoSource: there is nothing.
    """
    inside = source.endswith(("/", INSIDE))
    try:
        found = os.stat(source) if inside else os.lstat(source)
    except (OSError, ValueError) as error:
        raise NoSource(_why(error)) from error
    return stat.S_ISDIR(found.st_mode)


def landing_of(client: EngineClient, container_id: str, source: str, path: bytes) -> Landing:
    """Return where a copy goes, by the rules of `docker cp`.

    Raises:
        NoSource: there is nothing to copy.
        BadPlace: it cannot go there.
        EngineError: as the Engine tells.
    """
    whole, clean = is_folder(source), b"/" + clean_path(path)
    base = os.fsencode(os.path.basename(os.path.abspath(source)))
    try:
        real, told = found_at(client, container_id, clean)
    except NotFound:
        if path.endswith(b"/") and not whole:
            raise BadPlace(_("there is no such folder in the container")) from None
        return Landing(_folder_at(client, container_id, parent(clean)), clean.rpartition(b"/")[2])
    if told.is_folder:
        if source.endswith(INSIDE):
            return Landing(real, b"", is_there=True)
        return Landing(real, base, is_there=_is_there(client, container_id, joined(real, base)))
    if told.kind not in (Kind.FILE, Kind.SYMLINK):
        raise BadPlace(told.kind.value)
    if whole or path.endswith(b"/"):
        raise BadPlace(_("a file is there, and a folder cannot take its place"))
    return Landing(parent(real), real.rpartition(b"/")[2], is_there=True)


def _folder_at(client: EngineClient, container_id: str, path: bytes) -> bytes:
    """Return the real path of a folder that must be there: Podman would make it."""
    try:
        real, told = found_at(client, container_id, path)
    except NotFound:
        raise BadPlace(_("there is no such folder in the container")) from None
    if not told.is_folder:
        raise BadPlace(_("a file is there, where a folder is needed"))
    return real


def _is_there(client: EngineClient, container_id: str, path: bytes) -> bool:
    from tui.engine import archive

    with suppress(NotFound):
        archive.stat(client, container_id, path)
        return True
    return False


def replaced_by(
    client: EngineClient, container_id: str, source: str, landing: Landing
) -> tuple[list[bytes], bool]:
    """Return the paths that a copy would replace, and whether all were looked up.

    Folders that are there stay, and so are not told.

    Raises:
        EngineError: as the Engine tells.
    """
    from tui.engine import archive

    found: list[bytes] = []
    if not landing.is_there:
        return found, True
    with archive.stats(client, container_id) as asked:
        for number, one in enumerate(walk(source, landing.name)):
            if number >= ASKED_MAX:
                return found, False
            path = joined(landing.folder, one.name)
            if one.is_folder or not one.name:
                continue
            with suppress(NotFound):
                asked.stat(path)
                found.append(path)
    return found, True


class Local(NamedTuple):
    """Something of this machine, and what it is called in the tar."""

    path: str
    name: bytes
    """Empty for the folder of which only the content goes."""
    is_folder: bool


def walk(source: str, name: bytes) -> Iterator[Local]:
    """Yield a source and all in it, folders before what is in them; what cannot be read is empty.

    Args:
        source: As the user wrote it.
        name: What it shall be called; empty where only what is in it goes.
    """
    waiting = [Local(source, name, is_folder(source))]
    while waiting:
        one = waiting.pop()
        yield one
        if not one.is_folder:
            continue
        with suppress(OSError), os.scandir(one.path) as entries:  # the packing tells of it
            inside = sorted(entries, key=lambda entry: entry.name, reverse=True)
            for entry in inside:
                below = os.fsencode(entry.name)
                below = one.name + b"/" + below if one.name else below
                is_dir = entry.is_dir(follow_symlinks=False)
                waiting.append(Local(os.path.join(one.path, entry.name), below, is_dir))


def measured(source: str, check: Callable[[], None]) -> int:
    """Return the bytes of all files of a source, about."""
    size = 0
    for one in walk(source, b""):
        check()
        with suppress(OSError):
            found = os.lstat(one.path)
            size += found.st_size if stat.S_ISREG(found.st_mode) else 0
    return size


class Packed:
    """The tar of a source, to be read once."""

    def __init__(self, source: str, name: bytes, check: Callable[[], None]) -> None:
        """Prepare; nothing is read yet.

        Args:
            source: As the user wrote it.
            name: What it shall be called; empty where only what is in it goes.
            check: Raises when the copying is to stop.
        """
        self._source = source
        self._name = name
        self._check = check
        self._seen: dict[tuple[int, int], bytes] = {}
        """Files of several names → the name that was packed first."""
        self.sent = Sent()

    def pieces(self) -> Iterator[bytes]:
        """Yield it.

        Raises:
            NoSource: the source is gone.
        """
        for one in walk(self._source, self._name):
            self._check()
            if not one.name:
                continue
            try:
                yield from self._packed(one)
            except (OSError, ValueError) as error:
                self.sent.failed.append((one.path, _why(error)))
        yield _END

    def _packed(self, one: Local) -> Iterator[bytes]:
        is_top = one.path == self._source
        found = os.stat(one.path) if is_top and one.is_folder else os.lstat(one.path)
        info = _header(one, found)
        if info is None:
            self.sent.skipped.append((one.path, Kind.SOCKET.value))
            return
        if one.is_folder:
            os.close(os.open(one.path, os.O_RDONLY | os.O_DIRECTORY))  # whether it may be read
        first = self._seen.get((found.st_dev, found.st_ino), b"")
        if first and not one.is_folder:
            info.type, info.size, info.linkname = tarfile.LNKTYPE, 0, os.fsdecode(first)
        elif info.isreg():
            yield from self._content(one, info)
            self._note(found, one.name)
            return
        elif info.issym():
            info.linkname = os.readlink(one.path)
        self._note(found, one.name)
        self.sent.files += not one.is_folder
        yield _encoded(info)

    def _note(self, found: os.stat_result, name: bytes) -> None:
        if found.st_nlink > 1 and not stat.S_ISDIR(found.st_mode):
            self._seen.setdefault((found.st_dev, found.st_ino), name)

    def _content(self, one: Local, info: tarfile.TarInfo) -> Iterator[bytes]:
        """Yield header and content of a file; one that became shorter is filled up, and told."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with open(os.open(one.path, flags), "rb", buffering=0) as file:
            info.size = left = os.fstat(file.fileno()).st_size
            with suppress(OSError):  # most have none, and some file systems know none
                told = os.getxattr(file.fileno(), _CAPABILITY)
                text = told.decode("utf-8", "surrogateescape")
                info.pax_headers = {f"SCHILY.xattr.{_CAPABILITY}": text}
            yield _encoded(info)
            while left and (data := _read(file.fileno(), min(left, CHUNK))):
                self._check()
                left -= len(data)
                yield data
        if left:
            self.sent.failed.append((one.path, _("it became shorter while it was read")))
        while left:
            count = min(left, CHUNK)
            left -= count
            yield bytes(count)
        yield bytes(-info.size % BLOCK)
        self.sent.files += 1
        self.sent.size += info.size


def _read(descriptor: int, size: int) -> bytes:
    """Return what comes next of a file; none where the disk fails, which then counts as its end."""
    try:
        return os.read(descriptor, size)
    except OSError:
        return b""


def _header(one: Local, found: os.stat_result) -> tarfile.TarInfo | None:
    """Return the header of something, but for size and link; None of a socket."""
    kinds = {
        stat.S_IFREG: tarfile.REGTYPE,
        stat.S_IFDIR: tarfile.DIRTYPE,
        stat.S_IFLNK: tarfile.SYMTYPE,
        stat.S_IFIFO: tarfile.FIFOTYPE,
        stat.S_IFCHR: tarfile.CHRTYPE,
        stat.S_IFBLK: tarfile.BLKTYPE,
    }
    kind = kinds.get(stat.S_IFMT(found.st_mode))
    if kind is None:
        return None
    info = tarfile.TarInfo(os.fsdecode(one.name))
    info.type, info.mode = kind, stat.S_IMODE(found.st_mode)
    info.uid, info.gid, info.mtime = found.st_uid, found.st_gid, int(found.st_mtime // 1)
    if kind in (tarfile.CHRTYPE, tarfile.BLKTYPE):
        info.devmajor, info.devminor = os.major(found.st_rdev), os.minor(found.st_rdev)
    return info


def _encoded(info: tarfile.TarInfo) -> bytes:
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
