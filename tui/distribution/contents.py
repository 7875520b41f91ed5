"""What a registry's folder holds, read from the disk: none has to run, and no login is needed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tui.distribution.blobs import Blobs
from tui.distribution.layout import Layout
from tui.distribution.manifests import INDEXES, MANIFEST_MAX, Manifest, read
from tui.distribution.refusals import Refused
from tui.distribution.repository import Repository
from tui.i18n import ngettext
from tui.model.ownregistry import Stored, StoredRepository, StoredTag
from tui.model.text import human_size


def read_contents(root: Path) -> Stored:
    """Return what is in a folder; nothing where there is none.

    Raises:
        OSError: it cannot be read.
    """
    layout = Layout(root)
    blobs = Blobs(layout)
    known: dict[str, Manifest | None] = {}
    repositories = tuple(
        StoredRepository(name, tuple(_tags(Repository(layout, name), blobs, known)))
        for name in layout.names()
    )
    return Stored(repositories, sum(size for _digest, size in blobs.all()))


def held(stored: Stored) -> str:
    """Return how much there is: `2 repositories, 3 tags, 12 MB`."""
    count = len(stored.repositories)
    repositories = ngettext("{count} repository", "{count} repositories", count)
    tags = ngettext("{count} tag", "{count} tags", stored.tags)
    parts = [repositories.format(count=count), tags.format(count=stored.tags)]
    return ", ".join([*parts, human_size(stored.size)])


def _tags(
    repository: Repository, blobs: Blobs, known: dict[str, Manifest | None]
) -> Iterable[StoredTag]:
    for name in repository.tags():
        digest = repository.digest_of(name)
        manifest = _manifest(digest, blobs, known)
        is_index = manifest is not None and manifest.media_type in INDEXES
        yield StoredTag(name, digest, _size(digest, blobs, known), is_index)


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
