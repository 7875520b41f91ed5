"""Blobs: `/v2/NAME/blobs/DIGEST`."""

from __future__ import annotations

import re
from typing import Final

from tui.distribution.exchange import Answer, Part, Request
from tui.distribution.names import checked_digest, checked_name
from tui.distribution.refusals import Refused, blob_unknown
from tui.distribution.registry import Registry

_RANGE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def get_blob(registry: Registry, request: Request) -> Answer:
    """Send a blob, or a part of it."""
    name, digest = checked_name(request.name), checked_digest(request.reference)
    size = registry.blob_size(name, digest)
    headers = {
        "Content-Type": "application/octet-stream",
        "Docker-Content-Digest": digest,
        "ETag": f'"{digest}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "max-age=31536000",
    }
    part = _part(request.headers.get("Range", ""), size)
    start, end = part or (0, size)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    try:
        file = registry.blobs.open(digest)
    except FileNotFoundError:  # since its size was asked for
        raise blob_unknown(digest) from None
    return Answer(206 if part else 200, headers, Part(file, start, end - start))


def delete_blob(registry: Registry, request: Request) -> Answer:
    """Show a blob no more; its bytes go when the garbage is collected."""
    name, digest = checked_name(request.name), checked_digest(request.reference)
    if not registry.repository(name).remove_blob(digest):
        raise blob_unknown(digest)
    return Answer(202, {"Docker-Content-Digest": digest})


def _part(wanted: str, size: int) -> tuple[int, int] | None:
    """Return the part that a Range header asks for, its end excluded; None for all.

    A header that is none, or asks for several parts, is ignored, as RFC 9110 allows.

    Raises:
        Refused: the part begins behind the end.
    """
    found = _RANGE.fullmatch(wanted.replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if start >= size:
        text = "the range begins behind the end of the blob"
        raise Refused(416, "SIZE_INVALID", text, {"Content-Range": f"bytes */{size}"})
    return (start, end) if start < end else None
