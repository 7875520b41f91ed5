"""However orlop ends, the shell gets back a sane terminal."""

from __future__ import annotations

import os
import signal
import sys
import termios
from pathlib import Path

import pytest

from tests.terminal.breaking import AT_ONCE, MESSAGE, PLACES
from tests.terminal.pseudo import PseudoTerminal

NOWHERE = "unix:///nowhere/docker.sock"
CTRL_C = "\x03"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}


def _started(environ: dict[str, str], host: str = NOWHERE) -> PseudoTerminal:
    terminal = PseudoTerminal(["--host", host], environ=environ)
    terminal.wait_for(lambda text: "orlop" in text, "the app's first screen")
    return terminal


@pytest.mark.engine
def test_quit_leaves_a_sane_terminal(engine_host: str, environ: dict[str, str]) -> None:
    with PseudoTerminal(["--host", engine_host], environ=environ) as terminal:
        terminal.wait_for(lambda text: "REPOSITORY" in text, "the images")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.oddities() == []
        assert terminal.after_the_app() == ""
    assert not Path(environ["XDG_STATE_HOME"]).exists(), "nothing was worth a log"


def test_quit_without_an_engine_is_exit_code_3(environ: dict[str, str]) -> None:
    with _started(environ) as terminal:
        terminal.wait_for(lambda text: "There is no Engine" in text, "the connection screen")
        terminal.press(CTRL_C)
        assert terminal.wait_for_end() == 3
        assert terminal.oddities() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_a_sane_terminal(number: signal.Signals, environ: dict[str, str]) -> None:
    with _started(environ) as terminal:
        assert terminal.oddities(), "the app has not taken the terminal"
        os.kill(terminal.process.pid, number)
        assert terminal.wait_for_end() == 128 + number
        assert terminal.oddities() == []
        assert terminal.after_the_app() == ""


