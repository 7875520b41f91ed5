"""Reading one folder of a container: the Engine has no such call, but sends a tar of all below.

So its headers are read as they flow, and the reading ends after a while; what is further below
only adds to sums. Links are followed by asking the Engine, never here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from tui.contents.foldernames import Names, asked_for, image_names
from tui.contents.source import Watch
from tui.engine.errors import NotFound
from tui.engine.wire_disk import disk_place, mount_points
from tui.i18n import N_, _
from tui.layers.bytesource import CHUNK, ByteSource, Readable
from tui.layers.errors import BadTar, LayerError
from tui.layers.tarscan import TarScanner, clean_path
from tui.model.folder import Folder, FolderItem, joined, parent
from tui.model.listing import Kind, LayerEntry
from tui.model.pathstat import PathStat
from tui.model.text import visible

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

READ: Final = 1_000_000
"""Bytes of a file that are shown."""

LINKS_MAX: Final = 16
"""Links that are followed from one path; an Engine resolves all of them at once."""

NEAR: Final = (64_000_000, 20_000)
"""Bytes and entries of the first reach, over a socket of this machine: a quarter of a second."""

FAR: Final = (4_000_000, 20_000)
"""The same over a network."""

FURTHER: Final = 8
"""How many times as far each next reach goes."""

KERNELS: Final = (b"/proc", b"/sys")
"""What the kernel makes up for processes: no file system that could be read from outside."""

USUAL: Final = tuple(
    b".dockerenv app bin boot data dev entrypoint.sh etc home lib lib32 lib64 libx32 media mnt "
    b"opt proc root run sbin srv sys tmp usr var workspace".split()
)
"""Names at the root that are asked for one by one, where reading did not get to them."""


class NoFile(LayerError):
    """What is there has no text."""

    TITLE = N_("This is neither a folder nor a file that could be read.")


class NoFolder(LayerError):
    """What is there is no folder, or no longer."""

    TITLE = N_("This is no folder.")


class LinkLoop(LayerError):
    """A link leads to itself, or to nothing."""

    TITLE = N_("The link leads in a circle.")


class Reach(NamedTuple):
    """How much is read of a folder."""

    bytes: int
    entries: int


def reach_of(url: str, step: int) -> Reach:
    """Return how far to read from an Engine at an address."""
    times = FURTHER ** max(step, 0)
    first = NEAR if url.startswith("unix:") else FAR
    return Reach(first[0] * times, first[1] * times)


def found_at(client: EngineClient, container_id: str, path: bytes) -> tuple[bytes, PathStat]:
    """Return the path that a path leads to, and what is there.

    Raises:
        NotFound: nothing is.
        LinkLoop: links lead in a circle.
        EngineError: as the Engine tells.
    """
    from tui.engine import archive

    path = b"/" + clean_path(path)
    with archive.stats(client, container_id) as asked:
        for _step in range(LINKS_MAX):
            try:
                told = asked.stat(path)
            except NotFound as error:  # the answer has no words
                raise NotFound(error.detail or os.fsdecode(path)) from error
            if told.kind is not Kind.SYMLINK:
                return path, told
            target = os.fsencode(told.target)
            whole = target if target.startswith(b"/") else joined(parent(path), target)
            path = b"/" + clean_path(whole)
    raise LinkLoop(os.fsdecode(path))


def read_folder(
    client: EngineClient,
    container_id: str,
    path: bytes,
    mounts: frozenset[bytes] | None = None,
    *,
    step: int,
    watch: Watch,
) -> Folder:
    """Return the entries of a folder.

    Args:
        client: The Engine.
        container_id: Whose folder.
        path: Absolute, of a folder and no link.
        mounts: Where the container has mounts; the Engine is asked if nobody knows.
        step: How far to read, as `Folder.reach` counts.
        watch: How the reading is watched; it tells bytes.

    Raises:
        NoFolder: it is something else.
        NotFound: it is gone.
        EngineError: as the Engine tells, or it was cut.
    """
    from tui.engine import archive
    from tui.engine.containers import inspect_container

    if mounts is None:
        raw = inspect_container(client, container_id)
        mounts = frozenset(map(os.fsencode, mount_points(raw)))
    folder = Folder(container_id, path, mounts=mounts)
    if _is_kernels(path, mounts):
        note = _("The kernel makes this up for processes: it cannot be read from outside.")
        return folder._replace(note=note)
    reading = _Reading(reach_of(client.endpoint.url, step), watch)
    with archive.read_tar(client, container_id, path) as body:
        reading.read(body)
    folder = folder._replace(reach=step, is_cut=reading.is_cut, read=reading.done)
    note = _fill(client, folder, reading, watch)
    items = reading.items.items()
    marked = (item._replace(is_mount=joined(path, name) in mounts) for name, item in items)
    return folder._replace(items=tuple(sorted(marked, key=lambda item: item.name)), note=note)


def first_bytes(
    client: EngineClient, container_id: str, path: bytes, watch: Watch
) -> tuple[bytes, bool]:
    """Return the first megabyte of a file, and whether there is more.

    Raises:
        NoFile: it is none.
        EngineError: as the Engine tells.
    """
    from tui.engine import archive

    with archive.read_tar(client, container_id, path) as body:
        source = ByteSource(_Counted(body, watch, None))
        for entry in TarScanner(source):
            if entry.kind is Kind.FILE:
                return source.take(min(entry.size, READ)), entry.size > READ
            raise NoFile(entry.kind.value)
    raise NoFile


class _Enough(Exception):
    """As much was read as was wanted."""


class _Counted:
    """A stream that counts what is read of it, and ends the reading after so many bytes."""

    def __init__(self, stream: Readable, watch: Watch, limit: int | None) -> None:
        self._stream = stream
        self._watch = watch
        self._limit = limit
        self.done = 0

    def read(self, size: int, /) -> bytes:
        self._watch.check()
        if self._limit is not None and self.done >= self._limit:
            raise _Enough
        data = self._stream.read(max(size, CHUNK))
        self.done += len(data)
        self._watch.tell(self.done, 0)
        return data


@dataclass(slots=True)
class _Reading:
    """The entries of a folder as its tar flows by."""

    reach: Reach
    watch: Watch
    items: dict[bytes, FolderItem] = field(default_factory=dict)
    is_cut: bool = False
    is_broken: bool = False
    """The Engine ended the tar before its end: a file shrank while it was read, perhaps."""
    done: int = 0
    last: bytes = b""
    """The name below which was read last."""

    def read(self, body: Readable) -> None:
        """Read as far as is wanted."""
        counted = _Counted(body, self.watch, self.reach.bytes)
        source = EndSource(counted)
        try:
            self._scan(source)
        except _Enough:
            self.is_cut = True
        except BadTar:
            self.is_cut = self.is_broken = True
        else:
            self.is_broken = not source.has_end
            self.is_cut |= self.is_broken
        self.done = counted.done
        if self.is_cut and self.last in self.items:
            self.items[self.last] = self.items[self.last]._replace(is_whole=False)

    def _scan(self, source: ByteSource) -> None:
        base: bytes | None = None
        for number, entry in enumerate(TarScanner(source)):
            if base is None:
                base = entry.path
                if entry.kind is not Kind.DIRECTORY:
                    raise NoFolder(entry.kind.value)
                continue
            if number > self.reach.entries:
                raise _Enough
            if entry.kind is Kind.HARDLINK:
                entry = entry._replace(link=_below(base, entry.link))
            self._add(_below(base, entry.path), entry)

    def _add(self, path: bytes, entry: LayerEntry) -> None:
        name, _slash, rest = path.partition(b"/")
        if not name:
            return
        self.last = name
        item = self.items.get(name)
        if not rest:
            file = self.items.get(entry.link) if entry.kind is Kind.HARDLINK else None
            size = file.size if file is not None else entry.size
            self.items[name] = FolderItem(entry._replace(path=name), size)
        elif item is not None:
            size = item.size + (entry.size if entry.kind is Kind.FILE else 0)
            self.items[name] = item._replace(size=size, below=item.below + 1)


class EndSource(ByteSource):
    """Remembers whether the end mark of the tar was read."""

    has_end = False

    def block(self) -> bytes:
        """Return the next 512 bytes; none at the end."""
        data = super().block()
        self.has_end = bool(data) and not data.strip(b"\0")
        return data


def _below(base: bytes, path: bytes) -> bytes:
    """Return a path from its folder on; empty for what is not in it: a tar may tell anything."""
    if not base:
        return path
    return path[len(base) + 1 :] if path.startswith(base + b"/") else b""


def _inside(path: bytes, mounts: frozenset[bytes]) -> set[bytes]:
    """Return the names in a folder under which something is mounted."""
    start = path.rstrip(b"/") + b"/"
    return {one[len(start) :].partition(b"/")[0] for one in mounts if one.startswith(start)}


def _fill(client: EngineClient, folder: Folder, reading: _Reading, watch: Watch) -> str:
    """Add what the reading did not get to, as far as its names are known; returns what is told."""
    from tui.engine.containers import inspect_container

    path, items = folder.path, reading.items
    names: Names = dict.fromkeys(_inside(path, folder.mounts))  # Podman makes them at the start
    of_image: Names = {}
    if reading.is_cut:
        place = disk_place(inspect_container(client, folder.container_id))
        of_image = image_names(client, place.image_id, path, watch)
        names |= dict.fromkeys(USUAL if path == b"/" else ())
    wanted = {name: one for name, one in {**names, **of_image}.items() if name not in items}
    found, is_all = asked_for(client, folder.container_id, path, wanted, watch)
    items |= found
    return _note(reading, path, knows_image=is_all and bool(of_image)) if reading.is_cut else ""


def _note(reading: _Reading, path: bytes, *, knows_image: bool) -> str:
    """Return what is missing."""
    if knows_image:
        text = _("Cut in {name}; the rest are the names of the image alone.")
    elif reading.is_broken:
        return _("The Engine ended the list too early. r reads again.")
    elif path == b"/":
        text = _("Cut in {name}; of the rest only usual names are here.")
    else:
        text = _("Cut in {name}; what comes after it is not shown.")
    return text.format(name=_shown(reading.last))


def _shown(name: bytes) -> str:
    return visible(name.decode("utf-8", "surrogateescape"))


def _is_kernels(path: bytes, mounts: frozenset[bytes]) -> bool:
    """Tell whether a folder is the kernel's, and nobody has mounted something else there."""
    within = any(path == one or path.startswith(one + b"/") for one in KERNELS)
    return within and not any(path == one or path.startswith(one + b"/") for one in mounts)
