"""The header that tells what is at a path of a container, and the connection that stays."""

from __future__ import annotations

import json
import socket
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.engine.fakes import FakeEngine
from tui.engine.archive import stat, stats
from tui.engine.client import EngineClient
from tui.engine.errors import BadAnswer, Cancelled, EngineUnreachable, NotFound
from tui.engine.wire_archive import path_stat
from tui.model.listing import Kind
from tui.model.pathstat import PathStat


def _header(**told: object) -> str:
    return b64encode(json.dumps(told).encode()).decode()


def test_podmans_base64_and_target() -> None:
    told = {"name": "a?b>c\xff", "size": 1, "mode": 0o644, "linkTarget": "/a?b>c"}
    header = urlsafe_b64encode(json.dumps(told, ensure_ascii=False).encode("latin-1")).decode()
    assert set("-_") & set(header)
    assert path_stat(header) == PathStat("a?b>c\ufffd", Kind.FILE, 1, 0o644)


@pytest.mark.parametrize(
    ("mode", "kind", "bits"),
    [
        (0o644, Kind.FILE, 0o644),
        (1 << 31 | 1 << 20 | 0o777, Kind.DIRECTORY, 0o1777),
        (1 << 27 | 0o777, Kind.SYMLINK, 0o777),
        (1 << 26 | 1 << 21 | 0o666, Kind.CHARACTER, 0o666),
        (1 << 26 | 0o660, Kind.BLOCK, 0o660),
        (1 << 25 | 0o600, Kind.FIFO, 0o600),
        (1 << 24 | 0o755, Kind.SOCKET, 0o755),
        (1 << 23 | 1 << 22 | 0o755, Kind.FILE, 0o6755),
    ],
)
def test_gos_file_modes(mode: int, kind: Kind, bits: int) -> None:
    told = path_stat(_header(name="x", size=5, mode=mode, mtime="1969-12-31T23:59:59.5Z"))
    assert told == PathStat("x", kind, 5, bits, -1)


@pytest.mark.parametrize(
    "header", ["", "no base64!", _header(name="x"), b64encode(b"[1]").decode()]
)
def test_a_header_that_makes_no_sense(header: str) -> None:
    with pytest.raises(BadAnswer):
        path_stat(header)


def test_fields_of_other_types_keep_their_empty_values() -> None:
    told = path_stat(_header(name=1, size=-5, mode=None, mtime="soon", linkTarget=[]))
    assert told == PathStat("")


class _Talk:
    """Answers HEAD requests over one connection, as often as it is told."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.connections = 0
        self.asked: list[str] = []

    def __call__(self, connection: socket.socket) -> None:
        self.connections += 1
        for number in range(self.times):
            if number:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    if not (byte := connection.recv(1)):
                        return
                    head += byte
                self.asked.append(head.split()[1].decode())
            header = _header(name="x", size=number, mode=0o644)
            answer = f"HTTP/1.1 200 OK\r\nX-Docker-Container-Path-Stat: {header}\r\n\r\n"
            connection.sendall(answer.encode())


ARCHIVE: Final = "/containers/web/archive"


def test_one_connection_for_many_paths_and_another_where_it_was_closed(tmp_path: Path) -> None:
    talk = _Talk(3)
    with (
        FakeEngine(tmp_path, {ARCHIVE: talk}) as engine,
        EngineClient(engine.endpoint, api_version="1.41") as client,
        stats(client, "web") as asked,
    ):
        sizes = [asked.stat(b"/\xff \n?#%").size for _number in range(7)]
    assert sizes == [0, 1, 2, 0, 1, 2, 0]
    assert talk.connections == 3
    query = parse_qs(urlsplit(talk.asked[0]).query, errors="surrogateescape")
    assert query == {"path": ["/\udcff \n?#%"]}


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    refusal = b"HTTP/1.1 404 Not Found\r\nContent-Length: 90\r\n\r\n"
    with (
        FakeEngine(tmp_path, {ARCHIVE: refusal}) as engine,
        EngineClient(engine.endpoint, api_version="1.41") as client,
        pytest.raises(NotFound),
    ):
        stat(client, "web", "/no/such")


def test_cut_and_gone(tmp_path: Path) -> None:
    with FakeEngine(tmp_path, {ARCHIVE: _Talk(1)}) as engine:
        client = EngineClient(engine.endpoint, api_version="1.41")
        with client, stats(client, "web") as asked:
            asked.stat("/x")
            client.cut()
            with pytest.raises(Cancelled):
                asked.stat("/x")
    with client.for_job() as other, pytest.raises(EngineUnreachable):
        stat(other, "web", "/x")
