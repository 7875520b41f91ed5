"""From the Engine's JSON to the model: the only place that knows the shapes.

Written for API 1.41 to 1.51 of Docker and for Podman's compatible API. Everything
may be null, missing or of another type; then the field keeps its empty value.
No function here fails on any JSON value.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from tui.model.container import UNKNOWN_SIZE, ContainerState, ContainerSummary, PortBinding
from tui.model.engine import Capabilities, EngineEvent, EngineInfo, StoreKind
from tui.model.image import HistoryStep, ImageDetails, ImageSummary, SearchResult
from tui.model.removal import DeleteAnswer

Table: TypeAlias = Mapping[str, object]
"""A JSON object."""

_HEX_ID: Final = re.compile(r"[0-9a-f]{64}\Z")
_NONE: Final = "<none>"
_PRACTICE: Final = "orlop.practice=true"
_EMPTY: Final[Table] = {}


# --- getters: one JSON value of a type, or that type's empty value


def table(value: object) -> Table:
    """Return a JSON object, or an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def items(value: object) -> list[object]:
    """Return a JSON array, or an empty one."""
    return value if isinstance(value, list) else []


def tables(value: object) -> Iterator[Table]:
    """Yield the objects of a JSON array."""
    return (item for item in items(value) if isinstance(item, dict))


def text(value: object) -> str:
    """Return a string, or an empty one."""
    return value if isinstance(value, str) else ""


def number(value: object, default: int = 0) -> int:
    """Return a whole number, or `default`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    if isinstance(value, float) and not math.isfinite(value):
        return default
    return int(value)


def strings(value: object) -> tuple[str, ...]:
    """Return the strings of a JSON array; a lone string counts as an array of it."""
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in items(value) if isinstance(item, str))


def pairs(value: object) -> tuple[tuple[str, str], ...]:
    """Return an object of strings (labels) as pairs, sorted."""
    return tuple(sorted((key, text(item)) for key, item in table(value).items()))


def image_id(value: object) -> str:
    """Return an image ID with its algorithm, which Podman leaves out at places."""
    identifier = text(value)
    return f"sha256:{identifier}" if _HEX_ID.match(identifier) else identifier


# --- images


def images(answer: object) -> tuple[ImageSummary, ...]:
    """Return the images of `GET /images/json`."""
    return tuple(_image(item) for item in tables(answer))


def _image(item: Table) -> ImageSummary:
    tags, digests = _names(item)
    return ImageSummary(
        image_id=image_id(item.get("Id")),
        tags=tags,
        digests=digests,
        created=max(number(item.get("Created")), 0),
        size=number(item.get("Size")),
        parent_id=image_id(item.get("ParentId")),
        labels=pairs(item.get("Labels")),
    )


def _names(item: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (tags, digests).

    The containerd store and Podman list names that were pulled by digest as tags,
    and older Engines list `<none>:<none>` and `<none>@<none>`.
    """
    names = [name for name in strings(item.get("RepoTags")) if _NONE not in name]
    known = [name for name in strings(item.get("RepoDigests")) if _NONE not in name]
    tags = dict.fromkeys(name for name in names if "@" not in name)
    digests = dict.fromkeys([*known, *(name for name in names if "@" in name)])
    return tuple(tags), tuple(digests)


def details(answer: object) -> ImageDetails:
    """Return the image of `GET /images/{name}/json`."""
    item = table(answer)
    config = table(item.get("Config"))
    tags, digests = _names(item)
    return ImageDetails(
        image_id=image_id(item.get("Id")),
        tags=tags,
        digests=digests,
        parent_id=image_id(item.get("Parent")),
        created=text(item.get("Created")),
        size=number(item.get("Size")),
        diff_ids=strings(table(item.get("RootFS")).get("Layers")),
        os=text(item.get("Os")),
        architecture=text(item.get("Architecture")),
        variant=text(item.get("Variant")),
        author=text(item.get("Author")),
        comment=text(item.get("Comment")),
        docker_version=text(item.get("DockerVersion")),
        user=text(config.get("User")),
        working_dir=text(config.get("WorkingDir")),
        stop_signal=text(config.get("StopSignal")),
        entrypoint=strings(config.get("Entrypoint")),
        cmd=strings(config.get("Cmd")),
        env=strings(config.get("Env")),
        exposed_ports=tuple(sorted(table(config.get("ExposedPorts")))),
        volumes=tuple(sorted(table(config.get("Volumes")))),
        labels=pairs(config.get("Labels")),
        raw=raw_json(answer),
    )


