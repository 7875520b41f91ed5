"""Uploads: `/v2/NAME/blobs/uploads/` and what it leads to.

All at once (`POST ?digest=`, or `POST` and `PUT`), in one stream or in chunks (`PATCH`), or not at
all, if another repository has the blob (`POST ?mount=&from=`).
"""

from __future__ import annotations

import re
from typing import Final

from tui.distribution.exchange import Answer, Request
from tui.distribution.names import checked_digest, checked_name, is_digest, is_name
from tui.distribution.refusals import Refused
from tui.distribution.registry import Registry
from tui.distribution.uploads import Upload

_CONTENT_RANGE: Final = re.compile(r"(?:bytes )?([0-9]{1,18})-([0-9]{1,18})(?:/[0-9*]{1,18})?")


def begin(registry: Registry, request: Request) -> Answer:
    """Begin an upload; or do all of it at once; or mount the blob of another repository."""
    name = checked_name(request.name)
    mounted, source = request.query.get("mount", ""), request.query.get("from", "")
    if is_digest(mounted) and is_name(source) and registry.mount(name, mounted, source):
        return _created(name, mounted)
    digest = request.query.get("digest", "")
    if digest and not mounted:
        checked_digest(digest)
    upload = registry.uploads.begin(name)
    if not digest or mounted:
        return _state(202, upload)
    try:
        registry.append(upload, request.body.blocks())
    except BaseException:
        registry.uploads.forget(upload)  # nobody knows its ID, so nobody can go on with it
        raise
    registry.finish(upload, digest)
    return _created(name, digest)


def status(registry: Registry, request: Request) -> Answer:
    """Tell how far an upload is."""
    return _state(204, _upload(registry, request))


def append(registry: Registry, request: Request) -> Answer:
    """Add a chunk to an upload, or a stream without an end known before."""
    upload = _upload(registry, request)
    _write(registry, request, upload)
    return _state(202, upload)


def finish(registry: Registry, request: Request) -> Answer:
    """End an upload, maybe with its last chunk."""
    upload = _upload(registry, request)
    digest = checked_digest(request.query.get("digest", ""))
    if not request.body.has_ended:
        _write(registry, request, upload)
    registry.finish(upload, digest)
    return _created(upload.repository, digest)


def cancel(registry: Registry, request: Request) -> Answer:
    """Drop an upload."""
    registry.uploads.forget(_upload(registry, request))
    return Answer(204)


def _upload(registry: Registry, request: Request) -> Upload:
    return registry.uploads.find(checked_name(request.name), request.reference)


def _write(registry: Registry, request: Request, upload: Upload) -> None:
    start = _start(request)
    try:
        registry.append(upload, request.body.blocks(), start)
    except Refused as error:
        if error.status != 416:
            raise
        raise Refused(416, error.code, error.message, _headers(upload)) from None


def _start(request: Request) -> int | None:
    """Return where a chunk begins, as the client says; None if it does not.

    Raises:
        Refused: what it says is no range, or not as long as the body.
    """
    given = request.headers.get("Content-Range", "")
    if not given:
        return None
    found = _CONTENT_RANGE.fullmatch(given.strip())
    if found is None:
        raise Refused(416, "BLOB_UPLOAD_INVALID", "the Content-Range is none")
    start, last = int(found[1]), int(found[2])
    length = request.body.length
    if last < start or (length is not None and last - start + 1 != length):
        raise Refused(400, "SIZE_INVALID", "the Content-Range does not fit the Content-Length")
    return start


def _headers(upload: Upload) -> dict[str, str]:
    return {
        "Location": f"/v2/{upload.repository}/blobs/uploads/{upload.id}",
        "Range": f"0-{max(upload.offset - 1, 0)}",
        "Docker-Upload-UUID": upload.id,
    }


def _state(code: int, upload: Upload) -> Answer:
    return Answer(code, _headers(upload))


def _created(name: str, digest: str) -> Answer:
    headers = {"Location": f"/v2/{name}/blobs/{digest}", "Docker-Content-Digest": digest}
    return Answer(201, headers)
