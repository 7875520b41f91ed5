"""Which containers a list shows: states, filters, limits. As 20.10 understands them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from tui.practice.containers.healthstate import NONE
from tui.practice.containers.networks import network_id, network_name
from tui.practice.imageviews import matcher
from tui.practice.times import moment
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.hold import Hold

Filters = Mapping[str, list[str]]
Test = Callable[["Container"], bool]

_KNOWN: Final = frozenset(
    {
        "ancestor", "before", "exited", "expose", "health", "id", "is-task", "isolation", "label",
        "name", "network", "publish", "since", "status", "volume",
    }
)  # fmt: skip
_PRUNED: Final = frozenset({"label", "label!", "until"})
_STATES: Final = frozenset(
    {"created", "restarting", "running", "removing", "paused", "exited", "dead"}
)
_HEALTH: Final = frozenset({"starting", "healthy", "unhealthy", "none"})


def chosen(hold: Hold, filters: Filters, *, all_states: bool, limit: int) -> list[Container]:
    """Return the containers of a list, newest first. Call it while holding the lock.

    Args:
        hold: The engine.
        filters: Names and values.
        all_states: Also those that are not running.
        limit: How many at most, whatever their state; 0 is no limit.

    Raises:
        ApiError: 400 or 500, a filter makes no sense.
    """
    tests = _tests(hold, filters)
    if not (all_states or limit > 0 or filters.get("status") or filters.get("exited")):
        tests.append(lambda container: container.state.running)
    found = sorted(hold.containers.all(), key=lambda x: -x.created)
    shown = [container for container in found if all(test(container) for test in tests)]
    return shown[:limit] if limit > 0 else shown


def prunable(hold: Hold, filters: Filters) -> list[Container]:
    """Return the containers that `docker container prune` removes.

    Raises:
        ApiError: 400 or 500, a filter makes no sense.
    """
    _check(filters, _PRUNED)
    limit: float | None = None
    if len(filters.get("until", [])) > 1:
        raise ApiError(400, "more than one until filter specified")
    for text in filters.get("until", []):
        try:
            limit = moment(text, hold.clock())
        except ValueError as error:
            raise ApiError(400, str(error)) from error
    has = matcher(list(filters.get("label", [])))
    has_not = matcher(list(filters["label!"])) if filters.get("label!") else None
    return [
        container
        for container in hold.containers.all()
        if not container.state.running
        and (limit is None or container.created <= limit)
        and has(dict(container.labels))
        and not (has_not and has_not(dict(container.labels)))
    ]


def _check(filters: Filters, known: frozenset[str]) -> None:
    for name in filters:
        if name not in known:
            raise ApiError(400, f"Invalid filter '{name}'")


def _tests(hold: Hold, filters: Filters) -> list[Test]:
    _check(filters, _KNOWN)
    tests = [_state(filters), *_texts(filters), *_order(hold, filters), *_places(filters)]
    if filters.get("ancestor"):
        tests.append(_ancestor(hold, filters["ancestor"]))
    return tests


def _state(filters: Filters) -> Test:
    for value in filters.get("status", []):
        if value not in _STATES:
            raise ApiError(400, f"Invalid filter 'status={value}'")
    for value in filters.get("health", []):
        if value not in _HEALTH:
            raise ApiError(400, f"Unrecognised filter value for health: {value}")
    for value in filters.get("is-task", []):
        if value not in {"true", "false", "1", "0"}:
            raise ApiError(400, f"Invalid filter 'is-task=[{value}]'")
    codes = {_integer(value) for value in filters.get("exited", [])}
    states = set(filters.get("status", []))
    is_task = {"true", "1"} & set(filters.get("is-task", []))
    health = filters.get("health", [])

    def test(container: Container) -> bool:
        state = container.state
        return (
            (not states or state.status in states)
            and (not codes or (state.exit_code in codes and state.status == "exited"))
            and not is_task
            and (not health or (state.health.status if state.health else NONE) in health)
        )

    return test


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        text = f'strconv.Atoi: parsing "{text}": invalid syntax'
        raise ApiError(500, text) from error


def _texts(filters: Filters) -> list[Test]:
    has = matcher(list(filters.get("label", [])))
    tests: list[Test] = [lambda container: has(dict(container.labels))]
    names, ids = filters.get("name", []), filters.get("id", [])
    if names:
        patterns = [found for text in names if (found := _pattern(text))]
        tests.append(lambda x: any(_has_name(pattern, x.name) for pattern in patterns))
    if ids:
        known = [found for text in ids if (found := _pattern(text))]
        tests.append(lambda x: any(pattern.search(x.id) for pattern in known))
    return tests


def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text)
    except re.error:
        return None  # such a filter fits nothing


def _has_name(pattern: re.Pattern[str], name: str) -> bool:
    return bool(pattern.search(f"/{name}") or pattern.search(name))


def _order(hold: Hold, filters: Filters) -> list[Test]:
    tests: list[Test] = []
    for kind in ("before", "since"):
        for text in filters.get(kind, []):
            try:
                created = hold.containers.get(text).created
            except ApiError as error:
                raise ApiError(500, f"no such container {text}") from error
            if kind == "before":
                tests.append(lambda x, created=created: x.created < created)  # type: ignore[misc]
            else:
                tests.append(lambda x, created=created: x.created > created)  # type: ignore[misc]
    return tests


def _places(filters: Filters) -> list[Test]:
    tests: list[Test] = []
    for kind in ("publish", "expose"):
        ports = {port for text in filters.get(kind, []) for port in _ports(kind, text)}
        if ports and kind == "publish":
            tests.append(lambda x, ports=ports: bool(ports & _published(x)))  # type: ignore[misc]
        elif ports:
            tests.append(
                lambda x, ports=ports: bool(ports & set(x.config.get("ExposedPorts") or ()))  # type: ignore[misc]
            )
    wanted = filters.get("network", [])
    if wanted:
        tests.append(lambda x: any(_is_in(x, text) for text in wanted))
    volumes = filters.get("volume", [])
    if volumes:
        tests.append(lambda x: any(_has_volume(x, text) for text in volumes))
    return tests


def _ports(kind: str, text: str) -> list[str]:
    numbers, _slash, protocol = text.partition("/")
    first, _dash, last = numbers.partition("-")
    if not first.isdecimal() or (last and not last.isdecimal()):
        why = f'strconv.ParseUint: parsing "{first}": invalid syntax'
        raise ApiError(500, f"error while looking up for {kind} {text}: {why}")
    return [f"{n}/{protocol or 'tcp'}" for n in range(int(first), int(last or first) + 1)]


def _published(container: Container) -> set[str]:
    bindings = container.endpoint.bindings if container.endpoint else []
    return {f"{x.host_port}/{x.port.rpartition('/')[2]}" for x in bindings}


def _is_in(container: Container, text: str) -> bool:
    mode = container.host_config.get("NetworkMode") or ""
    return text in {network_name(mode), network_id(mode)}


def _has_volume(container: Container, text: str) -> bool:
    return any(text in (mount.name, mount.target) for mount in container.mounts)


def _ancestor(hold: Hold, names: list[str]) -> Test:
    """Return a test for containers of an image or of one that was made from it."""
    wanted: set[str] = set()
    for name in names:
        try:
            image = hold.images.find(name)
        except ApiError:
            continue
        wanted.add(image.image_id)
        waiting = [image.image_id]
        while waiting:
            children = hold.images.children(waiting.pop())
            waiting += children
            wanted |= set(children)
    return lambda container: container.image_id in wanted
