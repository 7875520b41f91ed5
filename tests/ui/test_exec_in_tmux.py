"""A program of a container has the terminal: what it gets, and how the terminal is afterwards."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.images import BUSYBOX, ImageSpec, make_layer, runnable
from tests.engines.maker import ImageMaker
from tests.engines.spare import SpareEngine
from tests.terminal.pseudo import PseudoTerminal
from tests.ui.tmux import Tmux

if TYPE_CHECKING:
    from docker import APIClient

pytestmark = pytest.mark.terminal

SIZE, LARGER = (80, 24), (100, 30)
HOSTILE = r"printf 'red \033[31mtext\033]52;c;aGk=\007\033[?1049h\n'"


@pytest.fixture
def name(maker: ImageMaker) -> str:
    """A running container with busybox's shell."""
    return running(maker)


def running(maker: ImageMaker) -> str:
    (image,) = maker.load(runnable(maker.name("box:1")))
    maker.container(image, name="box", start=True)
    return f"{maker.prefix}-box"


def created(maker: ImageMaker, *command: str, tty: bool) -> str:
    """Create and start a container whose main process can be attached to."""
    (image,) = maker.load(runnable(maker.name("box:1")))
    name = f"{maker.prefix}-main"
    host = maker.api.create_host_config(network_mode="none")
    made = maker.api.create_container(
        image, list(command), name=name, host_config=host, stdin_open=True, detach=True, tty=tty
    )
    maker.adopt(containers=[made["Id"]])
    maker.api.start(name)
    return name


def go_to(terminal: Tmux, name: str) -> None:
    """Put the cursor on a container and open the form."""
    terminal.wait("? help")
    terminal.press("2")
    terminal.type(f"/{name}")
    terminal.press("Enter")
    terminal.wait(f"filter: {name}"[:30], "running")
    terminal.press("e")
    terminal.wait("Run a command in the container", "docker exec -it")


def attach(terminal: Tmux) -> None:
    """Choose the main process in the form, and go."""
    terminal.press(*["Tab"] * 5, "Right")
    terminal.wait("< attach to the main one >", "$ docker attach")
    terminal.press("Enter")


def test_a_shell_is_found_and_has_the_terminal(name: str, engine_host: str, tmp_path: Path) -> None:
    with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        go_to(terminal, name)
        terminal.press("Enter")
        terminal.wait("(ctrl+p", "/ #")
        terminal.type("echo $TERM; stty size; vi /tmp/x\r")
        terminal.wait("~\n~\n", "/tmp/x")
        terminal.type("ifull screen")
        terminal.wait("full screen")
        terminal.resize(*LARGER)
        terminal.press("Escape")
        terminal.wait("- /tmp/x")
        terminal.type(":wq\r")
        terminal.wait("screen-256color", "24 80")
        terminal.type("cat /tmp/x; stty size; sleep 1000\r")
        terminal.wait("full screen", "30 100")
        terminal.press("C-c")
        terminal.type("echo code $?\r")
        terminal.wait("code 130")
        terminal.resize(*SIZE)  # tmux takes its time
        terminal.type("until stty size | grep -q '^24 80'; do sleep 0.1; done; echo small again\r")
        terminal.wait("\nsmall again")
        terminal.type("exit 3\r")
        terminal.wait("ended with exit code 3", "2 Containers")
        terminal.press("q")
        terminal.assert_sane()


def test_a_shell_is_left_and_goes_on(
    name: str, api: APIClient, engine_host: str, tmp_path: Path
) -> None:
    with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        go_to(terminal, name)
        terminal.type("sh")
        terminal.press("Enter")
        terminal.wait("/ #")
        terminal.press("C-p", "C-q")
        terminal.wait("left; sh goes on", "2 Containers")
        assert any("sh" in row[-1].split() for row in api.top(name)["Processes"])
        terminal.press("q")
        terminal.assert_sane()


def test_what_a_command_wrote_is_read_before_the_screen_comes_back(
    name: str, engine_host: str, tmp_path: Path
) -> None:
    with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        go_to(terminal, name)
        terminal.type("sh -c 'pwd; kill -9 $$'")
        terminal.press("Enter")
        terminal.wait("\n/\n", "press a key")
        terminal.press("d")
        terminal.wait("was killed", "2 Containers")
        assert "Remove" not in terminal.shown(), "the key was taken for a verb"
        terminal.press("q")
        terminal.assert_sane()


