"""Keys for a program that has no terminal yet: what is kept, and what a terminal sends for them."""

from __future__ import annotations

import pytest
from textual._xterm_parser import XTermParser
from textual.events import Event, Key, Paste

from tui.ui.typedahead import TypedAhead

LEGACY = (
    "ls -l é€\r\t\x7f\x1b[A\x1b[B\x1b[C\x1b[D\x1b[3~\x1b[5~\x1b[6~\x00\x01\x05\x0b\x1a\x1c\x1d\x1f"
)


def events(text: str) -> list[Event]:
    return [event for event in XTermParser(False).feed(text) if isinstance(event, Event)]


def kept(*typed: Event) -> bytes:
    ahead = TypedAhead()
    ahead.begin()
    assert all(ahead.take(event) for event in typed)
    return ahead.given()


def test_what_a_terminal_sent_comes_out_as_it_was() -> None:
    assert kept(*events(LEGACY)) == LEGACY.encode()


def test_what_comes_by_the_kitty_protocol_comes_out_as_from_other_terminals() -> None:
    """`a`, ctrl+c, Enter, Escape, alt+x."""
    text = "\x1b[97;;97u\x1b[99;5u\x1b[13u\x1b[27u\x1b[120;3u"
    assert kept(*events(text)) == b"a\x03\r\x1b\x1bx"


def test_a_paste_is_kept_as_lines() -> None:
    assert kept(Paste("one\ntwo\r\nthree")) == b"one\rtwo\rthree"


def test_nothing_is_kept_before_and_after() -> None:
    ahead = TypedAhead()
    key = Key("x", "x")
    assert not ahead.take(key)
    ahead.begin()
    assert ahead.take(key)
    assert ahead.given() == b"x"
    assert ahead.given() == b""
    ahead.take(key)
    ahead.end()
    assert not ahead.take(key)
    assert ahead.given() == b""


@pytest.mark.parametrize(("job_id", "is_on"), [(1, True), (2, False)])
def test_the_end_of_an_earlier_job_ends_nothing(job_id: int, is_on: bool) -> None:
    ahead = TypedAhead()
    ahead.begin()
    ahead.job_id = 2
    ahead.end_of(job_id)
    assert ahead.is_on is is_on


def test_ctrl_c_means_the_start_until_there_is_a_program() -> None:
    ahead = TypedAhead()
    ahead.begin()
    ahead.take(Key("ctrl+c", None))
    assert ahead.is_interrupted
    ahead.begin()
    ahead.has_started = True
    ahead.take(Key("ctrl+c", None))
    assert not ahead.is_interrupted
    assert ahead.given() == b"\x03"
