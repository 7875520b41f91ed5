"""Listings kept on the disk by diff ID: a layer never changes, so whoever shares it opens at once.

Only listings whose diff ID somebody has checked belong here (the Engine does): a file may claim to
be any layer. An entry is a header, the SHA-256 of what follows, and the columns of the listing,
marshalled and deflated. What does not fit its sum, or is of another version, counts as absent.
"""

from __future__ import annotations

import hashlib
import logging
import marshal
import os
import re
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tui.model.listing import Kind, LayerEntry, LayerListing, Mark

SOURCE: Final = "cache"
"""How a listing of this kind is called."""

LIMIT: Final = 256 * 1024 * 1024
"""Bytes of all entries together: about four hundred large images."""

_MAGIC: Final = b"orlop listing 1\n"
"""Raise the number with every change of the format or of what a listing means."""

_SUM: Final = hashlib.sha256().digest_size
_MARSHAL: Final = 4
"""Version of the format, which every Python since 3.4 reads."""

_LEVEL: Final = 1
_DIFF_ID: Final = re.compile(r"sha256:([0-9a-f]{64})\Z")
_KINDS: Final = tuple(Kind)
_MARKS: Final = tuple(Mark)
_KIND: Final = LayerEntry._fields.index("kind")
_MARK: Final = LayerEntry._fields.index("mark")

_LOG: Final = logging.getLogger(__name__)


class ListingCache:
    """A folder of listings, the least recently used of which go when it gets too large."""

    def __init__(self, folder: Path, *, limit: int = LIMIT) -> None:
        """Use a folder, which is made when the first entry is written."""
        self._folder = folder
        self._limit = limit

    def get(self, diff_id: str) -> LayerListing | None:
        """Return a layer's listing; None where it is not here, or damaged."""
        path = self._path(diff_id)
        if path is None:
            return None
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        entries = _unpacked(data)
        return None if entries is None else LayerListing(diff_id, SOURCE, entries)

    def put(self, listing: LayerListing) -> None:
        """Keep a listing. A disk that is full or not writable is noted in the log, no more."""
        path = self._path(listing.diff_id)
        if path is None:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, _packed(listing.entries))
            self._shrink()
        except OSError as error:
            _LOG.info("a listing was not kept: %s", error)

    def get_or(self, diff_id: str, read: Callable[[], LayerListing]) -> LayerListing:
        """Return a layer's listing from here, or read and keep it."""
        found = self.get(diff_id)
        if found is None:
            found = read()
            self.put(found)
        return found

    def _path(self, diff_id: str) -> Path | None:
        match = _DIFF_ID.match(diff_id)
        return self._folder / match[1] if match else None

    def _shrink(self) -> None:
        """Remove the least recently used entries until the others fit."""
        found = []
        with os.scandir(self._folder) as files:
            for file in files:
                try:
                    told = file.stat(follow_symlinks=False)
                except FileNotFoundError:  # another orlop was faster
                    continue
                found.append((told.st_mtime_ns, told.st_size, file.path))
        total = sum(size for _time, size, _path in found)
        for _time, size, path in sorted(found):
            if total <= self._limit:
                return
            Path(path).unlink(missing_ok=True)
            total -= size


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _packed(entries: tuple[LayerEntry, ...]) -> bytes:
    columns: list[Any] = [list(column) for column in zip(*entries, strict=True)]
    if columns:
        columns[_KIND] = bytes(map(_KINDS.index, columns[_KIND]))
        columns[_MARK] = bytes(map(_MARKS.index, columns[_MARK]))
    body = zlib.compress(marshal.dumps(columns, _MARSHAL), _LEVEL)
    return _MAGIC + hashlib.sha256(body).digest() + body


def _unpacked(data: bytes) -> tuple[LayerEntry, ...] | None:
    start = len(_MAGIC) + _SUM
    body = data[start:]
    if not data.startswith(_MAGIC) or hashlib.sha256(body).digest() != data[len(_MAGIC) : start]:
        return None
    try:
        columns = marshal.loads(zlib.decompress(body))
        if not columns:
            return ()
        columns[_KIND] = map(_KINDS.__getitem__, columns[_KIND])
        columns[_MARK] = map(_MARKS.__getitem__, columns[_MARK])
        return tuple(map(LayerEntry._make, zip(*columns, strict=True)))
    except (EOFError, LookupError, TypeError, ValueError, zlib.error) as error:
        _LOG.warning("a kept listing cannot be read: %s", error)
        return None
