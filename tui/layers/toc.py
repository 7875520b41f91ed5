"""Listings from the table of contents that lazily pulled layers carry: nothing else is fetched.

eStargz keeps it as the last file of the tar, in a gzip member of its own; the last 51 bytes of the
blob tell where. zstd:chunked keeps it in a frame that is no part of the tar; an annotation of the
manifest tells where. In both the manifest also holds its digest, and an entry of the table is what
the tar's header says. Two things are lost on the way: bytes of names that are no UTF-8 (such a
table is refused), and fractions of a second, which eStargz rounds where a tar's are cut off.

Sources: docs/estargz.md of containerd/stargz-snapshotter, pkg/chunked of containers/storage.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from tui.i18n import N_
from tui.layers.bytesource import CHUNK, ByteSource, Inflated, Readable, Unzstd
from tui.layers.errors import BadCompression, BadTar, LayerError, NoZstd
from tui.layers.tarscan import LIMITS, Limits, TarScanner, clean_path, collecting_later
from tui.model.listing import Kind, LayerEntry, mark_of

STARGZ_DIGEST: Final = "containerd.io/snapshot/stargz/toc.digest"
CHUNKED_PLACE: Final = "io.github.containers.zstd-chunked.manifest-position"
CHUNKED_DIGEST: Final = "io.github.containers.zstd-chunked.manifest-checksum"

FOOTER: Final = 51
"""Bytes at the end of an eStargz blob that tell where its table is."""

PACKED_MAX: Final = 1 << 26
"""Bytes of the longest table as it is stored."""

_UNPACKED_MAX: Final = 1 << 27
"""Bytes of the longest table."""

_FOOTER: Final = re.compile(
    rb"\x1f\x8b\x08\x04.{6}\x1a\x00SG\x16\x00([0-9a-f]{16})STARGZ\x01\x00\x00\xff\xff\0{8}\Z", re.S
)
_PLACE: Final = re.compile(r"(\d{1,18}):(\d{1,18}):(\d{1,18}):1\Z")
_NAME: Final = b"stargz.index.json"
_LOST: Final = "\ufffd"
"""What stands for bytes that were no UTF-8."""

_LARGEST: Final = (1 << 63) - 1
_NO_DEVICE: Final = (0, 0)
_KINDS: Final = {
    "reg": Kind.FILE,
    "dir": Kind.DIRECTORY,
    "symlink": Kind.SYMLINK,
    "hardlink": Kind.HARDLINK,
    "char": Kind.CHARACTER,
    "block": Kind.BLOCK,
    "fifo": Kind.FIFO,
}
_PIECE: Final = "chunk"
_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z", re.ASCII
)


class BadToc(LayerError):
    """A table of contents that cannot be used; the whole layer still can."""

    TITLE = N_("The layer's table of contents cannot be used.")


class Place(NamedTuple):
    """Where a table lies in its blob."""

    offset: int
    size: int
    unpacked: int
    """Bytes when decompressed; 0 where nobody tells."""


def stargz_place(footer: bytes, size: int) -> Place:
    """Return where the table of an eStargz blob lies.

    Args:
        footer: The blob's last bytes.
        size: The blob's size.

    Raises:
        BadToc: this is no eStargz blob.
    """
    match = _FOOTER.match(footer)
    offset = int(match[1], 16) if match else size
    return _checked(Place(offset, size - FOOTER - offset, 0), size)


def chunked_place(annotation: str, size: int) -> Place:
    """Return where the table of a zstd:chunked blob lies, as the manifest's annotation tells.

    Raises:
        BadToc: it makes no sense.
    """
    match = _PLACE.match(annotation)
    place = Place(*map(int, match.groups())) if match else Place(0, 0, 0)
    return _checked(place, size)


def _checked(place: Place, size: int) -> Place:
    fits = 0 < place.size <= PACKED_MAX and place.unpacked <= _UNPACKED_MAX
    if not fits or place.offset + place.size > size:
        raise BadToc
    return place


def stargz_entries(packed: bytes, digest: str) -> tuple[LayerEntry, ...]:
    """Return the entries of an eStargz layer: those of its table, and the table's own.

    Args:
        packed: The table as it is stored.
        digest: What the manifest tells to be its digest.

    Raises:
        BadToc: it is damaged, or not that one.
    """
    try:
        source = ByteSource(Inflated(io.BytesIO(packed)))
        scanner = TarScanner(source)
        own = next(iter(scanner), None)
        if own is None or own.path != _NAME or own.size != scanner.stored:
            raise BadToc
        if own.size > _UNPACKED_MAX:
            raise BadToc
        pieces = (min(CHUNK, own.size - at) for at in range(0, own.size, CHUNK))
        document = b"".join(map(source.take, pieces))
    except (BadTar, BadCompression) as error:
        raise BadToc(str(error)) from error
    _check_digest(document, digest)
    return (*toc_entries(document), own)


def chunked_entries(packed: bytes, place: Place, digest: str) -> tuple[LayerEntry, ...]:
    """Return the entries of a zstd:chunked layer.

    Args:
        packed: The table as it is stored.
        place: Where it was.
        digest: What the manifest tells to be the digest of `packed`.

    Raises:
        BadToc: it is damaged, or not that one.
        NoZstd: this Python cannot decompress it.
    """
    _check_digest(packed, digest)
    try:
        document = _limited(Unzstd(io.BytesIO(packed)), place.unpacked)
    except NoZstd:
        raise
    except BadCompression as error:
        raise BadToc(str(error)) from error
    return toc_entries(document)


def _limited(stream: Readable, size: int) -> bytes:
    """Read exactly so many bytes and their end."""
    pieces: list[bytes] = []
    left = size
    while data := stream.read(CHUNK):
        left -= len(data)
        if left < 0:
            break
        pieces.append(data)
    if left:
        raise BadToc
    return b"".join(pieces)


def _check_digest(data: bytes, digest: str) -> None:
    if digest != f"sha256:{hashlib.sha256(data).hexdigest()}":
        raise BadToc(digest)


def toc_entries(document: bytes, *, limits: Limits = LIMITS) -> tuple[LayerEntry, ...]:
    """Return the entries of a table in the order in which it tells them.

    Raises:
        BadToc: it cannot be understood, or goes beyond the limits.
    """
    try:
        with collecting_later():
            return tuple(_entries(json.loads(document), limits))
    except (OverflowError, RecursionError, TypeError, ValueError) as error:
        raise BadToc(str(error)) from error


def _entries(table: Any, limits: Limits) -> Iterator[LayerEntry]:
    told = table.get("entries") if isinstance(table, dict) else None
    if not isinstance(told, list) or len(told) > 2 * limits.entries:
        raise BadToc
    for one in told:
        if not isinstance(one, dict):
            raise BadToc
        if one.get("type") != _PIECE:
            yield _entry(one, limits)


def _entry(told: dict[str, Any], limits: Limits) -> LayerEntry:
    kind = _KINDS.get(_text(told.get("type"), limits))
    if kind is None:
        raise BadToc
    path = clean_path(_name(told.get("name"), limits))
    size, link, device = 0, b"", _NO_DEVICE
    if kind is Kind.FILE:
        size = _number(told.get("size"))
    elif kind is Kind.SYMLINK:
        link = _name(told.get("linkName"), limits)
        size = len(link)
    elif kind is Kind.HARDLINK:
        link = clean_path(_name(told.get("linkName"), limits))
    elif kind is Kind.CHARACTER or kind is Kind.BLOCK:
        device = (_number(told.get("devMajor")), _number(told.get("devMinor")))
    return LayerEntry(
        path,
        kind,
        size,
        _number(told.get("mode")) & 0o7777,
        _number(told.get("uid")),
        _number(told.get("gid")),
        _seconds(_text(told.get("modtime"), limits)),
        link,
        device,
        _xattrs(told.get("xattrs"), limits),
        mark_of(path),
    )


def _text(value: Any, limits: Limits) -> str:
    text = "" if value is None else value
    if not isinstance(text, str) or len(text) > limits.name:
        raise BadToc
    return text


def _name(value: Any, limits: Limits) -> bytes:
    name = _text(value, limits)
    if _LOST in name or "\0" in name:
        raise BadToc
    return name.encode()


def _number(value: Any) -> int:
    number = 0 if value is None else value
    if not isinstance(number, int) or not 0 <= number <= _LARGEST:
        raise BadToc
    return number


@lru_cache(4096)
def _seconds(time: str) -> int:
    """Return a time as seconds of the epoch, rounded down; none is 0."""
    if not time:
        return 0
    match = _TIME.match(time)
    if match is None:
        raise BadToc
    zone = match[2].replace("Z", "+00:00")
    return int(datetime.fromisoformat(match[1] + zone).timestamp())


def _xattrs(value: Any, limits: Limits) -> tuple[tuple[bytes, bytes], ...]:
    if not value:
        return ()
    if not isinstance(value, dict):
        raise BadToc
    # Not _text: an attribute may be longer than a name.
    return tuple(
        sorted(
            (_name(name, limits), base64.b64decode(content or "", validate=True))
            for name, content in value.items()
        )
    )
