"""Figures of containers: rows in sight are read, the order, graphs, processes, plain terminals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.stage import CONNECTED, CONTAINERS, NOW, PLAIN_TERMINAL, Stage, stage
from tui.actions.values.stats import ReadProcesses
from tui.model.container import ContainerState, ContainerSummary
from tui.model.stats import Figures, Processes
from tui.store import events, insides
from tui.store.state import Phase, Trouble
from tui.store.statsbook import StatsBook, Wish
from tui.ui.screens.processes import ProcessesScreen
from tui.ui.screens.stats import StatsScreen
from tui.ui.screens.statsgraph import StatsGraphScreen
from tui.ui.screens.text import FieldsScreen

WEB, CACHE = CONTAINERS[0].container_id, CONTAINERS[1].container_id
MANY = tuple(
    ContainerSummary(f"{n:064}", f"c{n:03}", "x:1", "sha256:x", state=ContainerState.RUNNING)
    for n in range(200)
)


def figures(at: float, cpu: float, memory: int, pids: int = 3) -> Figures:
    return Figures(NOW + at, 1, 1, 2, cpu, memory, 1 << 30, 1_200_000, 45_000, 8_100_000, 0, pids)


async def opened(here: Stage) -> StatsBook:
    """Open the sheet; the Engine's side is a book that the test fills."""
    await here.press("2", "v")
    here.screen(StatsScreen)
    assert len(here.recorder.of_kind("follow_stats")) == 1
    book = StatsBook()
    await here.tell(insides.StatsOpened(book))
    return book


async def told(here: Stage) -> None:
    """Let the screen know that samples came, as the job's progress does."""
    here.screen(StatsScreen)._show(here.state)
    await here.settle()


def names(here: Stage) -> list[str]:
    rows = here.screen(StatsScreen)._rows._view.rows
    return [str(rows[index].cells[0]) for index in range(len(rows))]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_figures_of_what_runs(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, size=size) as here:
        book = await opened(here)
        assert book.wish == Wish((CACHE, WEB)), "what has exited has no figures"
        book.add(WEB, figures(0, 12.34, 300 << 20))
        await told(here)
        assert names(here) == ["cache", "web"]
        line = next(line for line in here.text().splitlines() if line.startswith("web"))
        for text in ("12.3", "300 MiB", "29.3", "1.2 MB", "45 kB", "8.1 MB", " 3"):
            assert text in line, line
        assert ("1 GiB" in line) is (size[0] > 80), "what is least missed goes first"


async def test_leaving_ends_the_reading() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        number = here.recorder.number(here.recorder.of_kind("follow_stats")[0])
        assert number not in here.recorder.cancelled
        await here.press("escape")
        assert number in here.recorder.cancelled


async def test_only_rows_in_sight_are_followed_and_the_others_sampled_for_an_order() -> None:
    async with stage(*CONNECTED, events.ContainersListed(MANY), size=(80, 24)) as here:
        book = await opened(here)
        ids = tuple(one.container_id for one in MANY)
        here.screen(StatsScreen)._rows.move_to(0)
        await here.settle()
        in_sight = len(book.wish.followed)
        assert book.wish == Wish(ids[:in_sight])
        assert 15 < in_sight < 24
        await here.press("G")
        assert book.wish == Wish(ids[-in_sight:])
        await here.press("C")
        assert len(book.wish.followed) == in_sight
        assert sorted(book.wish.followed + book.wish.sampled) == sorted(ids)


async def test_sorted_by_figures_and_back() -> None:
    async with stage(*CONNECTED) as here:
        book = await opened(here)
        book.add(CACHE, figures(0, 1, 900 << 20))
        book.add(WEB, figures(0, 50, 100 << 20))
        await here.press("C")
        assert names(here) == ["web", "cache"]
        await here.press("O")
        assert names(here) == ["cache", "web"]
        await here.press("M")
        assert names(here) == ["cache", "web"]
        for _ in range(8):
            await here.press("o")
        assert names(here) == ["cache", "web"], "by name again"


