"""A tiny HTTP/1.1 client on a unix socket: what an Engine says, before anybody has improved it.

It shares no code with the app's client or the practice engine's server, so that no mistake is
common to both sides of a comparison.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, BinaryIO, Final, Self
from urllib.parse import quote, urlencode

SILENCE: Final = 20.0
"""Seconds without a byte before a call counts as hanging."""

Query = Mapping[str, "str | int | tuple[str, ...]"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON; ValueError when it is none."""
        return json.loads(self.body)

    def lines(self) -> list[dict[str, Any]]:
        """Return a body of JSON messages, one a line."""
        return [json.loads(line) for line in self.body.splitlines() if line.strip()]


class Open:
    """An answer whose body has still to be read, or a connection that was taken over."""

    def __init__(self, sock: socket.socket, head: bool) -> None:
        self._socket = sock
        self._file: BinaryIO = sock.makefile("rb")
        line = self._file.readline().split(b" ", 2)
        if len(line) < 2 or not line[0].startswith(b"HTTP/1."):
            raise ConnectionError(f"no HTTP answer: {line!r}")
        self.protocol = line[0].decode()
        self.status = int(line[1])
        self.headers: dict[str, str] = {}
        while (field := self._file.readline()) not in (b"\r\n", b""):
            name, _, value = field.decode("latin-1").partition(":")
            self.headers[name.strip().lower()] = value.strip()
        self._bare = head or self.status in (204, 304)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def pieces(self) -> Iterator[bytes]:
        """Yield the body as it comes: each chunk, or whatever one read gives."""
        if self._bare:
            return
        if "chunked" in self.headers.get("transfer-encoding", ""):
            while size := int(self._file.readline().split(b";")[0] or b"0", 16):
                yield self._exactly(size)
                self._file.readline()
            while self._file.readline() not in (b"\r\n", b""):
                continue
        elif length := self.headers.get("content-length"):
            yield self._exactly(int(length))
        elif self.status != 101:
            while piece := self._file.read1(65536):  # type: ignore[attr-defined]
                yield piece

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield JSON messages, one a line, as they come."""
        rest = b""
        for piece in self.pieces():
            *whole, rest = (rest + piece).split(b"\n")
            yield from (json.loads(line) for line in whole if line.strip())

    def read(self) -> bytes:
        """Return all that is left of the body."""
        return b"".join(self.pieces())

    def taken_over(self) -> tuple[socket.socket, BinaryIO]:
        """Return the connection's two ends after 101: write to the socket, read from the file."""
        return self._socket, self._file

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._socket.close()

    def _exactly(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            raise ConnectionError(f"the body ended {size - len(data)} bytes early")
        return data


class Raw:
    """Calls to one Engine, each over a connection of its own."""

    def __init__(self, path: str, version: str = "") -> None:
        self.path = path
        """Of the socket."""
        self.version = version
        """`1.41`: goes before every path; empty for none."""

    def open(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        body: object = b"",
        headers: Mapping[str, str] | None = None,
        version: str | None = None,
        protocol: str = "HTTP/1.1",
    ) -> Open:
        """Send a request and return as soon as the head of the answer is there.

        `body` is bytes (a tar, mostly) or a value for JSON; `path` is percent-encoded here.
        """
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(SILENCE)
        try:
            sock.connect(self.path)
            prefix = self.version if version is None else version
            target = (f"/v{prefix}" if prefix else "") + quote(path, safe="/:@")
            if query:
                target += f"?{urlencode(query, doseq=True)}"
            with suppress(BrokenPipeError):  # refused before the whole body was sent
                sock.sendall(_request(method, target, body, headers or {}, protocol))
            return Open(sock, head=method == "HEAD")
        except BaseException:
            sock.close()
            raise

    def ask(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        *,
        body: object = b"",
        headers: Mapping[str, str] | None = None,
        version: str | None = None,
        protocol: str = "HTTP/1.1",
    ) -> Answer:
        """Send a request and read the whole answer."""
        with self.open(
            method,
            path,
            query,
            body=body,
            headers={"Connection": "close"} | dict(headers or {}),
            version=version,
            protocol=protocol,
        ) as opened:
            return Answer(opened.status, opened.headers, opened.read())


def _request(
    method: str, target: str, body: object, headers: Mapping[str, str], protocol: str
) -> bytes:
    sent = {"Host": "engine"} | dict(headers)
    if isinstance(body, bytes):
        data = body
        if data:
            sent.setdefault("Content-Type", "application/x-tar")
    else:
        data = json.dumps(body).encode()
        sent.setdefault("Content-Type", "application/json")
    if data or method in {"POST", "PUT"}:
        sent["Content-Length"] = str(len(data))
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"{method} {target} {protocol}\r\n{head}\r\n".encode() + data


def frames(data: bytes) -> list[tuple[int, bytes]]:
    """Split a raw stream without a terminal into (1 stdout or 2 stderr, bytes), neighbours joined.

    Each frame has a head of eight bytes: the stream, three zeros, the size (big-endian).
    """
    found: list[tuple[int, bytes]] = []
    while data:
        stream, size = data[0], int.from_bytes(data[4:8], "big")
        if data[1:4] != b"\0\0\0" or len(data) < 8 + size:
            raise ValueError(f"no frame: {data[:16]!r}")
        if found and found[-1][0] == stream:
            found[-1] = (stream, found[-1][1] + data[8 : 8 + size])
        else:
            found.append((stream, data[8 : 8 + size]))
        data = data[8 + size :]
    return found
