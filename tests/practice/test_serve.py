"""`orlop practice serve` and the child process of `orlop --practice`, as real processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.practice.talk import ask, talking
from tests.waiting import until
from tui.engine.practice import PracticeEngine
from tui.model.engine import PRACTICE
from tui.practice import serve
from tui.practice.hold import Settings
from tui.practice.serve import BadOptions, ServeOptions, as_options, build_hold

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _own_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@contextmanager
def serving(*options: str, socket: Path) -> Iterator[subprocess.Popen[str]]:
    """An engine in a process of its own, ready to be asked."""
    command = [sys.executable, "-m", "tui.cli", "practice", "serve", "--socket", str(socket)]
    with subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()  # leaving the context waits for it


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def rest(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code of a process that ends by itself, and what it complained about."""
    _out, complaint = process.communicate(timeout=20)
    return process.returncode, complaint


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_and_ends_cleanly(tmp_path: Path, number: int) -> None:
    socket = tmp_path / "engine.sock"
    with serving("--empty", socket=socket) as process:
        assert first_line(process) == f"export DOCKER_HOST=unix://{socket}\n"
        info = ask(socket, "GET", "/info").json
        assert info["Images"] == 0
        root = Path(info["DockerRootDir"])
        assert root.is_dir()
        process.send_signal(number)
        assert rest(process) == (0, "")
    assert not socket.exists()
    assert not root.exists()


def test_an_engine_of_a_class_has_images_and_containers(tmp_path: Path) -> None:
    socket = tmp_path / "engine.sock"
    with serving("--speed", "0", socket=socket) as process:
        first_line(process)
        tags = [
            tag for image in ask(socket, "GET", "/images/json").json for tag in image["RepoTags"]
        ]
        assert {"bash:latest", "nginx:latest", "centos:latest"} <= {*tags}
        assert ask(socket, "GET", "/containers/json?all=1").json


def test_a_data_root_is_kept_and_gone_on_with(tmp_path: Path) -> None:
    socket, root = tmp_path / "engine.sock", tmp_path / "root"
    options = ("--data-root", str(root))
    with serving(*options, socket=socket) as process:
        first_line(process)
        before = {image["Id"] for image in ask(socket, "GET", "/images/json").json}
        assert ask(socket, "DELETE", "/images/centos").status == 200
        process.terminate()
        process.wait(20)
    with serving(*options, socket=socket) as process:
        first_line(process)
        after = {image["Id"] for image in ask(socket, "GET", "/images/json").json}
        assert after < before
        assert len(before - after) == 1


def test_a_hangup_reads_daemon_json_again(tmp_path: Path) -> None:
    socket, root = tmp_path / "engine.sock", tmp_path / "root"
    root.mkdir()
    settings = root / "daemon.json"
    settings.write_text('{"registry-mirrors": ["https://one.example"]}', encoding="utf-8")
    with serving("--empty", "--data-root", str(root), socket=socket) as process:
        first_line(process)

        def mirrors() -> object:
            return ask(socket, "GET", "/info").json["RegistryConfig"]["Mirrors"]

        assert mirrors() == ["https://one.example/"]
        with talking(socket) as talk:
            talk.send(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
            talk.head()
            settings.write_text('{"registry-mirrors": ["https://two.example"]}', encoding="utf-8")
            process.send_signal(signal.SIGHUP)
            assert json.loads(talk.chunk())["Action"] == "reload"
        assert mirrors() == ["https://two.example/"]


def test_faults_hold_from_the_start(tmp_path: Path) -> None:
    socket = tmp_path / "engine.sock"
    options = ("--empty", "--fault", "status:path=/info,status=503", "--fault", "slow-link")
    with serving(*options, socket=socket) as process:
        first_line(process)
        assert ask(socket, "GET", "/info").status == 503
        names = [fault["name"] for fault in ask(socket, "GET", "/practice/faults").json]
        assert names == ["status", "slow-link"]


def test_a_size_on_demand(tmp_path: Path) -> None:
    socket = tmp_path / "engine.sock"
    with serving("--images", "300", "--containers", "60", socket=socket) as process:
        first_line(process)
        assert len(ask(socket, "GET", "/images/json").json) == 300
        assert len(ask(socket, "GET", "/containers/json?all=1").json) == 60
        assert len(ask(socket, "GET", "/containers/json").json) == 20


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (("--fault", "nope"), 2, "no such fault: nope"),
        (("--fault", "hang:speed=1"), 2, "the fault hang knows no speed"),
        (("--data-root", "/dev/null/x"), 2, "The data root cannot be used"),
        (("--speed", "-1"), 2, "argument --speed: invalid"),
        (("--images", "many"), 2, "argument --images: invalid"),
    ],
)
def test_wrong_options_are_told(
    tmp_path: Path, options: tuple[str, ...], code: int, sentence: str
) -> None:
    with serving("--empty", *options, socket=tmp_path / "engine.sock") as process:
        returned, complaint = rest(process)
    assert returned == code
    assert sentence in complaint
    assert "Traceback" not in complaint


