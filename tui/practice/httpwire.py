"""HTTP/1.1 on one connection: reading requests, framing answers.

The standard library's `http.server` reads heads with the email package, which costs more than
the rest of a request; what Engine clients send needs little of that.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO, Final, Protocol

HEAD_MAX: Final = 1 << 16
"""Bytes that the head of a request may have."""

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_NO_BODY: Final = frozenset({204, 304})


class BadHead(Exception):
    """What came is no request that can be answered."""


class Sender(Protocol):
    """Sends bytes."""

    def __call__(self, data: bytes, /) -> None:
        """Send all of it.

        Raises:
            OSError: the client has gone.
        """


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a request."""

    method: str
    target: str
    """Path and query as they came."""
    is_http_1_0: bool
    headers: Mapping[str, str]
    """Names in lower case."""

    @property
    def keeps_alive(self) -> bool:
        """Whether the client wants to ask again on this connection."""
        return not self.is_http_1_0 and "close" not in self.headers.get("connection", "").lower()

    @property
    def upgrades(self) -> bool:
        """Whether the client wants the bare connection."""
        return bool(self.headers.get("upgrade"))


def read_head(source: BinaryIO) -> Head | None:
    """Read the head of the next request; None if the client is done.

    Raises:
        BadHead: it is none.
        OSError: the client has gone.
    """
    first = source.readline(HEAD_MAX)
    while first in {b"\r\n", b"\n"}:  # a client may end a body with a line feed too many
        first = source.readline(HEAD_MAX)
    if not first:
        return None
    words = first.decode("latin-1").split()
    if len(words) != 3 or words[2] not in {"HTTP/1.0", "HTTP/1.1"}:
        raise BadHead("400 Bad Request")
    headers = _read_headers(source)
    if words[2] == "HTTP/1.1" and "host" not in headers:
        raise BadHead("400 Bad Request: missing required Host header")
    return Head(words[0], words[1], words[2] == "HTTP/1.0", headers)


def _read_headers(source: BinaryIO) -> dict[str, str]:
    headers: dict[str, str] = {}
    size = 0
    while (line := source.readline(HEAD_MAX)) not in {b"\r\n", b"\n"}:
        size += len(line)
        name, colon, value = line.decode("latin-1").partition(":")
        if not line or not colon or size > HEAD_MAX:
            raise BadHead("400 Bad Request")
        headers[name.strip().lower()] = value.strip()
    return headers


class Body(io.RawIOBase):
    """The body of a request, whatever its framing; reads b"" at its end."""

    def __init__(self, source: BinaryIO, head: Head, send: Sender) -> None:
        """Prepare to read.

        Raises:
            BadHead: the head tells a length that is none.
        """
        super().__init__()
        self._source = source
        self._send = send
        self._is_chunked = "chunked" in head.headers.get("transfer-encoding", "").lower()
        self._awaits_word = head.headers.get("expect", "").lower() == "100-continue"
        length = head.headers.get("content-length", "0")
        if not length.isdecimal():
            raise BadHead("400 Bad Request")
        self._left = 0 if self._is_chunked else int(length)
        self._has_ended = not self._is_chunked and not self._left

    @property
    def was_refused(self) -> bool:
        """Whether the client still waits to be asked for the body, and so never sends it."""
        return self._awaits_word and not self._has_ended

    def close(self) -> None:
        """Stay open: what a handler left unread is read before the next request."""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read into a buffer; returns 0 at the end.

        Raises:
            EOFError: the client went away in the middle, or its chunks make no sense.
        """
        if self._awaits_word:
            self._awaits_word = False
            if not self._has_ended:
                self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self._is_chunked and not self._left and not self._has_ended:
            self._begin_chunk()
        if self._has_ended:
            return 0
        block = self._source.read1(min(len(buffer), self._left))  # type: ignore[attr-defined]
        if not block:
            raise EOFError("unexpected EOF")
        buffer[: len(block)] = block
        self._left -= len(block)
        if not self._left:
            self._end_part()
        return len(block)

    def _begin_chunk(self) -> None:
        size = self._source.readline(HEAD_MAX).partition(b";")[0].strip()
        try:
            self._left = int(size, 16)
        except ValueError as error:
            raise EOFError("malformed chunked encoding") from error
        if not self._left:
            _read_headers(self._source)  # trailers
            self._has_ended = True

    def _end_part(self) -> None:
        if not self._is_chunked:
            self._has_ended = True
        elif self._source.readline(HEAD_MAX) not in {b"\r\n", b"\n"}:
            raise EOFError("malformed chunked encoding")


def head_bytes(
    head: Head | None, status: int, headers: Iterable[tuple[str, str]], *, reason: str = ""
) -> bytes:
    """Return the head of an answer."""
    protocol = "HTTP/1.0" if head is not None and head.is_http_1_0 else "HTTP/1.1"
    phrase = reason or (HTTPStatus(status).phrase if status in _STATUSES else "Unknown")
    lines = [f"{protocol} {status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


_STATUSES: Final = frozenset(HTTPStatus)


def has_body(method: str, status: int) -> bool:
    """Tell whether an answer has a body at all."""
    return method != "HEAD" and status not in _NO_BODY


def chunk(part: bytes) -> bytes:
    """Return a part of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(part), part)


LAST_CHUNK: Final = b"0\r\n\r\n"


def date(now: float) -> str:
    """Return a moment as HTTP writes it, whatever the locale."""
    parts = time.gmtime(now)
    day, month = _DAYS[parts.tm_wday], _MONTHS[parts.tm_mon - 1]
    return (
        f"{day}, {parts.tm_mday:02} {month} {parts.tm_year} "
        f"{parts.tm_hour:02}:{parts.tm_min:02}:{parts.tm_sec:02} GMT"
    )
