"""The server: framing, versions, errors, hang-ups, faults, the socket."""

from __future__ import annotations

import logging
import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.practice.fakes import fake_hold
from tests.practice.talk import Talk, ask, talking
from tests.waiting import until
from tui.practice import api, connection
from tui.practice.server import CannotServe, PracticeServer
from tui.practice.wire import (
    RAW_STREAM,
    ApiError,
    Request,
    Response,
    Routes,
    Stream,
    answer,
)

if TYPE_CHECKING:
    from tui.practice.hold import Hold

ENDED: list[str] = []
STOP = threading.Event()
ROUTES = Routes()


@ROUTES.add("GET", "/echo/{name:path}")
def _echo(_hold: Hold, request: Request) -> Response:
    return answer(
        {
            "path": request.path,
            "name": request.names["name"],
            "query": dict(request.query),
            "version": list(request.version),
        }
    )


@ROUTES.add("POST", "/body")
def _body(_hold: Hold, request: Request) -> Response:
    return Response(200, request.body.read(), content_type="text/plain")


@ROUTES.add("POST", "/ignore")
def _ignore(_hold: Hold, _request: Request) -> Response:
    return answer({"ignored": True})


@ROUTES.add("GET", "/stream")
def _stream(_hold: Hold, _request: Request) -> Response:
    return Response(200, iter([b"one\n", b"", b"two\n"]))


@ROUTES.add("GET", "/endless")
def _endless(_hold: Hold, _request: Request) -> Response:
    def parts() -> Iterator[bytes]:
        try:
            yield b"begun\n"
            while True:
                time.sleep(0.005)
                yield b""
        finally:
            ENDED.append("endless")

    return Response(200, parts())


@ROUTES.add("GET", "/refused")
def _refused(_hold: Hold, _request: Request) -> Response:
    raise ApiError(409, "conflict: no")


@ROUTES.add("GET", "/broken")
def _broken(_hold: Hold, _request: Request) -> Response:
    raise KeyError("oh")


@ROUTES.add("GET", "/late")
def _late(_hold: Hold, _request: Request) -> Response:
    def parts() -> Iterator[bytes]:
        yield b'{"status":"x"}\n'
        raise ApiError(500, "too late")

    return Response(200, parts())


@ROUTES.add("HEAD", "/_ping")
@ROUTES.add("GET", "/_ping")
def _ping(_hold: Hold, _request: Request) -> Response:
    return Response(200, b"OK", content_type="text/plain; charset=utf-8")


@ROUTES.add("DELETE", "/thing")
def _thing(_hold: Hold, _request: Request) -> Response:
    return Response(204)


@ROUTES.add("GET", "/bare")
def _bare(_hold: Hold, _request: Request) -> Response:
    return Response(200, b"x", content_type="")


@ROUTES.add("POST", "/attach")
def _attach(_hold: Hold, request: Request) -> Response:
    greeting = request.body.read()

    def talk(stream: Stream) -> None:
        stream.write(b"hello " + greeting)
        while data := stream.read(100):
            stream.write(data.upper())
        stream.write(b"bye")

    return Response(takes_over=talk, content_type=RAW_STREAM)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PracticeServer]:
    monkeypatch.setattr(api, "load_routes", lambda: None)
    monkeypatch.setattr(connection, "ROUTES", ROUTES)
    with PracticeServer(tmp_path / "engine.sock", fake_hold()) as running:
        yield running


@pytest.fixture
def talk(server: PracticeServer) -> Iterator[Talk]:
    with talking(server.path) as one:
        yield one


# Paths and versions


def test_the_version_is_taken_off_the_path(server: PracticeServer) -> None:
    told = ask(server.path, "GET", "/v1.24/echo/me/web%3A1?a=1&a=2&b=").json
    assert told["path"] == "/echo/me/web:1"
    assert told["name"] == "me/web:1"
    assert told["query"] == {"a": ["1", "2"], "b": [""]}
    assert told["version"] == [1, 24]


