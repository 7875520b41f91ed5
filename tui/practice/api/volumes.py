"""Volumes: list, create, inspect, remove, prune."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.practice.imageviews import matcher
from tui.practice.wire import ROUTES, ApiError, Request, Response, answer

if TYPE_CHECKING:
    from tui.practice.hold import Hold
    from tui.practice.volumes import Volume

_YES = {"true", "1"}
_NO = {"false", "0"}


def usage(hold: Hold) -> list[dict[str, Any]]:
    """Return the volumes as `GET /system/df` tells them. Call it while holding the lock."""
    return [
        {
            **hold.volumes.told(volume),
            "UsageData": {"RefCount": len(hold.volumes.users(volume)), "Size": volume.size},
        }
        for volume in hold.volumes.all()
    ]


@ROUTES.add("GET", "/volumes")
def list_volumes(hold: Hold, request: Request) -> Response:
    """List volumes."""
    filters = request.filters()
    with hold.lock:
        found = _chosen(hold, filters, {"dangling", "driver", "label", "name"})
        told = [hold.volumes.told(volume) for volume in found]
    return answer({"Volumes": told, "Warnings": None})


@ROUTES.add("POST", "/volumes/create")
def create_volume(hold: Hold, request: Request) -> Response:
    """Make a volume, or tell the one of this name."""
    body = request.json()
    with hold.lock:
        volume = hold.volumes.create(
            str(body.get("Name") or ""),
            driver=str(body.get("Driver") or ""),
            labels=body.get("Labels"),
            options=body.get("DriverOpts"),
        )
        return answer(hold.volumes.told(volume), 201)


@ROUTES.add("POST", "/volumes/prune")
def prune_volumes(hold: Hold, request: Request) -> Response:
    """Remove the volumes that no container has."""
    with hold.lock:
        found = _chosen(hold, request.filters(), {"label", "label!"})
        gone = [volume for volume in found if not hold.volumes.users(volume)]
        freed = sum(volume.size for volume in gone)
        for volume in gone:
            hold.volumes.remove(volume.name)
        hold.events.publish("volume", "prune", "", reclaimed=str(freed))
    return answer({"VolumesDeleted": [x.name for x in gone], "SpaceReclaimed": freed})


@ROUTES.add("GET", "/volumes/{name}")
def inspect_volume(hold: Hold, request: Request) -> Response:
    """Tell a volume."""
    with hold.lock:
        return answer(hold.volumes.told(hold.volumes.get(request.names["name"])))


@ROUTES.add("DELETE", "/volumes/{name}")
def remove_volume(hold: Hold, request: Request) -> Response:
    """Remove a volume."""
    with hold.lock:
        hold.volumes.remove(request.names["name"], force=request.flag("force"))
    return Response(204)


def _chosen(hold: Hold, filters: dict[str, list[str]], known: set[str]) -> list[Volume]:
    """Return the volumes of a filter.

    Raises:
        ApiError: 400, it makes no sense.
    """
    for name in filters:
        if name not in known:
            raise ApiError(400, f"Invalid filter '{name}'")
    dangling = filters.get("dangling", [])
    if any(word not in _YES | _NO for word in dangling):
        raise ApiError(400, f"Invalid filter 'dangling=[{' '.join(dangling)}]'")
    found = hold.volumes.all()
    if dangling:
        wanted = {word in _YES for word in dangling}
        found = [volume for volume in found if (not hold.volumes.users(volume)) in wanted]
    if filters.get("driver"):
        found = [volume for volume in found if "local" in filters["driver"]]
    if filters.get("name"):
        found = [x for x in found if any(text in x.name for text in filters["name"])]
    has = matcher(list(filters.get("label", [])))
    found = [volume for volume in found if has(dict(volume.labels or {}))]
    if filters.get("label!"):
        has_not = matcher(list(filters["label!"]))
        found = [volume for volume in found if not has_not(dict(volume.labels or {}))]
    return found
