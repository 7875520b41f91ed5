"""Reading what is in the files of layers, from the nearest place that has it.

A place is asked once for all that is wanted, and gives it in the order that suits it: a layer's
tar is read in one pass, a folder of the disk file by file.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from tui.contents.image import ListedImage, ListedLayer
from tui.contents.source import Watch
from tui.i18n import N_, _
from tui.layers.archives import ArchivedImage
from tui.layers.blobs import layer_source
from tui.layers.bytesource import BLOCK, CHUNK, ByteSource, Readable
from tui.layers.errors import BadTar, LayerError, NotReadable
from tui.layers.tarscan import TarScanner
from tui.model.listing import Kind, LayerEntry

Wanted = Mapping[int, Collection[int]]
"""Layer (1 is the bottom) → places in its listing."""


class NoContent(LayerError):
    """A file whose content cannot be read."""

    TITLE = N_("The content of a file cannot be read.")


class Content(NamedTuple):
    """One file that is being read; its stream is good until the next is asked for."""

    layer: int
    at: int
    stream: Readable
    error: LayerError | None = None
    """Why it cannot be read."""


class Contents(Protocol):
    """A place that has the contents of an image's layers."""

    def read(self, wanted: Wanted, watch: Watch) -> Iterator[Content]:
        """Yield each file that is wanted, in any order.

        Raises:
            LayerError: nothing more can be read.
        """


class Bounded:
    """The content of the entry that a scanner holds."""

    def __init__(self, source: ByteSource, size: int) -> None:
        self._source = source
        self._left = size
        self._padding = -size % BLOCK

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        count = min(size, self._left, CHUNK)
        self._left -= count
        return self._source.take(count) if count else b""

    def finish(self) -> None:
        """Pass over what nobody has read."""
        rest, self._left, self._padding = self._left + self._padding, 0, 0
        if rest:
            self._source.skip(rest)


class Nothing:
    """No content."""

    def read(self, _size: int, /) -> bytes:
        """Return nothing."""
        return b""


class TarContents:
    """Layers that are there as tars."""

    def __init__(
        self,
        layers: Sequence[ListedLayer],
        open_tar: Callable[[int], AbstractContextManager[ByteSource]],
    ) -> None:
        self._layers = layers
        self._open = open_tar

    def read(self, wanted: Wanted, watch: Watch) -> Iterator[Content]:
        """Yield the files, layer by layer, in one pass over each."""
        for index in sorted(wanted):
            left = set(wanted[index])
            if not left:
                continue
            entries = self._layers[index - 1].listing.entries
            with self._open(index) as source:
                scanner = TarScanner(source)
                for at, entry in enumerate(scanner):
                    if at not in left:
                        continue
                    watch.check()
                    left.discard(at)
                    if at >= len(entries) or _told(entry) != _told(entries[at]):
                        raise BadTar(_("it is not what it was when it was listed"))
                    if entry.size != scanner.stored:
                        yield Content(index, at, Nothing(), NoContent(_("a sparse file")))
                    else:
                        scanner.stored = 0  # what it shall pass over: that is done here
                        part = Bounded(source, entry.size)
                        yield Content(index, at, part)
                        part.finish()
                    if not left:
                        break
            if left:
                raise BadTar(_("it is not what it was when it was listed"))


def _told(entry: LayerEntry) -> tuple[bytes, Kind, int]:
    return entry.path, entry.kind, entry.size


class ByPath:
    """What is wanted of one layer, known by its paths in a tar that has another order."""

    def __init__(self, layer: ListedLayer, places: Collection[int]) -> None:
        self._index = layer.index
        self._entries = layer.listing.entries
        self._left = set(places)
        self._names = {self._entries[at].path: at for at in sorted(places)}
        self.folder = _askable(posixpath.commonpath([b"/" + path for path in self._names])[1:])
        """What has all of it."""
        for entry in self._entries:  # on the disk nobody tells which name was the first
            if entry.kind is Kind.HARDLINK and entry.link in self._names:
                self._names.setdefault(entry.path, self._names[entry.link])

    def read(self, tar: Readable, folder: bytes | None = None) -> Iterator[Content]:
        """Yield the files of a tar: of the layer, or of a folder of it under the folder's name."""
        source = ByteSource(tar)
        scanner = TarScanner(source)
        for entry in scanner:
            path = entry.path
            if folder is not None:
                inner = path.partition(b"/")[2]
                path = b"/".join(part for part in (folder, inner) if part)
            at = self._names.get(path, -1)
            if at not in self._left or entry.kind is not Kind.FILE:
                continue
            self._left.discard(at)
            if scanner.stored != self._entries[at].size:
                yield self._not_as_listed(at)
                continue
            part = Bounded(source, scanner.stored)
            scanner.stored = 0  # what it shall pass over: that is done here
            yield Content(self._index, at, part)
            part.finish()
            if not self._left:
                return

    def missing(self) -> Iterator[Content]:
        """Yield what was not there."""
        for at in sorted(self._left):
            yield self._not_as_listed(at)

    def _not_as_listed(self, at: int) -> Content:
        return Content(self._index, at, Nothing(), NoContent(_("it is not as the layer has it")))