def test_a_container_without_a_shell_is_told(
    maker: ImageMaker, engine_host: str, tmp_path: Path
) -> None:
    (bare,) = maker.load(
        ImageSpec((make_layer({"busybox": BUSYBOX.read_bytes()}),), tags=(maker.name("bare:1"),))
    )
    maker.container(bare, name="bare", command=("/busybox", "sleep", "999"), start=True)
    with Tmux(size=(120, 40), home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        go_to(terminal, f"{maker.prefix}-bare")
        terminal.press("Enter")
        terminal.wait("There is no shell in this container")
        terminal.press("e")
        terminal.wait("Run a command")
        terminal.type("/busybox sh")
        terminal.press("Enter")
        terminal.wait("/ #")
        terminal.type("exit\r")
        terminal.wait("press a key")
        terminal.press("Enter")
        terminal.wait("ended with exit code 0")
        terminal.press("q")
        terminal.assert_sane()


def test_the_container_is_killed_in_the_middle(
    name: str, api: APIClient, engine_host: str, tmp_path: Path
) -> None:
    """In a full-screen program: its screen, its keypad and its line settings are put back."""
    with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        go_to(terminal, name)
        terminal.press("Enter")
        terminal.wait("/ #")
        terminal.type(r"printf '\033[?1h\033=\033[?1000h\033[?25l'; vi /tmp/x" + "\r")
        terminal.wait("~\n~\n", "/tmp/x")
        api.kill(name)
        terminal.wait("was killed (exit code 137)", "2 Containers")
        terminal.press("q")
        terminal.assert_sane()


@pytest.mark.engine
@pytest.mark.timeout(180)
def test_the_daemon_is_killed_in_the_middle(tmp_path: Path) -> None:
    from docker import APIClient  # here: most tests need no Docker client

    with SpareEngine() as spare:
        api = APIClient(spare.host, version="auto")
        with ImageMaker(api, "gone") as maker:
            name = running(maker)
            with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=spare.host) as terminal:
                go_to(terminal, name)
                terminal.press("Enter")
                terminal.wait("/ #")
                terminal.type("vi /tmp/x\r")
                terminal.wait("~\n~\n", "/tmp/x")
                spare.kill()
                terminal.wait("went away", "try now")
                terminal.press("Escape")
                terminal.wait_gone("try now")
                terminal.press("q")
                terminal.assert_sane()
            (spare.folder / "exec/containerd/containerd.pid").unlink(missing_ok=True)
            spare.start()
        api.close()


def test_attached_to_a_terminal_it_is_drawn_again_and_left(
    maker: ImageMaker, api: APIClient, engine_host: str, tmp_path: Path
) -> None:
    name = created(maker, "sh", tty=True)
    with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        go_to(terminal, name)
        attach(terminal)
        terminal.wait("(ctrl+p", "/ #")
        terminal.type("stty size\r")
        terminal.wait("24 80")
        terminal.press("C-p", "C-q")
        terminal.wait("left; the main process goes on")
        assert api.inspect_container(name)["State"]["Running"]
        terminal.press("q")
        terminal.assert_sane()


def test_attached_without_a_terminal_nothing_but_text_comes(
    maker: ImageMaker, api: APIClient, engine_host: str, engine_kind: str, tmp_path: Path
) -> None:
    """Escape sequences have no effect, ctrl+c leaves the container alone.

    But not on Podman: there whoever leaves ends the input, and so does a shell that reads it.
    """
    name = created(maker, "sh", tty=False)
    left = (("\x03", "left; the main process goes on"), ("exit 4\r", "main process ended"))
    endings = (("\x03", "main process ended"),) if engine_kind == "podman" else left
    with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        for end, told in endings:
            go_to(terminal, name)
            attach(terminal)
            terminal.wait("(ctrl+p")
            terminal.type(f"{HOSTILE}; echo $((40 + 2))\r")
            terminal.wait("\n42\n", "red text\n")
            terminal.type(end)
            terminal.wait(told, "2 Containers")
            terminal.press("Escape")
            terminal.wait_gone("filter:")
        terminal.press("q")
        terminal.assert_sane()
    assert not api.inspect_container(name)["State"]["Running"]


@pytest.fixture
def pseudo(name: str, engine_host: str, tmp_path: Path) -> Iterator[PseudoTerminal]:
    """A terminal that a shell of the container has."""
    environ = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    with PseudoTerminal(["--host", engine_host], environ=environ) as terminal:
        terminal.wait_for(lambda text: "REPOSITORY" in text, "the images")
        terminal.press(f"2/{name}\r")
        terminal.wait_for(lambda text: "filter:" in text and "running" in text, "the container")
        terminal.press("e")
        terminal.wait_for(lambda text: "Run a command" in text, "the form")
        terminal.press("\r")
        terminal.wait_for(lambda text: "/ #" in text, "the shell")
        yield terminal


def test_a_window_that_is_closed_ends_the_app(pseudo: PseudoTerminal, tmp_path: Path) -> None:
    pseudo.hang_up()
    assert pseudo.wait_for_end() == 128 + signal.SIGHUP
    assert not (tmp_path / "state").exists(), "it was taken for a fault"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_a_sane_terminal(number: signal.Signals, pseudo: PseudoTerminal) -> None:
    pseudo.press("vi /tmp/x\r")
    pseudo.wait_for(lambda text: "~\n~\n" in text, "vi")
    os.kill(pseudo.process.pid, number)
    assert pseudo.wait_for_end() == 128 + number
    assert pseudo.oddities() == []


def test_the_practice_engine_has_a_shell_too(tmp_path: Path) -> None:
    with Tmux("--practice", size=SIZE, home=tmp_path) as terminal:
        terminal.wait("1 Images", "PRACTICE", "? help")
        terminal.press("2")
        terminal.wait("running")
        terminal.press("e")
        terminal.wait("docker exec -it")
        terminal.press("Enter")
        terminal.wait("(ctrl+p", "/app#")
        terminal.type("echo $((40 + 2)); exit 5\r")
        terminal.wait("ended with exit code 5")
        terminal.press("q")
        terminal.assert_sane()
