from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading

import pytest
from docker import APIClient

from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tui.actions.action import Action
from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.images import PullImage
from tui.engine.errors import Conflict
from tui.model.engine import Endpoint
from tui.model.progress import Outcome, Progress, TargetOutcome
from tui.report import doing
from tui.report.doing import FAILED, ProgressLine, do, progress_line, told_of
from tui.report.verb import Doing

NOWHERE = Endpoint("nowhere", "unix:///nowhere")


def _does(monkeypatch: pytest.MonkeyPatch, handler: object) -> None:
    monkeypatch.setattr(doing, "HANDLERS", {"pull": handler})


def test_the_end_is_told_as_lines_and_as_json(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def handler(action: Action, context: JobContext) -> Ending:
        context.report(Progress("pulling", 1, 2))
        return Ending("Here it is.\x1b[31m", facts={"digest": "sha256:1"})

    _does(monkeypatch, handler)
    assert do(NOWHERE, Doing(PullImage("a")), unicode=True) == 0
    assert capfd.readouterr() == ("Here it is.\\x1b[31m\n", "")
    assert do(NOWHERE, Doing(PullImage("a"), json=True), unicode=True) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["digest"] == "sha256:1"
    assert told["targets"] == []


def test_what_goes_wrong_is_raised_in_the_main_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def handler(action: Action, context: JobContext) -> Ending:
        raise Conflict("it is in use")

    _does(monkeypatch, handler)
    with pytest.raises(Conflict, match="in use"):
        do(NOWHERE, Doing(PullImage("a")), unicode=True)


def test_a_target_that_failed_makes_exit_code_1() -> None:
    good, bad = TargetOutcome("a", Outcome.DONE), TargetOutcome("b", Outcome.FAILED, "in use")
    assert told_of(Ending("", (good,))).code == 0
    assert told_of(Ending("", (good, bad))).code == FAILED


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_the_handler_clean_up(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go: list[str] = []
    stop = threading.Event()

    def handler(action: Action, context: JobContext) -> Ending:
        context.on_cancel(stop.set)
        os.kill(os.getpid(), number)
        assert stop.wait(20)
        let_go.append("cleaned up")
        return Ending()

    before = signal.getsignal(number)
    _does(monkeypatch, handler)
    assert do(NOWHERE, Doing(PullImage("a")), unicode=True) == 128 + number
    assert let_go == ["cleaned up"]
    assert signal.getsignal(number) is before


def test_only_a_terminal_is_shown_the_progress() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream, shown in ((io.StringIO(), ""), (Terminal(), "\rpull\x1b  50 %  1 of 2")):
        line = ProgressLine(stream)
        line.show(Progress("pull\x1b", 1, 2))
        assert stream.getvalue() == shown.replace("\x1b", "\\x1b")
    line.wipe()
    assert stream.getvalue().endswith("\r")


def test_a_line_of_progress_tells_bytes_speed_and_share() -> None:
    known = Progress("", 1_000_000, 4_000_000, in_bytes=True, speed=2_000_000)
    assert progress_line(known) == "25 %  1 MB of 4 MB  2 MB/s"
    assert progress_line(Progress("", 1_000_000, in_bytes=True)) == "1 MB"


def _orlop(*arguments: str, host: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui.cli", *arguments, "--host", host],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_tag_and_pull_on_an_engine(
    api: APIClient, engine_host: str, registry: str, maker: ImageMaker
) -> None:
    name = maker.name("doing:1")
    maker.load(ImageSpec((maker.layer("doing", 5000),), tags=(name,)))
    there = f"{registry}/{name}"
    assert _orlop("tag", name, there, host=engine_host).returncode == 0
    for line in api.push(there, stream=True, decode=True):
        assert "error" not in line
    api.remove_image(there)
    plan = _orlop("pull", there, "--preview", "--json", "--read-only", host=engine_host)
    assert plan.returncode == 0, plan.stderr
    told = json.loads(plan.stdout)
    assert told["total_bytes"] > told["fetch_max_bytes"] == 0
    assert told["image_here"], "it is here under its other name"
    assert not api.images(there)
    assert "nothing would be fetched" in _orlop("pull", there, "--preview", host=engine_host).stdout
    pulled = _orlop("pull", there, "--json", host=engine_host)
    assert pulled.returncode == 0, pulled.stderr
    assert json.loads(pulled.stdout)["digest"].startswith("sha256:")
    assert api.images(there)
    api.remove_image(there)


def test_what_cannot_be_is_said_before_an_engine_is_asked() -> None:
    for arguments in (["pull", "UPPER"], ["tag", "a", "b@sha256:1"], ["--read-only", "pull", "a"]):
        ran = _orlop(*arguments, host="unix:///nowhere")
        assert ran.returncode == 2, ran.stderr
        assert "Traceback" not in ran.stderr
    ran = _orlop("pull", "a", host="unix:///nowhere")
    assert ran.returncode == 3
