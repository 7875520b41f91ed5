"""What is said of a program once the terminal is orlop's again."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tui.actions.dispatcher import JobContext
from tui.actions.handlers.exec import _ending
from tui.engine.console import Console
from tui.engine.errors import Cancelled, NotFound
from tui.engine.hijack import HijackedStream


@pytest.fixture
def console() -> Iterator[Console]:
    with socket.socket() as sock:
        console = Console(HijackedStream(sock), heading="")
        yield console
        console.close()


def context() -> JobContext:
    def connect() -> None:
        raise AssertionError("nothing is asked for")

    return JobContext(connect, lambda _event: None)  # type: ignore[arg-type]


def gone() -> int:
    raise NotFound


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "sh ended with exit code 0."),
        (137, "sh was killed (exit code 137)."),
        (None, "the connection broke; sh goes on."),
    ],
)
def test_it_ended_or_the_connection_did(code: int | None, words: str, console: Console) -> None:
    ending = _ending(context(), console, "sh", lambda: code)
    assert (ending.summary, ending.facts) == (words, {"exit_code": code})


def test_a_container_that_was_removed(console: Console) -> None:
    assert _ending(context(), console, "sh", gone).summary == (
        "sh ended: the container was removed."
    )


def test_whoever_leaves_asks_for_no_exit_code(console: Console) -> None:
    console.was_left = True
    assert _ending(context(), console, "sh", gone).summary == "left; sh goes on."


@pytest.mark.parametrize(
    ("code", "words"), [(0, "sh ended with exit code 0."), (None, "left; sh goes on.")]
)
def test_where_leaving_may_end_it_its_end_is_told(
    code: int | None, words: str, console: Console
) -> None:
    console.was_left = True
    ending = _ending(context(), console, "sh", lambda: code, leaving_may_end_it=True)
    assert ending.summary == words


def test_a_program_may_go_on_without_input(console: Console) -> None:
    console.input_ended = True
    assert _ending(context(), console, "sh", lambda: None).summary == "left; sh goes on."


def test_a_job_that_was_stopped_tells_nothing(console: Console) -> None:
    stopped = context()
    stopped.cancel()
    with pytest.raises(Cancelled):
        _ending(stopped, console, "sh", gone)
