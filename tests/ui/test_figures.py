"""Figures in the list of containers: shown where they fit, and read only while they are seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.actions.relay import Relay
from tests.ui.stage import CONNECTED, CONTAINERS, NOW, TERMINAL, Stage, stage
from tui.config.settings import load_settings
from tui.engine.practice import PracticeEngine
from tui.model.container import ContainerState, ContainerSummary
from tui.model.engine import Endpoint
from tui.model.progress import Progress
from tui.model.stats import UNKNOWN, Figures
from tui.store import events, insides
from tui.store.state import Pane, Phase, Trouble
from tui.store.statsbook import StatsBook, Wish
from tui.ui.app import OrlopApp
from tui.ui.launch import LaunchedApp
from tui.ui.screens.help import HelpScreen
from tui.ui.screens.main import MainScreen
from tui.ui.screens.stats import StatsScreen

WEB, CACHE, JOB = (one.container_id for one in CONTAINERS)
MANY = tuple(
    ContainerSummary(
        f"{n:064}", f"c{n:03}", "x:1", "sha256:x", created=999 - n, state=ContainerState.RUNNING
    )
    for n in range(200)
)
IDS = tuple(one.container_id for one in MANY)
LOST = events.ConnectionChanged(Phase.LOST, Trouble("gone", "wait"))
BACK = events.ConnectionChanged(Phase.CONNECTED, Trouble())


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.ui.figures.LOOK", 0.02)


def figures(cpu: float, memory: int = 300 << 20, at: float = 0.0) -> Figures:
    return Figures(NOW + at, 1, 1, 2, cpu, memory, 1 << 30, 1_200_000, 45_000, 8_100_000, 0, 3)


async def until(condition: Callable[[], object], what: str) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"waited in vain: {what}")


def reading(here: Stage) -> list[int]:
    """The jobs that read figures now."""
    numbers = map(here.recorder.number, here.recorder.of_kind("follow_stats"))
    return [number for number in numbers if number not in here.recorder.cancelled]


async def read(here: Stage) -> StatsBook:
    """Wait for a job that reads; the Engine's side is a book that the test fills."""
    await until(lambda: len(reading(here)) == 1, "one job reads")
    book = StatsBook()
    await here.tell(insides.StatsOpened(book))
    await until(lambda: book.wish != Wish(), "the book has a wish")
    return book


async def shown(here: Stage) -> StatsBook:
    """Go to the containers and have their figures shown."""
    await here.press("2", "V")
    return await read(here)


async def sampled(here: Stage, count: int) -> None:
    """Let the screen know that samples came, as the job does once a second."""
    job_id = reading(here)[0]
    await here.tell(events.JobProgressed(job_id, Progress("samples", done=count)))


def line(here: Stage, name: str) -> str:
    return next(line for line in here.text().splitlines() if f"  {name}  " in f"{line}  ")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_name_state_cpu_and_memory_fit(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, size=size) as here:
        book = await shown(here)
        assert book.wish == Wish((WEB, CACHE)), "what has exited has no figures"
        book.add(WEB, figures(12.34))
        await sampled(here, 1)
        text = here.text()
        assert "CPU %" in text
        assert line(here, "web").split()[:5] == ["web", "running", "12.3", "300", "MiB"]
        assert line(here, "cache").split()[:4] == ["cache", "paused", "-", "-"]
        assert line(here, "job").split()[:4] == ["job", "exited", "-", "-"]
        await here.press("V")
        assert "CPU %" not in here.text()
        assert reading(here) == []


async def test_all_figures_where_there_is_room() -> None:
    async with stage(*CONNECTED, size=(160, 40)) as here:
        book = await shown(here)
        book.add(WEB, figures(95))
        await here.press("z")
        await sampled(here, 1)
        for title in ("CPU %", "MEM", "PIDS", "NET I/O", "BLOCK I/O"):
            assert title in here.text()
        for told in ("95.0", "300 MiB", " 3 ", "1.2 MB/45 kB", "8.1 MB/0 B"):
            assert told in line(here, "web")


async def test_what_has_stopped_has_no_figures_whatever_was_read() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        book = await shown(here)
        book.add(WEB, figures(12))
        await sampled(here, 1)
        gone = tuple(replace(one, state=ContainerState.EXITED) for one in CONTAINERS)
        await here.tell(events.ContainersListed(gone))
        assert line(here, "web").split()[:4] == ["web", "exited", "-", "-"]
        await until(lambda: book.wish == Wish(), "nobody is read")


