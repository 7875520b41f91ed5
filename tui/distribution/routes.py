"""Which handler answers which path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from tui.distribution.api import blobs, lists, manifests, uploads
from tui.distribution.exchange import Answer, Request
from tui.distribution.refusals import Refused
from tui.distribution.registry import Registry

Handler = Callable[[Registry, Request], Answer]

_ROOT: Final = {"GET": lists.ping}
_CATALOG: Final = {"GET": lists.get_catalog}
_TAGS: Final = {"GET": lists.get_tags}
_REFERRERS: Final = {"GET": manifests.get_referrers}
_BEGIN: Final = {"POST": uploads.begin}
_BLOB: Final = {"GET": blobs.get_blob, "DELETE": blobs.delete_blob}
_UPLOAD: Final = {
    "GET": uploads.status,
    "PATCH": uploads.append,
    "PUT": uploads.finish,
    "DELETE": uploads.cancel,
}
_MANIFEST: Final = {
    "GET": manifests.get_manifest,
    "PUT": manifests.put_manifest,
    "DELETE": manifests.delete_manifest,
}


class Route(NamedTuple):
    """What a path leads to."""

    handlers: Mapping[str, Handler]
    name: str = ""
    reference: str = ""


def find(path: str) -> Route:
    """Return what a path leads to; a repository's name may hold words of the API.

    Raises:
        Refused: to nothing.
    """
    if path in {"/v2", "/v2/"}:
        return Route(_ROOT)
    if path == "/v2/_catalog":
        return Route(_CATALOG)
    rest = path.removeprefix("/v2/")
    parts = rest.rsplit("/", 3)
    if rest != path and len(parts) > 2:
        name, kind, last = "/".join(parts[:-2]), parts[-2], parts[-1]
        if kind == "uploads" and name.endswith("/blobs"):
            name = name.removesuffix("/blobs")
            return Route(_UPLOAD, name, last) if last else Route(_BEGIN, name)
        if kind == "blobs" and last == "uploads":
            return Route(_BEGIN, name)
        if kind == "tags" and last == "list":
            return Route(_TAGS, name)
        handlers = {"blobs": _BLOB, "manifests": _MANIFEST, "referrers": _REFERRERS}.get(kind)
        if handlers is not None:
            return Route(handlers, name, last)
    raise Refused(404, "UNSUPPORTED", "there is nothing at this path")


def handler_of(route: Route, method: str) -> Handler:
    """Return what answers a method; HEAD is answered as GET is.

    Raises:
        Refused: nothing does.
    """
    handler = route.handlers.get("GET" if method == "HEAD" else method)
    if handler is None:
        allowed = ", ".join(sorted({*route.handlers, "HEAD"}))
        raise Refused(405, "UNSUPPORTED", "the operation is unsupported", {"Allow": allowed})
    return handler
