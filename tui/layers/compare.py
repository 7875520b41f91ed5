"""Comparing two images: the layers they share, their files in the end, and how they are run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tui.layers.slices import in_slices
from tui.layers.tarscan import collecting_later
from tui.layers.union import Change, Inode, Shown, Tally, Union, compared, content_of
from tui.model.image import ImageDetails

_TOLD: Final = slice(1, 10)
"""What an entry tells of a file, from its kind to its attributes."""


@dataclass(frozen=True, slots=True)
class SharedLayers:
    """Which layers two images have in common; numbers count from 1, the bottom."""

    chain: int
    """How many layers from the bottom are the same: stored once by any Engine."""
    pairs: tuple[tuple[int, int], ...]
    """Layers further up with one diff ID: the same tar, on something else."""
    only_a: tuple[int, ...]
    only_b: tuple[int, ...]


def shared_layers(a: Sequence[str], b: Sequence[str]) -> SharedLayers:
    """Compare the diff IDs of two images, bottom first; an empty one is like no other."""
    chain = 0
    for one, other in zip(a, b, strict=False):
        if not one or one != other:
            break
        chain += 1
    places: dict[str, list[int]] = {}
    for number, diff_id in enumerate(b[chain:], chain + 1):
        places.setdefault(diff_id, []).append(number)
    pairs, only_a = [], []
    for number, diff_id in enumerate(a[chain:], chain + 1):
        found = places.get(diff_id) if diff_id else None
        if found:
            pairs.append((number, found.pop(0)))
        else:
            only_a.append(number)
    taken = {number for _a, number in pairs}
    only_b = tuple(number for number in range(chain + 1, len(b) + 1) if number not in taken)
    return SharedLayers(chain, tuple(pairs), tuple(only_a), only_b)


class FileDifference(NamedTuple):
    """A path that is not the same in two file systems."""

    path: bytes
    change: Change
    """From the first to the second: ADDED, REMOVED, CONTENT or METADATA."""
    a: Shown | None
    """None for what was added."""
    b: Shown | None
    """None for what was removed."""

    @property
    def size(self) -> int:
        """Bytes of its larger side."""
        return max(one.size for one in (self.a, self.b) if one is not None)


@dataclass(slots=True)
class FileComparison:
    """The files of two images in the end; what is the same is only counted.

    Bytes of a file with several names count once; nothing, where another of its names stays.
    """

    added: list[FileDifference] = field(default_factory=list)
    removed: list[FileDifference] = field(default_factory=list)
    changed: list[FileDifference] = field(default_factory=list)
    """Each by path."""
    added_sum: Tally = field(default_factory=Tally)
    removed_sum: Tally = field(default_factory=Tally)
    content_sum: Tally = field(default_factory=Tally)
    """Bytes as they are in the second image."""
    metadata_sum: Tally = field(default_factory=Tally)
    same_sum: Tally = field(default_factory=Tally)

    def every(self) -> Iterator[FileDifference]:
        """Yield all differences: added, removed, changed."""
        yield from self.added
        yield from self.removed
        yield from self.changed


class _Bytes:
    """Adds up bytes, those of each file once."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def of(self, shown: Shown) -> int:
        """Return what this name adds to those that were asked for before."""
        file: Inode | None = shown.file
        if file is None:
            return shown.entry.size
        if id(file) in self._seen:
            return 0
        self._seen.add(id(file))
        return file.entry.size


def compare_files(a: Union, b: Union) -> FileComparison:
    """Compare two file systems, path by path."""
    found = FileComparison()
    with collecting_later():
        bytes_a, bytes_b = _compare_common(a, b, found)
        for path in in_slices(b.shown.keys() - a.shown.keys()):
            shown = b.shown[path]
            found.added.append(FileDifference(path, Change.ADDED, None, shown))
            found.added_sum.add(bytes_b.of(shown))
        for path in in_slices(a.shown.keys() - b.shown.keys()):
            shown = a.shown[path]
            found.removed.append(FileDifference(path, Change.REMOVED, shown, None))
            found.removed_sum.add(bytes_a.of(shown))
        by_path = {one.path: one for one in found.changed}
        found.changed = [by_path[path] for path in in_slices(by_path)]
    return found


def _compare_common(a: Union, b: Union, found: FileComparison) -> tuple[_Bytes, _Bytes]:
    """Compare the paths that both have; these come first, as other names of theirs add nothing."""
    bytes_a, bytes_b = _Bytes(), _Bytes()
    sums = {
        Change.SAME: found.same_sum,
        Change.CONTENT: found.content_sum,
        Change.METADATA: found.metadata_sum,
    }
    for path, new in b.shown.items():
        old = a.shown.get(path)
        if old is None:
            continue
        change = _difference(old, new)
        bytes_a.of(old)
        sums[change].add(bytes_b.of(new))
        if change is not Change.SAME:
            found.changed.append(FileDifference(path, change, old, new))
    return bytes_a, bytes_b


def _difference(old: Shown, new: Shown) -> Change:
    if old.file is None and new.file is None and old.entry == new.entry:
        return Change.SAME
    change = compared(old, new)
    # For a layer, whatever it brings is a change; here the same file twice is none.
    if change is Change.METADATA and content_of(old)[_TOLD] == content_of(new)[_TOLD]:
        return Change.SAME
    return change


class ConfigDifference(NamedTuple):
    """Something that two images' configs tell differently."""

    field: str
    name: str
    """Of a variable or label; empty for all else."""
    a: str | tuple[str, ...] | None
    """None where there is no such variable or label."""
    b: str | tuple[str, ...] | None


def config_differences(a: ImageDetails, b: ImageDetails) -> tuple[ConfigDifference, ...]:
    """Compare how two images are run."""
    whole = (
        ("platform", a.platform, b.platform),
        ("entrypoint", a.entrypoint, b.entrypoint),
        ("cmd", a.cmd, b.cmd),
        ("user", a.user, b.user),
        ("working_dir", a.working_dir, b.working_dir),
        ("stop_signal", a.stop_signal, b.stop_signal),
        ("ports", a.exposed_ports, b.exposed_ports),
        ("volumes", a.volumes, b.volumes),
    )
    found = [ConfigDifference(name, "", old, new) for name, old, new in whole if old != new]
    found += _by_name("env", _variables(a.env), _variables(b.env))
    found += _by_name("labels", dict(a.labels), dict(b.labels))
    return tuple(found)


def _variables(env: Iterable[str]) -> dict[str, str]:
    return {name: value for name, _equals, value in (one.partition("=") for one in env)}


def _by_name(what: str, a: Mapping[str, str], b: Mapping[str, str]) -> Iterator[ConfigDifference]:
    for name in sorted(a.keys() | b.keys()):
        old, new = a.get(name), b.get(name)
        if old != new:
            yield ConfigDifference(what, name, old, new)
