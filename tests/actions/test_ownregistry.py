"""The handlers of a registry of one's own, with real processes."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.distribution.talk import ask, push_image
from tests.waiting import until
from tui.actions.dispatcher import JobContext
from tui.actions.handlers.ownregistry import (
    read_own_registry,
    start_own_registry,
    stop_own_registry,
)
from tui.actions.values.ownregistry import ReadOwnRegistry, StartOwnRegistry, StopOwnRegistry
from tui.distribution.errors import CannotServe, NotRunning
from tui.distribution.running import all_running
from tui.engine.errors import Cancelled
from tui.store import events

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

PASSWORD = "made-up-Passw0rd"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def no_engine() -> EngineClient:
    raise AssertionError("no Engine is needed")


def context(told: list[events.Event]) -> JobContext:
    return JobContext(no_engine, told.append)


def last(told: list[events.Event]) -> events.OwnRegistryRead:
    event = told[-1]
    assert isinstance(event, events.OwnRegistryRead)
    return event


def test_it_is_started_looked_into_and_stopped(port: int, tmp_path: Path) -> None:
    told: list[events.Event] = []
    ending = start_own_registry(StartOwnRegistry("127.0.0.1", port, "builtin"), context(told))
    assert ending.summary == f"127.0.0.1:{port} is served by orlop's own server until it is stopped"
    (one,) = last(told).own.running
    assert (one.port, one.backend, one.login) == (port, "builtin", False)
    push_image(one.address, "app", "1", b"{}", b"layer")
    read_own_registry(ReadOwnRegistry(), context(told))
    (repository,) = last(told).own.stored.repositories
    assert (repository.name, repository.tags[0].name) == ("app", "1")
    stop_own_registry(StopOwnRegistry(one.address, port), context(told))
    assert last(told).own.running == ()
    assert last(told).own.stored.tags == 1
    with pytest.raises(NotRunning):
        stop_own_registry(StopOwnRegistry(one.address, port), context(told))


def test_a_login_is_asked_for_and_the_password_is_on_no_disk(port: int, tmp_path: Path) -> None:
    told: list[events.Event] = []
    action = StartOwnRegistry("127.0.0.1", port, "builtin", "me", PASSWORD)
    start_own_registry(action, context(told))
    try:
        (one,) = last(told).own.running
        assert one.login is True
        assert ask(one.address, "GET", "/v2/").status == 401
        for place in (f"/proc/{one.pid}/cmdline", f"/proc/{one.pid}/environ"):
            assert PASSWORD.encode() not in Path(place).read_bytes()
    finally:
        stop_own_registry(StopOwnRegistry("", port), context(told))
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert found
    assert not any(PASSWORD.encode() in path.read_bytes() for path in found)


def test_what_the_owner_of_an_open_one_has_to_know_is_told(port: int) -> None:
    ending = start_own_registry(StartOwnRegistry("0.0.0.0", port, "builtin"), context([]))
    stop_own_registry(StopOwnRegistry("", port), context([]))
    assert "whoever reaches this machine can push and pull" in ending.summary
    assert f'"insecure-registries": ["HOST:{port}"]' in ending.summary


def test_a_port_that_is_taken_is_told(port: int) -> None:
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(CannotServe, match=f"127.0.0.1:{port}"),
    ):
        start_own_registry(StartOwnRegistry("127.0.0.1", port, "builtin"), context([]))


def test_a_start_that_is_cancelled_leaves_nothing_running(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.distribution.starting._answers", lambda *_about: False)
    job = context([])
    ended: list[BaseException] = []

    def start() -> None:
        try:
            start_own_registry(StartOwnRegistry("127.0.0.1", port, "builtin"), job)
        except Cancelled as error:
            ended.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    (one,) = until(all_running, "it runs")
    job.cancel()
    thread.join(20)
    assert [type(error) for error in ended] == [Cancelled]
    assert all_running() == []
    with pytest.raises(ProcessLookupError):
        os.kill(one.pid, 0)