def _askable(path: bytes) -> bytes:
    """Return a path as far as it is UTF-8: of what goes on otherwise, Engines send nothing."""
    while not _is_utf8(path):
        path = path.rpartition(b"/")[0]
    return path


def _is_utf8(path: bytes) -> bool:
    try:
        path.decode()
    except UnicodeDecodeError:
        return False
    return True


class FolderContents:
    """Layers that are unpacked on this disk: `overlay2/CACHE-ID/diff`."""

    def __init__(self, layers: Sequence[ListedLayer]) -> None:
        self._layers = layers

    def can(self, wanted: Collection[int]) -> bool:
        """Tell whether these layers are there for this user."""
        return all(
            self._layers[index - 1].path and os.access(self._folder(index), os.R_OK | os.X_OK)
            for index in wanted
        )

    def _folder(self, index: int) -> Path:
        return Path(self._layers[index - 1].path) / "diff"

    def read(self, wanted: Wanted, watch: Watch) -> Iterator[Content]:
        """Yield the files; one that is not as it was listed comes with its error."""
        for index in sorted(wanted):
            for at in sorted(wanted[index]):
                watch.check()
                entry = self._layers[index - 1].listing.entries[at]
                try:
                    descriptor = open_beneath(self._folder(index), entry.path)
                except (OSError, ValueError) as error:
                    yield Content(index, at, Nothing(), NotReadable(str(error)))
                    continue
                with open(descriptor, "rb", buffering=0) as file:
                    told = os.fstat(descriptor)
                    if not stat.S_ISREG(told.st_mode) or told.st_size != entry.size:
                        why = NoContent(_("it is not as the layer has it"))
                        yield Content(index, at, Nothing(), why)
                    else:
                        yield Content(index, at, file)


def open_beneath(root: Path, path: bytes) -> int:
    """Open a file to read, step by step from `root`; no symlink is followed, no device opened.

    Raises:
        OSError: it is not there, or a symlink is in the way.
        ValueError: the path cannot be one.
    """
    *folders, name = path.split(b"/")
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for folder in folders:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            below = os.open(folder, flags, dir_fd=at)
            os.close(at)
            at = below
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        return os.open(name, flags, dir_fd=at)
    finally:
        os.close(at)


def archive_contents(image: ListedImage, archive: ArchivedImage) -> TarContents:
    """Return the contents of an image in a file."""

    @contextmanager
    def open_tar(index: int) -> Iterator[ByteSource]:
        with archive.blobs.open(archive.layers[index - 1].blob) as opened:
            yield layer_source(opened)

    return TarContents(image.layers, open_tar)


def first_content(contents: Contents, layer: int, at: int, watch: Watch) -> tuple[bytes, bool]:
    """Return the first megabyte of one file, and whether there is more.

    Raises:
        LayerError: it cannot be read.
    """
    with closing(_one(contents, layer, at, watch)) as pieces:
        data = b""
        for piece in pieces:
            data += piece
            if len(data) > READ:
                return data[:READ], True
    return data, False


READ = 1_000_000
"""Bytes of a file that are shown."""


def _one(contents: Contents, layer: int, at: int, watch: Watch) -> Generator[bytes, None, None]:
    for content in contents.read({layer: (at,)}, watch):
        if content.error is not None:
            raise content.error
        while piece := content.stream.read(CHUNK):
            yield piece


def place_of(entries: Sequence[LayerEntry], path: bytes) -> int:
    """Return where a file stands in a listing: of a path that comes twice, the later.

    Raises:
        NoContent: no file is there.
    """
    for at in range(len(entries) - 1, -1, -1):
        if entries[at].path == path and entries[at].kind is Kind.FILE:
            return at
    raise NoContent
