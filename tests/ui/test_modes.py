"""What a program changes in a terminal: noticed, undone, and done once more."""

from __future__ import annotations

import pytest

from tui.ui.modes import TerminalModes


def after(output: bytes, piece: int = 1000) -> TerminalModes:
    modes = TerminalModes()
    for start in range(0, len(output), piece):
        modes.feed(output[start : start + piece])
    return modes


@pytest.mark.parametrize("piece", [1, 3, 1000])
@pytest.mark.parametrize(
    ("output", "back"),
    [
        (b"text \x1b[31m\x1b[2J\x1b]0;title\x07", ""),
        (b"\x1b[?1000;1006h\x1b[?25l\x1b[?1000l", "\x1b[?1006l\x1b[?25h"),
        (b"\x1b[?7l\x1b[?7h\x1b=\x1b>\x1b[?25h", ""),
        (b"\x1b=", "\x1b>"),
        (b"\x1b[?6h", "\x1b[?6l\x1b[999;1H"),
        (b"\x1b[?1049h\x1b[?2004h", "\x1b[?2004l\x1b[?1049l"),
        (b"\x1b[?1049h full \x1b[?1049l", ""),
        (b"\x1b[?2004h\x1bc", ""),
        (b"\x1b[?99999999999999h\x1b[?;h", ""),
    ],
)
def test_what_undoes_it(output: bytes, back: str, piece: int) -> None:
    assert after(output, piece).put_back() == back


@pytest.mark.parametrize(
    ("output", "back"),
    [
        (b"\x1b[>1u\x1b[>31u\x1b[<u", "\x1b[<1u"),
        (b"\x1b[<u\x1b[<9u", ""),
        (b"\x1b[=5;1u", "\x1b[=0u"),
        (b"\x1b[>1u\x1b[=5u", "\x1b[<1u"),
        (b"\x1b[>1u\x1b[?1049h\x1b[>2u\x1b[>3u", "\x1b[<2u\x1b[?1049l\x1b[<1u"),
        (b"\x1b[?1049h\x1b[>2u\x1b[?1049l", ""),
    ],
)
def test_each_screen_has_its_own_keyboard_modes(output: bytes, back: str) -> None:
    """As many are taken back as the program has put there: those below are the shell's."""
    assert after(output).put_back() == back


def test_it_is_done_once_more_after_a_stop() -> None:
    modes = after(b"\x1b[>1u\x1b[?1049h\x1b[>5u\x1b[?1h\x1b=\x1b[?25l\x1b[?2004h\x1b[?2004l")
    again = modes.again()
    assert again == "\x1b[>1u\x1b[?1049h\x1b[>5u\x1b[?1h\x1b[?25l\x1b[?2004l\x1b="
    assert after(again.encode()).put_back() == modes.put_back()
