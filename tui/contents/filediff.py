"""Comparing a file's content in two places, each read once from its beginning to its end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Final

from tui.contents.files import Content, Contents, NoContent
from tui.contents.source import Watch
from tui.i18n import _
from tui.layers.bytesource import CHUNK, Readable
from tui.layers.linediff import unified
from tui.model.filediff import FileDiff, FileVersion
from tui.model.listing import LayerEntry

TEXT: Final = 4_000_000
"""Bytes of a text that is told line by line."""

TOLD: Final = 10_000
"""Lines that are told."""

KEPT: Final = 1 << 30
"""Bytes of the first version that are kept, in a file without a name, to find where they part."""

Place = tuple[int, int]
"""Layer (1 is the bottom) and place in its listing."""


@dataclass(slots=True)
class _Read:
    """A version that was read."""

    digest: str
    size: int
    head: bytes
    """Its beginning: all of it, where it is short enough to be told line by line."""
    differs_at: int = -1
    """Where it parts from the version that was read before."""


def version(label: str, entry: LayerEntry) -> FileVersion:
    """Return what a listing tells of a version."""
    return FileVersion(label, entry.path, entry.size, entry.mode, entry.uid, entry.gid, entry.mtime)


def read_pair(
    contents: Contents, old: Place, new: Place, watch: Watch
) -> Iterator[tuple[Place, Content]]:
    """Yield the two files as they come from one image's layers.

    Raises:
        LayerError: they cannot be read.
    """
    wanted: dict[int, tuple[int, ...]] = {}
    for layer, at in dict.fromkeys((old, new)):
        wanted[layer] = (*wanted.get(layer, ()), at)
    for content in contents.read(wanted, watch):
        yield (content.layer, content.at), content


@dataclass(slots=True)
class Comparison:
    """Takes two versions, one after the other, in any order."""

    path: bytes
    old: FileVersion
    new: FileVersion
    kept: IO[bytes]
    """A file for the version that comes first."""
    watch: Watch
    _read: dict[bool, _Read] = field(default_factory=dict)

    def take(self, content: Content, *, is_old: bool) -> None:
        """Read one of them.

        Raises:
            LayerError: it cannot be read.
        """
        if content.error is not None:
            raise content.error
        take = self._take_second if self._read else self._take_first
        self._read[is_old] = take(content.stream)

    def _take_first(self, stream: Readable) -> _Read:
        whole, head, size = hashlib.sha256(), b"", 0
        for piece in self._pieces(stream):
            whole.update(piece)
            if size < KEPT:
                self.kept.write(piece)
            size += len(piece)
            if len(head) <= TEXT:
                head += piece
        return _Read(f"sha256:{whole.hexdigest()}", size, head)

    def _take_second(self, stream: Readable) -> _Read:
        whole, head, size, differs_at = hashlib.sha256(), b"", 0, -1
        self.kept.seek(0)
        for piece in self._pieces(stream):
            whole.update(piece)
            if differs_at < 0 and size < KEPT:
                other = self.kept.read(len(piece))
                place = size + _common(piece, other)
                if other != piece and place < KEPT:
                    differs_at = place
            size += len(piece)
            if len(head) <= TEXT:
                head += piece
        if differs_at < 0 and size < KEPT and self.kept.read(1):
            differs_at = size
        return _Read(f"sha256:{whole.hexdigest()}", size, head, differs_at)

    def _pieces(self, stream: Readable) -> Iterator[bytes]:
        while piece := stream.read(CHUNK):
            self.watch.check()
            yield piece

    def result(self) -> FileDiff:
        """Return what differs, once both were taken.

        Raises:
            NoContent: one of them did not come.
        """
        if len(self._read) < 2:
            raise NoContent(_("it is not what it was when it was listed"))
        old, new = self._read[True], self._read[False]
        told = FileDiff(
            self.path,
            replace(self.old, digest=old.digest, size=old.size),
            replace(self.new, digest=new.digest, size=new.size),
            max(old.differs_at, new.differs_at),
        )
        if any(len(one.head) > TEXT or b"\0" in one.head for one in (old, new)):
            return replace(told, is_binary=True)
        hunks = unified(_lines(old.head), _lines(new.head), self.watch.check)
        lines = [line.decode("utf-8", "backslashreplace") for line in islice(hunks, TOLD + 1)]
        return replace(told, lines=tuple(lines[:TOLD]), has_more=len(lines) > TOLD)


def _common(a: bytes, b: bytes) -> int:
    """Return how many bytes two pieces have in common at their beginnings."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[:middle] == b[:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _lines(text: bytes) -> list[bytes]:
    """Return the lines of a text; a last one without its end is marked as `diff` marks it."""
    lines = text.split(b"\n")
    last = lines.pop()
    if last:
        lines.append(last + b"\n\\ No newline at end of file")
    return lines


def compare_in_image(
    contents: Contents, diff: FileDiff, old: Place, new: Place, watch: Watch
) -> FileDiff:
    """Compare two versions in one image.

    Args:
        contents: What has the layers.
        diff: The two versions as their listings tell them.
        old: Where the one is.
        new: Where the other is.
        watch: How the reading is watched.

    Raises:
        LayerError: one of them cannot be read.
    """
    with TemporaryFile(prefix="orlop-") as kept:  # has no name: nothing can stay behind
        comparison = Comparison(diff.path, diff.old, diff.new, kept, watch)
        for place, content in read_pair(contents, old, new, watch):
            comparison.take(content, is_old=place == old)
        return comparison.result()