def test_a_bad_daemon_json_stops_the_start_as_dockerds(tmp_path: Path) -> None:
    (tmp_path / "daemon.json").write_text('{"registry-mirrors": ["x"]}', encoding="utf-8")
    with pytest.raises(BadOptions, match="invalid mirror"):
        serve._hold(ServeOptions("", empty=True), tmp_path)


def test_a_socket_that_cannot_be_had_is_exit_code_1(tmp_path: Path) -> None:
    with serving("--empty", socket=tmp_path / ("x" * 108)) as process:
        returned, complaint = rest(process)
    assert returned == 1
    assert "107 bytes" in complaint


def test_it_ends_with_the_process_that_gave_its_input(tmp_path: Path) -> None:
    socket = tmp_path / "engine.sock"
    command = [sys.executable, "-m", "tui.cli", "practice", "serve", "--socket", str(socket)]
    with subprocess.Popen(
        [*command, "--empty", "--die-with-stdin"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        first_line(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0
    assert not socket.exists()


def test_the_options_are_those_that_argparse_finds() -> None:
    given = {"socket": "x", "fault": ["hang"], "practice_command": "serve", "command": "practice"}
    assert as_options(given) == ServeOptions("x", fault=("hang",))


def test_the_start_states() -> None:
    empty = build_hold(Settings(), seeds=False)
    assert (empty.images.all(), empty.containers.all()) == ([], [])
    assert empty.registry.repositories()
    sized = build_hold(Settings(), images=30, containers=4)
    assert (len(sized.images.all()), len(sized.containers.all())) == (30, 4)


# `orlop --practice`


def orlop(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tui.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_command_may_be_answered_by_the_practice_engine() -> None:
    ran = orlop("--practice", "images", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    tags = [tag for image in json.loads(ran.stdout) for tag in image["tags"]]
    assert "nginx:latest" in tags
    told = json.loads(orlop("version", "--practice", "--json").stdout)
    assert told["endpoint"]["origin"] == PRACTICE
    assert told["engine"]["version"] == "20.10.24"


@pytest.mark.parametrize("other", [("--host", "unix:///x"), ("--context", "default")])
def test_two_engines_at_once_are_refused(other: tuple[str, ...]) -> None:
    ran = orlop("--practice", *other, "images")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "cannot be used together" in ran.stderr


# The child process of the app


@pytest.fixture
def engine() -> Iterator[PracticeEngine]:
    engine = PracticeEngine("--empty")
    yield engine
    engine.stop()


def test_the_child_may_be_asked_at_once(engine: PracticeEngine) -> None:
    endpoint = engine.endpoint
    assert endpoint.origin == PRACTICE
    assert not engine.is_running
    engine.start()
    assert engine.is_running
    assert engine.endpoint == endpoint
    info = ask(engine.path, "GET", "/info").json
    assert info["Labels"] == ["orlop.practice=true"]
    assert engine.path.parent in Path(info["DockerRootDir"]).parents
    assert engine.path.stat().st_mode & 0o777 == 0o600


def test_starting_it_again_changes_nothing(engine: PracticeEngine) -> None:
    engine.start()
    child = engine._child
    engine.start()
    assert engine._child is child


def test_the_child_takes_its_folder_along(engine: PracticeEngine) -> None:
    engine.start()
    ask(engine.path, "GET", "/_ping")
    engine.stop()
    assert not engine.is_running
    assert not engine.path.parent.exists()
    engine.stop()


def test_a_child_that_died_can_be_started_again(engine: PracticeEngine) -> None:
    engine.start()
    ask(engine.path, "GET", "/_ping")
    assert engine._child is not None
    engine._child.kill()
    until(lambda: not engine.is_running, "the child ended")
    engine.start()
    assert ask(engine.path, "GET", "/_ping").body == b"OK"


def test_a_restart_of_the_engine_keeps_its_place(engine: PracticeEngine) -> None:
    engine.start()
    ask(engine.path, "POST", "/practice/faults", b'{"name":"restart","seconds":0}')
    until(lambda: _answers(engine.path), "it came back")


def _answers(path: Path) -> bool:
    try:
        return ask(path, "GET", "/practice/faults").body == b"[]\n"
    except (OSError, ValueError, IndexError):
        return False
