"""A small Engine on a unix socket that answers what a test tells it to, and a fake ssh."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeAlias

from tui.model.engine import Endpoint

Answer: TypeAlias = bytes | Callable[[socket.socket], None]
"""Bytes to send before hanging up, or a function that has the connection for itself."""

VERSION: Final = {"Version": "20.10.24", "ApiVersion": "1.41", "MinAPIVersion": "1.12"}
INFO: Final = {"Name": "fake", "Driver": "overlay2", "DockerRootDir": "/var/lib/docker"}


def answer(value: object, status: int = 200) -> bytes:
    """Return a whole HTTP answer with a JSON body."""
    return answer_bytes(json.dumps(value).encode(), status)


def answer_bytes(body: bytes, status: int = 200, kind: str = "application/json") -> bytes:
    """Return a whole HTTP answer."""
    head = (
        f"HTTP/1.1 {status} Word\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def chunked(*lines: object, ended: bool = True) -> bytes:
    """Return a streamed answer, one JSON line a chunk; not `ended`, it breaks off."""
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    bodies = [json.dumps(line).encode() + b"\r\n" for line in lines]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body), body) for body in bodies)
    return head.encode() + chunks + (b"0\r\n\r\n" if ended else b"")


class FakeEngine:
    """Serves `answers` by path (without version and query); anything else is a 404.

    On a unix socket in `folder`; with `tcp` on a port of 127.0.0.1, with `tls` so secured.
    """

    def __init__(
        self,
        folder: Path,
        answers: dict[str, Answer] | None = None,
        *,
        tcp: bool = False,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.path = folder / "engine.sock"
        self.answers: dict[str, Answer] = {"/version": answer(VERSION), "/info": answer(INFO)}
        self.answers |= answers or {}
        self.requests: list[str] = []
        self.begun: dict[socket.socket, bytes] = {}
        """What of a body came together with its head."""
        """First lines of the requests, in order."""
        self.heads: list[str] = []
        """Whole heads of the requests."""
        self.hung_up = threading.Event()
        """Set when a client hangs up on `hang`."""
        self._closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._tls = tls
        self._listener = socket.socket(socket.AF_INET if tcp else socket.AF_UNIX)
        self._listener.bind(("127.0.0.1", 0) if tcp else str(self.path))
        self._listener.listen()
        self._start(self._accept)

    @property
    def endpoint(self) -> Endpoint:
        if self._listener.family == socket.AF_INET:
            return Endpoint(f"tcp://127.0.0.1:{self._listener.getsockname()[1]}", "--host")
        return Endpoint(f"unix://{self.path}", "--host")

    def hang(self, connection: socket.socket) -> None:
        """Answer nothing; an `Answer`."""
        while not self._closing.is_set() and connection.recv(100):
            pass
        self.hung_up.set()

    def begin_then_hang(self, first: bytes) -> Answer:
        """Send something and then nothing more."""

        def serve(connection: socket.socket) -> None:
            connection.sendall(first)
            self.hang(connection)

        return serve

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._closing.set()
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()
        self.path.unlink(missing_ok=True)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.add(connection)
                self._start(self._secure, connection)

    def _secure(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if self._tls is None:
                self._serve(connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as secured:
                    self._open.add(secured)
                    self._serve(secured)

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                if not (block := connection.recv(65536)):
                    return
                head += block
            first = head.split(b"\r\n", 1)[0].decode()
            self.requests.append(first)
            self.heads.append(head.decode(errors="replace"))
            self.begun[connection] = head.partition(b"\r\n\r\n")[2]
            told = self.answers.get(_path(first), answer({"message": "page not found"}, 404))
            if callable(told):
                told(connection)
            else:
                connection.sendall(told)
        self._open.discard(connection)


def _path(first: str) -> str:
    path = first.split()[1].partition("?")[0]
    parts = path.split("/", 2)
    return f"/{parts[2]}" if len(parts) > 2 and parts[1].startswith("v1.") else path


SSH: Final = """#!{python}
import os, socket, sys, threading
open({log!r}, "a").write(" ".join(sys.argv[1:]) + "\\n")
engine = socket.socket(socket.AF_UNIX)
engine.connect({socket!r})
def up():
    while data := os.read(0, 65536):
        engine.sendall(data)
    engine.shutdown(socket.SHUT_WR)
threading.Thread(target=up, daemon=True).start()
while data := engine.recv(65536):
    os.write(1, data)
"""
"""Stands in for `ssh HOST docker system dial-stdio`."""
