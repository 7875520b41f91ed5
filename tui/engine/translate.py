"""From raw failures to the family of `tui.engine.errors`.

Whatever docker, requests, urllib3 and the operating system raise is known here by its
attributes and names, so that nothing heavy is imported.
"""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tui.engine.errors import (
    AccessDenied,
    AuthRequired,
    BadAnswer,
    Conflict,
    ContainerPaused,
    EngineDiskFull,
    EngineError,
    EngineGone,
    EngineRefused,
    EngineUnreachable,
    LoginRejected,
    NoSocket,
    NoSuchPlatform,
    NotAFolder,
    NotAnEngine,
    NotFound,
    NotLoggedIn,
    PermissionDenied,
    RateLimited,
    ReadOnlyFiles,
    Refused,
    RegistryDown,
    RegistryPlain,
    RegistryUnknown,
    RegistryUnreachable,
    RegistryUntrusted,
    TimedOut,
    TlsFailed,
    Unsupported,
)
from tui.model.engine import Endpoint

_BY_TEXT: Final[tuple[tuple[type[EngineError], tuple[str, ...]], ...]] = (
    (EngineDiskFull, ("no space left on device", "disk quota exceeded")),
    (ReadOnlyFiles, ("is marked read-only", "read-only file system")),
    (
        NotAFolder,
        (
            "extraction point is not a directory",
            "cannot overwrite directory",
            "cannot overwrite non-directory",
        ),
    ),
    (RateLimited, ("toomanyrequests", "rate limit", "429 too many requests")),
    (NoSuchPlatform, ("no matching manifest for", "does not provide the specified platform")),
    (NotLoggedIn, ("no basic auth credentials",)),
    (LoginRejected, ("incorrect username or password",)),
    (
        AccessDenied,
        (
            "access denied",
            "access to the resource is denied",
            "insufficient_scope",
            "unauthorized to access repository",  # Harbor
            "access forbidden",  # GitLab
            "permission_denied",  # GitHub
        ),
    ),
    (AuthRequired, ("authentication required", "unauthorized:", "401 unauthorized")),
    (
        NotFound,
        # Podman takes the ID of an image that is gone for a name, and a bad one.
        (
            "no such image",
            "image not known",
            "image does not exist locally",  # a push
            "tag not known",
            "layer not known",  # Podman of the changes of a container that is gone
            "manifest unknown",
            "64-byte hexadecimal",
        ),
    ),
    (
        Conflict,
        (
            "please force removal",
            "image is in use",
            "is in use by a container",
            "unique constraint failed",  # Podman of a name that another container has
        ),
    ),
    (RegistryPlain, ("http response to https client", "does not look like a tls handshake")),
    (RegistryUntrusted, ("x509:",)),
    (RegistryUnknown, ("no such host",)),
    (RegistryDown, ("connection refused",)),
    (
        RegistryUnreachable,
        (
            "connection reset",
            "network is unreachable",
            "i/o timeout",
            "handshake timeout",
            "client.timeout exceeded",
            "deadline exceeded",
            "tls handshake",
            "503 service unavailable",
            "403 forbidden",
        ),
    ),
)
"""Engines tell most registry troubles as status 500: the text decides, first hit wins."""

_BY_STATUS: Final[dict[int, type[EngineError]]] = {
    401: AuthRequired,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
    501: Unsupported,
}

_CONFLICT: Final = 409

_PAUSED: Final = re.compile(r"container \S+ is paused\b|cannot start a paused container", re.I)
"""How a 409 begins that a paused container is the reason of; a name has no space in it."""


def from_answer(status: int, text: str) -> EngineError:
    """Return the error for an Engine's refusal.

    Args:
        status: The HTTP status, 0 for an error line inside a stream that began well.
        text: The Engine's words.
    """
    if status == _CONFLICT and _PAUSED.match(text):
        return ContainerPaused(text)
    if status != _CONFLICT:  # whose text quotes names that people chose
        words = text.lower()
        for kind, marks in _BY_TEXT:
            if any(mark in words for mark in marks):
                return kind(text)
    kind_by_status = _BY_STATUS.get(status)
    return kind_by_status(text) if kind_by_status else EngineRefused(text, status=status)


@contextmanager
def knowing_login(*, has_login: bool) -> Iterator[None]:
    """Tell a login that is missing from one that is wrong: registries answer both alike.

    Raises:
        LoginRejected: the registry asked for a login, and got one.
    """
    try:
        yield
    except AuthRequired as error:
        if has_login and type(error) is AuthRequired:
            raise LoginRejected(error.detail) from None
        raise


