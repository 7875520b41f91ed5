"""One repository: which blobs and manifests it may show, and its tags."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from tui.distribution.disk import entries, names_in, remove_empty, write_whole
from tui.distribution.layout import LAYERS, LINK, MANIFESTS, Layout, digests_in, place
from tui.distribution.names import is_digest, is_tag

_LINK_MAX: Final = 256
"""Bytes of a link: a digest has fewer."""


class Repository:
    """The links of one repository; the name has been checked."""

    def __init__(self, layout: Layout, name: str) -> None:
        self.name = name
        self._folder = layout.repository(name)
        self._end = layout.repositories
        manifests = self._folder / MANIFESTS
        self._layers = self._folder / LAYERS
        self._revisions = manifests / "revisions"
        self._tags = manifests / "tags"
        self._referrers = manifests / "referrers"

    @property
    def exists(self) -> bool:
        """Whether anything was ever pushed to it."""
        return self._layers.is_dir() or self._revisions.is_dir()

    # Blobs

    def has_blob(self, digest: str) -> bool:
        """Tell whether it shows a blob."""
        return (place(self._layers, digest) / LINK).is_file()

    def blobs(self) -> list[str]:
        """Return the digests of the blobs that it shows."""
        return digests_in(self._layers)

    def add_blob(self, digest: str) -> None:
        """Show a blob from now on.

        Raises:
            OSError: as the disk tells.
        """
        if not self.has_blob(digest):
            write_whole(place(self._layers, digest) / LINK, digest.encode())

    def remove_blob(self, digest: str) -> bool:
        """Show a blob no more; False if it did not."""
        return self._unlink(place(self._layers, digest))

    # Manifests

    def has_manifest(self, digest: str) -> bool:
        """Tell whether it has a manifest."""
        return (place(self._revisions, digest) / LINK).is_file()

    def manifests(self) -> list[str]:
        """Return the digests of its manifests, tagged or not."""
        return digests_in(self._revisions)

    def add_manifest(self, digest: str, subject: str = "") -> None:
        """Have a manifest from now on, and know what it is about.

        Raises:
            OSError: as the disk tells.
        """
        if subject:
            write_whole(place(place(self._referrers, subject), digest) / LINK, digest.encode())
        if not self.has_manifest(digest):
            write_whole(place(self._revisions, digest) / LINK, digest.encode())

    def remove_manifest(self, digest: str, subject: str = "") -> bool:
        """Remove a manifest and every tag that names it; False if it did not have it."""
        for tag in self.tags():
            if self.digest_of(tag) == digest:
                self.remove_tag(tag)
        if subject:
            self._unlink(place(place(self._referrers, subject), digest))
        return self._unlink(place(self._revisions, digest))

    def referrers(self, subject: str) -> list[str]:
        """Return the digests of the manifests that are about another, in ASCII order."""
        found = digests_in(place(self._referrers, subject))
        return sorted(digest for digest in found if self.has_manifest(digest))

    # Tags

    def tags(self) -> list[str]:
        """Return its tags, in ASCII order."""
        return [name for name in names_in(self._tags) if is_tag(name) and self._current(name)]

    def digest_of(self, tag: str) -> str:
        """Return the digest of the manifest that a tag names; empty without one."""
        try:
            with (self._tags / tag / "current" / LINK).open("rb") as file:
                digest = file.read(_LINK_MAX).decode("ascii", "replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return ""
        return digest if is_digest(digest) else ""

    def set_tag(self, tag: str, digest: str) -> None:
        """Let a tag name a manifest.

        Raises:
            OSError: as the disk tells; then the tag is as it was.
        """
        folder = self._tags / tag
        write_whole(place(folder / "index", digest) / LINK, digest.encode())
        write_whole(folder / "current" / LINK, digest.encode())

    def remove_tag(self, tag: str) -> bool:
        """Remove a tag; its manifest stays. False if there is no such tag."""
        try:
            (self._tags / tag / "current" / LINK).unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        shutil.rmtree(self._tags / tag, ignore_errors=True)  # what is left of it names nothing
        return True

    def tidy(self) -> None:
        """Remove the folders of a repository that has nothing any more.

        Raises:
            OSError: as the disk tells.
        """
        if not (self.blobs() or self.manifests() or self.tags()):
            for own in (self._layers, self._folder / MANIFESTS, self._folder / "_uploads"):
                shutil.rmtree(own, ignore_errors=True)
            if not entries(self._folder):
                remove_empty(self._folder, self._end)

    def _current(self, tag: str) -> bool:
        return (self._tags / tag / "current" / LINK).is_file()

    def _unlink(self, folder: Path) -> bool:
        try:
            (folder / LINK).unlink()
        except FileNotFoundError:
            return False
        return True  # the folder stays: somebody may be writing a link into it