async def test_only_rows_in_sight_are_read() -> None:
    async with stage(*CONNECTED, events.ContainersListed(MANY), size=(80, 24)) as here:
        book = await shown(here)
        height = here.rows(Pane.CONTAINERS).visible_range[1]
        assert 15 < height < 24
        assert book.wish == Wish(IDS[:height])
        await here.press("G")
        await until(lambda: book.wish == Wish(IDS[-height:]), "the last ones are read")
        here.rows(Pane.CONTAINERS).scroll_rows(50)
        await until(lambda: book.wish == Wish(IDS[50 : 50 + height]), "scrolled by the wheel")
        await here.press("/", *"c00", "enter")
        await until(lambda: book.wish == Wish(IDS[:10]), "those that a filter leaves")


@pytest.mark.parametrize("hide", ["1", "4", "?"])
async def test_nothing_is_read_while_something_else_has_the_screen(hide: str) -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await shown(here)
        await here.press(hide)
        await until(lambda: reading(here) == [], "nobody sees them")
        if hide == "?":
            here.screen(HelpScreen)
        await here.press("escape")
        await here.press("2")
        await read(here)


async def test_on_a_wide_screen_they_are_seen_from_other_panes_too() -> None:
    async with stage(*CONNECTED, size=(120, 40)) as here:
        book = await shown(here)
        await here.press("1", "j")
        assert len(reading(here)) == 1
        book.add(WEB, figures(12))
        await sampled(here, 1)
        assert "12.0" in line(here, "web")
        await here.press("z")
        await until(lambda: reading(here) == [], "the images have the whole screen")
        await here.press("z")
        await read(here)


async def test_the_sheet_of_figures_reads_for_itself() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        listed = await shown(here)
        await here.press("v")
        here.screen(StatsScreen)
        sheet = StatsBook()
        await here.tell(insides.StatsOpened(sheet))
        await until(lambda: len(reading(here)) == 1, "the list is not read behind it")
        sheet.add(WEB, figures(56))
        await here.press("escape")
        again = await read(here)
        assert again not in (listed, sheet)
        await sampled(here, 1)
        assert "56.0" in line(here, "web"), "what the sheet read last"


async def test_nothing_is_read_while_the_terminal_is_lent() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await shown(here)
        here.app.app_suspend_signal.publish(here.app)
        assert reading(here) == []
        await here.tell(events.ContainersListed(CONTAINERS[:2]))
        await asyncio.sleep(0.1)  # several looks
        assert reading(here) == []
        here.app.app_resume_signal.publish(here.app)
        await read(here)


async def test_nothing_is_read_while_the_engine_is_away() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await shown(here)
        await here.tell(LOST)
        await until(lambda: reading(here) == [], "nothing can be read")
        await here.press("escape")
        await here.tell(BACK)
        here.screen(MainScreen)
        await read(here)


async def test_another_engine_is_read_anew() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await shown(here)
        here.app._go_to(Endpoint("unix:///run/other.sock", "other"))
        await here.tell(*CONNECTED)
        await read(here)
        assert here.state.show_figures


async def test_a_failure_is_told_once_and_tried_again_when_they_come_into_sight() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await shown(here)
        here.recorder.fail_all("follow_stats", Trouble("Too many logins.", "Wait."))
        await here.tell(events.ContainersListed(CONTAINERS[:2]))
        await asyncio.sleep(0.1)  # several looks
        assert "Too many logins." in here.text()
        assert len(here.recorder.of_kind("follow_stats")) == 1
        await here.press("1")
        await asyncio.sleep(0.1)  # several looks
        await here.press("2")
        await until(lambda: len(here.recorder.of_kind("follow_stats")) == 2, "tried again")
        book = StatsBook()
        await here.tell(insides.StatsOpened(book))
        book.add(WEB, figures(12))
        again = here.recorder.of_kind("follow_stats")[1]
        for cpu in (12, 34):
            book.add(WEB, figures(cpu))
            told = events.JobProgressed(here.recorder.number(again), Progress(f"{cpu}"))
            await here.tell(told)
            assert f"{cpu}.0" in line(here, "web")


async def test_what_was_read_before_is_shown_until_there_is_something_newer() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        old = await shown(here)
        old.add(WEB, figures(12))
        await sampled(here, 1)
        await here.press("?")
        await until(lambda: reading(here) == [], "nobody sees them")
        await here.press("escape")
        new = await read(here)
        assert new is not old
        await sampled(here, 0)
        assert "12.0" in line(here, "web")
        new.add(WEB, figures(UNKNOWN, 100 << 20, at=5))
        await sampled(here, 1)
        assert line(here, "web").split()[:4] == ["web", "running", "12.0", "100"]
        new.add(WEB, figures(50, at=6))
        await sampled(here, 2)
        assert "50.0" in line(here, "web")


