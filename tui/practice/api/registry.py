"""What the engine does with registries: pull, push, search, log in, ask for a manifest."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tui.practice import platforms
from tui.practice.api.transfer import import_image
from tui.practice.names import Reference, parse
from tui.practice.pulling import find, pull
from tui.practice.pushing import push
from tui.practice.registry import HUB, Refused
from tui.practice.search import search
from tui.practice.wire import ROUTES, ApiError, Request, Response, answer

if TYPE_CHECKING:
    from tui.practice.hold import Hold

HUB_ADDRESS: Final = "https://index.docker.io/v1/"
"""How clients name the Hub when they log in."""

_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)


class Login(NamedTuple):
    """Who a request is from, as its `X-Registry-Auth` says."""

    user: str
    password: str


@ROUTES.add("POST", "/images/create")
def create_image(hold: Hold, request: Request) -> Response:
    """Pull an image (`fromImage`), or make one of a tar (`fromSrc`)."""
    wanted = request.first("platform")
    platform = platforms.parse(wanted) if wanted else None
    if not request.first("fromImage"):
        return import_image(hold, request, platform)
    reference = _reference(request.first("fromImage"), request.first("tag"))
    if reference.repository == f"{HUB}/library/scratch":
        raise ApiError(403, "'scratch' is a reserved name")
    login = _login(request)
    try:
        hold.registry.reach(reference.domain)
        if login.user:
            hold.registry.check_login(reference.domain, login.user, login.password)
    except Refused as refused:
        raise ApiError(refused.status, refused.message) from refused
    return Response(body=pull(hold, reference, find(hold, reference), platform))


@ROUTES.add("POST", "/images/{name:path}/push")
def push_image(hold: Hold, request: Request) -> Response:
    """Push one tag of a repository, or without `tag` all of them."""
    header = request.headers.get("x-registry-auth")
    if header is None:
        raise ApiError(400, "Bad parameters and missing X-Registry-Auth: EOF")
    try:
        reference = parse(request.names["name"])
    except ApiError as error:
        raise ApiError(500, error.message) from error
    tag = request.first("tag")
    if tag:
        reference = Reference(reference.repository, _checked(tag, 500))
    return Response(body=push(hold, reference, *_login(request)))


@ROUTES.add("GET", "/images/search")
def search_images(_hold: Hold, request: Request) -> Response:
    """Search the Hub's catalogue."""
    return answer(search(request))


@ROUTES.add("POST", "/auth")
def log_in(hold: Hold, request: Request) -> Response:
    """Check a name and a password at a registry."""
    given = request.json()
    if not given:
        raise ApiError(500, "EOF")
    address = str(given.get("serveraddress") or HUB_ADDRESS)
    host = address.partition("://")[2] or address
    host = host.partition("/")[0]
    host = HUB if host in {"index.docker.io", "registry-1.docker.io"} else host
    user, password = str(given.get("username") or ""), str(given.get("password") or "")
    try:
        hold.registry.check_login(host, user, password)
    except Refused as refused:
        raise ApiError(refused.status, refused.message) from refused
    return answer({"IdentityToken": "", "Status": "Login Succeeded"})


@ROUTES.add("GET", "/distribution/{name:path}/json")
def inspect_distribution(hold: Hold, request: Request) -> Response:
    """Tell what a registry has under a name: a digest, and for which platforms."""
    reference = parse(request.names["name"]).tagged
    try:
        named = reference.digest or reference.tag
        manifest = hold.registry.resolve(reference.repository, named)
    except Refused as refused:
        raise ApiError(refused.status, refused.message) from refused
    if manifest is None:
        raise ApiError(404, "manifest unknown: manifest unknown")
    told = []
    for each in manifest.listed or (manifest,):
        platform = {"architecture": each.platform.architecture, "os": each.platform.os}
        if each.platform.variant:
            platform["variant"] = each.platform.variant
        told.append(platform)
    descriptor = {
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": len(manifest.data),
    }
    return answer({"Descriptor": descriptor, "Platforms": told})


def _reference(name: str, tag: str) -> Reference:
    """Return the reference of a pull: what `tag` says counts more than what is in the name.

    Raises:
        ApiError: 400, they make no sense.
    """
    reference = parse(name)
    if not tag:
        return reference
    algorithm, colon, digits = tag.partition(":")
    if not colon:
        return Reference(reference.repository, _checked(tag, 400))
    if len(digits) != {"sha256": 64, "sha512": 128}.get(algorithm):
        raise ApiError(400, "invalid tag format")
    return parse(f"{reference.repository}@{tag}")


def _checked(tag: str, status: int) -> str:
    """Return a tag as it is.

    Raises:
        ApiError: it can be none.
    """
    if not _TAG.fullmatch(tag):
        raise ApiError(status, "invalid tag format")
    return tag


def _login(request: Request) -> Login:
    """Return who a request is from; what cannot be read counts as nobody, as dockerd has it."""
    try:
        text = request.headers.get("x-registry-auth", "")
        padded = text + "=" * (-len(text) % 4)
        given = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return Login(str(given.get("username") or ""), str(given.get("password") or ""))
    except (ValueError, AttributeError, binascii.Error):
        return Login("", "")
