"""Text from outside made harmless, sizes and ages as the docker command prints them."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.model.text import SHOWN_MAX, age, exact_size, human_size, short_id, visible

ANY_TEXT = st.text(st.characters(), max_size=300)
"""All of Unicode, lone surrogates too."""

LONGEST_ESCAPE = len(r"\U0010ffff")
NOW = 1_800_000_000.0
HOUR, DAY = 3600, 86_400

DOCKER_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def _is_harmless(text: str) -> bool:
    """Whether a terminal only draws it: nothing that steers, turns round, or cannot be sent."""
    text.encode("utf-8")
    return text.isprintable() and not any(
        unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for char in text
    )


@given(ANY_TEXT)
@example("\x1b[2J\x1b]52;c;eA==\x07")
@example("\x9b31m\x84\x90")
@example("abc\u202egnp.exe\u2066\u2069\u200b\ufeff\u061c")
@example("\ud800\udfff")
@example("a\r\nb\tc\x00\x7f")
@example("\u2028\u2029\U000e0041\ue000\U0010ffff")
@example("\u3000\u00a0[/x][@click=app.quit]")
def test_whatever_comes_only_gets_drawn(text: str) -> None:
    assert _is_harmless(visible(text))


@given(ANY_TEXT)
def test_what_is_shown_once_is_shown_the_same_again(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(ANY_TEXT)
def test_every_character_is_there_or_spelled_out(text: str) -> None:
    shown = visible(text)
    for char in text:
        spelled = {f"\\x{ord(char):02x}", f"\\u{ord(char):04x}", f"\\U{ord(char):08x}", char, " "}
        assert any(shown.startswith(form) for form in spelled)
        shown = shown[max(len(form) for form in spelled if shown.startswith(form)) :]
    assert not shown


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=SHOWN_MAX))
def test_plain_ascii_comes_back_as_it_is(text: str) -> None:
    assert visible(text) is text


@pytest.mark.parametrize("char", ["a", "\x1b", "\u202e", "\ud800", "漢", "e\u0301"])
def test_ten_thousand_characters_are_cut_and_counted(char: str) -> None:
    text = (char * 10_000)[:10_000]
    shown = visible(text)
    assert _is_harmless(shown)
    told = re.search(r"\.\.\. (\d+) more characters\Z", shown)
    assert told is not None
    kept = 10_000 - int(told[1])
    assert kept > 0
    assert shown[: told.start()] == visible(text[:kept])
    assert len(shown) <= SHOWN_MAX


@given(st.text(max_size=SHOWN_MAX + 50))
def test_what_is_visible_stays_as_it_is(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert visible(shown * 50) == visible(visible(shown * 50))


def test_letters_of_all_scripts_stay() -> None:
    text = "naïve Ελλάδα 漢字 עברית हिन्दी e\u0301 😀"
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("\x9b", r"\x9b"),
        ("\u202e", r"\u202e"),
        ("\ud83d", r"\ud83d"),
        ("\U000e0041", r"\U000e0041"),
        ("a\u00a0b", "a b"),
    ],
)
def test_how_it_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def _docker_size(count: int) -> str:
    """Docker's rule (go-units, three digits): divide by 1000 while there are that many."""
    value, unit = float(count), 0
    while value >= 1000.0 and unit < len(DOCKER_UNITS) - 1:
        value, unit = value / 1000.0, unit + 1
    return f"{value:.3g} {DOCKER_UNITS[unit]}"


@given(st.integers(0, 10**17))
@example(0)
@example(999)
@example(1000)
@example(187_012_345)
def test_sizes_are_those_of_docker_images(count: int) -> None:
    """But for a rounding up to 1000, which docker prints as 1e+03."""
    expected = _docker_size(count)
    if "e+" in expected:
        assert human_size(count).startswith(("1000 ", "1 "))
    else:
        assert human_size(count) == expected


def test_sizes_are_exact_on_demand() -> None:
    assert exact_size(187_012_345) == "187 MB (187,012,345 bytes)"
    assert exact_size(1) == "1 B (1 byte)"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (3599, "59 minutes"),
        (HOUR, "1 hour"),
        (47 * HOUR, "47 hours"),
        (48 * HOUR, "2 days"),
        (14 * DAY - 1, "13 days"),
        (14 * DAY, "2 weeks"),
        (59 * DAY, "8 weeks"),
        (60 * DAY, "2 months"),
        (729 * DAY, "24 months"),
        (730 * DAY, "2 years"),
        (-5, "just now"),
    ],
)
def test_ages_have_dockers_steps(seconds: int, words: str) -> None:
    assert age(NOW - seconds, NOW) == words


def test_an_unknown_time_has_no_age() -> None:
    assert age(0, NOW) == "-"


@pytest.mark.parametrize(
    ("identifier", "short"),
    [
        ("sha256:" + "0123456789abcdef" * 4, "0123456789ab"),
        ("0123456789abcdef", "0123456789ab"),
        ("sha256:\x1b[2J", r"\x1b[2J"),
        ("", ""),
    ],
)
def test_short_ids(identifier: str, short: str) -> None:
    assert short_id(identifier) == short