async def test_cursor_marks_and_scroll_stay_while_figures_come() -> None:
    async with stage(*CONNECTED, events.ContainersListed(MANY), size=(80, 24)) as here:
        book = await shown(here)
        rows = here.rows(Pane.CONTAINERS)
        rows.move_to(100)
        await here.press("space", "j")
        before = (rows.cursor_key, rows.visible_range, here.state.view(Pane.CONTAINERS).marks)
        for second in range(5):
            for number in range(90, 110):
                book.add(IDS[number], figures(second * 7 + number))
            await sampled(here, second + 1)
        after = (rows.cursor_key, rows.visible_range, here.state.view(Pane.CONTAINERS).marks)
        assert after == before
        assert after[2] == {IDS[100]}


async def test_sorted_by_figures_the_others_are_sampled_too() -> None:
    async with stage(*CONNECTED, events.ContainersListed(MANY), size=(80, 24)) as here:
        book = await shown(here)
        rows = here.rows(Pane.CONTAINERS)
        for number, container_id in enumerate(IDS):
            book.add(container_id, figures(number))
        await here.press("o")
        assert here.state.view(Pane.CONTAINERS).sort == "cpu"
        await here.press("g")
        assert here.names(Pane.CONTAINERS)[:3] == ["c199", "c198", "c197"]
        await until(lambda: IDS[0] in book.wish.sampled, "those out of sight count too")
        assert IDS[199] in book.wish.followed
        assert sorted(book.wish.followed + book.wish.sampled) == sorted(IDS)
        book.add(IDS[0], figures(999))
        top = rows.visible_range
        await sampled(here, 1)
        assert here.names(Pane.CONTAINERS)[0] == "c000"
        assert rows.visible_range == top, "the view stays while rows change places"
        assert rows.cursor_key == IDS[199], "the cursor goes with its row"
        await here.press("O")
        assert here.names(Pane.CONTAINERS)[0] == "c001"
        await here.press("V")
        assert here.state.view(Pane.CONTAINERS).sort == ""
        assert here.names(Pane.CONTAINERS)[0] == "c000"


async def test_the_order_goes_through_figures_only_while_they_are_there() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("2")
        seen = set()
        for _ in range(30):
            await here.press("o")
            seen.add(here.state.view(Pane.CONTAINERS).sort)
        assert "cpu" not in seen
        await here.press("V")
        for _ in range(30):
            await here.press("o")
            seen.add(here.state.view(Pane.CONTAINERS).sort)
        assert {"cpu", "memory", "pids", "net", "block"} <= seen


async def test_off_nothing_is_read_and_no_timer_runs() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await here.press("2", "j", "k")
        assert "figures" not in vars(here.main)
        assert here.recorder.of_kind("follow_stats") == []


def test_it_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for shown_now in (True, False):
        LaunchedApp(Endpoint("unix:///x", ""), TERMINAL, show_figures=shown_now).keep_figures()
        assert load_settings().figures is shown_now


# Open streams, on the practice engine


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[tuple[OrlopApp, Relay]]:
    """The whole app on a practice engine, behind a relay that counts its connections."""
    engine = PracticeEngine()
    engine.start()
    try:
        with Relay(folder, engine.endpoint.url) as relay:
            app = OrlopApp(relay.endpoint, TERMINAL, show_figures=True)
            async with app.run_test(size=(80, 24)):
                yield app, relay
                app.session.close()
                await app.dispatcher.close()
    finally:
        engine.stop()


async def test_no_stream_is_left_a_moment_after_nobody_looks(tmp_path: Path) -> None:
    async with watched(tmp_path) as (app, relay):
        main = app.screen
        assert isinstance(main, MainScreen)
        await until(lambda: app.store.state.containers_known, "the containers are listed")
        running = [one for one in app.store.state.containers if one.state in ("running", "paused")]

        def streams() -> int:
            return sum(request.endswith("/stats") for request in relay.last_requests)

        assert streams() == 0, "the images have the screen"
        main.show_pane(Pane.CONTAINERS)
        await until(lambda: streams() == len(running) >= 2, "one for each in sight")
        source = main.list_pane(Pane.CONTAINERS).rows._view
        await until(lambda: "MiB" in str(source.rows[0]), "memory is told")
        app.push_screen(HelpScreen(main.specs))
        await until(lambda: streams() == 0, "none is left behind the help")
        app.pop_screen()
        await until(lambda: streams() == len(running), "they are back")
        main.show_pane(Pane.IMAGES)
        await until(lambda: streams() == 0, "none is left behind the images")
        count = len(relay.requests)
        await asyncio.sleep(1.5)  # figures come once a second
        later = relay.requests[count:]
        assert not [request for request in later if request.endswith("/stats")]
