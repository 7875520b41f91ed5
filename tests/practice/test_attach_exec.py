"""Attach and exec over a real socket: what travels both ways."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.practice.engine import refusal
from tests.practice.talk import Talk, talking
from tests.practice.vessels import actions, get, make, post, run, vessel
from tui.practice.containers.attaching import Watch, keys_of
from tui.practice.hold import Hold
from tui.practice.server import PracticeServer
from tui.practice.wire import ApiError

UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}
ENDS: dict[str, Any] = {"AttachStdin": True, "AttachStdout": True, "AttachStderr": True}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[tuple[Hold, Path]]:
    hold, _clock = vessel()
    with PracticeServer(tmp_path / "e.sock", hold) as server:
        yield hold, server.path


def take_over(talk: Talk, target: str, body: object = None) -> None:
    text = b"" if body is None else json.dumps(body).encode()
    lines = [f"POST {target} HTTP/1.1", "Host: x", f"Content-Length: {len(text)}"]
    lines += [f"{name}: {value}" for name, value in UPGRADE.items()]
    lines.append("Content-Type: application/json")
    talk.send("\r\n".join([*lines, "", ""]).encode() + text)
    assert talk.head()[0] == 101


def until(talk: Talk, end: bytes) -> bytes:
    seen = b""
    while not seen.endswith(end):
        byte = talk.file.read(1)
        assert byte, seen
        seen += byte
    return seen


def test_a_client_is_attached_before_the_start(engine: tuple[Hold, Path]) -> None:
    hold, path = engine
    make(hold, "sh", OpenStdin=True, StdinOnce=True, AttachStdin=True)
    with talking(path) as talk:
        take_over(talk, "/containers/one/attach?stream=1&stdin=1&stdout=1&stderr=1")
        post(hold, "/containers/one/start")
        talk.send(b"echo hi\nnosuch\nexit 3\n")
        assert talk.rest() == b"\1\0\0\0\0\0\0\3hi\n\2\0\0\0\0\0\0\x16sh: nosuch: not found\n"
    assert hold.containers.get("one").state.exit_code == 3
    assert actions(hold)[:3] == ["create", "attach", "start"]


def test_a_terminal_is_left_and_come_back_to(engine: tuple[Hold, Path]) -> None:
    hold, path = engine
    container = run(hold, "sh", OpenStdin=True, Tty=True)
    with talking(path) as talk:
        take_over(talk, "/containers/one/attach?stream=1&stdin=1&stdout=1")
        talk.send(b"cd /etc\r")
        assert until(talk, b"/etc # ") == b"cd /etc\r\n/etc # "
        talk.send(b"\x10\x11")
        assert talk.rest() == b""
    assert container.state.running
    assert actions(hold)[-1] == "detach"
    with talking(path) as talk:
        take_over(talk, "/containers/one/attach?stream=1&stdin=1&stdout=1")
        talk.send(b"pwd\r")
        assert until(talk, b"/etc # ") == b"pwd\r\n/etc\r\n/etc # "
        talk.send(b"\x04")
        talk.rest()
    assert container.state.status == "exited"


def test_ctrl_c_ends_what_the_shell_waits_for(engine: tuple[Hold, Path]) -> None:
    hold, path = engine
    run(hold, "sh", OpenStdin=True, Tty=True)
    with talking(path) as talk:
        take_over(talk, "/containers/one/attach?stream=1&stdin=1&stdout=1")
        talk.send(b"sleep 1000\r")
        until(talk, b"1000\r\n")
        talk.send(b"\x03echo $?\r")
        assert until(talk, b"130\r\n").startswith(b"^C\r\n/ # ")


def test_what_was_written_before(engine: tuple[Hold, Path]) -> None:
    hold, path = engine
    run(hold, "sh", "-c", "echo old")
    with talking(path) as talk:
        take_over(talk, "/containers/one/attach?logs=1&stdout=1")
        assert talk.rest() == b"\1\0\0\0\0\0\0\4old\n"


def test_an_exec(engine: tuple[Hold, Path]) -> None:
    hold, path = engine
    run(hold, "sleep", "1000")
    command = {"Cmd": ["sh", "-c", "cat; echo e >&2; exit 4"], **ENDS}
    made = json.loads(post(hold, "/containers/one/exec", command).body)  # type: ignore[arg-type]
    with talking(path) as talk:
        take_over(talk, f"/exec/{made['Id']}/start", {"Detach": False})
        talk.send(b"hello\n")
        assert talk.file.read(14) == b"\1\0\0\0\0\0\0\6hello\n"
        talk.sock.shutdown(1)
        assert talk.rest() == b"\2\0\0\0\0\0\0\2e\n"
    told = get(hold, f"/exec/{made['Id']}/json")
    assert (told["Running"], told["ExitCode"]) == (False, 4)
    spelled = "sh -c cat; echo e >&2; exit 4"
    assert actions(hold)[-3:] == [f"exec_create: {spelled}", f"exec_start: {spelled}", "exec_die"]
    text = json.dumps({"Detach": True}).encode()
    status, words = refusal(hold, "POST", f"/exec/{made['Id']}/start", text)
    assert (status, words) == (409, f"Error: Exec command {made['Id']} has already run")


def test_an_exec_of_nothing_that_is_there(engine: tuple[Hold, Path]) -> None:
    hold, path = engine
    run(hold, "sleep", "1000")
    made = json.loads(post(hold, "/containers/one/exec", {"Cmd": ["nosuch"], **ENDS}).body)  # type: ignore[arg-type]
    with talking(path) as talk:
        take_over(talk, f"/exec/{made['Id']}/start", {})
        assert b'exec: "nosuch": executable file not found in $PATH' in talk.rest()
    assert get(hold, f"/exec/{made['Id']}/json")["ExitCode"] == 126


def test_an_exec_ends_with_its_container(engine: tuple[Hold, Path]) -> None:
    hold, path = engine
    run(hold, "sleep", "1000")
    made = json.loads(post(hold, "/containers/one/exec", {"Cmd": ["sleep", "9"], **ENDS}).body)  # type: ignore[arg-type]
    with talking(path) as talk:
        take_over(talk, f"/exec/{made['Id']}/start", {})
        killer = threading.Thread(target=post, args=(hold, "/containers/one/kill"))
        while not get(hold, f"/exec/{made['Id']}/json")["Running"]:
            pass
        assert get(hold, "/containers/one/json")["ExecIDs"] == [made["Id"]]
        killer.start()
        assert talk.rest() == b""
        killer.join()
    assert get(hold, f"/exec/{made['Id']}/json")["ExitCode"] == 137


def test_a_size_that_comes_before_the_start_waits_for_it(engine: tuple[Hold, Path]) -> None:
    hold, path = engine
    run(hold, "sleep", "1000")
    command = {"Cmd": ["sleep", "9"], "Tty": True, **ENDS}
    made = json.loads(post(hold, "/containers/one/exec", command).body)  # type: ignore[arg-type]
    answers: list[int] = []

    def resize() -> None:
        with talking(path) as talk:
            asked = f"POST /exec/{made['Id']}/resize?h=24&w=80 HTTP/1.1\r\nHost: x\r\n\r\n"
            talk.send(asked.encode())
            answers.append(talk.head()[0])

    early = threading.Thread(target=resize)
    early.start()
    early.join(0.3)
    assert not answers
    with talking(path) as talk:
        take_over(talk, f"/exec/{made['Id']}/start", {"Tty": True})
        early.join()
    assert answers == [200]
    assert "exec_resize" in actions(hold)


def test_a_size_for_a_command_that_has_ended(engine: tuple[Hold, Path]) -> None:
    hold, path = engine
    run(hold, "sleep", "1000")
    made = json.loads(post(hold, "/containers/one/exec", {"Cmd": ["ls"], **ENDS}).body)  # type: ignore[arg-type]
    with talking(path) as talk:
        take_over(talk, f"/exec/{made['Id']}/start", {})
        talk.rest()
    status, words = refusal(hold, "POST", f"/exec/{made['Id']}/resize?h=24&w=80")
    assert status == 404
    assert "no such exec" in words


def test_a_size_for_a_command_that_never_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.practice.api.exec.READY", 0.05)
    hold, _clock = vessel()
    run(hold, "sleep", "1000")
    made = json.loads(post(hold, "/containers/one/exec", {"Cmd": ["ls"]}).body)  # type: ignore[arg-type]
    status, words = refusal(hold, "POST", f"/exec/{made['Id']}/resize?h=24&w=80")
    assert (status, words) == (500, "timeout waiting for exec session ready")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [({"Cmd": []}, 400, "No exec command specified"), ({}, 400, "No exec command specified")],
)
def test_an_exec_that_cannot_be(body: object, status: int, words: str) -> None:
    hold, _clock = vessel()
    run(hold, "sleep", "9")
    text = json.dumps(body).encode()
    headers = {"Content-Length": str(len(text))}
    assert refusal(hold, "POST", "/containers/one/exec", text, headers=headers) == (status, words)
    post(hold, "/containers/one/kill")
    good = json.dumps({"Cmd": ["ls"]}).encode()
    assert refusal(hold, "POST", "/containers/one/exec", good)[0] == 409


def test_detach_keys() -> None:
    assert keys_of("") is None
    assert keys_of("ctrl-a,x") == b"\x01x"
    with pytest.raises(ApiError, match="Invalid detach keys"):
        keys_of("bogus")
    watch = Watch(b"\x10\x11")
    assert watch.passed(b"a\x10") == b"a"
    assert watch.passed(b"b") == b"\x10b"
    assert watch.passed(b"\x10\x11c") == b""
    assert watch.has_detached
