"""A practice engine's state for tests: no server, no waiting, no seeds unless asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from tui.practice.api import load_routes
from tui.practice.hold import Hold, Settings
from tui.practice.wire import ROUTES, ApiError, Request, Response


def quick_hold(**settings: Any) -> Hold:
    """Return an engine that transfers at once and never sleeps."""
    return Hold(Settings(speed=0, **settings), sleep=lambda _seconds: None)


def request(
    method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Request:
    """Return a request as the server makes one of `GET /images/json?all=1`."""
    path, _mark, query = target.partition("?")
    values: dict[str, tuple[str, ...]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values[name] = (*values.get(name, ()), value)
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    return Request(method, path, values, lower, BytesIO(body), (1, 41))


def call(
    hold: Hold,
    method: str,
    target: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Let the engine answer, without a socket.

    Raises:
        ApiError: it refuses.
    """
    load_routes()
    asked = request(method, target, body, headers)
    found = ROUTES.find(method, asked.path)
    assert found, f"no route for {method} {asked.path}"
    handler, names = found
    whole = Request(
        asked.method, asked.path, asked.query, asked.headers, asked.body, asked.version, names
    )
    return handler(hold, whole)


def data(response: Response) -> bytes:
    """Return a whole body; a refusal in the middle of a stream is its last line."""
    if isinstance(response.body, bytes):
        return response.body
    parts: list[bytes] = []
    try:
        parts.extend(response.body)
    except ApiError as error:
        told = {"errorDetail": {"message": error.message}, "error": error.message}
        parts.append(json.dumps(told).encode())
    return b"".join(parts)


def lines(parts: bytes | Iterable[bytes]) -> list[dict[str, Any]]:
    """Return the messages of a stream."""
    whole = parts if isinstance(parts, bytes) else b"".join(parts)
    return [json.loads(text) for text in whole.decode().splitlines() if text]


def refusal(
    hold: Hold, method: str, target: str, body: bytes = b"", **more: Any
) -> tuple[int, str]:
    """Return the status and the words of a refusal."""
    try:
        response = call(hold, method, target, body, **more)
    except ApiError as error:
        return error.status, error.message
    raise AssertionError(f"answered {response.status}: {data(response)[:200]!r}")
