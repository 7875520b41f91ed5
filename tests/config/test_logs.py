from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.config import logs
from tui.config.logs import LogFile, start_logging


@pytest.fixture
def _as_before() -> Iterator[None]:
    handlers, hooks = logging.getLogger().handlers[:], (threading.excepthook, sys.unraisablehook)
    yield
    logging.getLogger().handlers[:] = handlers
    threading.excepthook, sys.unraisablehook = hooks


def _record(text: str, level: int = logging.ERROR) -> logging.LogRecord:
    return logging.LogRecord("here", level, "file.py", 1, text, None, None)


def test_nothing_is_made_before_there_is_something_to_say(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "state" / "orlop.log")
    assert not log.path.parent.exists()
    log.handle(_record("it happened \udc80"))
    assert log.has_written
    assert "it happened \\udc80" in log.path.read_text(encoding="utf-8")
    assert log.path.stat().st_mode & 0o077 == 0
    assert log.path.parent.stat().st_mode & 0o077 == 0


def test_a_full_file_makes_room_for_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 500)
    log = LogFile(tmp_path / "orlop.log")
    for number in range(50):
        log.handle(_record(f"line {number} {'x' * 40}"))
    assert {path.name for path in tmp_path.iterdir()} == {"orlop.log", "orlop.log.1"}
    assert "line 49 " in log.path.read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 4 * 500


@pytest.mark.parametrize("path", ["/dev/null/orlop.log", "/proc/orlop.log", "/dev/full"])
def test_a_disk_that_takes_nothing_is_no_fault(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log = LogFile(Path(path))
    log.handle(_record("lost"))
    assert not log.has_written
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("_as_before")
def test_faults_of_threads_go_to_the_log_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = start_logging(tmp_path / "orlop.log")

    def breaks() -> None:
        raise RuntimeError("in a thread")

    thread = threading.Thread(target=breaks, name="worker-7")
    thread.start()
    thread.join()
    logging.getLogger("urllib3").warning("a library speaks")
    logging.getLogger("urllib3").debug("GET /secret")
    written = log.path.read_text(encoding="utf-8")
    assert "RuntimeError: in a thread" in written
    assert "worker-7" in written
    assert "a library speaks" in written
    assert "secret" not in written
    assert capsys.readouterr() == ("", "")
