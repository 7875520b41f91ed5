"""What a daemon's log says of settings that it refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui.mirrors import reload
from tui.mirrors.errors import NotPermitted
from tui.mirrors.hands import OwnHands, Ran
from tui.mirrors.reload import DaemonLog, ask_to_reload
from tui.model.mirrors import MirrorPlace, PlaceKind

OLD = (
    'time="t" level=error msg="Error reconfiguring the daemon: invalid mirror: \\"x\\" is none"\n',
    'Error reconfiguring the daemon: invalid mirror: "x" is none',
)
FILE = (
    'time="t" level=error msg="unable to configure the Docker daemon with file /f: bad"\n',
    "unable to configure the Docker daemon with file /f: bad",
)
NEW = (
    'time="t" level=error msg="Error reloading configuration" error="validation failed: \\"x\\""\n',
    'validation failed: "x"',
)


@pytest.mark.parametrize(("line", "words"), [OLD, FILE, NEW])
def test_the_reason_stands_in_the_log(tmp_path: Path, line: str, words: str) -> None:
    """Of a process of our own, whose standard error is a file as dockerd's may be."""
    log = tmp_path / "log"
    log.write_text(OLD[0].replace("is none", "is of long ago"))
    with log.open("a") as stream:
        waits = [sys.executable, "-c", "input()"]
        child = subprocess.Popen(waits, stdin=subprocess.PIPE, stderr=stream)
        try:
            read = DaemonLog(MirrorPlace(PlaceKind.FILE, pid=child.pid))
            assert read.refusal() == ""
            stream.write('time="t" level=info msg="Got signal to reload"\n' + line)
            stream.flush()
            assert read.refusal() == words
        finally:
            child.kill()
            child.communicate()


def test_a_log_that_is_no_file_is_the_journals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reload, "_journal", lambda _user, _since: FILE[0])
    assert DaemonLog(MirrorPlace(PlaceKind.FILE)).refusal() == FILE[1]


class _Systemd(OwnHands):
    def __init__(self, code: int) -> None:
        self.code = code
        self.ran: list[tuple[str, ...]] = []

    def run(self, *words: str) -> Ran:
        self.ran.append(words)
        return Ran(self.code, "Access denied" if self.code else "")


def test_without_a_process_systemd_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "systemctl").write_text("")
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    hands = _Systemd(0)
    assert ask_to_reload(MirrorPlace(PlaceKind.FILE), hands) == "systemctl reload docker"
    rootless = MirrorPlace(PlaceKind.FILE, is_rootless=True)
    assert ask_to_reload(rootless, hands) == "systemctl --user reload docker"
    assert hands.ran[1] == ("systemctl", "--no-ask-password", "--user", "reload", "docker")
    with pytest.raises(NotPermitted, match="Access denied"):
        ask_to_reload(MirrorPlace(PlaceKind.FILE), _Systemd(1))


def test_another_process_of_that_number_is_let_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is no daemon: a signal would end it."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NotPermitted):
        ask_to_reload(MirrorPlace(PlaceKind.FILE, pid=os.getpid()), OwnHands())
