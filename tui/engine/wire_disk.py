"""Pure decoding of where the Engine says that images and containers lie on its disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tui.engine.wire import image_id, loads, number, table, tables, text

CHANGE_LETTERS: Final[Mapping[int, str]] = {0: "C", 1: "A", 2: "D"}
"""`Kind` of `GET /containers/{id}/changes` → the letter that `docker diff` writes."""


@dataclass(frozen=True, slots=True)
class DiskPlace:
    """What inspect tells of the places; empty where it does not."""

    target_id: str = ""
    name: str = ""
    image_id: str = ""
    """Of a container: the image it was made from."""
    driver: str = ""
    lower: tuple[str, ...] = ()
    """The folders of the layers below, topmost first."""
    upper: str = ""
    merged: str = ""
    work: str = ""


def disk_place(raw: str) -> DiskPlace:
    """Return the places that the JSON of `docker inspect` tells, of an image or a container."""
    try:
        answer = table(loads(raw.encode("utf-8", "replace")))
    except ValueError:
        return DiskPlace()
    driver = table(answer.get("GraphDriver"))
    data = table(driver.get("Data"))
    lower = text(data.get("LowerDir"))
    return DiskPlace(
        target_id=text(answer.get("Id")),
        name=text(answer.get("Name")).removeprefix("/"),
        image_id=image_id(answer.get("Image")),
        driver=text(driver.get("Name")),
        lower=tuple(lower.split(":")) if lower else (),
        upper=text(data.get("UpperDir")),
        merged=text(data.get("MergedDir")),
        work=text(data.get("WorkDir")),
    )


def container_changes(answer: object) -> tuple[tuple[str, str], ...]:
    """Return `GET /containers/{id}/changes` as (letter, path): C changed, A added, D deleted.

    An Engine says null where nothing has changed.
    """
    return tuple(
        (CHANGE_LETTERS.get(number(item.get("Kind"), -1), "?"), text(item.get("Path")))
        for item in tables(answer)
    )


def mount_points(raw: str) -> tuple[str, ...]:
    """Return where the JSON of `docker inspect` says that something is mounted, in order."""
    try:
        answer = table(loads(raw.encode("utf-8", "replace")))
    except ValueError:
        return ()
    found = (text(mount.get("Destination")) for mount in tables(answer.get("Mounts")))
    return tuple(sorted(place for place in found if place))