def raw_json(answer: object) -> str:
    """Return an answer as JSON text for people, indented by two; empty if nested too deep."""
    try:
        return json.dumps(answer, indent=2, ensure_ascii=False)
    except RecursionError:
        return ""


def history(answer: object) -> tuple[HistoryStep, ...]:
    """Return `GET /images/{name}/history`, turned into build order (oldest first)."""
    steps = [
        HistoryStep(
            created=number(item.get("Created")),
            created_by=text(item.get("CreatedBy")),
            size=number(item.get("Size")),
            comment=text(item.get("Comment")),
        )
        for item in tables(answer)
    ]
    return tuple(reversed(steps))


def delete_answer(answer: object) -> DeleteAnswer:
    """Return the lines of `DELETE /images/{name}`, in the Engine's order."""
    lines: list[tuple[str, str]] = []
    for item in tables(answer):
        lines += [
            (word, image_id(item[word]))
            for word in ("Untagged", "Deleted")
            if isinstance(item.get(word), str)
        ]
    return DeleteAnswer(tuple(lines))


def search_results(answer: object) -> tuple[SearchResult, ...]:
    """Return the results of `GET /images/search`, with Docker's or Podman's keys."""
    found = (_search_result(item) for item in tables(answer))
    return tuple(result for result in found if result.name)


def _search_result(item: Table) -> SearchResult:
    if "Name" in item:
        name = text(item.get("Name"))
        return SearchResult(
            name=name.removeprefix("docker.io/").removeprefix("library/"),
            description=text(item.get("Description")),
            stars=number(item.get("Stars")),
            is_official=bool(text(item.get("Official"))),
        )
    return SearchResult(
        name=text(item.get("name")),
        description=text(item.get("description")),
        stars=number(item.get("star_count")),
        is_official=item.get("is_official") is True,
    )


# --- containers


_STATES: Final = {
    "configured": ContainerState.CREATED,
    "initialized": ContainerState.CREATED,
    "stopped": ContainerState.EXITED,
    "stopping": ContainerState.RUNNING,
}
"""Podman's own words for states."""

_HEALTH: Final = re.compile(r"\((?:health: )?(healthy|unhealthy|starting)\)")
_WILDCARDS: Final = {"0.0.0.0": "*", "::": "*", "127.0.0.1": "lo", "::1": "lo"}


def containers(answer: object) -> tuple[ContainerSummary, ...]:
    """Return the containers of `GET /containers/json`."""
    return tuple(_container(item) for item in tables(answer))


def _container(item: Table) -> ContainerSummary:
    status = text(item.get("Status"))
    return ContainerSummary(
        container_id=text(item.get("Id")),
        name=_container_name(strings(item.get("Names"))),
        image=text(item.get("Image")),
        image_id=image_id(item.get("ImageID")),
        command=text(item.get("Command")),
        created=max(number(item.get("Created")), 0),
        state=_state(text(item.get("State"))),
        status=status,
        health=_health(item, status),
        ports=_ports(item.get("Ports")),
        size_rw=number(item.get("SizeRw"), UNKNOWN_SIZE),
        labels=pairs(item.get("Labels")),
    )


def _container_name(names: tuple[str, ...]) -> str:
    """Return its own name; a name with a second slash is a link from another container."""
    bare = [name.removeprefix("/") for name in names]
    own = [name for name in bare if "/" not in name]
    return next(iter(own or bare), "")


def _state(word: str) -> ContainerState:
    if word in _STATES:
        return _STATES[word]
    return ContainerState(word) if word in set(ContainerState) else ContainerState.UNKNOWN


def _health(item: Table, status: str) -> str:
    """Return the health, which Engines before API 1.52 tell only inside the status."""
    told = text(table(item.get("Health")).get("Status"))
    if told and told != "none":
        return told
    match = _HEALTH.search(status)
    return match[1] if match else ""


