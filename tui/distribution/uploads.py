"""Uploads that are under way: each a file that is hashed while it grows.

They live as long as the server: one that ends, even by a kill, has none when it starts again.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from tui.distribution.blobs import file_has
from tui.distribution.names import algorithm_of
from tui.distribution.refusals import Refused, disk_refused, upload_unknown

IDLE_SECONDS: Final = 3600.0
"""Time after which an upload that nobody goes on with is dropped."""

UPLOADS_MAX: Final = 1000
"""Uploads at once."""


class Upload:
    """A blob that grows; one request at a time writes to it."""

    def __init__(self, repository: str, path: Path, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.id = path.name
        self.repository = repository
        self.path = path
        self.offset = 0
        """Bytes so far."""
        self.touched = clock()
        """When somebody last cared about it, in seconds of the clock."""
        self.writing = threading.Lock()
        """Held by the request that writes."""
        self._hash = hashlib.sha256()
        path.touch(mode=0o600, exist_ok=False)

    def append(self, blocks: Iterable[bytes]) -> None:
        """Write what comes; whatever came before an error is kept.

        Raises:
            OSError: as the disk tells. (What the client does wrong, `blocks` raises.)
        """
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND)  # never made anew
        with open(descriptor, "wb", buffering=0) as file:
            for block in blocks:
                view = memoryview(block)
                while view:
                    written = file.write(view) or 0
                    self._hash.update(view[:written])
                    self.offset += written
                    view = view[written:]
                self.touched = self._clock()

    def has(self, digest: str) -> bool:
        """Sync it, and tell whether it has this digest.

        Raises:
            OSError: as the disk tells.
        """
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if algorithm_of(digest) == "sha256":
            return f"sha256:{self._hash.hexdigest()}" == digest
        return file_has(self.path, digest)


class Uploads:
    """All uploads of a registry; may be asked from any thread."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._all: dict[str, Upload] = {}

    def sweep(self) -> None:
        """Remove what a server has left that ended in the middle.

        Raises:
            OSError: as the disk tells.
        """
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)

    def begin(self, repository: str) -> Upload:
        """Begin an upload.

        Raises:
            Refused: there are too many, or the disk fails.
        """
        self._drop_idle()
        with self._lock:
            if len(self._all) >= UPLOADS_MAX:
                raise Refused(429, "TOOMANYREQUESTS", "too many uploads at once")
            try:
                upload = Upload(repository, self._folder / secrets.token_hex(16), self._clock)
            except OSError as error:
                raise disk_refused(error) from error
            self._all[upload.id] = upload
        return upload

    def find(self, repository: str, upload_id: str) -> Upload:
        """Return an upload to a repository.

        Raises:
            Refused: there is no such upload.
        """
        with self._lock:
            upload = self._all.get(upload_id)
        if upload is None or upload.repository != repository:
            raise upload_unknown()
        upload.touched = self._clock()
        return upload

    def forget(self, upload: Upload) -> None:
        """Drop an upload and what came of it; one that became a blob has no file any more."""
        with self._lock:
            self._all.pop(upload.id, None)
        upload.path.unlink(missing_ok=True)

    def _drop_idle(self) -> None:
        now = self._clock()
        with self._lock:
            idle = [each for each in self._all.values() if now - each.touched > IDLE_SECONDS]
        for upload in idle:
            if upload.writing.acquire(blocking=False):
                self.forget(upload)
                upload.writing.release()
