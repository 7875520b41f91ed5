"""The end of a container, as it is told, or not."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tui.engine.waiting import ExitWatch

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


@contextmanager
def watched() -> Iterator[tuple[ExitWatch, socket.socket]]:
    """A watch, and the Engine's side of its connection; its head came at once."""
    ours, theirs = socket.socketpair()
    with ours, theirs, http.client.HTTPResponse(ours, method="POST") as response:
        theirs.sendall(HEAD)
        response.begin()
        yield ExitWatch(ours, response), theirs


def chunks(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def test_an_end_is_told_and_told_again() -> None:
    with watched() as (watch, engine):
        engine.sendall(chunks(b'{"Error":null,"StatusCode":3}'))
        assert watch.code(5) == 3
        assert watch.code(0) == 3


def test_what_goes_on_has_no_exit_code() -> None:
    with watched() as (watch, _engine):
        assert watch.code(0.05) is None


@pytest.mark.parametrize("sent", [b"", b"1f\r\n{", chunks(b""), chunks(b"no JSON")])
def test_an_engine_that_goes_away_is_not_taken_for_an_end(sent: bytes) -> None:
    with watched() as (watch, engine):
        engine.sendall(sent)
        engine.close()
        with pytest.raises((OSError, http.client.HTTPException)):
            watch.code(5)


def test_an_answer_of_another_shape_tells_no_code() -> None:
    with watched() as (watch, engine):
        engine.sendall(chunks(b"[]"))
        assert watch.code(5) is None
