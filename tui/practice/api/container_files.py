"""A container's files: diff, export, and the two ways of `docker cp`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tui.practice.containers import files
from tui.practice.containers.mainprocess import publish
from tui.practice.tars import write_tree
from tui.practice.wire import ROUTES, ApiError, Request, Response, answer

if TYPE_CHECKING:
    from tui.practice.hold import Hold

TAR: Final = "application/x-tar"
STREAM: Final = "application/octet-stream"
PIECE: Final = 1 << 16


@ROUTES.add("GET", "/containers/{name}/changes")
def changes(hold: Hold, request: Request) -> Response:
    """Tell what a container has changed in its image's files."""
    with hold.lock:
        return answer(files.differences(hold.containers.get(request.names["name"])))


@ROUTES.add("GET", "/containers/{name}/export")
def export(hold: Hold, request: Request) -> Response:
    """Send all files of a container as a tar."""
    with hold.lock:
        container = hold.containers.get(request.names["name"])
        tree = container.tree.copy()
    return Response(200, _exported(hold, request.names["name"], write_tree(tree)), {}, STREAM)


def _exported(hold: Hold, name: str, data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), PIECE):
        yield data[at : at + PIECE]
    with hold.lock:
        try:
            container = hold.containers.get(name)
        except ApiError:
            return  # removed meanwhile: nobody is left to tell of
        publish(hold, container, "export")


def _path(request: Request) -> str:
    path = request.first("path")
    if not path:
        raise ApiError(400, "bad parameter: pathcannot be empty")
    return path


@ROUTES.add("HEAD", "/containers/{name}/archive")
def stat(hold: Hold, request: Request) -> Response:
    """Tell what is at a path."""
    path = _path(request)
    with hold.lock:
        container = hold.containers.get(request.names["name"])
        place, node = files.found(container, request.names["name"], path)
    head = {"X-Docker-Container-Path-Stat": files.path_stat(place, node)}
    return Response(200, b"", head, "")


@ROUTES.add("GET", "/containers/{name}/archive")
def get_archive(hold: Hold, request: Request) -> Response:
    """Send a path and all below it as a tar."""
    path = _path(request)
    with hold.lock:
        container = hold.containers.get(request.names["name"])
        place, node = files.found(container, request.names["name"], path)
        head = {"X-Docker-Container-Path-Stat": files.path_stat(place, node)}
        data = files.packed(container, place, path)
        publish(hold, container, "archive-path")
    return Response(200, data, head, TAR)


@ROUTES.add("PUT", "/containers/{name}/archive")
def put_archive(hold: Hold, request: Request) -> Response:
    """Take a tar and lay it over a folder."""
    path, name = _path(request), request.names["name"]
    hold.containers.get(name)
    data = request.body.read()
    with hold.lock:
        container = hold.containers.get(name)
        careful = request.flag("noOverwriteDirNonDir")
        files.unpack(container, name, path, data, careful=careful)
        publish(hold, container, "extract-to-dir")
    return Response(200, b"", {}, "")
