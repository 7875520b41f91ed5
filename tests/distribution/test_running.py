from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.waiting import until
from tui.distribution import running
from tui.distribution.errors import CannotServe, NotRunning, SeveralRun, WillNotStop
from tui.distribution.running import all_running, claim, stop, the_running
from tui.model.ownregistry import Running, address_of


def one(port: int, pid: int = 0) -> Running:
    return Running(
        pid or os.getpid(), "127.0.0.1", port, "builtin", "/data", False, False, "2026-01-01"
    )


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path)}


@contextmanager
def claimed(*ports: int, environ: Mapping[str, str]) -> Iterator[None]:
    held = [claim(one(port), environ) for port in ports]
    try:
        yield
    finally:
        for each in held:
            os.close(each)


def test_what_is_claimed_runs_until_it_is_let_go(environ: dict[str, str]) -> None:
    assert all_running(environ) == []
    with claimed(5001, 5000, environ=environ):
        assert all_running(environ) == [one(5000), one(5001)]
        assert the_running(5001, environ) == one(5001)
        with pytest.raises(SeveralRun):
            the_running(0, environ)
    assert all_running(environ) == []
    with pytest.raises(NotRunning):
        the_running(0, environ)


def test_a_port_is_claimed_once(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_GLANCE", 0.1)
    with claimed(5000, environ=environ):
        with pytest.raises(CannotServe):
            claim(one(5000), environ)
        assert the_running(5000, environ) == one(5000)
    with claimed(5000, environ=environ):
        assert the_running(0, environ) == one(5000)


def test_what_a_killed_one_left_is_removed(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "orlop" / "registries" / "5000.json"
    with claimed(5000, environ=environ):
        text = file.read_text()
    file.write_text(text)
    assert all_running(environ) == []
    assert not file.exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"pid": "1"}', json.dumps({"pid": True, "port": 1})]
)
def test_a_file_that_says_nothing_is_nobody(
    environ: dict[str, str], tmp_path: Path, text: str
) -> None:
    file = tmp_path / "orlop" / "registries" / "5000.json"
    with claimed(5000, environ=environ):
        file.write_text(text)
        assert all_running(environ) == []


def test_no_process_of_another_meaning_is_ever_stopped(
    environ: dict[str, str], tmp_path: Path
) -> None:
    """A process ID below 2 would mean this group, or the first process of the machine."""
    file = tmp_path / "orlop" / "registries" / "5000.json"
    with claimed(5000, environ=environ):
        for pid in (0, 1, -1):
            document = json.loads(file.read_text())
            file.write_text(json.dumps({**document, "pid": pid}))
            assert all_running(environ) == []


PROGRAM = """
import os, signal, sys, time
from tui.distribution.running import claim
from tui.model.ownregistry import Running
{before}
claim(Running(os.getpid(), "127.0.0.1", 5000, "builtin", "/data", False, False, "now"))
print("claimed", flush=True)
time.sleep(600)
"""


@contextmanager
def another(environ: Mapping[str, str], before: str = "") -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(before=before)],
        stdout=subprocess.PIPE,
        env={**os.environ, **environ},
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"claimed\n"
            yield process
        finally:
            process.kill()


def test_stopping_waits_for_the_end(environ: dict[str, str]) -> None:
    with another(environ) as process:
        found = the_running(0, environ)
        assert found.pid == process.pid
        stop(found, environ)
        assert process.wait(20) == -signal.SIGTERM
        assert all_running(environ) == []


def test_one_that_does_not_end_is_told_of(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "PATIENCE", 0.2)
    ignoring = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    with another(environ, ignoring) as process:
        with pytest.raises(WillNotStop, match=str(process.pid)):
            stop(the_running(0, environ), environ)
        process.kill()
        until(lambda: all_running(environ) == [], "the killed one is not listed")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1:5000"),
        ("0.0.0.0", "127.0.0.1:5000"),
        ("::", "127.0.0.1:5000"),
        ("::1", "[::1]:5000"),
        ("localhost", "localhost:5000"),
    ],
)
def test_addresses(host: str, address: str) -> None:
    assert address_of(host, 5000) == address
