"""What a container has changed in its image's files, as two layers of which one is on the other.

The Engine tells letters and paths alone; sizes, modes and times are filled in as they are found
out (`changesizes`). What the image had is known only where its files were listed before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from tui.layers.filetree import FileTree
from tui.layers.tarscan import collecting_later
from tui.layers.union import Shown, Union
from tui.model.container import UNKNOWN_SIZE
from tui.model.listing import OPAQUE, WHITEOUT, Kind, LayerEntry, LayerListing, Mark

CHANGES_MAX: Final = 500_000
"""Changes that are kept of a container."""

NOT_TOLD: Final = -1
"""In the place of a mode, owner or time that nobody has told."""

LOSSY: Final = "\ufffd".encode()
"""What an Engine writes for a byte of a name that is no UTF-8."""

AGAIN: Final = b"\0"
"""What tells the paths apart that an Engine writes alike; no name has it."""

GONE: Final = LayerEntry(b"", Kind.FILE, 0, NOT_TOLD, NOT_TOLD, NOT_TOLD, NOT_TOLD)
"""Told of a path where nothing is."""

NO_FILES: Final[Mapping[bytes, LayerEntry]] = {}


class Change(NamedTuple):
    """One line of `docker diff`."""

    letter: str
    """A added, C changed, D deleted."""
    path: bytes
    """Without the slash before it; as the Engine tells it, with AGAIN for each one before."""


@dataclass(frozen=True, slots=True)
class ContainerDiff:
    """What a container has changed, as far as it has been read."""

    container_id: str
    name: str
    before: LayerListing
    """What the image had at the changed paths, as far as that is known."""
    after: LayerListing
    """What the container has there, and whiteouts for what it removed."""
    added: int = 0
    changed: int = 0
    removed: int = 0
    unknown: int = 0
    """Paths that are there, but whose size nobody has told."""
    size_rw: int = UNKNOWN_SIZE
    """Bytes of the writable layer as the Engine counts them (`docker ps --size`)."""
    source: str = ""
    """Where sizes come from: one of `SizeSource`; empty before that is known."""
    has_more: bool = False
    """Whether there are more changes than are kept."""
    is_bounded: bool = False
    """Whether there were more sizes than are asked for one by one."""

    @property
    def count(self) -> int:
        """Lines of `docker diff`."""
        return self.added + self.changed + self.removed

    def tree(self) -> FileTree:
        """Return what the container changed as a tree; of very many it takes long.

        Raises:
            LayerError: their names stand for too many folders.
        """
        return FileTree((self.before, self.after), 2)


def is_told(entry: LayerEntry | None) -> bool:
    """Tell whether the size and mode of an entry are known."""
    return entry is not None and entry.mode != NOT_TOLD


class Changes:
    """The lines of one container's `docker diff`, made into listings as often as more is known."""

    def __init__(self, container_id: str, name: str, told: Iterable[tuple[str, str]]) -> None:
        """Take the lines: letter and path."""
        self.container_id = container_id
        self.name = name
        self.lines: list[Change] = []
        self.has_more = False
        self.folders: set[bytes] = set()
        """What has something in it that was added or changed."""
        self._busy: set[bytes] = set()
        """Folders with any change in them."""
        self._counts: Counter[str] = Counter()
        self._odd: Counter[bytes] = Counter()
        with collecting_later():
            for letter, path in told:
                if len(self.lines) >= CHANGES_MAX:
                    self.has_more = True
                    break
                self._add(Change(letter, path.strip("/\0").encode("utf-8", "replace")))

    def _add(self, line: Change) -> None:
        if not line.path:
            return
        if LOSSY in line.path:
            times = self._odd[line.path]
            self._odd[line.path] += 1
            line = line._replace(path=line.path + AGAIN * times)
        self.lines.append(line)
        self._counts[line.letter] += 1
        self._note(line.path, self._busy)
        if line.letter != "D":
            self._note(line.path, self.folders)

    def _note(self, path: bytes, folders: set[bytes]) -> None:
        """Note the folders around a path; those above a known one are known too."""
        folder = path.rpartition(b"/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition(b"/")[0]

    @property
    def touches_image(self) -> bool:
        """Whether something of the image was changed or removed."""
        return len(self.lines) > self._counts["A"]

    def diff(
        self,
        told: Mapping[bytes, LayerEntry] = NO_FILES,
        image: Union | None = None,
        *,
        source: str = "",
        size_rw: int = UNKNOWN_SIZE,
    ) -> ContainerDiff:
        """Return the changes with what is known by now.

        Args:
            told: What is at the paths, by the path that the Engine tells; GONE for nothing.
            image: The files of the container's image, where they are known.
            source: Where `told` comes from.
            size_rw: Bytes of the writable layer.
        """
        before: list[LayerEntry] = []
        after: list[LayerEntry] = []
        links: list[LayerEntry] = []  # after what they name
        with collecting_later():
            for line in self.lines:
                entry = told.get(line.path)
                if line.letter == "D" and not self._is_there(line.path, entry):
                    after.append(_mark(line.path, WHITEOUT, Mark.WHITEOUT))
                    before += _below(image, line.path) or (_unknown(line.path, Kind.FILE),)
                    continue
                now = self._now(line.path, entry)
                (links if now.kind is Kind.HARDLINK else after).append(now)
                if line.letter == "D":  # Podman: a folder in the place of another
                    after.append(_mark(line.path + b"/", OPAQUE, Mark.OPAQUE))
                    before += _below(image, line.path) or (_unknown(line.path, Kind.BLOCK),)
                elif line.letter != "A":
                    before += self._was(now, line.path, image)
        after += links
        known = sum(entry.mark is Mark.NONE and entry.mode != NOT_TOLD for entry in after)
        there = sum(entry.mark is Mark.NONE for entry in after)
        return ContainerDiff(
            container_id=self.container_id,
            name=self.name,
            before=LayerListing("", "before", tuple(before)),
            after=LayerListing("", "after", tuple(after)),
            added=self._counts["A"],
            changed=self._counts["C"],
            removed=self._counts["D"],
            unknown=there - known,
            size_rw=size_rw,
            source=source,
            has_more=self.has_more,
        )

    def _is_there(self, path: bytes, entry: LayerEntry | None) -> bool:
        return path in self.folders or (entry is not None and entry is not GONE)

    def _now(self, path: bytes, entry: LayerEntry | None) -> LayerEntry:
        if entry is not None and entry is not GONE:
            return entry
        return _unknown(path, Kind.DIRECTORY if path in self._busy else Kind.FILE)

    def _was(self, now: LayerEntry, path: bytes, image: Union | None) -> Sequence[LayerEntry]:
        """Return what was there before a change.

        That a folder is changed says nothing where something in it is: every such folder is.
        """
        shown = image.shown.get(now.path) if image is not None else None
        was_folder = shown is not None and shown.entry.kind is Kind.DIRECTORY
        if now.kind is Kind.DIRECTORY and (shown is None or was_folder):
            return (now if path in self._busy else now._replace(mtime=now.mtime - 1),)
        if shown is None:
            return (_unknown(now.path, Kind.BLOCK),)
        return _below(image, now.path) if was_folder else (_alone(shown),)


def _unknown(path: bytes, kind: Kind) -> LayerEntry:
    return LayerEntry(path.rstrip(AGAIN), kind, 0, NOT_TOLD, NOT_TOLD, NOT_TOLD, NOT_TOLD)


def _mark(path: bytes, prefix: bytes, mark: Mark) -> LayerEntry:
    folder, slash, name = path.rpartition(b"/")
    return LayerEntry(folder + slash + prefix + name, Kind.FILE, 0, 0, 0, 0, 0, mark=mark)


def _alone(shown: Shown) -> LayerEntry:
    """Return an entry that stands for itself, as a hardlink's file may not be among them."""
    if shown.file is None:
        return shown.entry
    return shown.file.entry._replace(path=shown.entry.path)


def _below(image: Union | None, path: bytes) -> Sequence[LayerEntry]:
    """Return what an image has at a path and in it; nothing where that is not known."""
    if image is None or path not in image.shown:
        return ()
    found: list[LayerEntry] = []
    waiting = [path]
    while waiting:
        one = waiting.pop()
        if one in image.shown:
            found.append(_alone(image.shown[one]))
        if one in image.below:
            waiting += image.inside(one)
    return found
