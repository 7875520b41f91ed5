"""Looking into the practice registries: Docker Hub's own API, and the registry's (distribution).

No Engine answers this; a client that knows the practice engine asks its socket in the place of
`hub.docker.com`, `registry-1.docker.io` and the private registry. `Host` tells which is meant.
Manifests read here count as no pull.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tui.practice.catalogue import ENTRIES, Entry
from tui.practice.registry import HUB, PRIVATE, Manifest, Refused, canonical, host_of
from tui.practice.wire import ROUTES, Request, Response, answer

if TYPE_CHECKING:
    from tui.practice.hold import Hold

PAGE_MAX: Final = 100
"""Tags of a page at most, as the Hub has it."""

_NO_SUCH: Final = "object not found"


class _NotThere(Exception):
    """The Hub has no such thing."""


def _hub(handler: Callable[[Hold, Request], object]) -> Callable[[Hold, Request], Response]:
    """Make a document an answer, and what is not there the Hub's 404."""

    def handle(hold: Hold, request: Request) -> Response:
        try:
            return answer(handler(hold, request))
        except (_NotThere, Refused):
            return answer({"message": _NO_SUCH, "errinfo": {}}, 404)

    return handle


@ROUTES.add("GET", "/hub/v2/namespaces/{namespace}/repositories/{name}")
@_hub
def repository_page(hold: Hold, request: Request) -> object:
    """Answer a repository's page."""
    path = _path(request)
    entry, tags = _entry(path), _tags(hold, path)
    about = entry.description if entry else ""
    return {
        "namespace": request.names["namespace"],
        "name": request.names["name"],
        "description": about,
        "full_description": _about(path, about, [tag["name"] for tag in tags]),
        "star_count": entry.stars if entry else 0,
        "last_updated": max((tag["last_updated"] for tag in tags), default=None),
        "is_private": False,
        "status_description": "active",
    }


@ROUTES.add("GET", "/hub/v2/namespaces/{namespace}/repositories/{name}/tags")
@_hub
def tag_page(hold: Hold, request: Request) -> object:
    """Answer one page of tags, those pushed last first: `page`, `page_size`, `name`."""
    path = _path(request)
    part = request.first("name")
    tags = [tag for tag in _tags(hold, path) if part in tag["name"]]
    size = min(max(_number(request.first("page_size"), 10), 1), PAGE_MAX)
    start = (max(_number(request.first("page"), 1), 1) - 1) * size
    return {"count": len(tags), "results": tags[start : start + size]}


@ROUTES.add("GET", "/hub/v2/namespaces/{namespace}/repositories/{name}/tags/{tag}")
@_hub
def one_tag(hold: Hold, request: Request) -> object:
    """Answer one tag."""
    return _tag(hold, _path(request), request.names["tag"])


@ROUTES.add("GET", "/hub/v2/repositories/{namespace}/{name}/tags/{tag}/images")
@_hub
def images_of_tag(hold: Hold, request: Request) -> object:
    """Answer the images of a tag with their layers, and the instruction that made each."""
    repository = f"{HUB}/{_path(request)}"
    manifest = _manifest(hold, repository, request.names["tag"])
    return [
        {**_image(hold, repository, one), "layers": _layers(hold, repository, one)}
        for one in manifest.listed or (manifest,)
    ]


@ROUTES.add("GET", "/hub/v2/")
def is_registry(_hold: Hold, _request: Request) -> Response:
    """Answer that this is a registry."""
    return Response(200, b"{}\n", {"Docker-Distribution-Api-Version": "registry/2.0"})


@ROUTES.add("GET", "/hub/v2/_catalog")
def catalog(hold: Hold, request: Request) -> Response:
    """Answer the repositories of a registry; the Hub does not tell its own."""
    host = _host(request)
    if host == HUB:
        return _refusal(401, "UNAUTHORIZED", "authentication required")
    own = (name for name in hold.registry.repositories() if host_of(name) == host)
    return answer({"repositories": [name.partition("/")[2] for name in own]})


@ROUTES.add("GET", "/hub/v2/{path:path}/tags/list")
def tag_names(hold: Hold, request: Request) -> Response:
    """Answer the names of all tags."""
    path = request.names["path"]
    try:
        return answer({"name": path, "tags": hold.registry.tags(f"{_host(request)}/{path}")})
    except Refused:
        return _refusal(404, "NAME_UNKNOWN", "repository name not known to registry")


@ROUTES.add("HEAD", "/hub/v2/{path:path}/manifests/{which}")
@ROUTES.add("GET", "/hub/v2/{path:path}/manifests/{which}")
def manifest(hold: Hold, request: Request) -> Response:
    """Answer a manifest by tag or digest."""
    repository = f"{_host(request)}/{request.names['path']}"
    try:
        found = _manifest(hold, repository, request.names["which"])
    except (_NotThere, Refused):
        return _refusal(404, "MANIFEST_UNKNOWN", "manifest unknown")
    headers = {"Docker-Content-Digest": found.digest}
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(found.data))
    return Response(200, found.data, headers, found.media_type)


