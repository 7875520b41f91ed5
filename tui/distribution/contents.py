"""What a registry's folder holds, read from the disk: none has to run, and no login is needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tui.distribution.blobs import Blobs
from tui.distribution.layout import Layout
from tui.distribution.manifests import INDEXES, MANIFEST_MAX, Manifest, read
from tui.distribution.refusals import Refused
from tui.distribution.repository import Repository


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a repository."""

    name: str
    digest: str
    """Of its manifest."""
    size: int
    """Bytes of the blobs that a pull may fetch: of an index, those of all its images."""
    is_index: bool
    """Whether it names images of several platforms."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One repository."""

    name: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a folder holds."""

    repositories: tuple[Listed, ...] = ()
    size: int = 0
    """Bytes of all blobs, each once; those too that nothing names any more."""

    @property
    def tags(self) -> int:
        """How many tags there are."""
        return sum(len(each.tags) for each in self.repositories)


def read_contents(root: Path) -> Contents:
    """Return what is in a folder; nothing where there is none.

    Raises:
        OSError: it cannot be read.
    """
    layout = Layout(root)
    blobs = Blobs(layout)
    known: dict[str, Manifest | None] = {}
    repositories = tuple(
        Listed(name, tuple(_tags(Repository(layout, name), blobs, known)))
        for name in layout.names()
    )
    return Contents(repositories, sum(size for _digest, size in blobs.all()))


def _tags(repository: Repository, blobs: Blobs, known: dict[str, Manifest | None]) -> Iterable[Tag]:
    for name in repository.tags():
        digest = repository.digest_of(name)
        manifest = _manifest(digest, blobs, known)
        is_index = manifest is not None and manifest.media_type in INDEXES
        yield Tag(name, digest, _size(digest, blobs, known), is_index)


def _size(digest: str, blobs: Blobs, known: dict[str, Manifest | None]) -> int:
    """Return the bytes of what a manifest refers to, over one level of children."""
    manifest = _manifest(digest, blobs, known)
    if manifest is None:
        return 0
    children = [_manifest(child, blobs, known) for child in manifest.children]
    found = {each for child in [manifest, *children] if child for each in child.blobs}
    return sum(blobs.size(each) or 0 for each in found)


def _manifest(digest: str, blobs: Blobs, known: dict[str, Manifest | None]) -> Manifest | None:
    """Return what a manifest says; None where it is not here, or none."""
    if digest not in known:
        data = blobs.read(digest, MANIFEST_MAX)
        try:
            known[digest] = read(data) if data is not None else None
        except Refused:
            known[digest] = None
    return known[digest]
