"""Sending an archive: what the Engine says, refusals before and after, cutting."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.fakes import FakeEngine, answer, chunked
from tui.engine.client import EngineClient
from tui.engine.errors import Cancelled, EngineDiskFull, EngineGone, EngineRefused
from tui.engine.load import load
from tui.model.progress import LayerProgress, PullNote

PIECES = (b"a" * 100_000, b"", b"b" * 5)
Line = LayerProgress | PullNote


class _Loader:
    """An Engine that takes an archive to its end and then answers."""

    def __init__(self, folder: Path, reply: bytes = b"") -> None:
        self.engine = FakeEngine(folder, {"/images/load": self._serve})
        self.body = b""
        self._reply = reply

    def _serve(self, connection: socket.socket) -> None:
        data = self.engine.heads[-1].split("\r\n\r\n", 1)[1].encode()
        while not data.endswith(b"0\r\n\r\n"):
            more = connection.recv(1 << 16)
            assert more
            data += more
        while data:
            size, _line, data = data.partition(b"\r\n")
            count = int(size, 16)
            self.body, data = self.body + data[:count], data[count + 2 :]
        connection.sendall(self._reply)


def _client(engine: FakeEngine) -> EngineClient:
    return EngineClient(engine.endpoint, api_version="1.41")


def _load(engine: FakeEngine, pieces: Iterator[bytes] | tuple[bytes, ...] = PIECES) -> list[Line]:
    with engine, _client(engine) as client:
        return list(load(client, pieces))


def test_an_archive_is_sent_and_its_lines_are_told(tmp_path: Path) -> None:
    line = {"status": "Loading layer", "progressDetail": {"current": 5, "total": 9}, "id": "x"}
    loader = _Loader(tmp_path, chunked(line, {"stream": "Loaded image: a:1\n"}))
    told = _load(loader.engine)
    assert told == [LayerProgress("x", "Loading layer", 5, 9), PullNote("Loaded image: a:1")]
    assert loader.body == b"".join(PIECES)
    head = loader.engine.heads[-1]
    assert "POST /v1.41/images/load?quiet=0 HTTP/1.1" in head
    assert "application/x-tar" in head


def test_an_answer_in_one_object(tmp_path: Path) -> None:
    """As Podman gives it."""
    loader = _Loader(tmp_path, answer({"stream": "Loaded image: localhost/a:1"}))
    assert _load(loader.engine) == [PullNote("Loaded image: localhost/a:1")]


def test_a_refusal_inside_the_answer(tmp_path: Path) -> None:
    refusal = {"errorDetail": {"message": "unexpected EOF"}, "error": "x"}
    loader = _Loader(tmp_path, chunked(refusal))
    with pytest.raises(EngineRefused) as caught:
        _load(loader.engine)
    assert caught.value.detail == "unexpected EOF"


def test_an_answer_that_breaks_off(tmp_path: Path) -> None:
    with pytest.raises(EngineGone):
        _load(_Loader(tmp_path).engine)


def test_a_refusal_before_all_is_sent(tmp_path: Path) -> None:
    """The Engine answers and hangs up, while there is more to send than the socket holds."""
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield bytes(1 << 20)

    refusal = answer({"message": "no space left on device"}, 500)
    # What was said before hanging up may get lost on the way.
    with pytest.raises((EngineDiskFull, EngineGone)):
        _load(FakeEngine(tmp_path, {"/images/load": refusal}), endless())
    assert taken < 100


def test_a_cut_ends_the_sending(tmp_path: Path) -> None:
    with FakeEngine(tmp_path) as engine, _client(engine) as client:
        engine.answers["/images/load"] = engine.hang

        def endless() -> Iterator[bytes]:
            while True:
                yield bytes(1 << 16)
                threading.Thread(target=client.cut, daemon=True).start()

        with pytest.raises(Cancelled):
            list(load(client, endless()))
        assert engine.hung_up.wait(10)