def test_no_version_is_the_newest(server: PracticeServer) -> None:
    assert ask(server.path, "GET", "/echo/x").json["version"] == [1, 41]


def test_a_version_that_is_too_new(server: PracticeServer) -> None:
    told = ask(server.path, "GET", "/v1.99/echo/x")
    sentence = "client version 1.99 is too new. Maximum supported API version is 1.41"
    assert (told.status, told.json) == (400, {"message": sentence})


def test_a_version_that_is_too_old(server: PracticeServer) -> None:
    told = ask(server.path, "GET", "/v1.11/echo/x")
    assert told.status == 400
    assert told.headers["content-type"].startswith("text/plain")
    assert told.body.startswith(b"client version 1.11 is too old. Minimum supported API version")


@pytest.mark.parametrize("target", ["/nope", "/v1.41/nope", "/v/echo/x", "/v1.41/body"])
def test_an_unknown_path(server: PracticeServer, target: str) -> None:
    told = ask(server.path, "GET", target)
    assert (told.status, told.json) == (404, {"message": "page not found"})


def test_the_headers_are_dockerds(server: PracticeServer) -> None:
    headers = ask(server.path, "GET", "/_ping").headers
    assert headers["api-version"] == "1.41"
    assert headers["docker-experimental"] == "false"
    assert headers["ostype"] == "linux"
    assert headers["server"] == "Docker/20.10.24 (linux)"
    assert headers["date"].endswith(" GMT")


def test_an_answer_may_have_no_type(server: PracticeServer) -> None:
    assert "content-type" not in ask(server.path, "GET", "/bare").headers


# Framing


def test_one_connection_carries_many_requests(talk: Talk) -> None:
    for number in range(5):
        assert talk.ask("GET", f"/echo/{number}").json["name"] == str(number)
    assert talk.ask("POST", "/body", b"abc").body == b"abc"
    assert talk.ask("HEAD", "/_ping").body == b""
    assert talk.ask("DELETE", "/thing").status == 204
    assert talk.ask("GET", "/stream").body == b"one\ntwo\n"
    assert talk.ask("POST", "/ignore", b"x" * 70_000).json == {"ignored": True}
    assert talk.ask("GET", "/_ping").body == b"OK"


def test_connection_close_is_obeyed(talk: Talk) -> None:
    assert talk.ask("GET", "/_ping", Connection="close").headers["connection"] == "close"
    assert talk.rest() == b""


