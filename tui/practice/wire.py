"""What travels between the server and the handlers: requests, answers, refusals, routes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol

if TYPE_CHECKING:
    from tui.practice.hold import Hold

JSON: Final = "application/json"
RAW_STREAM: Final = "application/vnd.docker.raw-stream"


class ApiError(Exception):
    """A refusal: a status and the `message` that Docker would give."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Request:
    """A request, its path without the API version."""

    method: str
    path: str
    """Percent-decoded: `/images/me/web:1/json`."""
    query: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: BinaryIO
    """The body, its chunks already joined; reads b"" at its end."""
    version: tuple[int, int]
    """The API version that the client asked for: (1, 41)."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What the route's `{name}` parts matched."""

    def first(self, name: str, default: str = "") -> str:
        """Return the first value of a query parameter."""
        return (self.query.get(name) or (default,))[0]

    def flag(self, name: str) -> bool:
        """Tell whether a query parameter says yes, as dockerd reads it."""
        return self.first(name).strip().lower() not in {"", "0", "no", "false", "none"}

    def filters(self) -> dict[str, list[str]]:
        """Return the `filters` parameter: name → values; both JSON forms of it.

        Raises:
            ApiError: 500 as in 20.10, it is no JSON object.
        """
        text = self.first("filters")
        if not text:
            return {}
        try:
            given = json.loads(text)
            return {name: [str(v) for v in values] for name, values in given.items()}
        except (ValueError, AttributeError, TypeError) as error:
            raise ApiError(500, _complaint(error)) from error

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object; an empty one if there is no body.

        Raises:
            ApiError: 500 as in 20.10, it is something else.
        """
        text = self.body.read()
        if not text.strip():
            return {}
        try:
            found = json.loads(text)
        except ValueError as error:
            raise ApiError(500, _complaint(error)) from error
        if found is None:
            return {}  # the docker command sends `null` with a commit
        if not isinstance(found, dict):
            raise ApiError(500, "json: cannot unmarshal the body into an object")
        return found


def _complaint(error: Exception) -> str:
    """Return what dockerd says of JSON that is none."""
    if not isinstance(error, json.JSONDecodeError):
        return f"json: cannot unmarshal: {error}"
    if error.pos >= len(error.doc):
        return "unexpected EOF"
    return f"invalid character '{error.doc[error.pos]}' looking for beginning of value"


class Stream(Protocol):
    """A connection that was taken over (attach, exec): bytes both ways."""

    def read(self, size: int) -> bytes:
        """Wait for bytes from the client; b"" when it has closed its side."""

    def write(self, data: bytes) -> None:
        """Send bytes to the client.

        Raises:
            OSError: it has gone.
        """


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. An iterable body is sent in chunks, each part as soon as it is there."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON
    takes_over: Callable[[Stream], None] | None = None
    """After the head, the connection is this function's; it is closed when it returns."""


def answer(value: object, status: int = 200, **headers: str) -> Response:
    """Return a JSON answer, as dockerd ends it: with a line feed."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(status, text.encode("utf-8", "surrogateescape") + b"\n", headers)


def line(value: object) -> bytes:
    """Return one message of a stream of JSON messages."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\r\n"


Handler = Callable[["Hold", Request], Response]


class Routes:
    """Which handler answers what. `{name}` matches a part of a path, `{name:path}` slashes too."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """Return a decorator that makes a function the handler of a method and a path."""
        pattern = re.sub(r"\{(\w+):path\}", r"(?P<\1>.+)", path)
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)

        def register(handler: Handler) -> Handler:
            self._routes.append((method, re.compile(pattern), handler))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        """Return the handler, and what the names in its path matched; the first that fits."""
        for wanted, pattern, handler in self._routes:
            if wanted == method and (found := pattern.fullmatch(path)):
                return handler, found.groupdict()
        return None


ROUTES: Final = Routes()
"""All routes of the engine; the modules of `tui.practice.api` fill it when they are imported."""
