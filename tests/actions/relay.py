"""A relay on a unix socket before a real Engine: it counts requests, and can hold one back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from tui.model.engine import Endpoint

BLOCK: Final = 65536


class Relay:
    """Hands every byte on; requests are noted, and `before` runs ahead of each one."""

    def __init__(self, folder: Path, engine: str) -> None:
        self._engine = engine.removeprefix("unix://")
        self.requests: list[str] = []
        """`METHOD /path`, without version and query, in order."""
        self.before: Callable[[str], None] = lambda _request: None
        """Called with each request before it goes on, in the connection's thread."""
        self.answered: Callable[[int], None] = lambda _count: None
        """Called with the bytes that one connection has answered, before they go on; may wait,
        or raise OSError: then the connection breaks."""
        self._open: set[socket.socket] = set()
        self._last: dict[socket.socket, str] = {}
        self._path = folder / "relay.sock"
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self._path))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True, name="relay").start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for each in (self._listener, *self._open):
            _hang_up(each)
        self._listener.close()

    @property
    def endpoint(self) -> Endpoint:
        """The Engine, by way of this relay."""
        return Endpoint(f"unix://{self._path}", "test")

    @property
    def connections(self) -> int:
        """How many are open now."""
        return len(self._open) // 2

    @property
    def last_requests(self) -> list[str]:
        """The last request of each connection that is open now."""
        return list(self._last.values())

    def _accept(self) -> None:
        with suppress(OSError):  # the end wakes accept() with one
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        engine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with client, engine:
            engine.connect(self._engine)
            self._open |= {client, engine}
            answers = threading.Thread(target=_pump, args=(engine, client, self), daemon=True)
            answers.start()
            with suppress(OSError):
                while request := _read_request(client):
                    name = _name_of(request)
                    self.requests.append(name)
                    self._last[client] = name
                    self.before(name)
                    engine.sendall(request)
            for each in (client, engine):
                _hang_up(each)
            answers.join()
            self._open -= {client, engine}
            self._last.pop(client, None)


def _read_request(client: socket.socket) -> bytes:
    """Read one request with its body; empty when the client hangs up."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (block := client.recv(BLOCK)):
            return b""
        data += block
    head = data.split(b"\r\n\r\n", 1)[0]
    length = 0
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == b"content-length":
            length = int(value)
    while len(data) < len(head) + 4 + length:
        data += client.recv(BLOCK)
    return data


def _name_of(request: bytes) -> str:
    method, target = request.split(b"\r\n", 1)[0].decode().split()[:2]
    parts = urlsplit(target).path.split("/", 2)
    versioned = len(parts) > 2 and parts[1].startswith("v1.")
    return f"{method} /{parts[2] if versioned else '/'.join(parts[1:])}"


def _pump(source: socket.socket, sink: socket.socket, relay: Relay) -> None:
    count = 0
    with suppress(OSError):
        while data := source.recv(BLOCK):
            count += len(data)
            relay.answered(count)
            sink.sendall(data)
    _hang_up(sink)


def _hang_up(each: socket.socket) -> None:
    with suppress(OSError):  # it may have ended by itself
        each.shutdown(socket.SHUT_RDWR)