def test_a_body_nobody_wants_is_not_read_for_ever(talk: Talk) -> None:
    talk.send(b"POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
    sender = threading.Thread(target=_push, args=(talk,))
    sender.start()
    assert talk.answer().json == {"ignored": True}
    sender.join()  # it was cut off


def _push(talk: Talk) -> None:
    try:
        while True:
            talk.send(b"x" * 100_000)
    except OSError:
        return


def test_a_chunked_request(talk: Talk) -> None:
    talk.send(b"POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    talk.send(b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n")
    assert talk.answer().body == b"abc0123456789"
    assert talk.ask("GET", "/_ping").body == b"OK"


def test_chunks_that_make_no_sense_end_the_connection(talk: Talk) -> None:
    talk.send(b"POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
    assert talk.rest() == b""


def test_the_body_is_asked_for_when_the_client_waits(talk: Talk) -> None:
    head = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    talk.send(head)
    assert talk.head() == (100, {})
    talk.send(b"abc")
    assert talk.answer().body == b"abc"
    assert talk.ask("GET", "/_ping").body == b"OK"


def test_a_body_that_was_not_asked_for_ends_the_connection(talk: Talk) -> None:
    talk.send(
        b"POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    )
    assert talk.answer().json == {"ignored": True}
    assert talk.rest() == b""


def test_http_1_0_gets_the_bare_body(talk: Talk) -> None:
    talk.send(b"GET /stream HTTP/1.0\r\n\r\n")
    head, _, body = talk.rest().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 200 OK\r\n")
    assert b"chunked" not in head
    assert body == b"one\ntwo\n"


@pytest.mark.parametrize(
    "garbage",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: " + b"x" * 70_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_request_is_a_400(talk: Talk, garbage: bytes) -> None:
    talk.send(garbage)
    assert talk.rest().startswith(b"HTTP/1.1 400 Bad Request")


def test_parts_come_as_soon_as_they_are_there(talk: Talk) -> None:
    talk.send(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
    assert talk.head()[0] == 200
    assert talk.chunk() == b"begun\n"


# Errors


def test_a_refusal_is_a_message(server: PracticeServer) -> None:
    told = ask(server.path, "GET", "/refused")
    assert (told.status, told.json) == (409, {"message": "conflict: no"})


def test_a_refusal_after_the_head_is_a_line(server: PracticeServer) -> None:
    told = ask(server.path, "GET", "/late")
    assert told.status == 200
    assert told.body.splitlines() == [
        b'{"status":"x"}',
        b'{"errorDetail":{"message":"too late"},"error":"too late"}',
    ]


def test_a_fault_of_a_handler_is_a_500_and_a_line_in_the_log(
    talk: Talk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.ERROR):
        told = talk.ask("GET", "/broken")
    assert told.status == 500
    assert "KeyError" in told.json["message"]
    assert "GET /broken broke" in caplog.text
    assert talk.ask("GET", "/_ping").body == b"OK"
    assert "Traceback" not in capfd.readouterr().err


# Connections that are taken over


def test_an_upgrade_is_101(talk: Talk) -> None:
    talk.send(
        b"POST /attach HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
        b"Content-Length: 2\r\n\r\nmefirst"
    )
    assert talk.file.readline() == b"HTTP/1.1 101 UPGRADED\r\n"
    headers = [talk.file.readline() for _ in range(4)]
    assert headers == [
        b"Content-Type: application/vnd.docker.raw-stream\r\n",
        b"Connection: Upgrade\r\n",
        b"Upgrade: tcp\r\n",
        b"\r\n",
    ]
    talk.sock.shutdown(socket.SHUT_WR)
    assert talk.rest() == b"hello meFIRSTbye"


def test_without_an_upgrade_it_is_a_200(talk: Talk) -> None:
    talk.send(b"POST /attach HTTP/1.1\r\nHost: x\r\n\r\n")
    assert talk.head() == (200, {"content-type": RAW_STREAM})
    talk.send(b"abc")
    assert talk.file.read(9) == b"hello ABC"
    talk.sock.shutdown(socket.SHUT_WR)
    assert talk.rest() == b"bye"


# Hang-ups and the end


def test_a_client_that_hangs_up_ends_its_stream(server: PracticeServer) -> None:
    ENDED.clear()
    with talking(server.path) as talk:
        talk.send(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        talk.head()
    until(lambda: ENDED == ["endless"], "the stream ended")
    until(lambda: not server._connections, "the connection ended")


def test_the_end_ends_everything(server: PracticeServer) -> None:
    ENDED.clear()
    with talking(server.path) as talk:
        talk.send(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        talk.head()
        talk.chunk()
        server.stop()
        assert talk.rest() == b""
    until(lambda: ENDED == ["endless"], "the stream ended")
    assert not server.path.exists()


# The socket


def test_the_socket_is_ones_own(server: PracticeServer) -> None:
    mode = server.path.stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


def test_a_socket_that_answers_is_left_alone(server: PracticeServer) -> None:
    with pytest.raises(CannotServe, match="Another Engine answers"):
        PracticeServer(server.path, server.hold).start()
    assert ask(server.path, "GET", "/_ping").body == b"OK"


def test_a_stale_socket_is_replaced(tmp_path: Path, server: PracticeServer) -> None:
    path = tmp_path / "stale.sock"
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(path))
    stale.close()
    with PracticeServer(path, fake_hold()):
        assert ask(path, "GET", "/_ping").body == b"OK"
    assert not path.exists()


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path, server: PracticeServer) -> None:
    path = tmp_path / "file"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(CannotServe, match="no socket"):
        PracticeServer(path, server.hold).start()
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_path_that_is_too_long_is_told(tmp_path: Path, server: PracticeServer) -> None:
    with pytest.raises(CannotServe, match="107 bytes"):
        PracticeServer(tmp_path / ("x" * 108), server.hold).start()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, server: PracticeServer) -> None:
    with pytest.raises(CannotServe, match="No such file"):
        PracticeServer(tmp_path / "none" / "sock", server.hold).start()


def test_a_socket_that_somebody_else_made_meanwhile_stays(server: PracticeServer) -> None:
    server.path.unlink()
    server.path.write_text("another's", encoding="utf-8")
    server.stop()
    assert server.path.exists()


# Faults


def test_a_status_on_a_path(server: PracticeServer) -> None:
    server.hold.faults.set("status", path="/echo", status=503, message="busy")
    told = ask(server.path, "GET", "/v1.41/echo/x")
    assert (told.status, told.json) == (503, {"message": "busy"})
    assert ask(server.path, "GET", "/_ping").status == 200


def test_an_answer_that_hangs_comes_when_the_fault_is_cleared(server: PracticeServer) -> None:
    server.hold.faults.set("hang", path="/_ping")
    with talking(server.path) as talk:
        talk.send(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
        talk.sock.settimeout(0.05)
        with pytest.raises(TimeoutError):
            talk.sock.recv(1)
        talk.sock.settimeout(10)
        server.hold.faults.clear("hang")
        assert talk.sock.recv(12) == b"HTTP/1.1 200"


def test_a_client_that_leaves_a_hanging_answer_is_forgotten(server: PracticeServer) -> None:
    server.hold.faults.set("hang")
    with talking(server.path) as talk:
        talk.send(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: server._connections, "a connection")
    until(lambda: not server._connections, "the connection ended")


def test_malformed_json(server: PracticeServer) -> None:
    server.hold.faults.set("malformed", path="/echo")
    told = ask(server.path, "GET", "/echo/x")
    assert told.status == 200
    with pytest.raises(ValueError, match=r"Expecting|Invalid"):
        _ = told.json


def test_an_answer_that_breaks_off(server: PracticeServer) -> None:
    server.hold.faults.set("drop", path="/echo", bytes=50)
    with talking(server.path) as talk:
        talk.send(b"GET /echo/x HTTP/1.1\r\nHost: x\r\n\r\n")
        assert len(talk.rest()) == 50


def test_an_engine_that_is_too_old(server: PracticeServer) -> None:
    server.hold.faults.set("too-old", version="1.40")
    told = ask(server.path, "GET", "/v1.41/_ping")
    sentence = "client version 1.41 is too new. Maximum supported API version is 1.40"
    assert (told.status, told.json["message"]) == (400, sentence)
    assert ask(server.path, "GET", "/_ping").headers["api-version"] == "1.40"


def test_an_engine_that_is_too_new(server: PracticeServer) -> None:
    server.hold.faults.set("too-new", version="1.52")
    told = ask(server.path, "GET", "/v1.41/_ping")
    assert told.status == 400
    assert b"1.41 is too old. Minimum supported API version is 1.52" in told.body


def test_a_restart(server: PracticeServer) -> None:
    hold: Any = server.hold
    with talking(server.path) as talk:
        assert talk.ask("GET", "/_ping").body == b"OK"
        hold.faults.set("restart", seconds=0)
        assert talk.rest() == b""
    until(lambda: hold.containers.restarted and server.path.exists(), "it came back")
    until(lambda: server._listener is not None, "it listens")
    assert ask(server.path, "GET", "/_ping").body == b"OK"
    assert hold.faults.all() == []
