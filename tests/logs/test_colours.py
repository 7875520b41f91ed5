from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.hostile import SAMPLES, harmless
from tui.logs.colours import PLAIN, RGB, Look, plain_text, shown_pieces


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"plain", [("plain", PLAIN)]),
        (b"\x1b[31mred\x1b[0m no", [("red", Look(1)), (" no", PLAIN)]),
        (b"\x1b[1;4;97;100mx", [("x", Look(15, 8, bold=True, underline=True))]),
        (b"\x1b[1;2mx\x1b[22my", [("x", Look(bold=True, dim=True)), ("y", PLAIN)]),
        (b"\x1b[38;5;208mx\x1b[39my", [("x", Look(208)), ("y", PLAIN)]),
        (b"\x1b[48;2;1;2;3mx", [("x", Look(-1, RGB + 0x010203))]),
        (b"\x1b[7mx\x1b[27my\x1b[mz", [("x", Look(reverse=True)), ("y", PLAIN), ("z", PLAIN)]),
        (b"\x1b[38;5;999mx", [("x", PLAIN)]),
        (b"\x1b[38mx", [("x", PLAIN)]),
        (b"10 %\r50 %\r100 %\r", [("100 %", PLAIN)]),
        (b"a\tb", [("a       b", PLAIN)]),
        (b"\xff\xfe", [("\\xff\\xfe", PLAIN)]),
    ],
)
def test_colours_are_understood(text: bytes, expected: list[tuple[str, Look]]) -> None:
    assert shown_pieces(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        b"\x1b]52;c;aGVsbG8=\x07",
        b"\x1b]8;;http://evil\x1b\\",
        b'\x1bP$q"p\x1b\\',
        b"\x1b[6n",
        b"\x1b[c",
        b"\x1b[?1049h",
        b"\x1b[2J\x1b[H",
        b"\x1b_Gpayload\x1b\\",
        b"\x1b#8",
        b"\x1bc",
        b"\x1b(0",
        b"\x9b6n",
        b"\x1b]0;title\x07",
    ],
)
def test_every_other_escape_does_nothing(text: bytes) -> None:
    shown = "".join(piece for piece, _look in shown_pieces(b"before" + text + b"after"))
    assert all(map(harmless, shown))
    assert shown.startswith("before")
    assert shown.endswith("after")


@pytest.mark.parametrize("sample", SAMPLES)
def test_hostile_names_are_spelled_out(sample: str) -> None:
    text = sample.encode("utf-8", "surrogatepass")
    assert all(harmless(char) for piece, _look in shown_pieces(text) for char in piece)
    assert all(map(harmless, plain_text(text)))


@given(st.binary(max_size=60), st.sampled_from([b"\x1b[", b"\x1b]", b"\x1bP", b"\x1b", b"\x9b"]))
def test_nothing_that_acts_on_a_terminal_is_left(data: bytes, escape: bytes) -> None:
    text = data[:20] + escape + data[20:]
    assert all(harmless(char) for piece, _look in shown_pieces(text) for char in piece)


def test_a_string_without_an_end_takes_the_rest_of_its_line() -> None:
    assert plain_text(b"a\x1b]52;c;" + b"QUFB" * 10_000) == "a"
