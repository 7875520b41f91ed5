from __future__ import annotations

import re
from collections.abc import Sequence

import pyte
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.ui.cells import PLAIN, Differ, split, styled, to_ascii, transition

WIDTH, HEIGHT = 24, 9


class Terminal:
    """A pyte screen with line wrap off, as Textual sets it."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.stream = pyte.Stream(self.screen)
        self.feed("\x1b[?7l")

    def feed(self, data: str) -> None:
        self.stream.feed(data)

    @property
    def cells(self) -> list[list[tuple[object, ...]]]:
        """Every cell with its attributes; blanks of the same look are the same."""
        return [[tuple(self.screen.buffer[y][x]) for x in range(WIDTH)] for y in range(HEIGHT)]

    @property
    def cursor(self) -> tuple[int, int]:
        return self.screen.cursor.x, self.screen.cursor.y


def same(differ: Differ, raw: Terminal, diffed: Terminal) -> int:
    """Bring `diffed` up to date, compare it with `raw`, and return the bytes it took."""
    sent = differ.take()
    diffed.feed(sent)
    assert diffed.cells == raw.cells
    return len(sent.encode())


def frame(lines: Sequence[str], *, style: str = "", top: int = 0, left: int = 0) -> str:
    """A frame as Textual writes it."""
    rows = (
        f"\x1b[{top + y + 1};{left + 1}H\x1b[{style}m{line}\x1b[0m" for y, line in enumerate(lines)
    )
    return "\n".join(rows) + "\x1b[1;1H"


codes = st.sampled_from(
    ["", "0", "1", "3", "4", "5", "7", "9", "22", "23", "24", "27", "29", "31", "39", "42", "49",
     "97", "100", "38;5;9", "48;5;200", "38;2;1;2;3", "48;2;9;8;7", "1;31;44", "39;49", "0;7"]
)  # fmt: skip
words = st.one_of(
    st.text("ab ", min_size=1, max_size=WIDTH),
    st.lists(st.sampled_from(["a", " ", "é", "镜", "像", "│", "e\u0301", "█"]), max_size=8).map(
        "".join
    ),
)


@st.composite
def writes(draw: st.DrawFn) -> str:
    """Anything from a cell to a screenful that keeps to the screen and cuts no character."""
    out = []
    for y in draw(st.lists(st.integers(0, HEIGHT - 1), min_size=1, max_size=4)):
        x = 0
        out.append(f"\x1b[{y + 1}H\x1b[2K" if draw(st.booleans()) else f"\x1b[{y + 1};1H")
        for word in draw(st.lists(words, min_size=1, max_size=5)):
            cut = word
            while x + cell_len(cut) > WIDTH:
                cut = cut[:-1].rstrip("\u0301")
            out.append(f"\x1b[{draw(codes)}m{cut}")
            x += cell_len(cut)
        out.append(f"\x1b[0m{' ' * (WIDTH - x)}")
    return "".join(out)


@given(st.lists(st.tuples(writes(), st.booleans()), min_size=1, max_size=8))
def test_any_frames_look_the_same(frames: list[tuple[str, bool]]) -> None:
    """Text and attributes, whether each frame is sent or several at once."""
    differ, raw, diffed = Differ(WIDTH, HEIGHT), Terminal(), Terminal()
    for data, send in frames:
        raw.feed(data)
        differ.feed(data)
        if send:
            same(differ, raw, diffed)
    same(differ, raw, diffed)
    assert differ.take() == ""


@given(
    st.lists(st.text("abc ", min_size=WIDTH, max_size=WIDTH), min_size=30, max_size=30),
    st.lists(st.integers(-4, 4), min_size=1, max_size=6),
    st.integers(0, 2),
)
@example(["x" * WIDTH] * 30, [1, 1, -2], 1)
def test_any_scrolling_looks_the_same(lines: list[str], steps: list[int], top: int) -> None:
    differ, raw, diffed = Differ(WIDTH, HEIGHT), Terminal(), Terminal()
    at = 10
    for step in [0, *steps]:
        at = min(max(at + step, 0), 30 - HEIGHT)
        data = frame(lines[at : at + HEIGHT - top], top=top, style="44")
        raw.feed(data)
        differ.feed(data)
        same(differ, raw, diffed)


@pytest.mark.parametrize("step", [1, -1, 2, -2, 3, -3])
def test_a_scroll_is_left_to_the_terminal(step: int) -> None:
    """Lines that move are not sent again, even if neighbours have much in common."""
    differ = Differ(80, 24)
    lines = [f"perf-img-{n:04d} {n * 2654435761 % 2**32:012x}".ljust(80) for n in range(40)]
    differ.feed(frame(["heading", *lines[5 : 5 + 23]]))
    differ.take()
    differ.feed(frame(["heading", *lines[5 + step : 28 + step]]))
    assert len(differ.take()) < 40 + abs(step) * 100


def test_unknown_sequences_pass_in_order() -> None:
    """Erasing, scrolling, inserting: the terminal sees them where the app wrote them."""
    differ, raw, diffed = Differ(WIDTH, HEIGHT), Terminal(), Terminal()
    for data in (
        frame(["one", "two", "three"]),
        "\x1b[2;2H\x1b[41m\x1b[K",
        frame(["four"], top=5),
        "\x1b[1;3H\x1b[2P",
        "\x1b[3;1H\x1b[L" + frame(["five"], top=7, left=3),
        "\x1b[2J" + frame(["six"], top=1),
    ):
        raw.feed(data)
        differ.feed(data)
        same(differ, raw, diffed)


def test_harmless_sequences_pass_and_cost_no_repaint() -> None:
    differ = Differ(WIDTH, HEIGHT)
    differ.feed(frame(["one"]))
    differ.take()
    passing = "\x07\x1b]52;c;eA==\x07\x1b[?25l\x1b[?2004h\x1b[>1u\x1b[?2026$p\x1b[2 q\x1b[6n"
    assert differ.feed(passing)
    assert differ.take() == passing


def test_the_same_frame_again_sends_nothing() -> None:
    differ = Differ(WIDTH, HEIGHT)
    data = "\x1b[?2026h" + frame(["镜像", "b"], style="1;33") + "\x1b[?2026l"
    differ.feed(data)
    assert differ.take()
    differ.feed(data)
    assert differ.take() == ""


def test_frames_in_between_are_not_sent() -> None:
    differ = Differ(WIDTH, HEIGHT)
    for count in range(100):
        differ.feed(frame([f"count {count}"]))
    assert "98" not in differ.take()


def test_a_long_update_is_one_synchronized_frame_where_that_is_known() -> None:
    differ = Differ(200, 9)
    full = frame(["x" * 200] * 9)
    differ.feed(full)
    assert "2026" not in differ.take()
    differ.resize(200, 9)
    differ.feed("\x1b[?2026h" + full + "\x1b[?2026l")
    sent = differ.take()
    assert sent.startswith("\x1b[?2026h")
    assert sent.endswith("\x1b[?2026l")


def test_after_a_resize_everything_is_sent_again() -> None:
    differ, raw = Differ(10, 4), Terminal()
    differ.feed(frame(["one"]))
    differ.take()
    differ.resize(WIDTH, HEIGHT)
    assert differ.take() in {"", "\x1b[1H"}
    diffed = Terminal()
    raw.feed(frame(["one", "two"]))
    differ.feed(frame(["one", "two"]))
    same(differ, raw, diffed)


def test_cells_outside_the_screen_are_dropped() -> None:
    differ = Differ(4, 2)
    differ.feed("\x1b[1;3Habcd\x1b[9;1Hlost\x1b[1;9Hlost")
    sent = differ.take()
    assert "ab" in sent
    assert "c" not in sent
    assert "lost" not in sent


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("镜像 \x1b[1;1Ha", "a 像 "),
        ("镜像 \x1b[1;2Ha", " a像 "),
        ("镜像 \x1b[1;3Ha", "镜a  "),
        ("镜像 \x1b[1;4Ha", "镜 a "),
        ("镜像仓", "镜像 "),
    ],
)
def test_half_a_wide_character_becomes_a_blank(data: str, line: str) -> None:
    """Inside and at the edge of the screen; emulators differ here, so none is asked."""
    differ = Differ(5, 1)
    differ.feed("\x1b[1;1H" + data)
    sent = differ.take()
    assert re.sub(r"\x1b\[[0-9;]*[Hm]", "", sent) == line


def test_a_character_of_doubtful_width_is_followed_by_a_cursor_move() -> None:
    differ = Differ(WIDTH, HEIGHT)
    differ.feed("\x1b[1;1H镜像👍ok")
    assert "镜像👍\x1b[1;7Hok" in differ.take()


def test_hyperlinks_are_part_of_the_style() -> None:
    differ = Differ(WIDTH, HEIGHT)
    differ.feed("\x1b[1;1Ha\x1b]8;id=1;http://x\x1b\\b\x1b]8;;\x1b\\c")
    assert "a\x1b]8;id=1;http://x\x1b\\b\x1b]8;;\x1b\\c" in differ.take()


@given(st.lists(codes, max_size=5), st.lists(codes, max_size=5))
def test_a_transition_ends_in_the_wanted_style(old: list[str], new: list[str]) -> None:
    before, after = PLAIN, PLAIN
    for code in old:
        before = styled(before, code)
    for code in new:
        after = styled(after, code)
    sequence = transition(before, after)
    assert (sequence == "") == (before == after)
    assert styled(before, sequence[2:-1]) == after if sequence else before == after
    assert styled(before, transition(None, after)[2:-1]) == after


def test_ascii_only() -> None:
    differ = Differ(WIDTH, HEIGHT, ascii_only=True)
    differ.feed(frame(["╭─ 镜 ─╮", "│ x… │", "é"]))
    sent = differ.take()
    assert sent.isascii()
    assert "+- ?? -+" in sent
    assert "| x~ |" in sent


@given(st.text())
def test_ascii_is_as_wide(text: str) -> None:
    assert to_ascii(text).isascii()
    if "\u200d" not in text and "\ufe0f" not in text:
        assert len(to_ascii(text)) >= cell_len(text)


def test_text_is_split_into_cells() -> None:
    assert split("a镜e\u0301") == ["a", "镜", "", "e\u0301"]
    assert split("\u0301a") == ["a"]
    assert split("❤\ufe0f") == ["❤\ufe0f", ""]


def test_after_the_screen_is_given_back_the_cursor_is_left_alone() -> None:
    """The shell goes on where the terminal puts its cursor."""
    differ = Differ(WIDTH, HEIGHT)
    differ.feed(frame(["one", "two"]) + "\x1b[?1049l")
    differ.take()
    differ.feed("\x1b[?1000l")
    assert differ.take() == "\x1b[?1000l"
