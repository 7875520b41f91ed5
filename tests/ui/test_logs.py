"""The screen of logs."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from textual._styles_cache import StylesCache

from tests.ui.stage import CONNECTED, Stage, stage
from tui.actions.values.logs import FollowLogs, ReadEarlierLogs, SaveLogs
from tui.logs.book import LINES_MAX, LogBook
from tui.logs.line import STDERR, STDOUT, LogLine
from tui.model.progress import Progress
from tui.store import events, insides
from tui.store.state import Trouble
from tui.ui.screens.logs import LogScreen
from tui.ui.screens.main import MainScreen
from tui.ui.widgets.logview import LogView

STAMP = b"2026-11-26T12:00:%02d.000000000Z"


def lines(*texts: bytes, start: int = 0) -> list[LogLine]:
    """Lines of output, each a second later; those that begin with `!` are errors."""
    return [
        LogLine(
            STAMP % (start + at), STDERR if text.startswith(b"!") else STDOUT, text.lstrip(b"!")
        )
        for at, text in enumerate(texts)
    ]


async def opened(here: Stage, *texts: bytes) -> LogBook:
    """Open the log of the first container, which has these lines."""
    await here.press("2", "l")
    here.screen(LogScreen)
    (action,) = here.recorder.of_kind("follow_logs")
    assert isinstance(action, FollowLogs)
    book = LogBook()
    book.add(lines(*texts))
    ids, names = zip(*action.containers, strict=True)
    await here.tell(insides.LogOpened(insides.OpenLog(ids, names, book)))
    return book


async def more(here: Stage, book: LogBook, *texts: bytes) -> None:
    """Let lines come, as the job tells it."""
    stamp = STAMP % 59
    book.add([LogLine(stamp, STDOUT, text) for text in texts])
    (action,) = here.recorder.of_kind("follow_logs")
    progress = Progress(str(book.end), book.end)
    await here.tell(events.JobProgressed(here.recorder.number(action), progress))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15)])
async def test_new_lines_are_followed_until_one_goes_back(size: tuple[int, int]) -> None:
    async with stage(*CONNECTED, size=size) as here:
        book = await opened(here, *(b"line %d" % number for number in range(100)))
        assert "line 99" in here.text()
        assert "following" in here.text()
        await more(here, book, b"line 100")
        assert "line 100" in here.text()
        await here.press("k")
        assert "PAUSED" in here.text()
        await more(here, book, b"line 101")
        assert "line 101" not in here.text()
        await here.press("G")
        assert "line 101" in here.text()
        await here.press("q")
        here.screen(MainScreen)
        (action,) = here.recorder.of_kind("follow_logs")
        assert here.recorder.number(action) in here.recorder.cancelled, "the Engine is let go"


async def test_a_text_is_found_shown_alone_and_copied() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here, b"one", b"two \x1b[31mred\x1b[0m", b"!three", b"two more")
        await here.press("slash")
        await here.type("#answer", "TWO")
        await here.press("enter", "c")
        assert here.app.clipboard == "two more"
        await here.press("N", "c")
        assert here.app.clipboard == "two red"
        await here.press("N")
        assert "round the end" in here.text()
        await here.press("c")
        assert here.app.clipboard == "two more"
        await here.press("ampersand")
        await here.type("#answer", "thr")
        await here.press("enter")
        text = here.text()
        assert "! three" in text
        assert "one" not in text
        await here.press("e", "c")
        assert here.app.clipboard == "", "of the output no line holds that"


async def test_long_lines_are_wrapped_or_go_aside() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await opened(here, b"x" * 100 + b"END", b"short")
        assert "END" not in here.text()
        await here.press("w")
        assert "END" in here.text()
        await here.press("w", "right", "right")
        assert "END" in here.text()


async def test_nothing_hostile_reaches_the_screen() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here, b"\x1b]52;c;eA==\x07a\x1b[2J\x1b[6nb", "\u202eevil".encode(), b"\xff")
        text = here.text()
        assert "ab" in text
        assert "\\u202eevil" in text
        assert "\\xff" in text
        assert "\x1b" not in text


async def test_times_are_shown_when_asked_for() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here, b"one")
        assert "12:00:00" not in here.text()
        await here.press("t")
        assert "2026-11-26 12:00:00.000 one" in here.text()


async def test_earlier_lines_are_asked_for_at_the_top() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here, b"one", b"two")
        await here.press("g", "k")
        (action,) = here.recorder.of_kind("read_earlier_logs")
        assert isinstance(action, ReadEarlierLogs)
        assert action.newer == 2
        earlier = LogBook()
        earlier.add([LogLine(b"2026-11-26T11:00:00.000000000Z", STDOUT, b"long ago")])
        await here.tell(insides.EarlierLogRead(action.container.container_id, earlier))
        here.recorder.end(action)
        await here.settle()
        assert "long ago" in here.text()
        assert "EARLIER" in here.text()
        await here.press("G")
        assert "long ago" not in here.text()
        assert "two" in here.text()


async def test_a_log_that_cannot_be_read_says_why() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here)
        assert "Nothing has been written yet." in here.text()
        (action,) = here.recorder.of_kind("follow_logs")
        here.recorder.fail(action, Trouble("There is no such thing.", "Check the name.", ""))
        await here.settle()
        assert "There is no such thing. Check the name." in here.text()


async def test_a_log_that_has_ended_says_so_and_is_read_again() -> None:
    """So it is when the container ends, and when the Engine goes away."""
    async with stage(*CONNECTED) as here:
        await opened(here, b"one")
        (action,) = here.recorder.of_kind("follow_logs")
        here.recorder.end(action)
        await here.settle()
        assert "ended, r reads again" in here.text()
        assert "following" not in here.text()
        await here.press("r")
        assert len(here.recorder.of_kind("follow_logs")) == 2
        assert "following" in here.text()


async def test_the_whole_log_is_saved_to_a_file(tmp_path: Path) -> None:
    async with stage(*CONNECTED) as here:
        await opened(here, b"one")
        await here.press("s")
        await here.type("#field-path Input", f"{tmp_path}/web.log")
        assert "docker logs web > " in here.text()
        await here.press("enter")
        assert [type(action) for action in here.loud] == [SaveLogs]


async def test_a_flood_costs_only_what_is_in_sight() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        book = await opened(here)
        asked: set[int] = set()
        line = book.line

        def noted(number: int) -> LogLine | None:
            asked.add(number)
            return line(number)

        book.line = noted  # type: ignore[method-assign]
        await more(here, book, *[b"flood"] * 50_000)
        assert here.app.screen.query_one(LogView).numbers[-1] == 49_999
        assert len(asked) <= 24


async def test_what_stands_still_stays_whatever_comes() -> None:
    """The ring is full many times over, and not a line of the view is painted again."""
    async with stage(*CONNECTED, size=(80, 24)) as here:
        book = await opened(here, *(b"line %d" % number for number in range(100)))
        await here.press("space")
        before, painted = here.text().splitlines()[1:23], view_of(here).painter.count
        for start in range(0, 3 * LINES_MAX, 10_000):
            await more(here, book, *(b"flood %d" % (start + at) for at in range(10_000)))
        text = here.text()
        assert text.splitlines()[1:23] == before
        assert f"PAUSED, {3 * LINES_MAX} newer" in text
        assert view_of(here).painter.count == painted
        await here.press("k", "j", "j")
        assert f"{2 * LINES_MAX} lines went by" in here.text(), "what is not kept is told"
        await here.press("space", "G")
        assert f"flood {3 * LINES_MAX - 1}" in here.text()
        assert "following" in here.text()


async def test_down_from_where_one_stood_still_no_line_is_left_out() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        book = await opened(here, *(b"line %d." % number for number in range(50)))
        await here.press("space")
        await more(here, book, *(b"line %d." % number for number in range(50, 100)))
        seen: list[str] = []
        for _ in range(60):
            last = here.text().splitlines()[22].strip()
            if last not in seen:
                seen.append(last)
            await here.press("j")
        assert seen == [f"line {number}." for number in range(49, 100)]
        assert "following" in here.text(), "at the end of all it goes on"


async def test_what_is_looked_for_is_either_of_several_and_goes_round() -> None:
    async with stage(*CONNECTED) as here:
        await opened(here, b"an error", b"fine", b"a Warning", b"fine")
        await here.press("slash")
        await here.type("#answer", "error|warn")
        await here.press("enter", "c")
        assert here.app.clipboard == "a Warning"
        await here.press("n")
        assert "round the end" in here.text()
        await here.press("c")
        assert here.app.clipboard == "an error"
        await here.press("ampersand")
        await here.type("#answer", "!fine")
        await here.press("enter")
        assert "fine" not in here.text().replace("& !fine", "")
        assert "Warning" in here.text()
        await here.press("escape")
        assert "fine" in here.text()
        await here.press("escape")
        assert "/ error|warn" not in here.text()
        here.screen(LogScreen)
        await here.press("escape")
        here.screen(MainScreen)


async def test_a_whole_long_line_is_searched_and_copied() -> None:
    async with stage(*CONNECTED) as here:
        line = b"x" * 60_000 + b" needle"
        await opened(here, b"one", line, b"two")
        await here.press("slash")
        await here.type("#answer", "NEEDLE")
        await here.press("enter", "c")
        assert here.app.clipboard == line.decode()


async def test_aside_one_goes_as_far_as_lines_do() -> None:
    async with stage(*CONNECTED, size=(80, 24)) as here:
        await opened(here, b"x" * 100 + b"END")
        await here.press(*["right"] * 20)
        assert "END" in here.text()
        await here.press("w", *["right"] * 5, "w", "left", "left")
        assert f"\n{'x' * 79}…" in here.text(), "where lines are wrapped nothing goes aside"


async def test_back_through_several_windows_and_down_again() -> None:
    """What is asked for is counted from the newest line, whatever has come meanwhile."""
    async with stage(*CONNECTED, size=(80, 24)) as here:
        book = await opened(here, *(b"new %d" % number for number in range(30)))
        await here.press("g", "k")
        first = await earlier(here, b"old %d", 11)
        assert first.newer == 30
        await more(here, book, *[b"more"] * 70)
        await here.press("g", "k")
        second = await earlier(here, b"ancient %d", 10)
        assert second.before < first.before
        assert second.newer == 30 + 40 + 70
        assert "ancient 39" in here.text()
        await here.press("end", "g")  # the end is the newest line
        assert "new 0" in here.text()
        await here.press("k")
        again = await earlier(here, b"old %d", 11)
        assert (again.before, again.newer) == (first.before, 100)
        await here.press("j")
        assert "new 0" in here.text()
        assert "EARLIER" not in here.text()


async def test_of_several_containers_nothing_earlier_is_read_and_it_is_said() -> None:
    async with stage(*CONNECTED) as here:
        await here.press("2", "space", "space", "l")
        (action,) = here.recorder.of_kind("follow_logs")
        assert isinstance(action, FollowLogs)
        ids, names = zip(*action.containers, strict=True)
        book = LogBook()
        book.add(lines(b"one"))
        await here.tell(insides.LogOpened(insides.OpenLog(ids, names, book)))
        await here.press("g", "k")
        assert "of one container alone" in here.text()
        book.unread = 1
        await more(here, book, b"two")
        assert "1 cannot be read" in here.text()


async def test_a_screen_that_was_left_leaves_nothing_behind() -> None:
    async with stage(*CONNECTED) as here:
        counts: list[int] = []
        for _ in range(4):
            await here.press("2", "l")
            await here.press("q", "v")
            await here.press("q")
            gc.collect()
            counts.append(sum(isinstance(one, StylesCache) for one in gc.get_objects()))
        assert counts[-1] == counts[1], counts


async def earlier(here: Stage, text: bytes, hour: int) -> ReadEarlierLogs:
    """Answer the newest question for earlier lines with forty of some hour."""
    action = here.recorder.of_kind("read_earlier_logs")[-1]
    assert isinstance(action, ReadEarlierLogs)
    stamp = b"2026-11-26T%02d:00:%02d.000000000Z"
    book = LogBook()
    book.add([LogLine(stamp % (hour, at), STDOUT, text % at) for at in range(40)])
    await here.tell(insides.EarlierLogRead(action.container.container_id, book))
    here.recorder.end(action)
    await here.settle()
    return action


def view_of(here: Stage) -> LogView:
    return here.app.screen.query_one(LogView)
