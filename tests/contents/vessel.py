"""A made-up Engine with one container, whose files are whatever a test says."""

from __future__ import annotations

import json
import socket
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.engine.fakes import FakeEngine, answer
from tui.engine.client import EngineClient, connect

FOLDER, LINK = 1 << 31 | 0o755, 1 << 27 | 0o777

Stat = tuple[int, str]
"""Go's mode, and where a link leads."""


class Vessel:
    """Tells what is at some paths, and sends one tar for whatever is asked."""

    def __init__(self, folder: Path) -> None:
        self.stats: dict[str, Stat] = {"/": (FOLDER, "")}
        self.tar: Callable[[], Iterable[bytes]] = lambda: ()
        self.mounts: list[str] = []
        self.taken = bytearray()
        self.refusal = b""
        """Answered to a PUT instead of taking it."""
        self.engine = FakeEngine(
            folder,
            {
                "/containers/c/archive": self._archive,
                "/containers/c/json": lambda connection: connection.sendall(
                    answer({"Mounts": [{"Destination": one} for one in self.mounts]})
                ),
            },
        )

    @property
    def asked(self) -> list[str]:
        """Method and path of each question about files."""
        return [
            f"{line.split()[0]} {_path(line)}" for line in self.engine.requests if "archive" in line
        ]

    def _archive(self, connection: socket.socket) -> None:
        line = next(line for line in reversed(self.engine.requests) if "archive" in line)
        method = line.split()[0]
        if method == "HEAD":
            connection.sendall(self._head(_path(line)))
        elif method == "GET":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\n\r\n")
            with suppress(OSError):  # the client has had enough
                for piece in self.tar():
                    connection.sendall(piece)
        elif self.refusal:
            connection.sendall(self.refusal)
        else:
            self._take(connection)

    def _head(self, path: str) -> bytes:
        found = self.stats.get(path)
        if found is None:
            return b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n"
        told = {"name": Path(path).name or "/", "size": 1, "mode": found[0], "linkTarget": found[1]}
        header = b64encode(json.dumps(told).encode()).decode()
        return (
            "HTTP/1.1 200 OK\r\nConnection: close\r\n"
            f"X-Docker-Container-Path-Stat: {header}\r\n\r\n"
        ).encode()

    def _take(self, connection: socket.socket) -> None:
        self.taken += self.engine.begun[connection]
        while not self.taken.endswith(b"0\r\n\r\n") and (data := connection.recv(1 << 16)):
            self.taken += data
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def _path(line: str) -> str:
    return parse_qs(urlsplit(line.split()[1]).query)["path"][0]


@contextmanager
def vessel(folder: Path) -> Iterator[tuple[Vessel, EngineClient]]:
    """Lend a made-up Engine, and a client of it."""
    made = Vessel(folder)
    with made.engine, connect(made.engine.endpoint) as client:
        yield made, client