_SENSELESS: Final = (ValueError, RecursionError, LookupError, TypeError, AttributeError)
"""What reading an answer of another shape raises, here or in docker-py."""


def translate(exc: BaseException, endpoint: Endpoint) -> EngineError:
    """Return the EngineError that says what `exc` means.

    It looks at the exception itself and at all that led to it (`__cause__`,
    `__context__`, `reason`, exceptions in `args`): docker and urllib3 wrap the
    operating system's error several times.
    """
    chain = tuple(_chain(exc))
    for cause in chain:
        if isinstance(cause, EngineError):
            return cause
        answer = getattr(cause, "response", None)
        status = getattr(answer, "status_code", None)
        if isinstance(status, int):
            told = getattr(cause, "explanation", None) or getattr(answer, "text", "")
            return from_answer(status, str(told))
    for look in (_tls, _system, _timeout, _broken):
        for cause in chain:
            found = look(cause, endpoint)
            if found is not None:
                return found
    if any(isinstance(cause, _SENSELESS) for cause in chain):
        return BadAnswer(str(exc))
    return EngineUnreachable(str(exc), url=endpoint.url)


def _chain(exc: BaseException) -> Iterator[BaseException]:
    """Yield `exc` and every exception that led to it, each once."""
    seen: set[int] = set()
    waiting: list[object] = [exc]
    while waiting:
        item = waiting.pop(0)
        if not isinstance(item, BaseException) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        waiting += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]


def _tls(cause: BaseException, endpoint: Endpoint) -> EngineError | None:
    if any(kind.__name__ == "SSLError" for kind in type(cause).__mro__):
        return TlsFailed(str(cause), url=endpoint.url)
    return None


def _system(cause: BaseException, endpoint: Endpoint) -> EngineError | None:
    """Tell the operating system's errors by errno."""
    if not isinstance(cause, OSError):
        return None
    if isinstance(cause, socket.gaierror):
        return NoSocket(str(cause), url=endpoint.url)
    match cause.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return NoSocket(str(cause), url=endpoint.url)
        case errno.EACCES | errno.EPERM:
            return _permission_denied(str(cause), endpoint)
        case errno.ECONNREFUSED | errno.ENOTSOCK:
            return Refused(str(cause), url=endpoint.url)
        case errno.ETIMEDOUT | errno.EHOSTUNREACH | errno.ENETUNREACH:
            return TimedOut(str(cause), url=endpoint.url)
        case errno.ECONNRESET | errno.EPIPE | errno.ECONNABORTED:
            return EngineGone(str(cause), url=endpoint.url)
    return None


def _timeout(cause: BaseException, endpoint: Endpoint) -> EngineError | None:
    if isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__:
        return TimedOut(str(cause), url=endpoint.url)
    return None


_BROKEN: Final = frozenset(
    {"RemoteDisconnected", "IncompleteRead", "ProtocolError", "ChunkedEncodingError"}
)
_NOT_HTTP: Final = frozenset({"BadStatusLine", "LineTooLong", "UnknownProtocol", "InvalidHeader"})


def _broken(cause: BaseException, endpoint: Endpoint) -> EngineError | None:
    """Tell connections that break, and peers that do not speak HTTP, by urllib3's names."""
    name = type(cause).__name__
    if name in _NOT_HTTP:
        return NotAnEngine(str(cause), url=endpoint.url)
    nested = any(isinstance(part, BaseException) for part in cause.args)
    if name in _BROKEN and not nested:
        return EngineGone(str(cause), url=endpoint.url)
    return None


def _permission_denied(detail: str, endpoint: Endpoint) -> PermissionDenied:
    """Name the group that may use the socket, if it is a group for people."""
    group = ""
    user = os.environ.get("USER") or "$USER"
    if endpoint.url.startswith("unix://"):
        group = _group_of(endpoint.url.removeprefix("unix://"))
    return PermissionDenied(detail, url=endpoint.url, group=group, user=user)


def _group_of(path: str) -> str:
    """Return the name of the group that may write to `path`; empty if none helps."""
    import grp

    try:
        status = os.stat(path)
        name = grp.getgrgid(status.st_gid).gr_name
    except (OSError, KeyError):
        return ""
    return name if status.st_mode & 0o020 and status.st_gid != 0 else ""
