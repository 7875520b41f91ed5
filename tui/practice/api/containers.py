"""Containers: create, list, inspect, start, stop and so on, prune, update, commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.practice.api import container_files, container_streams
from tui.practice.containers import (
    creation,
    inspecting,
    lifecycle,
    listing,
    mainprocess,
    mountpoints,
    tops,
    updating,
)
from tui.practice.containers.commit import commit
from tui.practice.containers.lifecycle import NotModified
from tui.practice.containers.mainprocess import publish
from tui.practice.containers.signals import is_known, number_of
from tui.practice.names import Reference, parse
from tui.practice.wire import ROUTES, ApiError, Request, Response, answer

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.hold import Hold

__all__ = ["container_files", "container_streams", "summaries"]


def summaries(hold: Hold, *, all: bool, size: bool) -> list[dict[str, Any]]:  # noqa: A002
    """Return containers as the list has them, newest first.

    Args:
        hold: The engine.
        all: Also those that do not run.
        size: Tell how much they have written.
    """
    with hold.lock:
        found = listing.chosen(hold, {}, all_states=all, limit=0)
        return [inspecting.summary(hold, container, size=size) for container in found]


def here(hold: Hold, request: Request) -> Container:
    """Return the container of a path.

    Raises:
        ApiError: 404, there is none.
    """
    return hold.containers.get(request.names["name"])


def integer(request: Request, name: str, usual: int, status: int = 500) -> int:
    """Return a number of the query.

    Raises:
        ApiError: it is none; 500 in most places, 400 in some.
    """
    text = request.first(name)
    try:
        return int(text) if text else usual
    except ValueError as error:
        raise ApiError(status, f'strconv.Atoi: parsing "{text}": invalid syntax') from error


def body_of(request: Request) -> dict[str, Any]:
    """Return the JSON object that a request must have.

    Raises:
        ApiError: 400, it is said to be something else; 500, there is none.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind and kind != "application/json":
        text = f"Content-Type specified ({kind}) must be 'application/json'"
        raise ApiError(400, text)
    body = request.json()
    if not body and not _has_body(request):
        raise ApiError(500, "EOF")
    return body


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "") not in {"", "0"} or bool(
        request.headers.get("transfer-encoding")
    )


# Many


@ROUTES.add("POST", "/containers/create")
def create(hold: Hold, request: Request) -> Response:
    """Create a container."""
    container = creation.create(hold, request.first("name"), body_of(request))
    return answer({"Id": container.id, "Warnings": mountpoints.warnings(container)}, 201)


@ROUTES.add("GET", "/containers/json")
def list_containers(hold: Hold, request: Request) -> Response:
    """List containers."""
    limit = integer(request, "limit", 0)
    with hold.lock:
        found = listing.chosen(hold, request.filters(), all_states=request.flag("all"), limit=limit)
        size = request.flag("size")
        return answer([inspecting.summary(hold, container, size=size) for container in found])


@ROUTES.add("POST", "/containers/prune")
def prune(hold: Hold, request: Request) -> Response:
    """Remove the containers that do not run."""
    with hold.lock:
        found = listing.prunable(hold, request.filters())
        freed = sum(inspecting.written(container) for container in found)
        for container in found:
            lifecycle.remove(hold, container)
        hold.events.publish("container", "prune", "", reclaimed=str(freed))
    gone = [container.id for container in found]
    return answer({"ContainersDeleted": gone or None, "SpaceReclaimed": freed})


# One


@ROUTES.add("GET", "/containers/{name}/json")
def inspect(hold: Hold, request: Request) -> Response:
    """Tell everything about a container."""
    with hold.lock:
        told = inspecting.inspected(hold, here(hold, request), size=request.flag("size"))
    return answer(told)


@ROUTES.add("GET", "/containers/{name}/top")
def top(hold: Hold, request: Request) -> Response:
    """Tell the processes of a container."""
    with hold.lock:
        container = here(hold, request)
        if not container.state.running:
            raise ApiError(409, f"Container {container.id} is not running")
        if container.state.restarting:
            wait = "wait until the container is running"
            raise ApiError(409, f"Container {container.id} is restarting, {wait}")
        mainprocess.process_of(hold, container)
        titles, rows = tops.table(container, request.first("ps_args"))
        publish(hold, container, "top")
    return answer({"Processes": rows, "Titles": titles})


@ROUTES.add("POST", "/containers/{name}/start")
def start(hold: Hold, request: Request) -> Response:
    """Start a container."""
    try:
        lifecycle.start(hold, here(hold, request))
    except NotModified:
        return Response(304)
    return Response(204)


def _seconds(request: Request) -> int | None:
    return integer(request, "t", 0) if request.first("t") else None


