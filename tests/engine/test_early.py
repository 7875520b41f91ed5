"""The lists that are asked for before docker is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine import shapes
from tests.engine.fakes import FakeEngine, answer, answer_bytes
from tests.waiting import until
from tui.engine import errors
from tui.engine.early import EarlyLists
from tui.engine.errors import EngineError
from tui.model.engine import Endpoint


def _lists(images: object, containers: object) -> dict[str, bytes]:
    return {"/images/json": answer(images), "/containers/json": answer(containers)}


def test_both_lists_come(tmp_path: Path) -> None:
    told: list[object] = []
    with FakeEngine(tmp_path, {**_lists([shapes.LIST_20], [shapes.CONTAINER_20])}) as engine:
        early = EarlyLists(engine.endpoint)
        early.tell(told.append)
        lists = early.result(10)
        until(lambda: told == [lists], "who waits is told")
        early.tell(told.append)
        assert told == [lists, lists] == [early.lists, lists]
    assert lists is not None
    assert [image.image_id for image in lists.images] == [shapes.ID]
    assert [container.name for container in lists.containers] == ["web"]
    assert sorted(engine.requests) == [
        "GET /v1.41/containers/json?all=1 HTTP/1.0",
        "GET /v1.41/images/json HTTP/1.0",
    ]


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "ssh://h"])
def test_only_sockets_are_asked(url: str) -> None:
    assert EarlyLists(Endpoint(url, "--host")).result(10) is None


def test_an_engine_without_this_version_is_left_to_the_ordinary_way(tmp_path: Path) -> None:
    refusal = answer({"message": "client version 1.41 is too old"}, 400)
    with FakeEngine(tmp_path, {"/images/json": refusal, "/containers/json": answer([])}) as engine:
        assert EarlyLists(engine.endpoint).result(10) is None


def test_a_chunked_answer_is_left_to_the_ordinary_way(tmp_path: Path) -> None:
    body = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n"
    with FakeEngine(tmp_path, {"/images/json": body, "/containers/json": body}) as engine:
        assert EarlyLists(engine.endpoint).result(10) is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (answer_bytes(b"{not json"), errors.BadAnswer),
        (answer_bytes(b"[" * 100_000), errors.BadAnswer),
        (answer({}), errors.BadAnswer),
        (answer(None), errors.BadAnswer),
        (b"", errors.EngineGone),
        (b"HTTP/1.1 200 OK\r\nContent-", errors.EngineGone),
        (b"SSH-2.0-OpenSSH\r\n\r\n", errors.NotAnEngine),
        (b"HTTP/1.1\r\n\r\n[]", errors.NotAnEngine),
    ],
    ids=["words", "deep", "object", "null", "nothing", "half", "ssh", "no status"],
)
def test_other_answers_are_errors(tmp_path: Path, body: bytes, kind: type[EngineError]) -> None:
    with FakeEngine(tmp_path, {"/images/json": body, "/containers/json": answer([])}) as engine:
        early = EarlyLists(engine.endpoint)
        with pytest.raises(kind):
            early.result(10)


def test_no_socket_is_told(tmp_path: Path) -> None:
    early = EarlyLists(Endpoint(f"unix://{tmp_path}/none", "default"))
    with pytest.raises(errors.NoSocket):
        early.result(10)


def test_a_slow_engine_is_not_waited_for(tmp_path: Path) -> None:
    with FakeEngine(tmp_path) as engine:
        engine.answers |= {"/images/json": engine.hang, "/containers/json": engine.hang}
        early = EarlyLists(engine.endpoint)
        with pytest.raises(errors.TimedOut):
            early.result(0.01)
    with pytest.raises(EngineError):
        early.result(10)


def test_what_a_start_needs_loads_neither_docker_nor_requests() -> None:
    code = (
        "import sys, json, tui.engine.endpoint, tui.engine.errors, tui.engine.early\n"
        "import tui.engine.wire, tui.engine.meter\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    heavy = {"docker", "requests", "urllib3", "http.client", "textual", "rich"}
    assert heavy & set(json.loads(done.stdout)) == set()
