"""`GET /events`: what happened and what happens, filtered as dockerd filters it."""

from __future__ import annotations

import queue
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from tui.practice.events import Event
from tui.practice.wire import ROUTES, ApiError, Request, Response, line

if TYPE_CHECKING:
    from tui.practice.hold import Hold

PAUSE: Final = 0.25
"""Seconds after which the server may look whether the client is still there."""

Filters = Mapping[str, list[str]]

_NAMED: Final = ("daemon", "container", "plugin", "volume", "network", "node", "service")
"""Filters that match an event's ID or name, or how these begin."""


@ROUTES.add("GET", "/events")
def events(hold: Hold, request: Request) -> Response:
    """Answer events, past ones from `since` on and new ones up to `until` (seconds)."""
    since, until = _seconds(request, "since"), _seconds(request, "until")
    if since is not None and until is not None and since > until:
        texts = f"`since` time ({request.first('since')}) cannot be after `until` time"
        raise ApiError(400, f"{texts} ({request.first('until')})")
    told = _told(hold, request.filters(), since, until)
    next(told)  # listens from now on, before the client knows that it is answered
    return Response(200, told)


def _told(
    hold: Hold, filters: Filters, since: float | None, until: float | None
) -> Iterator[bytes]:
    if since is None and until is not None:
        since = 0
    with hold.events.subscribe(since) as listener:
        yield b""
        while True:
            try:
                event = listener.get(timeout=PAUSE if until is None else _left(hold, until))
            except queue.Empty:
                if until is not None and hold.clock() >= until:
                    return
                yield b""
                continue
            if until is not None and event["timeNano"] > until * 1e9:
                return
            if matches(event, filters):
                yield line(event).replace(b"\r\n", b"\n")


def _left(hold: Hold, until: float) -> float:
    """Return how long to wait for the next event, in seconds."""
    return min(max(until - hold.clock(), 0), PAUSE)


def matches(event: Event, filters: Filters) -> bool:
    """Tell whether an event passes all filters; of the values of one filter any may fit."""
    attributes = event["Actor"]["Attributes"]
    identifier, name = event["Actor"]["ID"], attributes.get("name", "")
    action = event["Action"]
    kind = action.partition(":")[0]  # `exec_start: ls` is found as `exec_start`
    return (
        _has(filters, "type", event["Type"])
        and _has(filters, "scope", event["scope"])
        and _has(filters, "event", action, kind)
        and all(_begins(filters, named, identifier, name) for named in _NAMED)
        and _has(filters, "image", *_images(event))
        and _is_labelled(filters, attributes)
    )


def _has(filters: Filters, key: str, *values: str) -> bool:
    wanted = filters.get(key)
    return not wanted or any(value in wanted for value in values)


def _begins(filters: Filters, key: str, *values: str) -> bool:
    wanted = filters.get(key)
    return not wanted or any(value.startswith(tuple(wanted)) for value in values)


def _images(event: Event) -> Iterator[str]:
    """Yield how an event's image may be called, with its tag and without."""
    attributes = event["Actor"]["Attributes"]
    key = "name" if event["Type"] == "image" else "image"
    for name in (event["Actor"]["ID"], attributes.get(key, "")):
        yield name
        head, colon, tag = name.rpartition(":")
        if colon and "/" not in tag:
            yield head


def _is_labelled(filters: Filters, attributes: Mapping[str, str]) -> bool:
    """Tell whether all labels asked for are there: `key` or `key=value`."""
    for wanted in filters.get("label", []):
        key, equals, value = wanted.partition("=")
        if key not in attributes or (equals and attributes[key] != value):
            return False
    return True


def _seconds(request: Request, name: str) -> float | None:
    """Return a moment in seconds of the epoch; None where none is given.

    Raises:
        ApiError: 500, it is none; the docker command does the sums itself.
    """
    text = request.first(name)
    if not text:
        return None
    whole, dot, part = text.partition(".")
    if not whole.removeprefix("-").isdecimal() or (dot and not part.isdecimal()):
        raise ApiError(500, f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return float(text)
