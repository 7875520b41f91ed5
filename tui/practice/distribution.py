"""What the engine remembers of blobs: which layer one holds, and in which repositories it lies.

dockerd notes it below `image/overlay2/distribution` and never forgets it, not even when the image
has gone. By it a pull knows that a layer is already here, and a push that a blob can be mounted
from another repository.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path

from tui.practice.registry import canonical


class Distribution:
    """Notes about blobs, in memory and, with a data root, on disk. Safe from any thread."""

    def __init__(self, data_root: Path | None = None) -> None:
        """Begin with the notes that lie in the data root.

        Raises:
            OSError: they are there and cannot be read.
        """
        self._lock = threading.Lock()
        self._folder = data_root and data_root / "image/overlay2/distribution"
        self._diff_ids: dict[str, str] = {}
        self._sources: dict[str, list[tuple[str, str]]] = {}
        self._read()

    def diff_id(self, digest: str) -> str | None:
        """Return the diff ID of the layer in a blob; None if that was never seen."""
        with self._lock:
            return self._diff_ids.get(digest)

    def sources(self, diff_id: str) -> list[tuple[str, str]]:
        """Return where a layer was pulled from or pushed to: (blob digest, repository in full)."""
        with self._lock:
            return list(self._sources.get(diff_id, ()))

    def note(self, digest: str, diff_id: str, repository: str) -> None:
        """Remember that a blob in a repository holds a layer.

        Raises:
            OSError: the data root cannot be written.
        """
        with self._lock:
            self._diff_ids[digest] = diff_id
            sources = self._sources.setdefault(diff_id, [])
            source = (digest, canonical(repository))
            if source not in sources:
                sources.append(source)
            if self._folder:
                self._write(self._folder, digest, diff_id)

    def _write(self, folder: Path, digest: str, diff_id: str) -> None:
        by_digest = folder / "diffid-by-digest/sha256"
        by_diff_id = folder / "v2metadata-by-diffid/sha256"
        for each in (by_digest, by_diff_id):
            each.mkdir(parents=True, exist_ok=True)
        told = [
            {"Digest": blob, "SourceRepository": repository, "HMAC": ""}
            for blob, repository in self._sources[diff_id]
        ]
        (by_digest / digest.removeprefix("sha256:")).write_text(diff_id)
        (by_diff_id / diff_id.removeprefix("sha256:")).write_text(
            json.dumps(told, separators=(",", ":"))
        )

    def _read(self) -> None:
        if not self._folder or not self._folder.is_dir():
            return
        for path in sorted(self._folder.glob("diffid-by-digest/sha256/*")):
            self._diff_ids[f"sha256:{path.name}"] = path.read_text()
        for path in sorted(self._folder.glob("v2metadata-by-diffid/sha256/*")):
            self._sources[f"sha256:{path.name}"] = [
                (str(told["Digest"]), str(told["SourceRepository"]))
                for told in json.loads(path.read_text())
            ]
