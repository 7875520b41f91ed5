"""The sheets of one container: sections, ports, health; they keep up with what happens to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.fixedcontainer import CONTAINER_ID, DETAILS
from tests.ui.stage import CONNECTED, CONTAINERS, PLAIN_TERMINAL, Stage, stage
from tui.actions.values.reading import InspectContainer
from tui.engine.wire_container import container_details
from tui.model.containerdetails import NO_HEALTH, NO_TEST, ContainerDetails
from tui.model.engine import Endpoint
from tui.store import events, insides
from tui.store.state import NO_TROUBLE, Phase, Trouble
from tui.ui.screens.container import ContainerScreen
from tui.ui.screens.containersheet import ContainerSheet
from tui.ui.screens.health import HealthScreen
from tui.ui.screens.jsontree import JsonTreeScreen
from tui.ui.screens.ports import PortsScreen
from tui.ui.screens.text import TextScreen


def readings(here: Stage) -> int:
    return len(here.recorder.of_kind("inspect_container"))


async def read(here: Stage, *details: ContainerDetails) -> None:
    """Let the reading that is on its way come to its end."""
    action = here.recorder.of_kind("inspect_container")[-1]
    await here.tell(insides.ContainersInspected(details))
    here.recorder.end(action)
    await here.settle()


async def opened(here: Stage, key: str = "i", details: ContainerDetails = DETAILS) -> None:
    """Open a sheet of the container `web`."""
    await here.press("2")
    here.rows(here.main.pane).move_to_key(CONTAINER_ID)
    await here.settle()
    await here.press(key)
    await read(here, details)


def copied(here: Stage) -> str:
    return here.app.clipboard


async def go_to(here: Stage, text: str) -> None:
    """Put the cursor on the first row that shows a text."""
    sheet = here.screen(ContainerSheet)
    rows = sheet.rows_of(sheet.details)
    index = next(
        number
        for number in range(len(rows))
        if any(
            text in (cell if isinstance(cell, str) else cell.text) for cell in rows[number].cells
        )
    )
    sheet.rows.move_to(index)
    await here.settle()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_people_ask_first_stands_first(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, size=size) as here:
        await opened(here)
        here.screen(ContainerScreen)
        text = here.text()
        for line in (
            "running",
            "unhealthy, failed 2 times in a row",
            "2026-09-21 12:00:01 UTC",
            "/docker-entrypoint.sh nginx -g 'daemon off;'",
            "127.0.0.1:8080 -> 80/tcp",
            "172.20.0.2:443 -> 443/tcp",
        ):
            assert line in text, text
        await here.press("end")
        assert "com.example.team=shop" in here.text()


async def test_all_of_it_is_there_in_the_words_of_docker() -> None:
    async with stage(*CONNECTED, size=(120, 100)) as here:
        await opened(here)
        text = here.text()
        for words in (
            ("Restarts", "3"),
            ("PID", "4242"),
            ("Options", "--read-only"),
            ("shop", "172.20.0.2/16"),
            ("gateway", "172.20.0.1"),
            ("MAC", "02:42:ac:14:00:02"),
            ("aliases", "front 111111111111"),
            ("/run", "tmpfs rw size=64k"),
            ("/usr/share/nginx/html", "bind ro /srv/www rprivate"),
            ("/var/cache/nginx", "volume rw cache local z"),
            ("source", "/var/lib/docker/volumes/cache/_data"),
            ("--restart", "on-failure:5"),
            ("--memory", "64m"),
            ("--memory-swap", "-1"),
            ("--cpus", "1.5"),
            ("--pids-limit", "100"),
            ("--log-driver", "json-file"),
            ("--log-opt", "max-size=10m"),
            ("Env", "GREETING=good day"),
        ):
            assert any(all(word in line for word in words) for line in text.splitlines()), words


async def test_each_value_and_each_section_can_be_copied_and_seen_whole() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        await go_to(here, "GREETING")
        await here.press("c")
        assert copied(here) == "GREETING=good day"
        assert "copied Env" in here.text()
        await go_to(here, "127.0.0.1:8080")
        await here.press("c")
        assert copied(here) == "127.0.0.1:8080", "what one pastes, without the arrow"
        await go_to(here, "Mounts")
        await here.press("c")
        assert copied(here).splitlines()[0] == "/run: tmpfs rw size=64k"
        await here.press("enter")
        assert here.screen(TextScreen)
        assert "volume rw cache local z" in here.text()


async def test_one_goes_from_section_to_section() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        sheet = here.screen(ContainerScreen)
        await here.press("n", "n")
        assert sheet.rows.cursor_key == "# Ports"
        await here.press("N")
        assert sheet.rows.cursor_key == "# Command"


async def test_from_the_sheet_to_health_ports_and_the_tree() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        for key, screen in (("h", HealthScreen), ("p", PortsScreen), ("J", JsonTreeScreen)):
            await here.press(key)
            here.screen(screen)
            await here.press("escape")
            here.screen(ContainerScreen)


# Keeping up


async def test_what_happens_to_the_container_is_read_again_and_nothing_else() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        await here.tell(insides.ContainersTouched(frozenset({"2" * 64})))
        assert readings(here) == 1, "that was another one"
        await here.tell(insides.ContainersTouched(frozenset({CONTAINER_ID})))
        assert readings(here) == 2
        await here.tell(insides.ContainersTouched(frozenset({CONTAINER_ID})))
        assert readings(here) == 2, "one reading at a time"
        paused = replace(DETAILS, status="paused")
        await read(here, paused)
        assert "paused" in here.text()
        assert readings(here) == 3, "it happened while the last reading was on its way"
        await read(here, paused)
        assert readings(here) == 3
        await here.press("escape")
        await here.tell(insides.ContainersTouched(frozenset({CONTAINER_ID})))
        assert readings(here) == 3, "nobody looks any more"


async def test_the_cursor_stays_where_it_is() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        await go_to(here, "GREETING")
        key = here.screen(ContainerScreen).rows.cursor_key
        await here.tell(insides.ContainersTouched(frozenset({CONTAINER_ID})))
        await read(here, replace(DETAILS, pid=0, restart_count=0))
        assert here.screen(ContainerScreen).rows.cursor_key == key


@pytest.mark.parametrize("key", ["i", "p"])
async def test_a_container_that_was_removed_is_said_to_be_gone(key: str) -> None:
    async with stage(*CONNECTED) as here:
        await opened(here, key)
        await here.tell(
            events.ContainersListed(CONTAINERS[1:]),
            insides.ContainersTouched(frozenset({CONTAINER_ID})),
        )
        assert "This container is gone." in here.text()
        assert "127.0.0.1:8080" in here.text(), "what was known can still be copied"
        assert readings(here) == 1


async def test_an_engine_that_went_is_told_and_read_again_when_it_is_back() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        trouble = Trouble("There is no Engine.", "Start it.")
        await here.tell(events.ConnectionChanged(Phase.LOST, trouble))
        assert "There is no Engine." in here.text()
        assert "--pids-limit" in here.text(), "what was known can still be read"
        assert readings(here) == 1
        await here.tell(events.ConnectionChanged(Phase.CONNECTED, NO_TROUBLE))
        assert "There is no Engine." not in here.text()
        assert readings(here) == 2


async def test_what_cannot_be_read_says_why() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("2", "i")
        assert "Asking the Engine" in here.text()
        trouble = Trouble("The Engine did not answer.", "Try again.")
        here.recorder.fail_all("inspect_container", trouble)
        await here.settle()
        assert "The Engine did not answer." in here.text()
        await here.press("r")
        assert "The Engine did not answer." not in here.text()
        assert readings(here) == 2


# Ports


async def test_the_addresses_alone_are_copied_by_enter() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here, "p")
        here.screen(PortsScreen)
        text = here.text()
        assert "127.0.0.1:8080 -> 80/tcp" in text
        assert "172.20.0.2:443 -> 443/tcp  not published" in text
        await here.press("enter")
        assert copied(here) == "127.0.0.1:8080"
        await here.press("C")
        assert copied(here) == "127.0.0.1:8080\n172.20.0.2:443"


async def test_the_ports_of_all_that_is_marked() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("2", "a", "p")
        action = here.recorder.of_kind("inspect_container")[-1]
        assert isinstance(action, InspectContainer)
        assert len(action.others) == 2
        other = replace(DETAILS, container_id="2" * 64, name="cache")
        none = replace(DETAILS, container_id="3" * 64, name="job", ports=(), networks=())
        await read(here, DETAILS, other, none)
        lines = here.text().splitlines()
        assert any("web" in line and "127.0.0.1:8080" in line for line in lines)
        assert any("cache" in line and "127.0.0.1:8080" in line for line in lines)
        assert not any("job" in line and "->" in line for line in lines)


async def test_of_several_only_what_changed_is_read_again() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("2", "a", "p")
        others = [replace(DETAILS, container_id=one.container_id) for one in CONTAINERS]
        await read(here, *others)
        await here.tell(insides.ContainersTouched(frozenset({CONTAINERS[1].container_id})))
        action = here.recorder.of_kind("inspect_container")[-1]
        assert isinstance(action, InspectContainer)
        assert (action.container.name, action.others) == ("cache", ())
        await here.press("escape")
        assert here.recorder.number(action) in here.recorder.cancelled, "nobody looks any more"


async def test_no_ports_say_how_one_is_published() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here, "p", replace(DETAILS, ports=(), networks=()))
        assert "docker run -p 8080:80" in here.text()


async def test_an_engine_elsewhere_is_in_its_addresses() -> None:
    far = events.EndpointChosen(Endpoint("ssh://me@far.example:22", "--host"))
    async with stage(far, *CONNECTED) as here:
        await opened(here, "p")
        assert "far.example:8080 -> 80/tcp" in here.text()
        assert "127.0.0.1" not in here.text()


async def test_the_ports_of_another_container_or_of_the_host() -> None:
    async with stage(*CONNECTED) as here:
        mode = f"container:{CONTAINERS[1].container_id}"
        await opened(here, "p", replace(DETAILS, ports=(), networks=(), network_mode=mode))
        assert "the ports of cache" in here.text()
        await here.press("escape", "p")
        await read(here, replace(DETAILS, ports=(), networks=(), network_mode="host"))
        assert "its ports are those of the host" in here.text()


# Health


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_health_shows_the_test_and_its_runs(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, size=size) as here:
        await opened(here)
        await here.press("h")
        here.screen(HealthScreen)
        text = here.text()
        for line in (
            "unhealthy, failed 2 times in a row",
            "wget -q -O /dev/null 127.0.0.1 || exit 1",
            "30s",
            "failed (-1) 30s",
            "failed (1) 1.5s",
            "passed 250ms  fine",
        ):
            assert line in text, text
        newest, oldest = text.index("12:11:00"), text.index("12:10:00")
        assert newest < oldest
        await here.press("end", "k", "c")
        assert copied(here) == "wget: can't connect\nto 127.0.0.1"
        await here.press("enter")
        assert "to 127.0.0.1" in here.text()


async def test_health_is_one_key_away_from_the_list() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here, "h")
        here.screen(HealthScreen)
        assert "failed (1) 1.5s" in here.text()


async def test_no_health_check_says_how_one_is_given() -> None:
    async with stage(*CONNECTED, terminal=PLAIN_TERMINAL) as here:
        await opened(here, "i", replace(DETAILS, health=NO_HEALTH, health_test=NO_TEST))
        assert " h " not in here.text().splitlines()[-1]
        await here.press("h")
        assert "no health check" in here.text()
        assert "--health-cmd" in here.text()


# JSON


async def test_the_tree_of_a_container_says_the_docker_line_of_each_value() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        await here.press("J", "slash", *"unhealthy", "enter")
        here.screen(JsonTreeScreen)
        assert "docker inspect -f '{{.State.Health.Status}}' web" in here.text()
        assert "1 of 1" in here.text()
        await here.press("y")
        assert copied(here) == "docker inspect -f '{{.State.Health.Status}}' web"
        await here.press("Y")
        assert copied(here) == ".State.Health.Status"
        await here.press("c")
        assert copied(here) == "unhealthy"
        await here.press("J")
        assert here.screen(TextScreen)


async def test_what_the_engine_leaves_out_or_gets_wrong_is_borne() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here, "i", container_details({"Id": CONTAINER_ID, "State": 5, "Config": None}))
        assert "--restart" in here.text()
        for key in ("h", "p", "J"):
            await here.press(key)
            await here.press("escape")
