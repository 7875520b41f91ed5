"""Bare HTTP over a unix socket: what the tests of the practice engine's server speak with."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Talk:
    """A connection that is spoken on by hand."""

    def __init__(self, path: Path) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        try:
            self.sock.connect(str(path))
        except OSError:
            self.sock.close()
            raise
        self.file = self.sock.makefile("rb")

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def ask(self, method: str, target: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send a request and read its answer."""
        lines = [f"{method} {target} HTTP/1.1", "Host: practice"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join([*lines, "", ""]).encode() + (body or b""))
        return self.answer(has_body=method != "HEAD")

    def head(self) -> tuple[int, dict[str, str]]:
        """Read the head of an answer."""
        words = self.file.readline().split(b" ", 2)
        headers: dict[str, str] = {}
        while (line := self.file.readline().strip()) != b"":
            name, _colon, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return int(words[1]), headers

    def answer(self, *, has_body: bool = True) -> Answer:
        """Read an answer."""
        status, headers = self.head()
        body = b""
        if headers.get("transfer-encoding") == "chunked":
            body = b"".join(iter(self.chunk, b""))
        elif has_body and "content-length" in headers:
            body = self.file.read(int(headers["content-length"]))
        return Answer(status, headers, body)

    def chunk(self) -> bytes:
        """Read a chunk; b"" is the last one."""
        size = int(self.file.readline(), 16)
        data = self.file.read(size)
        assert self.file.readline() == b"\r\n"
        return data

    def rest(self) -> bytes:
        """Read until the engine hangs up."""
        return self.file.read()

    def close(self) -> None:
        self.file.close()
        self.sock.close()


@contextmanager
def talking(path: Path) -> Iterator[Talk]:
    talk = Talk(path)
    try:
        yield talk
    finally:
        talk.close()


def ask(path: Path, method: str, target: str, body: bytes | None = None, **headers: str) -> Answer:
    """Ask once, on a connection of its own."""
    with talking(path) as talk:
        return talk.ask(method, target, body, **headers)