@ROUTES.add("POST", "/containers/{name}/stop")
def stop(hold: Hold, request: Request) -> Response:
    """Stop a container."""
    try:
        lifecycle.stop(hold, here(hold, request), _seconds(request))
    except NotModified:
        return Response(304)
    return Response(204)


@ROUTES.add("POST", "/containers/{name}/restart")
def restart(hold: Hold, request: Request) -> Response:
    """Stop a container if it runs, and start it."""
    lifecycle.restart(hold, here(hold, request), _seconds(request))
    return Response(204)


@ROUTES.add("POST", "/containers/{name}/kill")
def kill(hold: Hold, request: Request) -> Response:
    """Send a container a signal."""
    name = request.names["name"]
    signal = number_of(request.first("signal") or "KILL")
    try:
        container = here(hold, request)
        if not is_known(signal):
            raise ApiError(500, f"The linux daemon does not support signal {signal}")
        lifecycle.kill(hold, container, signal)
    except ApiError as error:
        text = f"Cannot kill container: {name}: {error.message}"
        raise ApiError(error.status, text) from error
    return Response(204)


@ROUTES.add("POST", "/containers/{name}/pause")
def pause(hold: Hold, request: Request) -> Response:
    """Freeze a container."""
    lifecycle.pause(hold, here(hold, request))
    return Response(204)


@ROUTES.add("POST", "/containers/{name}/unpause")
def unpause(hold: Hold, request: Request) -> Response:
    """Let a frozen container go on."""
    lifecycle.unpause(hold, here(hold, request))
    return Response(204)


@ROUTES.add("POST", "/containers/{name}/rename")
def rename(hold: Hold, request: Request) -> Response:
    """Give a container another name."""
    name = request.first("name")
    with hold.lock:
        container = here(hold, request)
        if not name:
            raise ApiError(400, "Neither old nor new names may be empty")
        bare, old = name.removeprefix("/"), container.name
        if bare == old:
            raise ApiError(400, "Renaming a container with the same name as its current name")
        try:
            container.name = hold.containers.take_name(f"/{bare}", container.id)
        except ApiError as error:
            text = f"Error when allocating new name: {error.message}"
            raise ApiError(error.status, text) from error
        hold.containers.give_name_back(old)
        publish(hold, container, "rename", oldName=f"/{old}")
    return Response(204)


@ROUTES.add("POST", "/containers/{name}/update")
def update(hold: Hold, request: Request) -> Response:
    """Change a container's limits and its restart policy."""
    body = body_of(request)
    updating.check(body)
    with hold.lock:
        container = here(hold, request)
        updating.update(container, body, hold.clock())
        hold.containers.keep(container)
        publish(hold, container, "update")
    return answer({"Warnings": None})


@ROUTES.add("DELETE", "/containers/{name}")
def remove(hold: Hold, request: Request) -> Response:
    """Remove a container."""
    container = here(hold, request)
    if request.flag("link"):
        raise ApiError(500, "Conflict, cannot remove the default link name of the container")
    lifecycle.remove(hold, container, force=request.flag("force"), volumes=request.flag("v"))
    return Response(204)


@ROUTES.add("POST", "/commit")
def commit_container(hold: Hold, request: Request) -> Response:
    """Make an image of a container."""
    wanted = request.first("container")
    if not wanted:
        raise ApiError(400, 'invalid name or ID supplied: ""')
    given = _given_config(request)
    pauses = not request.first("pause") or request.flag("pause")
    with hold.lock:
        container = hold.containers.get(wanted)
        name = _image_name(request.first("repo"), request.first("tag"))
        is_frozen = pauses and container.state.status == "running"
        if is_frozen:
            lifecycle.pause(hold, container)
        try:
            image = commit(
                hold,
                container,
                name=name,
                comment=request.first("comment"),
                author=request.first("author"),
                changes=[text for text in request.query.get("changes", ()) if text],
                given=given,
            )
        finally:
            if is_frozen:
                lifecycle.unpause(hold, container)
    return answer({"Id": image.image_id}, 201)


def _given_config(request: Request) -> dict[str, Any] | None:
    return request.json() or None


def _image_name(repository: str, tag: str) -> Reference | None:
    """Return the name that an image of a container gets.

    Raises:
        ApiError: 400 or 500, it makes no sense.
    """
    if not repository:
        return None
    try:
        name = parse(repository)
        if name.digest:
            raise ApiError(400, "refusing to create a tag with a digest reference")
        return parse(f"{name.familiar_repository}:{tag}") if tag else name.tagged
    except ApiError as error:
        if error.message.startswith("refusing"):
            raise
        is_tag = tag and "repository" not in error.message
        raise ApiError(500, "invalid tag format" if is_tag else error.message) from error