def _ports(value: object) -> tuple[PortBinding, ...]:
    """Return the ports in order; IPv4 and IPv6 of one wildcard binding count once."""
    ports = [
        PortBinding(
            private_port=number(item.get("PrivatePort")),
            protocol=text(item.get("Type")),
            public_port=number(item.get("PublicPort")),
            address=text(item.get("IP")),
        )
        for item in tables(value)
    ]
    ports.sort(key=lambda p: (p.private_port, p.protocol, p.public_port, ":" in p.address))
    once: dict[tuple[int, str, int, str], PortBinding] = {}
    for port in ports:
        place = _WILDCARDS.get(port.address, port.address)
        once.setdefault((port.private_port, port.protocol, port.public_port, place), port)
    return tuple(once.values())


# --- the Engine


CONTAINERD_DRIVER: Final = ["driver-type", "io.containerd.snapshotter.v1"]
"""The line of `DriverStatus` that tells the containerd image store."""

_CAPABILITIES: Final = {
    StoreKind.CLASSIC: Capabilities(),
    StoreKind.CONTAINERD: Capabilities(
        store=StoreKind.CONTAINERD, exact_reclaim=False, parents_block=False
    ),
    StoreKind.PODMAN: Capabilities(
        store=StoreKind.PODMAN,
        log_times_differ=False,
        exact_reclaim=False,
        force_removes_containers=True,
        pull_all_tags=False,
        leaving_ends_input=True,
        changes_image_names=True,
    ),
}


def capabilities(version: object, info: object) -> Capabilities:
    """Tell the three kinds of store apart, by `GET /version` and `GET /info`."""
    names = {text(item.get("Name")) for item in tables(table(version).get("Components"))}
    if "Podman Engine" in names:
        return _CAPABILITIES[StoreKind.PODMAN]
    if CONTAINERD_DRIVER in items(table(info).get("DriverStatus")):
        return _CAPABILITIES[StoreKind.CONTAINERD]
    return _CAPABILITIES[StoreKind.CLASSIC]


def engine_info(version: object, info: object, *, api_version: str) -> EngineInfo:
    """Return what the header shows, from `GET /version` and `GET /info`."""
    about, state = table(version), table(info)
    can = capabilities(version, info)
    return EngineInfo(
        name=text(state.get("Name")),
        product="Podman" if can.store is StoreKind.PODMAN else "Docker",
        version=text(about.get("Version")) or text(state.get("ServerVersion")),
        api_version=api_version,
        storage_driver=text(state.get("Driver")),
        data_root=text(state.get("DockerRootDir")),
        images=number(state.get("Images")),
        containers=number(state.get("Containers")),
        containers_running=number(state.get("ContainersRunning")),
        os=text(state.get("OperatingSystem")) or text(about.get("Os")),
        architecture=text(about.get("Arch")) or text(state.get("Architecture")),
        capabilities=can,
        practice=_PRACTICE in strings(state.get("Labels")),
    )


def engine_time(info: object) -> float:
    """Return the Engine's own clock (`SystemTime` of `GET /info`); 0 when it does not tell.

    Seconds of the epoch, exact to the microsecond.
    """
    return epoch(table(info).get("SystemTime"))


def epoch(value: object) -> float:
    """Return a time as the Engine writes it in seconds of the epoch; 0 for none, or before it."""
    try:
        told = datetime.fromisoformat(text(value))
        return max(told.timestamp(), 0.0) if told.tzinfo else 0.0
    except (ValueError, OverflowError):
        return 0.0


def layers_size(answer: object) -> int:
    """Return `LayersSize` of `GET /system/df` in bytes; -1 when the Engine does not tell."""
    return number(table(answer).get("LayersSize"), -1)


def event(line: object) -> EngineEvent:
    """Return one line of `GET /events`."""
    item = table(line)
    actor = table(item.get("Actor"))
    kind = text(item.get("Type"))
    actor_id = text(actor.get("ID")) or text(item.get("id"))
    return EngineEvent(
        kind=kind,
        action=text(item.get("Action")) or text(item.get("status")),
        actor_id=image_id(actor_id) if kind == "image" else actor_id,
        name=text(table(actor.get("Attributes")).get("name")),
        container_id=text(table(actor.get("Attributes")).get("container")),
    )


def loads(content: bytes) -> object:
    """Return a JSON value; bytes that are no UTF-8 become replacement characters.

    Raises:
        ValueError: it is no JSON, or nested too deep.
    """
    try:
        value: object = json.loads(content.decode("utf-8", "replace"))
    except RecursionError as error:
        raise ValueError("JSON is nested too deep") from error
    return value
