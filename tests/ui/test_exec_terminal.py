"""The terminal around a program of a container, byte for byte, on an Engine."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import termios
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.engines.images import runnable
from tests.engines.maker import ImageMaker
from tests.engines.ways import way
from tests.terminal.pseudo import PseudoTerminal
from tests.waiting import until

if TYPE_CHECKING:
    from docker import APIClient

pytestmark = pytest.mark.terminal

EVERYTHING: Final = (
    r"\033[?1049h\033[?1000;1002;1003;1004;1005;1006;1015;1016h\033[?2004h\033[?25l\033[?7l\033[?1h"
    r"\033=\033[>1u\033[>31u\033[?6h\033[?5h\033[?2031h\033[3;9r\033[4h\033[7;31m\033(0\016"
)
"""A program that leaves all of this behind when it is killed."""

SHELL: Final = "/ #"


@pytest.fixture
def name(maker: ImageMaker) -> str:
    """A running container with busybox's shell."""
    (image,) = maker.load(runnable(maker.name("box:1")))
    maker.container(image, name="box", start=True)
    return f"{maker.prefix}-box"


@contextmanager
def opened(
    host: str,
    home: Path,
    name: str,
    command: str = "",
    config: str = "",
    environ: Mapping[str, str] | None = None,
) -> Iterator[PseudoTerminal]:
    """The app, on the form for a container, with a command typed."""
    (home / ".docker").mkdir()
    (home / ".docker" / "config.json").write_text(config or "{}")
    homes = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    environ = {**homes, **(environ or {})}
    with PseudoTerminal(["--host", host], environ=environ, size=(120, 40)) as terminal:
        terminal.wait_for(lambda text: "REPOSITORY" in text, "the images")
        terminal.press(f"2/{name}\r")
        terminal.wait_for(lambda text: "filter:" in text and "running" in text, "the container")
        terminal.press("e")
        terminal.wait_for(lambda text: "docker exec" in text, "the form")
        terminal.press(command)
        yield terminal


def quit_sanely(terminal: PseudoTerminal) -> None:
    terminal.press("q")
    assert terminal.wait_for_end() == 0
    assert terminal.oddities() == []


def wait(terminal: PseudoTerminal, words: str) -> str:
    return terminal.wait_for(lambda text: words in text, words)


