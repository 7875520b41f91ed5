"""From an image to a container, on the screen: what it says, what is asked, where one ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Input, TextArea

from tests.ui.stage import (
    CONNECTED,
    CONTAINERS,
    FACTS,
    FACTS_TOLD,
    Stage,
    image_id,
    stage,
)
from tui.actions.values.running import ReadNetworks, RunContainer
from tui.model.image import ImageFacts
from tui.model.limits import RestartPolicy
from tui.model.runspec import RunMode, RunSpec
from tui.store import events, insides
from tui.store.state import Pane, Trouble
from tui.ui.screens.main import MainScreen
from tui.ui.screens.running import RunScreen, image_text

NGINX = image_id("b")


def told(**details: object) -> events.FactsRead:
    """What inspect would tell of nginx."""
    old = next(one for one in FACTS if one.details.image_id == NGINX)
    new = ImageFacts(replace(old.details, **details), old.history)  # type: ignore[arg-type]
    return events.FactsRead((new,))


async def opened(here: Stage) -> RunScreen:
    await here.go_to("nginx:1.27")
    await here.press("R")
    return here.screen(RunScreen)


async def test_a_name_and_enter_run_it_in_the_background() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        await opened(here)
        assert here.line("#docker") == "$ docker run -d nginx:1.27"
        await here.press(*"web2")
        assert here.line("#docker") == "$ docker run -d --name web2 nginx:1.27"
        await here.press("enter")
        here.screen(MainScreen)
        assert here.loud == [RunContainer(RunSpec("nginx:1.27", name="web2"))]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15)])
async def test_the_line_grows_and_nothing_of_it_is_hidden(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=size) as here:
        await opened(here)
        await here.type("#field-command", "sh -c 'while :; do date; sleep 5; done'")
        await here.type("#field-ports", "8080:80 127.0.0.1:5353:53/udp")
        await here.type("#field-volumes", "data:/data /srv/www:/www:ro")
        here.app.screen.query_one("#field-environment", TextArea).text = "A=1\nB=two words"
        await here.settle()
        line = (
            "$ docker run -d -p 8080:80 -p 127.0.0.1:5353:53/udp -v data:/data "
            "-v /srv/www:/www:ro -e A=1 -e 'B=two words' nginx:1.27 "
            "sh -c 'while :; do date; sleep 5; done'"
        )
        assert here.line("#docker") == line
        around = here.app.screen.query_one("#run-line")
        assert around.size.height == here.app.screen.query_one("#docker").size.height
        assert here.button("#send").region.bottom < size[1]
        assert "If /srv/www is missing, the Engine makes it" in here.text()


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_a_line_that_is_too_long_can_be_scrolled_through(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=size) as here:
        screen = await opened(here)
        lines = screen.query_one("#field-environment", TextArea)
        lines.text = "\n".join(f"VARIABLE_{number}=value" for number in range(40))
        await here.settle()
        assert here.line("#problem") == "The line is longer: tab to it, then down."
        assert here.button("#send").region.bottom < size[1]
        assert "VARIABLE_39" not in here.text()
        line = screen.query_one("#run-line")
        while here.app.focused is not line:
            await here.press("tab")
        await here.press("end")
        assert "VARIABLE_39=value nginx:1.27" in " ".join(here.text().replace("│", " ").split())
        lines.text = ""
        await here.settle()
        assert not line.can_focus


async def test_what_the_image_says_is_shown_and_harmless() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        screen = await opened(here)
        await here.tell(
            told(
                entrypoint=("/entry\x1b[2J", "a b"),
                cmd=("nginx", "-g", "daemon off;"),
                exposed_ports=("80/tcp",),
                volumes=("/cache",),
            )
        )
        text = here.text()
        assert "gets the command: '/entry\\x1b[2J' 'a b'." in text
        assert "80/tcp" in text
        assert "a new one without a name each: /cache." in text
        placeholder = screen.query_one("#field-command", Input).placeholder
        assert placeholder == "nginx -g 'daemon off;'"
        assert here.line("#docker") == "$ docker run -d nginx:1.27", "it is no part of the line"


async def test_what_docker_does_besides_is_said() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        screen = await opened(here)
        lines = screen.query_one("#field-environment", TextArea)
        lines.text = "PATH\nNOT_SET_ANYWHERE"
        await here.settle()
        words = "Not set in this shell, and so not in the container: NOT_SET_ANYWHERE."
        assert here.line("#problem") == words
        lines.text = ""
        await here.type("#field-volumes", "/srv:/srv")
        assert here.line("#problem").endswith("as root. Written as type=bind,... it does not.")
        await here.type("#field-volumes", "type=bind,src=/srv,dst=/srv")
        assert here.line("#problem") == ""


async def test_an_image_that_was_not_read_is_read() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await opened(here)
        assert "Reading what the image says" in here.text()
        assert here.recorder.of_kind("read_facts")
        assert here.recorder.of_kind("read_networks") == [ReadNetworks()]
        await here.press("escape")
        assert len(here.recorder.cancelled) >= 2


async def test_more_is_shown_when_it_is_asked_for() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        screen = await opened(here)
        memory = screen.query_one("#field-memory", Input)
        assert not memory.display
        await here.press(*["tab"] * 7, "space", "tab")
        assert memory.display
        assert here.app.focused is screen.query_one("#field-restart")
        await here.press(*"always", "tab", *"512m")
        assert here.line("#docker").startswith("$ docker run -d --restart always --memory 512m")
        await here.tell(insides.NetworksRead(("bridge", "mine")))
        assert screen.query_one("#field-network", Input).placeholder == "bridge, mine"
        await here.press("enter")
        (action,) = here.loud
        assert action == RunContainer(
            RunSpec("nginx:1.27", restart=RestartPolicy("always"), memory="512m")
        )


async def test_the_terminal_is_chosen_and_enter_runs_it() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        await opened(here)
        await here.press("tab", "tab", "right")
        assert here.line("#docker") == "$ docker run -it nginx:1.27"
        await here.press("enter")
        assert here.loud == [RunContainer(RunSpec("nginx:1.27", mode=RunMode.INTERACTIVE))]


async def test_what_is_wrong_is_said_and_not_sent() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        await opened(here)
        await here.type("#field-ports", "80:web")
        assert "web is no port" in here.line("#problem")
        assert here.button("#send").disabled
        await here.press("enter")
        here.screen(RunScreen)
        assert here.loud == []


async def test_the_cursor_goes_to_the_new_container() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        await opened(here)
        await here.press("enter")
        (action,) = here.loud
        new = replace(CONTAINERS[0], container_id="9" * 64, name="fresh")
        await here.tell(
            events.ContainersListed((*CONTAINERS, new)), insides.ContainerRan(new.container_id)
        )
        here.recorder.end(action)
        await here.settle()
        assert here.main.pane is Pane.CONTAINERS
        assert here.rows(Pane.CONTAINERS).cursor_key == new.container_id


async def test_whoever_went_elsewhere_is_left_there() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        await opened(here)
        await here.press("enter", "3")
        (action,) = here.loud
        await here.tell(insides.ContainerRan(CONTAINERS[0].container_id))
        here.recorder.end(action)
        await here.settle()
        assert here.main.pane is Pane.HUB


async def test_what_was_filled_in_is_there_again_until_it_has_run() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        screen = await opened(here)
        await here.type("#field-ports", "80:80")
        screen.query_one("#field-environment", TextArea).text = "A=1"
        await here.press("tab", "tab", "right", "tab", "space", *["tab"] * 4, "space", "tab")
        await here.press(*"always")
        line = here.line("#docker")
        assert not line, "these two exclude each other"
        await here.press("escape")
        screen = await opened(here)
        assert "--rm or --restart" in here.line("#problem")
        await here.type("#field-restart", "")
        line = here.line("#docker")
        assert line == "$ docker run -it --rm -p 80:80 -e A=1 nginx:1.27"
        assert screen.query_one("#field-restart").display
        await here.press("enter")
        here.recorder.fail(here.loud[-1], Trouble("Port 80 is taken already."))
        await here.settle()
        await opened(here)
        assert here.line("#docker") == line
        await here.press("enter")
        here.recorder.end(here.loud[-1])
        await here.settle()
        await opened(here)
        assert here.line("#docker") == "$ docker run -d nginx:1.27"


async def test_marks_do_not_matter_it_is_the_row_of_the_cursor() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        await here.press("a")
        await here.go_to("redis:7")
        await here.press("R")
        assert here.line("#docker") == "$ docker run -d redis:7"


async def test_the_layers_of_an_image_run_it_too() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24)) as here:
        await here.go_to("redis:7")
        await here.press("4", "R")
        assert here.line("#docker") == "$ docker run -d redis:7"


async def test_in_read_only_mode_nothing_is_run() -> None:
    async with stage(*CONNECTED, FACTS_TOLD, size=(80, 24), read_only=True) as here:
        await here.press("R")
        here.screen(MainScreen)


def test_an_image_without_a_command_says_so() -> None:
    details = replace(FACTS[0].details, entrypoint=(), cmd=(), exposed_ports=(), volumes=())
    assert "type one" in image_text(details)
    shell = replace(details, cmd=("sh",))
    assert image_text(shell) == ""
    assert image_text(replace(shell, os="linux", architecture="amd64"), "x86_64") == ""
    other = image_text(replace(shell, os="linux", architecture="arm64"), "amd64")
    assert other == "It is made for linux/arm64, and this Engine's machine is amd64."
