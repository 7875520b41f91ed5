"""Where things lie in the registry's folder: as the registry of the Distribution project has them.

So one folder serves either: Debian's docker-registry, the `registry` image, the built-in one.

    docker/registry/v2/blobs/sha256/ab/abcd…/data
    docker/registry/v2/repositories/NAME/_layers/sha256/abcd…/link
    docker/registry/v2/repositories/NAME/_manifests/revisions/sha256/abcd…/link
    docker/registry/v2/repositories/NAME/_manifests/tags/TAG/current/link
    docker/registry/v2/repositories/NAME/_manifests/tags/TAG/index/sha256/abcd…/link
    docker/registry/v2/repositories/NAME/_manifests/referrers/sha256/SUBJECT/sha256/abcd…/link
    uploads/ID

A link is a file that holds a digest. `referrers` and `uploads` are ours, and others leave them be.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tui.distribution.disk import names_in

LINK: Final = "link"
LAYERS: Final = "_layers"
MANIFESTS: Final = "_manifests"

_DEEPEST: Final = 128
"""Components of a name: 255 characters have no more."""


class Layout:
    """The paths below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.blobs = root / "docker/registry/v2/blobs"
        self.repositories = root / "docker/registry/v2/repositories"
        self.uploads = root / "uploads"
        self.lock = root / ".orlop.lock"
        self.accounts = root / "htpasswd"

    def blob_folder(self, digest: str) -> Path:
        """Return the folder of a blob."""
        algorithm, _, hexadecimal = digest.partition(":")
        return self.blobs / algorithm / hexadecimal[:2] / hexadecimal

    def blob(self, digest: str) -> Path:
        """Return the file of a blob."""
        return self.blob_folder(digest) / "data"

    def repository(self, name: str) -> Path:
        """Return the folder of a repository."""
        return self.repositories / name

    def names(self) -> list[str]:
        """Return the names of all repositories, in ASCII order."""
        found: list[str] = []
        waiting = [(name, 1) for name in names_in(self.repositories)]
        while waiting:
            name, depth = waiting.pop()
            inside = names_in(self.repositories / name)
            if LAYERS in inside or MANIFESTS in inside:
                found.append(name)
            if depth < _DEEPEST:
                waiting += [(f"{name}/{each}", depth + 1) for each in inside if each[0] != "_"]
        return sorted(found)


def place(folder: Path, digest: str) -> Path:
    """Return where a digest stands in a folder of digests."""
    algorithm, _, hexadecimal = digest.partition(":")
    return folder / algorithm / hexadecimal


def digests_in(folder: Path) -> list[str]:
    """Return the digests that stand in a folder of digests and have their link."""
    return [
        f"{algorithm}:{name}"
        for algorithm in names_in(folder)
        for name in names_in(folder / algorithm)
        if (folder / algorithm / name / LINK).is_file()
    ]