def resize(terminal: PseudoTerminal, columns: int, lines: int) -> None:
    fcntl.ioctl(terminal.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    os.kill(terminal.process.pid, signal.SIGWINCH)


def test_all_that_a_killed_program_leaves_is_put_back(
    name: str, engine_host: str, tmp_path: Path
) -> None:
    command = f"sh -c 'printf \"{EVERYTHING}\"; kill -9 $$'\r"
    with opened(engine_host, tmp_path, name, command) as terminal:
        wait(terminal, "press a key")
        assert terminal.oddities() == ["the line settings differ"], "it waits for a key"
        terminal.press("x")
        wait(terminal, "was killed (exit code 137)")
        quit_sanely(terminal)


def test_keys_behind_the_form_are_the_program_s(
    name: str, engine_host: str, tmp_path: Path, api: APIClient
) -> None:
    """In one burst with Enter, with keys that would be verbs; none is lost, none comes twice."""
    with opened(engine_host, tmp_path, name) as terminal:
        terminal.press("\rds; echo $((6*7))\x7f\x7f-8)) 'éX\x1b[D\x1b[3~'; exit 3\r")
        wait(terminal, "ended with exit code 3")
        assert b"\n34 \xc3\xa9" in terminal.output
        quit_sanely(terminal)
    assert api.inspect_container(name)["State"]["Running"]


@pytest.mark.stores("classic", "containerd")  # Podman waits until it goes on
def test_a_container_that_was_paused_meanwhile(
    name: str, engine_host: str, tmp_path: Path, api: APIClient
) -> None:
    with opened(engine_host, tmp_path, name) as terminal:
        api.pause(name)  # behind the form's back
        terminal.press("\r")
        terminal.wait_for(lambda text: "docker exec" not in text, "the form is gone")
        text = terminal.wait_for(lambda text: "The container is paused." in text, "why")
        assert "Traceback" not in text
        api.unpause(name)
        quit_sanely(terminal)


def test_the_detach_keys_of_docker_s_configuration(
    name: str, engine_host: str, tmp_path: Path, api: APIClient
) -> None:
    config = '{"detachKeys": "ctrl-x,x"}'
    with opened(engine_host, tmp_path, name, "cat\r", config) as terminal:
        wait(terminal, "(ctrl+x x leaves it)")
        terminal.press("held\x10\x18-\r")
        wait(terminal, "held^P^X-")
        terminal.press("\x18x")
        wait(terminal, "left; cat goes on")
        assert "cat" in str(api.top(name)["Processes"])
        quit_sanely(terminal)


def test_a_container_that_is_removed_meanwhile(
    name: str, engine_host: str, tmp_path: Path, api: APIClient
) -> None:
    with opened(engine_host, tmp_path, name, "\r") as terminal:
        wait(terminal, SHELL)
        api.remove_container(name, force=True)
        text = wait(terminal, "2 Containers")
        text = terminal.wait_for(lambda text: "exit code 137" in text or "removed" in text, "told")
        assert "sh " in text
        quit_sanely(terminal)


def test_a_large_paste_arrives_whole(
    name: str, engine_host: str, tmp_path: Path, api: APIClient
) -> None:
    """More than all buffers between here and there; without echo nobody waits for anybody."""
    with opened(engine_host, tmp_path, name, "\r") as terminal:
        wait(terminal, SHELL)
        terminal.press("stty -echo; cat >/tmp/f; stty echo; md5sum /tmp/f; wc -c /tmp/f\r")
        line = "".join(chr(33 + n % 90) for n in range(99)) + "\n"
        for start in range(0, 10_500, 500):
            terminal.press(line * min(500, 10_500 - start))
        terminal.press("\x04")
        wait(terminal, f"{10_500 * 100} /tmp/f")
        quit_after_exit(terminal)


def quit_after_exit(terminal: PseudoTerminal) -> None:
    terminal.press("exit 0\r")
    wait(terminal, "ended with exit code 0")
    quit_sanely(terminal)


def test_ctrl_c_ends_an_output_without_end(name: str, engine_host: str, tmp_path: Path) -> None:
    """Which is not kept anywhere: the process grows by nothing."""
    with opened(engine_host, tmp_path, name, "\r") as terminal:
        wait(terminal, SHELL)
        before = resident(terminal.process.pid)
        terminal.press("yes 'a long line of words that says nothing new, again and again'\r")
        terminal.skip(20_000_000)
        assert resident(terminal.process.pid) - before < 8_000_000
        terminal.press("\x03")
        terminal.press("echo $((6*7))\r")
        wait(terminal, "\n42")
        quit_after_exit(terminal)


def resident(pid: int) -> int:
    """Bytes of memory that a process has."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_many_sizes_in_a_burst(name: str, engine_host: str, tmp_path: Path) -> None:
    """The first of them before the program's first byte; the last one counts."""
    with opened(engine_host, tmp_path, name, "\r") as terminal:
        for columns in range(81, 120):
            resize(terminal, columns, 30)
        wait(terminal, SHELL)
        for columns in range(119, 60, -1):
            resize(terminal, columns, 20)
        terminal.press("until stty size | grep -q '20 61'; do sleep 0.1; done; echo at $((60+1))\r")
        wait(terminal, "at 61")
        resize(terminal, 120, 40)
        quit_after_exit(terminal)


def test_a_stopped_app_gives_the_terminal_back_and_takes_it_again(
    name: str, engine_host: str, tmp_path: Path
) -> None:
    with opened(engine_host, tmp_path, name, "\r") as terminal:
        wait(terminal, SHELL)
        terminal.press("vi /tmp/x\r")
        wait(terminal, "- /tmp/x")
        begun = termios.tcgetattr(terminal.slave)
        os.kill(terminal.process.pid, signal.SIGTSTP)
        terminal.wait_for(lambda _text: terminal.oddities() == [], "a sane terminal")
        until(lambda: state_of(terminal.process.pid) == "T", "it is stopped")
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.wait_for(lambda _text: termios.tcgetattr(terminal.slave) == begun, "raw again")
        terminal.press("iagain\x1b")
        terminal.wait_for(lambda text: "again" in text and "- /tmp/x" in text, "it is written")
        terminal.press(":wq\r")
        wait(terminal, SHELL)
        terminal.press("cat /tmp/x\r")
        wait(terminal, "again\n")
        quit_after_exit(terminal)


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_terminal_that_takes_no_bytes_stops_no_signal(
    name: str, engine_host: str, tmp_path: Path
) -> None:
    with opened(engine_host, tmp_path, name, "\r") as terminal:
        wait(terminal, SHELL)
        terminal.press("yes\r")
        wait(terminal, "y\ny\ny")
        terminal.stop_output()
        os.kill(terminal.process.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
        assert termios.tcgetattr(terminal.slave) == terminal.before


def test_what_a_closed_window_leaves(
    name: str, engine_host: str, tmp_path: Path, api: APIClient
) -> None:
    """No process of orlop; in the container the shell, as docker leaves it."""
    with opened(engine_host, tmp_path, name, "sh\r") as terminal:
        wait(terminal, SHELL)
        terminal.hang_up()
        assert terminal.wait_for_end() == 128 + signal.SIGHUP
        with pytest.raises(ProcessLookupError):
            os.killpg(terminal.process.pid, 0)
    assert any(row[-1] == "sh" for row in api.top(name)["Processes"])
    assert not (tmp_path / "state").exists(), "it was taken for a fault"


@pytest.mark.parametrize("kind", ["tcp", "tls", "ssh"])
def test_however_the_engine_is_reached(
    kind: str, name: str, engine_host: str, tmp_path: Path, api: APIClient
) -> None:
    (tmp_path / "way").mkdir()
    with (
        way(kind, engine_host, tmp_path / "way") as (host, environ),
        opened(host, tmp_path, name, "\r", environ=environ) as terminal,
    ):
        wait(terminal, SHELL)
        assert terminal.oddities() == ["the line settings differ"], "no mouse, nothing else"
        resize(terminal, 100, 30)
        terminal.press("until stty size | grep -q '30 100'; do sleep 0.1; done; echo is $((9*9))\r")
        wait(terminal, "is 81")
        terminal.press("echo $((8*8)); sleep 1000\r")
        wait(terminal, "\n64")
        terminal.press("\x03")
        terminal.press("exit 7\r")
        wait(terminal, "ended with exit code")
        resize(terminal, 120, 40)
        terminal.press("e")
        wait(terminal, "docker exec")
        terminal.press("cat\r")
        wait(terminal, "leaves it)")
        terminal.press("\x10\x11")
        wait(terminal, "left; cat goes on")
        assert "cat" in str(api.top(name)["Processes"])
        quit_sanely(terminal)


def test_ctrl_c_stops_a_program_that_does_not_start(
    name: str, engine_host: str, tmp_path: Path, api: APIClient
) -> None:
    """Keys that were typed for it are gone with it; the next ones are verbs again."""
    (tmp_path / "way").mkdir()
    gate = threading.Event()
    gate.set()
    with (
        way("tcp", engine_host, tmp_path / "way", gate) as (host, environ),
        opened(host, tmp_path, name, environ=environ) as terminal,
    ):
        gate.clear()
        terminal.press("\r")
        wait(terminal, "starting. ctrl+c stops it")
        terminal.press("dSq")
        terminal.press("\x03")
        terminal.wait_for(lambda text: "starting" not in text, "it is stopped")
        terminal.press("S")
        wait(terminal, f"stop {name}?")
        terminal.press("\x1b")
        gate.set()
        terminal.wait_for(lambda text: f"stop {name}?" not in text, "the list")
        quit_sanely(terminal)
    assert len(api.top(name)["Processes"]) == 1
