"""Images in and out as tars: save, load, import."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from tui.practice.archives import FILE_LIMIT, bad_tar, inflated
from tui.practice.configs import VERSION, config_json, container_config, timestamp
from tui.practice.downloads import no_space
from tui.practice.instructions import apply
from tui.practice.loading import load
from tui.practice.names import Reference, parse
from tui.practice.progress import said
from tui.practice.registry import HERE, Platform
from tui.practice.removal import tell
from tui.practice.saving import choose, save
from tui.practice.tars import BadTar
from tui.practice.wire import ROUTES, ApiError, Request, Response

if TYPE_CHECKING:
    from tui.practice.hold import Hold

TAR: Final = "application/x-tar"


@ROUTES.add("GET", "/images/get")
def save_images(hold: Hold, request: Request) -> Response:
    """Save the images of all `names` in one archive."""
    return _saved(hold, list(request.query.get("names", ())))


@ROUTES.add("GET", "/images/{name:path}/get")
def save_image(hold: Hold, request: Request) -> Response:
    """Save one image, or all tags of a repository."""
    return _saved(hold, [request.names["name"]])


@ROUTES.add("POST", "/images/load")
def load_images(hold: Hold, request: Request) -> Response:
    """Load an archive; `quiet=0` asks for lines about its layers."""
    quiet = request.flag("quiet") if "quiet" in request.query else True
    lines = load(hold, request.body, quiet=quiet)
    next(lines)  # the whole body is read before the answer begins
    return Response(body=lines)


def import_image(hold: Hold, request: Request, platform: Platform | None) -> Response:
    """Make an image of one layer from a tar of files: `fromSrc=-` is the body.

    Raises:
        ApiError: a parameter makes no sense, or the tar cannot be read.
    """
    reference = _new_name(request.first("repo"), request.first("tag"))
    if platform and platform.os != HERE.os:
        raise ApiError(400, "operating system is not supported")
    config = container_config()
    changes = request.query.get("changes", ())
    if changes:
        config = apply(config, changes)
    source = request.first("fromSrc")
    if source != "-":
        raise ApiError(500, _unreachable(source))
    tar = _tar(hold, request.body)
    comment = request.first("message") or f"Imported from {source}"
    image_id = _make(hold, tar, config, comment, reference)
    return Response(body=[said(image_id)])


def _saved(hold: Hold, names: list[str]) -> Response:
    with hold.lock:
        parts = save(hold, choose(hold, names))
        next(parts)  # from here on the layers are kept
    return Response(body=parts, content_type=TAR)


def _new_name(repository: str, tag: str) -> Reference | None:
    """Return the name for an imported image; None if it gets none.

    Raises:
        ApiError: 400, it makes no sense.
    """
    if not repository:
        return None
    reference = parse(repository)
    if reference.digest:
        raise ApiError(400, "cannot import digest reference")
    if not tag:
        return reference.tagged
    try:
        named = parse(f"x:{tag}")
    except ApiError as error:
        raise ApiError(400, "invalid tag format") from error
    if not named.tag or named.digest:
        raise ApiError(400, "invalid tag format")
    return Reference(reference.repository, named.tag)


def _unreachable(source: str) -> str:
    """Return why nothing comes from an address: a practice engine has no network."""
    if not source:
        return 'Get "http:": http: no Host in request URL'
    address = source if "://" in source else f"http://{source}"
    host = address.partition("://")[2].partition("/")[0].partition(":")[0]
    return f'Get "{address}": dial tcp: lookup {host}: no such host'


def _tar(hold: Hold, body: BinaryIO) -> bytes:
    """Return the uncompressed tar that was sent.

    Raises:
        ApiError: 500, it is broken, too big, or there is no room.
    """
    tar = b"".join(inflated(body, FILE_LIMIT))
    if hold.faults.is_disk_full():
        raise ApiError(500, no_space(tar))
    return tar


def _make(
    hold: Hold, tar: bytes, config: dict[str, Any], comment: str, reference: Reference | None
) -> str:
    """Put an imported image into the engine, and return its ID."""
    created = timestamp(hold.clock())
    written = config_json(
        config=config,
        created=created,
        history=[{"created": created, "comment": comment}],
        diff_ids=[f"sha256:{hashlib.sha256(tar).hexdigest()}"],
        comment=comment,
        container_config=container_config(),
        docker_version=VERSION,
    )
    with hold.lock:
        try:
            layer = hold.layers.register(tar)
        except BadTar as error:
            raise bad_tar(str(error)) from error
        image = hold.images.add(written, layer.chain_id)
        if reference:
            hold.images.tag(image.image_id, reference.full)
            hold.images.touch(image.image_id)
            tell(hold, "tag", image.image_id, reference.familiar)
        tell(hold, "import", image.image_id, image.image_id)
    return image.image_id
