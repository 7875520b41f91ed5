"""Containers that are run in the terminal itself: what they get, and what is told afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.images import runnable
from tests.engines.maker import ImageMaker
from tests.engines.spare import SpareEngine
from tests.ui.tmux import Tmux

if TYPE_CHECKING:
    from docker import APIClient

pytestmark = pytest.mark.terminal

SIZE = (110, 30)
"""Names of the tests are long, and what is told comes behind them."""


@pytest.fixture
def image(maker: ImageMaker) -> Iterator[str]:
    """An image whose containers end in a shell; what was run of it goes at the end."""
    name = maker.name("run:1")
    maker.load(runnable(name, Cmd=["sh"], Env=["PATH=/bin"]))
    yield name
    for container in maker.api.containers(all=True):
        if maker.prefix in str(container["Image"]):
            maker.api.remove_container(container["Id"], force=True, v=True)


def go_to(terminal: Tmux, image: str, *, how: str = "") -> None:
    """Put the cursor on an image, open the form, choose no network and how; on the command."""
    terminal.wait("? help", image.partition("/")[0][:12])
    terminal.type(f"/{image}")
    terminal.press("Enter")
    terminal.wait("filter: "[:30])
    terminal.press("R")
    terminal.wait("Run a container", "docker run -d")
    terminal.press(*["Tab"] * 7, "Space")
    terminal.wait("Restart")
    terminal.press(*["Tab"] * 4)
    terminal.type("none")
    terminal.wait("--network none")
    terminal.press(*["BTab"] * 9, *["Right"] * ("", "-it", "--sig-proxy=false").index(how))
    terminal.wait(f"docker run {how or '-d'}")
    terminal.press("BTab")


def ours(api: APIClient, image: str) -> list[str]:
    return [str(one["State"]) for one in api.containers(all=True) if image in str(one["Image"])]


def test_a_shell_gets_the_terminal_and_goes_with_its_container(
    image: str, api: APIClient, engine_host: str, tmp_path: Path
) -> None:
    with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        go_to(terminal, image, how="-it")
        terminal.press("Tab", "Tab", "Space")
        terminal.wait("docker run -it --rm")
        terminal.press("Tab", "Enter")
        terminal.wait("(ctrl+p", "/ #")
        terminal.type("stty size; echo a; vi /tmp/x\r")
        terminal.wait("~\n~\n", "/tmp/x")
        terminal.type(":q\r")
        terminal.wait("30 110")
        assert ours(api, image) == ["running"]
        terminal.type("exit 3\r")
        terminal.wait("ended with exit code 3", "1 Images")
        assert ours(api, image) == []
        terminal.press("q")
        terminal.assert_sane()


def test_all_that_a_short_command_writes_is_read(
    image: str, api: APIClient, engine_host: str, tmp_path: Path
) -> None:
    """Attached before the start; then a key, the exit code, and the cursor on the container."""
    with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        go_to(terminal, image, how="-it")
        terminal.type("sh -c 'echo from the; tty; echo first word on; exit 5'")
        terminal.press("Enter")
        terminal.wait("from the", "/dev/", "first word on", "press a key")
        terminal.press("d")
        terminal.wait("ended with exit code 5", "2 Containers", "exited")
        assert "Remove" not in terminal.shown(), "the key was taken for a verb"
        assert ours(api, image) == ["exited"]
        terminal.press("q")
        terminal.assert_sane()


def test_output_alone_is_text_and_ctrl_c_lets_it_go_on(
    image: str, api: APIClient, engine_host: str, tmp_path: Path
) -> None:
    with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        go_to(terminal, image, how="--sig-proxy=false")
        terminal.type("sh -c 'printf \"\\033[?1049h\\033]0;x\\007text\\n\"; exec sleep 1000'")
        terminal.press("Enter")
        terminal.wait("(ctrl+p", "text")
        terminal.press("C-c")
        terminal.wait("goes on", "2 Containers")
        assert ours(api, image) == ["running"]
        terminal.press("q")
        terminal.assert_sane()


def test_a_shell_is_left_and_goes_on(
    image: str, api: APIClient, engine_host: str, tmp_path: Path
) -> None:
    with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        go_to(terminal, image, how="-it")
        terminal.press("Enter")
        terminal.wait("/ #")
        terminal.press("C-p", "C-q")
        terminal.wait("left;", "goes on", "2 Containers")
        assert ours(api, image) == ["running"]
        terminal.press("q")
        terminal.assert_sane()


def test_what_does_not_start_never_gets_the_terminal(
    image: str, api: APIClient, engine_host: str, tmp_path: Path
) -> None:
    with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        go_to(terminal, image, how="-it")
        terminal.type("no-such-program")
        terminal.press("Enter")
        terminal.wait("There is no program no-such-", "2 Containers")
        assert ours(api, image) == ["created"]
        terminal.press("q")
        terminal.assert_sane()


@pytest.mark.engine
@pytest.mark.timeout(180)
def test_an_engine_that_goes_away_gives_the_terminal_back(tmp_path: Path) -> None:
    from docker import APIClient

    with SpareEngine() as spare:
        api = APIClient(spare.host, version="auto")
        with ImageMaker(api, "gone") as maker:
            name = maker.name("run:1")
            maker.load(runnable(name, Cmd=["sh"], Env=["PATH=/bin"]))
            with Tmux(size=SIZE, home=tmp_path, DOCKER_HOST=spare.host) as terminal:
                go_to(terminal, name, how="-it")
                terminal.press("Enter")
                terminal.wait("/ #")
                spare.kill()
                terminal.wait("went away", "try now")
                terminal.press("Escape")
                terminal.wait_gone("try now")
                terminal.press("q")
                terminal.assert_sane()
            (spare.folder / "exec/containerd/containerd.pid").unlink(missing_ok=True)
            spare.start()
        api.close()
