"""Pulls and events from a fake Engine: whole, broken off, and closed from another thread."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine import shapes
from tests.engine.fakes import FakeEngine, chunked
from tests.engine.threads import in_thread
from tests.waiting import until
from tui.engine import errors
from tui.engine.client import connect
from tui.engine.events import watch
from tui.engine.pull import pull
from tui.model.progress import LayerProgress, PullNote
from tui.model.reference import parse_reference


def test_a_pull_is_a_stream_of_values(tmp_path: Path) -> None:
    body = chunked(*shapes.PULL_20)
    with (
        FakeEngine(tmp_path, {"/images/create": body}) as engine,
        connect(engine.endpoint) as client,
    ):
        lines = list(pull(client, parse_reference("h:1/a/b:t"), platform="linux/arm64"))
    assert lines[0] == PullNote("Pulling from spike-medium")
    assert lines[3] == LayerProgress("064b63edccb9", "Waiting")
    assert len(lines) == len(shapes.PULL_20)
    query = "fromImage=h%3A1%2Fa%2Fb&tag=t&platform=linux%2Farm64"
    assert engine.requests[-1] == f"POST /v1.41/images/create?{query} HTTP/1.1"
    assert "x-registry-auth" not in engine.heads[-1].lower()


@pytest.mark.parametrize(
    ("text", "all_tags", "query"),
    [
        ("nginx", False, "fromImage=nginx&tag=latest"),
        ("nginx", True, "fromImage=nginx"),
        (f"nginx@{shapes.ID}", False, f"fromImage=nginx&tag={shapes.ID.replace(':', '%3A')}"),
    ],
)
def test_what_is_asked_to_be_pulled(tmp_path: Path, text: str, all_tags: bool, query: str) -> None:
    with (
        FakeEngine(tmp_path, {"/images/create": chunked()}) as engine,
        connect(engine.endpoint) as client,
    ):
        assert list(pull(client, parse_reference(text), all_tags=all_tags)) == []
    assert engine.requests[-1] == f"POST /v1.41/images/create?{query} HTTP/1.1"


def test_an_error_inside_the_stream_is_raised(tmp_path: Path) -> None:
    bad = {"errorDetail": {"message": "no matching manifest for linux/s390x"}, "error": "no"}
    with (
        FakeEngine(tmp_path, {"/images/create": chunked(shapes.PULL_20[0], bad)}) as engine,
        connect(engine.endpoint) as client,
    ):
        lines = iter(pull(client, parse_reference("x")))
        assert next(lines) == PullNote("Pulling from spike-medium")
        with pytest.raises(errors.NoSuchPlatform):
            next(lines)


def test_a_pull_that_breaks_off_is_an_engine_gone(tmp_path: Path) -> None:
    body = chunked(*shapes.PULL_20[:3], ended=False)
    with (
        FakeEngine(tmp_path, {"/images/create": body}) as engine,
        connect(engine.endpoint) as client,
        pytest.raises(errors.EngineGone),
    ):
        list(pull(client, parse_reference("x")))


def test_a_stored_login_goes_along_and_a_broken_store_does_not_stop_a_pull(
    tmp_path: Path,
) -> None:
    config = tmp_path / "docker" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"auths": {"r:5000": {"auth": "bWU6eA=="}}}))
    with (
        FakeEngine(tmp_path, {"/images/create": chunked(shapes.PULL_20[0])}) as engine,
        connect(engine.endpoint) as client,
    ):
        assert len(list(pull(client, parse_reference("r:5000/x")))) == 1
        assert "x-registry-auth: " in engine.heads[-1].lower()
        config.write_text(json.dumps({"credsStore": "not-installed-anywhere"}))
        note, first = pull(client, parse_reference("r:5000/x"))
    assert isinstance(note, PullNote)
    assert "docker-credential-not-installed-anywhere" in note.text
    assert first == PullNote("Pulling from spike-medium")
    assert "x-registry-auth" not in engine.heads[-1].lower()


@pytest.mark.parametrize("begun", [True, False])
def test_closing_a_pull_hangs_up(tmp_path: Path, begun: bool) -> None:
    with FakeEngine(tmp_path) as engine:
        first = chunked(shapes.PULL_20[0], ended=False) if begun else b""
        engine.answers["/images/create"] = engine.begin_then_hang(first)
        with connect(engine.endpoint) as client:
            stream = pull(client, parse_reference("x"))
            seen: list[object] = []
            raised = in_thread(lambda: seen.extend(iter(stream)))
            until(lambda: len(engine.requests) == 3, "the request is on its way")
            stream.close()
            assert isinstance(raised(), errors.Cancelled)
        assert engine.hung_up.wait(10)


def test_a_pull_closed_before_it_begins_asks_nothing(tmp_path: Path) -> None:
    with FakeEngine(tmp_path) as engine:
        with connect(engine.endpoint) as client:
            stream = pull(client, parse_reference("x"))
            stream.close()
            with pytest.raises(errors.Cancelled):
                list(stream)
        assert len(engine.requests) == 2


def test_a_pull_without_a_marked_end_is_not_whole_when_cut(tmp_path: Path) -> None:
    head = b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"status": "a"}\n'
    with FakeEngine(tmp_path) as engine:
        engine.answers["/images/create"] = engine.begin_then_hang(head)
        with connect(engine.endpoint) as client:
            stream = pull(client, parse_reference("x"))
            lines = iter(stream)
            assert next(lines) == PullNote("a")
            stream.close()
            with pytest.raises(errors.Cancelled):
                next(lines)


def test_events_end_with_the_connection(tmp_path: Path) -> None:
    body = chunked(shapes.EVENT_20, ended=False)
    with FakeEngine(tmp_path, {"/events": body}) as engine, connect(engine.endpoint) as client:
        assert [event.action for event in watch(client)] == ["tag"]


def test_events_end_when_closed(tmp_path: Path) -> None:
    with FakeEngine(tmp_path) as engine:
        engine.answers["/events"] = engine.begin_then_hang(chunked(shapes.EVENT_20, ended=False))
        with connect(engine.endpoint) as client:
            stream = watch(client, since=7)
            seen: list[str] = []
            raised = in_thread(lambda: seen.extend(event.action for event in stream))
            until(lambda: len(engine.requests) == 3, "the request is on its way")
            stream.close()
            assert raised() is None
        assert engine.hung_up.wait(10)
        assert engine.requests[-1] == "GET /v1.41/events?since=7 HTTP/1.1"