@ROUTES.add("GET", "/hub/v2/{path:path}/blobs/{digest}")
def blob(hold: Hold, request: Request) -> Response:
    """Answer a blob."""
    digest = request.names["digest"]
    try:
        found = hold.registry.blob(f"{_host(request)}/{request.names['path']}", digest)
    except Refused:
        found = None
    if found is None:
        return _refusal(404, "BLOB_UNKNOWN", "blob unknown to registry")
    headers = {"Docker-Content-Digest": digest}
    return Response(200, found.data, headers, "application/octet-stream")


def _refusal(status: int, code: str, message: str) -> Response:
    return answer({"errors": [{"code": code, "message": message, "detail": None}]}, status)


def _host(request: Request) -> str:
    """Return which registry is meant."""
    host = request.headers.get("host", "")
    return host_of(canonical(f"{host}/")) if host in PRIVATE else HUB


def _path(request: Request) -> str:
    return f"{request.names['namespace']}/{request.names['name']}"


def _entry(path: str) -> Entry | None:
    """Return what a search finds of a repository."""
    name = path.removeprefix("library/")
    return next((entry for entry in ENTRIES if entry.name == name), None)


def _about(path: str, about: str, tags: list[str]) -> str:
    """Return a page in Markdown; what it says is true of the practice engine alone."""
    name = path.removeprefix("library/")
    if not tags:
        return f"# {name}\n\n{about}\n\nThe practice Hub has no image of it: it is only found.\n"
    lines = "\n".join(f"- `docker pull {name}:{tag}`" for tag in tags[:20])
    return f"# {name}\n\n{about}\n\n## Tags\n\n{lines}\n"


def _tags(hold: Hold, path: str) -> list[dict[str, Any]]:
    """Return all tags of a repository of the Hub, those pushed last first.

    Raises:
        Refused: there is no such repository, and a search does not find it either.
    """
    try:
        names = hold.registry.tags(f"{HUB}/{path}")
    except Refused:
        if _entry(path) is None:
            raise
        return []
    tags = [_tag(hold, path, name) for name in names]
    return sorted(tags, key=lambda tag: str(tag["last_updated"]), reverse=True)


def _tag(hold: Hold, path: str, name: str) -> dict[str, Any]:
    repository = f"{HUB}/{path}"
    found = _manifest(hold, repository, name)
    images = [_image(hold, repository, one) for one in found.listed or (found,)]
    pushed = max(str(image["last_pushed"]) for image in images)
    return {
        "name": name,
        "digest": found.digest,
        "full_size": images[0]["size"],
        "last_updated": pushed,
        "tag_last_pushed": pushed,
        "tag_status": "active",
        "media_type": found.media_type,
        "content_type": "image",
        "images": images,
    }


def _image(hold: Hold, repository: str, one: Manifest) -> dict[str, Any]:
    blobs = [hold.registry.blob(repository, digest) for digest in one.layers]
    return {
        "architecture": one.platform.architecture,
        "os": one.platform.os,
        "variant": one.platform.variant or None,
        "digest": one.digest,
        "size": sum(blob.size for blob in blobs if blob),
        "status": "active",
        "last_pushed": _moment(_config(hold, repository, one).get("created")),
    }


def _layers(hold: Hold, repository: str, one: Manifest) -> list[dict[str, Any]]:
    """Return the steps of an image as the Hub does: a step without a layer has no digest."""
    digests = iter(one.layers)
    told: list[dict[str, Any]] = []
    for step in _config(hold, repository, one).get("history") or ():
        layer: dict[str, Any] = {"size": 0, "instruction": str(step.get("created_by", ""))}
        if not step.get("empty_layer"):
            digest = next(digests, "")
            blob = hold.registry.blob(repository, digest)
            layer |= {"digest": digest, "size": blob.size if blob else 0}
        told.append(layer)
    return told


def _config(hold: Hold, repository: str, one: Manifest) -> dict[str, Any]:
    config = hold.registry.blob(repository, one.config)
    found = json.loads(config.data) if config else {}
    return found if isinstance(found, dict) else {}


def _manifest(hold: Hold, repository: str, which: str) -> Manifest:
    """Return the manifest of a tag or digest.

    Raises:
        _NotThere: there is none.
        Refused: there is no such repository.
    """
    found = hold.registry.resolve(repository, which)
    if found is None:
        raise _NotThere
    return found


def _moment(told: object) -> str:
    """Return when an image was made, as the Hub writes it: nobody knows when it was pushed."""
    try:
        return datetime.fromisoformat(str(told)).isoformat()
    except ValueError:
        return "1970-01-01T00:00:00+00:00"


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default
