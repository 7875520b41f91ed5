"""Every size of a terminal: nothing raises, nothing is cut that has to be in sight."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.ui.stage import CONNECTED, FACTS_TOLD, SEARCHED, Stage, job, stage
from tui.model.job import JobState
from tui.store import events
from tui.store.state import Pane, Phase, Trouble
from tui.ui.screens.connection import ConnectionScreen
from tui.ui.widgets.textline import TextLine

ALL = (*CONNECTED, FACTS_TOLD, *SEARCHED)
WALK = "1 space z z 2 3 4 M - d - 2 d - ? - : - J - c - p - C - E -".replace("-", "escape")
BUSY = events.JobQueued(job(9000, "pull nginx:1.27", state=JobState.RUNNING))


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
async def test_the_header_fits(width: int) -> None:
    """Engine and gauge are whole at every width; store and data root where there is room."""
    async with stage(*ALL, size=(width, 30)) as here:
        header = here.text().splitlines()[0]
        assert "Docker 20.10.24" in header
        assert "52 %" in header
        assert "\u2026" not in header
        assert ("overlay2, classic store" in header) == (width >= 100)
        assert ("/var/lib/docker" in header) == (width >= 120)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("pane", list(Pane))
async def test_the_keys_fit_whole(width: int, pane: Pane) -> None:
    async with stage(*ALL, size=(width, 30)) as here:
        await here.press(str([*Pane].index(pane) + 1))
        line = here.text().splitlines()[29]
        assert "? help" in line
        assert "q quit" in line
        assert "\u2026" not in line
        assert cell_len(line) == width


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40)])
@pytest.mark.parametrize("keys", ["d", "P", "2 a d", "2 K", "p", "t", "2 n", "3 n"])
async def test_buttons_and_docker_line_are_in_sight(size: tuple[int, int], keys: str) -> None:
    async with stage(*ALL, size=size) as here:
        await here.go_to("nginx:1.27")
        await here.press(*keys.split())
        screen = here.app.screen
        for button in screen.query("Button").results():
            assert screen.region.contains_region(button.region)
            assert button.region.area
        docker = screen.query(".docker").first()
        assert screen.region.contains_region(docker.region)


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40)])
async def test_the_connection_screen_keeps_its_keys_in_sight(size: tuple[int, int]) -> None:
    async with stage(size=size) as here:
        trouble = Trouble("It is gone.", "Start it again. " * 8, "a long story, " * 200)
        await here.tell(events.ConnectionChanged(Phase.FAILED, trouble))
        here.screen(ConnectionScreen)
        assert "It is gone." in here.text()
        assert "try now" in here.text()


async def test_the_bottom_lines_stay_when_a_job_runs() -> None:
    async with stage(*ALL, BUSY, size=(80, 24)) as here:
        await here.press("space")
        lines = here.text().splitlines()
        assert "pull nginx:1.27" in lines[21]
        assert "1 marked" in lines[22]
        assert "? help" in lines[23]


async def walk(here: Stage) -> None:
    """Open what there is, and look at each."""
    for key in WALK.split():
        await here.press(key)
        for strip in here.strips():
            assert strip.cell_length == here.app.size.width
        for line in here.app.screen.query(TextLine).results():
            assert line.render_line(0).cell_length == line.size.width


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(width=st.integers(20, 250), height=st.integers(5, 80))
@example(width=20, height=5)
@example(width=250, height=80)
async def test_no_size_raises(width: int, height: int) -> None:
    async with stage(*ALL, BUSY, size=(width, height)) as here:
        await walk(here)


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(sizes=st.lists(st.tuples(st.integers(20, 250), st.integers(5, 80)), min_size=4, max_size=6))
async def test_no_change_of_size_raises(sizes: list[tuple[int, int]]) -> None:
    """On the main screen, in a preview and in a sheet."""
    async with stage(*ALL, BUSY) as here:
        for key in ("4", "d", "escape", "E", "escape", "?"):
            await here.press(key)
            for width, height in sizes:
                await here.pilot.resize_terminal(width, height)
                await here.settle()
                assert [strip.cell_length for strip in here.strips()] == [width] * height