async def test_what_has_no_figures_yet_comes_last_either_way() -> None:
    async with stage(*CONNECTED) as here:
        book = await opened(here)
        book.add(WEB, figures(0, 50, 1))
        for key in ("C", "C"):
            await here.press(key)
            assert names(here) == ["web", "cache"]


@pytest.mark.parametrize("ascii_only", [False, True])
async def test_graphs_of_one_container(ascii_only: bool) -> None:
    more = {"terminal": PLAIN_TERMINAL} if ascii_only else {}
    async with stage(*CONNECTED, size=(80, 24), **more) as here:  # type: ignore[arg-type]
        book = await opened(here)
        for second in range(90):
            book.add(WEB, figures(second, 80 if second == 60 else 20, (100 + second) << 20))
        await here.press("g", "j", "enter")
        here.screen(StatsGraphScreen)
        assert book.wish == Wish((WEB,)), "nothing else is read meanwhile"
        text = here.text()
        assert "now 20.0 %  min 20.0 %  max 80.0 %" in text
        assert "now 189 MiB  min 100 MiB  max 189 MiB" in text
        assert "100.0 %" in text
        assert ("#" if ascii_only else "█") in text
        assert text.isascii() is ascii_only
        assert max(map(len, text.splitlines())) <= 80
        await here.press("w")
        assert "last 5 minutes" in here.text()
        await here.press("escape")
        assert book.wish == Wish((CACHE, WEB)), "the list is read again"


async def test_an_engine_that_went_is_told_and_read_again_when_it_is_back() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        await here.tell(events.ConnectionChanged(Phase.LOST, Trouble("gone", "wait")))
        here.recorder.fail_all("follow_stats", Trouble("The Engine went away.", "Wait."))
        await here.settle()
        assert "The Engine went away." in here.text()
        await here.tell(events.ConnectionChanged(Phase.CONNECTED, Trouble()))
        await here.settle()
        assert len(here.recorder.of_kind("follow_stats")) == 2
        assert "The Engine went away." not in here.text()


async def test_nothing_runs() -> None:
    stopped = tuple(replace(one, state=ContainerState.EXITED) for one in CONTAINERS)
    async with stage(*CONNECTED, events.ContainersListed(stopped)) as here:
        await opened(here)
        assert "No container is running." in here.text()
        await here.press("enter", "t", "C")
        here.screen(StatsScreen)


async def test_the_book_of_those_who_looked_before_is_not_taken() -> None:
    async with stage(*CONNECTED) as here:
        old = await opened(here)
        await here.press("escape", "v")
        assert here.screen(StatsScreen)._reading._book is None
        book = StatsBook()
        await here.tell(insides.StatsOpened(book))
        assert here.screen(StatsScreen)._reading._book is book is not old


def processes(*pids: int, command: str = "nginx: worker") -> insides.ProcessesRead:
    rows = tuple(("root", str(pid), "00:00:01", command) for pid in pids)
    return insides.ProcessesRead(Processes(WEB, ("UID", "PID", "TIME", "CMD"), rows))


async def test_processes_are_listed_and_read_again() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await here.press("2", "g", "T")
        here.screen(ProcessesScreen)
        asked = here.recorder.of_kind("read_processes")[0]
        assert isinstance(asked, ReadProcesses)
        assert asked.container.container_id == WEB
        await here.tell(processes(10, 20, 30))
        assert "nginx: worker" in here.text()
        await here.press("j", "r")
        assert len(here.recorder.of_kind("read_processes")) == 2
        await here.tell(processes(5, 10, 20, 30))
        await here.press("enter")
        here.screen(FieldsScreen)
        assert "20" in here.text(), "the cursor has stayed on its process"


async def test_a_hostile_process_is_only_read() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await here.press("2", "g", "T")
        await here.tell(processes(1, 1, command="\x1b]52;c;x\x07[/red]"))
        assert "\\x1b]52;c;x\\x07[/red]" in here.text()
        assert "\x1b" not in here.text()
        await here.tell(insides.ProcessesRead(Processes(WEB, (), ((), ("a", "b")))))


async def test_why_there_are_no_processes() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await here.press("2", "g", "T")
        here.recorder.fail_all("read_processes", Trouble("It does not run.", "Start it."))
        await here.settle()
        assert "It does not run. Start it." in here.text()
