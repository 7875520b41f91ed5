"""The bytes: blobs by digest, each of them whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from tui.distribution.disk import move_into_place, names_in, remove_empty, write_whole
from tui.distribution.layout import Layout
from tui.distribution.names import algorithm_of

_BLOCK: Final = 1 << 20


class Blobs:
    """The blobs of a registry; may be asked from any thread."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def size(self, digest: str) -> int | None:
        """Return the bytes of a blob; None if it is not here."""
        try:
            return self._layout.blob(digest).stat().st_size
        except FileNotFoundError:
            return None

    def open(self, digest: str) -> BinaryIO:
        """Open a blob for reading.

        Raises:
            OSError: it is not here, or the disk fails.
        """
        return self._layout.blob(digest).open("rb")

    def read(self, digest: str, limit: int) -> bytes | None:
        """Return a short blob; None if it is not here or longer than `limit` bytes."""
        try:
            with self.open(digest) as file:
                data = file.read(limit + 1)
        except FileNotFoundError:
            return None
        return data if len(data) <= limit else None

    def put(self, digest: str, data: bytes) -> None:
        """Keep bytes whose digest has been computed.

        Raises:
            OSError: as the disk tells.
        """
        if self.read(digest, len(data)) != data:
            write_whole(self._layout.blob(digest), data)

    def adopt(self, digest: str, file: Path) -> None:
        """Make a file, synced and with this digest, the blob; the file goes from where it was.

        Raises:
            OSError: as the disk tells.
        """
        move_into_place(file, self._layout.blob(digest))

    def all(self) -> Iterator[tuple[str, int]]:
        """Yield every blob with its size in bytes."""
        for algorithm in names_in(self._layout.blobs):
            for start in names_in(self._layout.blobs / algorithm):
                for name in names_in(self._layout.blobs / algorithm / start):
                    digest = f"{algorithm}:{name}"
                    size = self.size(digest)
                    if size is not None:
                        yield digest, size

    def remove(self, digest: str) -> None:
        """Remove a blob.

        Raises:
            OSError: as the disk tells.
        """
        path = self._layout.blob(digest)
        path.unlink(missing_ok=True)
        remove_empty(path.parent, self._layout.blobs)

    def is_intact(self, digest: str) -> bool:
        """Read a blob and compare it with its digest.

        Raises:
            OSError: it is not here, or the disk fails.
        """
        return f"{algorithm_of(digest)}:{_hash(self._layout.blob(digest), digest)}" == digest


def file_has(file: Path, digest: str) -> bool:
    """Read a file and tell whether it has this digest.

    Raises:
        OSError: as the disk tells.
    """
    return f"{algorithm_of(digest)}:{_hash(file, digest)}" == digest


def _hash(file: Path, digest: str) -> str:
    found = hashlib.new(algorithm_of(digest))
    with file.open("rb", buffering=0) as source:
        while block := source.read(_BLOCK):
            found.update(block)
    return found.hexdigest()