def test_a_signal_before_the_first_screen_is_obeyed(environ: dict[str, str]) -> None:
    with PseudoTerminal(["--host", NOWHERE], environ=environ) as terminal:
        terminal.wait_for(lambda _text: b"\x1b[?1049h" in terminal.output, "the first byte")
        os.kill(terminal.process.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
        assert terminal.oddities() == []


def test_a_terminal_that_takes_no_more_bytes_stops_no_signal(environ: dict[str, str]) -> None:
    with _started(environ) as terminal:
        terminal.stop_output()
        os.kill(terminal.process.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
        assert termios.tcgetattr(terminal.slave) == terminal.before


def test_a_terminal_that_goes_away_ends_the_app(environ: dict[str, str]) -> None:
    with _started(environ) as terminal:
        terminal.hang_up()
        assert terminal.wait_for_end() == 128 + signal.SIGHUP
    assert not Path(environ["XDG_STATE_HOME"]).exists(), "it was taken for a fault"


def test_a_terminal_that_goes_away_ends_the_app_that_ignores_hang_ups(
    environ: dict[str, str],
) -> None:
    ignoring = "import signal, runpy; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
    command = [sys.executable, "-c", f"{ignoring} runpy.run_module('tui.cli', run_name='__main__')"]
    with PseudoTerminal(["--host", NOWHERE], environ=environ, command=command) as terminal:
        terminal.wait_for(lambda text: "orlop" in text, "the app's first screen")
        terminal.hang_up()
        assert terminal.wait_for_end() == 128 + signal.SIGHUP


@pytest.mark.engine
def test_a_stopped_app_leaves_the_terminal_and_comes_back(
    engine_host: str, environ: dict[str, str]
) -> None:
    with PseudoTerminal(["--host", engine_host], environ=environ) as terminal:
        terminal.wait_for(lambda text: "REPOSITORY" in text, "the images")
        os.kill(terminal.process.pid, signal.SIGTSTP)
        terminal.wait_for(lambda _text: terminal.oddities() == [], "a sane terminal")
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.wait_for(lambda _text: terminal.output.count(b"\x1b[?1049h") == 2, "the app")
        terminal.press("q")
        assert terminal.wait_for_end() == 0
        assert terminal.oddities() == []


@pytest.mark.engine
def test_options_are_followed(engine_host: str, environ: dict[str, str]) -> None:
    """No mouse, no characters beyond ASCII, no verbs that change anything."""
    arguments = ["--host", engine_host, "--ascii", "--no-mouse", "--read-only"]
    with PseudoTerminal(arguments, environ=environ) as terminal:
        text = terminal.wait_for(lambda text: "d remove" in text or "q quit" in text, "the keys")
        assert text.isascii()
        assert "d remove" not in text
        assert b"\x1b[?1000h" not in terminal.output
        terminal.press("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.engine
def test_a_terminal_without_a_cursor_gets_the_list(
    engine_host: str, environ: dict[str, str]
) -> None:
    environ |= {"TERM": "dumb"}
    with PseudoTerminal(["--host", engine_host], environ=environ) as terminal:
        assert terminal.wait_for_end() == 2
        assert b"needs a terminal" in terminal.output
        assert b"REPOSITORY:TAG" in terminal.output
        assert b"\x1b" not in terminal.output


@pytest.mark.parametrize("place", PLACES)
def test_a_fault_is_a_sentence_and_a_line_in_the_log(place: str, environ: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tests.terminal.breaking", place]
    with PseudoTerminal(["--host", NOWHERE], environ=environ, command=command) as terminal:
        if place not in AT_ONCE:
            terminal.wait_for(lambda text: "orlop" in text, "the app's first screen")
            terminal.press(CTRL_C)
        assert terminal.wait_for_end() == 1
        assert terminal.oddities() == []
        log = Path(environ["XDG_STATE_HOME"]) / "orlop" / "orlop.log"
        told = "".join(terminal.after_the_app().split())
        assert told == "".join(f"orlop: A fault in orlop ended it. The trace is in {log}".split())
        assert b"Traceback" not in terminal.output
    if place != "stylesheet":
        assert MESSAGE in log.read_text(encoding="utf-8")


def test_a_fault_with_nowhere_to_log_is_a_sentence_too(environ: dict[str, str]) -> None:
    environ |= {"XDG_STATE_HOME": "/dev/null"}
    command = [sys.executable, "-m", "tests.terminal.breaking", "start"]
    with PseudoTerminal(["--host", NOWHERE], environ=environ, command=command) as terminal:
        assert terminal.wait_for_end() == 1
        assert terminal.oddities() == []
        assert "its log cannot be written" in terminal.after_the_app()


def test_keys_typed_before_the_app_is_loaded_are_not_lost(environ: dict[str, str]) -> None:
    """The terminal is taken at once, so a key of that moment is a key and no character."""
    with PseudoTerminal(["--host", NOWHERE], environ=environ) as terminal:
        terminal.wait_for(lambda _text: b"\x1b[?1049h" in terminal.output, "the first byte")
        terminal.press(CTRL_C)
        assert terminal.wait_for_end() in {0, 3}, (
            "3 if it was known by then that there is no Engine"
        )
        assert terminal.oddities() == []
        assert terminal.output.count(b"\x1b[?1049h") == 1, "what was painted is kept"


def test_a_fault_before_the_app_is_loaded_leaves_a_sane_terminal(
    environ: dict[str, str], tmp_path: Path
) -> None:
    broken = (
        "import sys; sys.modules['tui.ui.launch'] = None; import tui.cli; sys.exit(tui.cli.main())"
    )
    command = [sys.executable, "-c", broken]
    with PseudoTerminal(["--host", NOWHERE], environ=environ, command=command) as terminal:
        assert terminal.wait_for_end() == 1
        assert terminal.oddities() == []
        assert "A fault in orlop ended it" in terminal.after_the_app()


def test_a_signal_in_the_middle_of_starting_a_thread_is_obeyed(environ: dict[str, str]) -> None:
    """Its handler runs wherever the app is, also where it holds the lock for starting threads."""
    code = (
        "import os, signal, sys, threading; from tui import cli; from tui.ui.app import OrlopApp\n"
        "def interrupted(app):\n"
        "    with threading._active_limbo_lock:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "OrlopApp.action_ask_to_quit = interrupted\n"
        "sys.exit(cli.main())"
    )
    command = [sys.executable, "-c", code]
    with PseudoTerminal(["--host", NOWHERE], environ=environ, command=command) as terminal:
        terminal.wait_for(lambda text: "orlop" in text, "the app's first screen")
        terminal.press(CTRL_C)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
        assert terminal.oddities() == []
