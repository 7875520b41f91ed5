"""Reading files of layers from `docker save` as it flows: needs the socket alone.

Most archives tell only at their end which layer is which. Until then a layer is known by its
entries: it is the one whose listing begins with them. What cannot be told apart yet is put aside.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Final, NamedTuple

from tui.contents.files import Bounded, Content, NoContent, Nothing, Wanted
from tui.contents.image import ListedLayer
from tui.contents.source import NotInAnswer, Watch, Watched
from tui.i18n import _
from tui.layers.blobs import Window, decompressed
from tui.layers.bytesource import CHUNK, ByteSource, Readable
from tui.layers.errors import LayerError, NotReadable
from tui.layers.saved import Part, SavedArchive, named
from tui.layers.tarscan import TarScanner
from tui.model.listing import LayerEntry

_IN_MEMORY: Final = 1 << 24
"""Bytes that are put aside before a file is made for them."""


class SavedContents:
    """The layers of an image that the Engine saves."""

    def __init__(
        self,
        layers: Sequence[ListedLayer],
        open_saved: Callable[[], AbstractContextManager[Readable]],
    ) -> None:
        self._layers = layers
        self._open = open_saved

    def read(self, wanted: Wanted, watch: Watch) -> Iterator[Content]:
        """Yield the files in the order of the archive; nothing more is read than is needed."""
        reading = _Reading(self._layers, wanted)
        if not reading.left:
            return
        with self._open() as stream, _Aside() as aside:
            archive = SavedArchive(Watched(stream, watch))
            for name, part in archive.layers():
                yield from reading.layer(name, part, aside)
                if not reading.left:
                    return
            for diff_id, name in archive.told():
                yield from reading.from_aside(diff_id, name, aside)
        if reading.left:
            raise NotInAnswer


class _Reading:
    """What is still wanted, and which layer each may be."""

    def __init__(self, layers: Sequence[ListedLayer], wanted: Wanted) -> None:
        self._entries = {one.diff_id: one.listing.entries for one in layers if one.error is None}
        self._are_all_known = all(one.is_read and one.error is None for one in layers)
        self.left: dict[str, dict[int, list[int]]] = {}
        """Diff ID → place in its listing → the layers that want it."""
        for index, places in wanted.items():
            for at in places:
                by_place = self.left.setdefault(layers[index - 1].diff_id, {})
                by_place.setdefault(at, []).append(index)

    def layer(self, name: str, part: Part, aside: _Aside) -> Iterator[Content]:
        """Yield what is wanted of a layer, as far as it is clear which one it is.

        Raises:
            LayerError: it is a layer that is needed, and cannot be read on.
        """
        its_own = named(name)
        maybe = {its_own} if its_own in self._entries else set(self._entries)
        is_sure = its_own in self._entries or self._are_all_known
        count = 0
        try:
            source = ByteSource(decompressed(part))
            scanner = TarScanner(source)
            for at, entry in enumerate(scanner):
                count += 1
                maybe = {one for one in maybe if _is_at(self._entries[one], at, entry)}
                if not any(one in self.left for one in maybe):
                    return
                if not any(at in self.left.get(one, ()) for one in maybe):
                    continue
                whole = entry.size == scanner.stored
                content = Bounded(source, scanner.stored)
                scanner.stored = 0  # what it shall pass over: that is done here
                (first, *others) = maybe
                if others or not is_sure or len(self.left[first][at]) > 1:
                    aside.add(name, at, content, whole=whole)
                else:
                    (index,) = self._taken(first, at)
                    yield _content(index, at, content, whole=whole)
                content.finish()
        except LayerError:
            if len(maybe) == 1:
                raise
            return  # if it is needed, that is told in the end
        maybe = {one for one in maybe if len(self._entries[one]) == count}
        if is_sure and len(maybe) == 1:
            yield from self.from_aside(maybe.pop(), name, aside)

    def from_aside(self, diff_id: str, name: str, aside: _Aside) -> Iterator[Content]:
        """Yield what was put aside of a layer of which it is now known which one it is."""
        for at in [*self.left.get(diff_id, ())]:
            kept = aside.kept.get((name, at))
            if kept is not None:
                for index in self._taken(diff_id, at):
                    yield _content(index, at, aside.stream(kept), whole=kept.whole)

    def _taken(self, diff_id: str, at: int) -> list[int]:
        """Note that a file is there; returns the layers that want it."""
        places = self.left[diff_id]
        indexes = places.pop(at)
        if not places:
            del self.left[diff_id]
        return indexes


def _is_at(entries: Sequence[LayerEntry], at: int, entry: LayerEntry) -> bool:
    """Tell whether an entry stands there in a listing; fingerprints, the last field, may lack."""
    return at < len(entries) and entries[at][:-1] == entry[:-1]


def _content(index: int, at: int, stream: Readable, *, whole: bool) -> Content:
    if whole:
        return Content(index, at, stream)
    return Content(index, at, Nothing(), NoContent(_("a sparse file")))


class _Kept(NamedTuple):
    offset: int
    size: int
    whole: bool


class _Aside:
    """Contents that were put aside: in memory, and in a file without a name if they are large."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
        self.kept: dict[tuple[str, int], _Kept] = {}
        """By the layer's name in the archive and the place in it."""

    def __enter__(self) -> _Aside:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, name: str, at: int, content: Readable, *, whole: bool) -> None:
        """Put a file aside.

        Raises:
            NotReadable: there is no room for it.
        """
        try:
            offset = self._file.seek(0, 2)
            while data := content.read(CHUNK):
                self._file.write(data)
        except OSError as error:
            raise NotReadable(f"{tempfile.gettempdir()}: {error.strerror}") from error
        self.kept[name, at] = _Kept(offset, self._file.tell() - offset, whole)

    def stream(self, kept: _Kept) -> Readable:
        """Return what was put aside."""
        return Window(self._file, kept.offset, kept.size)
