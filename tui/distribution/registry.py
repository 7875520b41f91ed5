"""The registry itself: blobs, repositories and uploads in one folder, behind one lock.

Nothing here knows HTTP. What is refused is a `Refused`; a disk that fails is an OSError, which
the server tells in the same way.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tui.distribution import manifests
from tui.distribution.blobs import Blobs
from tui.distribution.disk import unfinished
from tui.distribution.layout import Layout
from tui.distribution.manifests import MANIFEST_MAX, Manifest
from tui.distribution.names import algorithm_of, digest_of, is_digest
from tui.distribution.refusals import Refused, blob_unknown, manifest_unknown
from tui.distribution.repository import Repository
from tui.distribution.uploads import Upload, Uploads

_BUSY: Final = "another request writes to this upload"


class InUse(Exception):
    """Another registry serves the folder, or its garbage is being collected."""


class Registry:
    """What one folder holds, for one process at a time; a context manager."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root)
        self.blobs = Blobs(self.layout)
        self.uploads = Uploads(self.layout.uploads)
        self._linking = threading.Lock()
        """Held while manifests and tags change."""
        self._lock = -1

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> None:
        """Make the folder if need be, take it, and sweep what an earlier end left unfinished.

        Raises:
            InUse: somebody else has it.
            OSError: it cannot be made or written.
        """
        self.layout.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = locked(self.layout.lock)
        self.uploads.sweep()
        for path in unfinished(self.layout.root):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Give the folder back, without the uploads that have not ended."""
        if self._lock >= 0:
            self.uploads.sweep()
            os.close(self._lock)
            self._lock = -1

    def repository(self, name: str) -> Repository:
        """Return a repository, whether it exists or not; the name has been checked."""
        return Repository(self.layout, name)

    # Blobs

    def blob_size(self, name: str, digest: str) -> int:
        """Return the bytes of a blob that a repository shows.

        Raises:
            Refused: it does not.
        """
        size = self.blobs.size(digest) if self.repository(name).has_blob(digest) else None
        if size is None:
            raise blob_unknown(digest)
        return size

    def mount(self, name: str, digest: str, source: str) -> bool:
        """Show a blob of another repository in this one; False if that has none."""
        if not self.repository(source).has_blob(digest) or self.blobs.size(digest) is None:
            return False
        self.repository(name).add_blob(digest)
        return True

    def append(self, upload: Upload, blocks: Iterable[bytes], start: int | None = None) -> None:
        """Write to an upload.

        Args:
            upload: Which.
            blocks: What.
            start: Where the client believes to be; None if it does not say.

        Raises:
            Refused: another request writes to it, or its end is elsewhere.
            OSError: the disk fails; then the upload is gone.
        """
        if not upload.writing.acquire(blocking=False):
            raise Refused(409, "BLOB_UPLOAD_INVALID", _BUSY)
        try:
            if start is not None and start != upload.offset:
                text = f"the upload goes on at byte {upload.offset}"
                raise Refused(416, "BLOB_UPLOAD_INVALID", text)
            upload.append(blocks)
        except OSError:
            self.uploads.forget(upload)
            raise
        finally:
            upload.writing.release()

    def finish(self, upload: Upload, digest: str) -> None:
        """Make an upload the blob with this digest; the upload is gone afterwards.

        Raises:
            Refused: it has another digest, or another request writes to it.
            OSError: the disk fails.
        """
        if not upload.writing.acquire(blocking=False):
            raise Refused(409, "BLOB_UPLOAD_INVALID", _BUSY)
        try:
            if not upload.has(digest):
                text = "provided digest did not match uploaded content"
                raise Refused(400, "DIGEST_INVALID", text)
            self.blobs.adopt(digest, upload.path)  # even if it is there: that one may be damaged
            self.repository(upload.repository).add_blob(digest)
        finally:
            self.uploads.forget(upload)
            upload.writing.release()

    # Manifests

    def resolve(self, name: str, reference: str) -> str:
        """Return the digest of the manifest that a tag or a digest names.

        Raises:
            Refused: there is none.
        """
        repository = self.repository(name)
        digest = reference if is_digest(reference) else repository.digest_of(reference)
        if not digest or not repository.has_manifest(digest):
            raise manifest_unknown(reference)
        return digest

    def manifest(self, digest: str) -> tuple[bytes, Manifest]:
        """Return the bytes of a manifest, and what they say.

        Raises:
            Refused: it is not here, or damaged.
        """
        data = self.blobs.read(digest, MANIFEST_MAX)
        if data is None or digest_of(data, algorithm_of(digest)) != digest:
            raise manifest_unknown(digest)
        return data, manifests.read(data)

    def put_manifest(
        self, name: str, data: bytes, content_type: str, *, tag: str = "", digest: str = ""
    ) -> tuple[str, Manifest]:
        """Keep a manifest; returns its digest and what it says.

        Args:
            name: The repository.
            data: The bytes, which stay as they are.
            content_type: What the client calls it.
            tag: The tag that shall name it from now on; empty for none.
            digest: The digest that the client expects; empty if it does not say.

        Raises:
            Refused: it is none, has another digest, or refers to what is not here.
            OSError: the disk fails.
        """
        found = digest_of(data, algorithm_of(digest) if digest else "sha256")
        if digest and found != digest:
            raise Refused(400, "DIGEST_INVALID", "provided digest did not match the manifest")
        manifest = manifests.read(data, content_type)
        repository = self.repository(name)
        with self._linking:
            self._require(repository, manifest)
            self.blobs.put(found, data)
            repository.add_manifest(found, manifest.subject)
            if tag:
                repository.set_tag(tag, found)
        return found, manifest

    def delete_manifest(self, name: str, reference: str) -> None:
        """Remove a tag; or by digest a manifest, with all tags that name it.

        Raises:
            Refused: there is none.
            OSError: the disk fails.
        """
        repository = self.repository(name)
        with self._linking:
            if not is_digest(reference):
                if not repository.remove_tag(reference):
                    raise manifest_unknown(reference)
                return
            if not repository.remove_manifest(reference, self._subject(reference)):
                raise manifest_unknown(reference)

    def _subject(self, digest: str) -> str:
        try:
            return self.manifest(digest)[1].subject
        except Refused:  # damaged: then nothing was listed about it either
            return ""

    def _require(self, repository: Repository, manifest: Manifest) -> None:
        """See that all is there that a manifest refers to.

        Raises:
            Refused: something is not.
        """
        for digest in manifest.blobs:
            if not repository.has_blob(digest) or self.blobs.size(digest) is None:
                raise _missing(digest)
        for digest in manifest.children:
            known = repository.has_manifest(digest) or repository.has_blob(digest)
            if not known or self.blobs.size(digest) is None:
                raise _missing(digest)


def locked(path: Path) -> int:
    """Return the descriptor of a file that this process has locked; closing it is the end of that.

    Raises:
        InUse: another process has locked it.
        OSError: it cannot be written.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise InUse(str(path.parent)) from None
    return descriptor


def _missing(digest: str) -> Refused:
    return Refused(400, "MANIFEST_BLOB_UNKNOWN", f"blob unknown to registry: {digest}")
