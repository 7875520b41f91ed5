from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios
from dataclasses import fields

import pytest
from rich.cells import cell_len
from textual._border import BORDER_CHARS

from tui.ui.terminal import (
    ASCII,
    RESTORE,
    UNICODE,
    Glyphs,
    TerminalFacts,
    judge,
    restore_terminal,
    save_terminal,
)


def facts(**environ: str) -> TerminalFacts:
    return judge({"TERM": "xterm", **environ}, stdin_isatty=True, stdout_isatty=True)


@pytest.mark.parametrize(
    ("environ", "unicode"),
    [
        ({}, False),
        ({"LANG": "C"}, False),
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "zh_CN.utf8"}, True),
        ({"LANG": "de_DE.ISO-8859-1"}, False),
        ({"LANG": "C.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "C.UTF-8", "LC_CTYPE": "POSIX"}, False),
        ({"LANG": "C.UTF-8", "LC_ALL": ""}, True),
        ({"LANG": "C.UTF-8", "TERM": "linux"}, False),
    ],
)
def test_glyphs_follow_the_locale_as_it_was_set(environ: dict[str, str], unicode: bool) -> None:
    judged = facts(**environ)
    assert judged.unicode is unicode
    assert judged.glyphs is (UNICODE if unicode else ASCII)
    assert judged.border == ("round" if unicode else "ascii")


@pytest.mark.parametrize(("value", "colour"), [("1", False), ("", True)])
def test_no_color(value: str, colour: bool) -> None:
    assert facts(NO_COLOR=value).colour is colour


@pytest.mark.parametrize("term", ["", "dumb"])
def test_a_terminal_without_a_cursor_is_dumb(term: str) -> None:
    judged = facts(TERM=term)
    assert judged.dumb
    assert not judged.mouse


@pytest.mark.parametrize("ttys", [(True, False), (False, True), (False, False)])
def test_a_pipe_is_dumb(ttys: tuple[bool, bool]) -> None:
    assert judge({"TERM": "xterm"}, stdin_isatty=ttys[0], stdout_isatty=ttys[1]).dumb


def test_an_ordinary_terminal_has_everything() -> None:
    assert facts(LANG="C.UTF-8") == TerminalFacts(unicode=True, colour=True, dumb=False, mouse=True)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_glyphs_are_one_cell_wide(glyphs: Glyphs) -> None:
    single = [field.name for field in fields(Glyphs) if field.name not in {"ascii", "border"}]
    values = [value for name in single for value in getattr(glyphs, name)]
    assert {cell_len(value) for value in values} == {1}
    assert glyphs.border in BORDER_CHARS
    if glyphs.ascii:
        assert "".join(values).isascii()
        assert "".join(map("".join, BORDER_CHARS[glyphs.border])).isascii()


def test_restore_brings_back_line_settings_and_leaves_the_modes() -> None:
    master, slave = pty.openpty()
    try:
        before = save_terminal(slave)
        raw = termios.tcgetattr(slave)
        raw[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(slave, termios.TCSANOW, raw)
        restore_terminal(slave, before)
        assert termios.tcgetattr(slave)[3] == before[3]
        assert os.read(master, 4096).decode() == RESTORE
    finally:
        os.close(master)
        os.close(slave)


def test_restore_on_what_is_no_terminal_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    saved = save_terminal(writer)
    assert saved == []
    restore_terminal(writer, saved)
    os.close(writer)
    restore_terminal(writer, saved)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ""),
        ({"LANG": "C"}, ""),
        ({"LC_CTYPE": "C.UTF-8"}, "C.UTF-8"),
        ({"LANG": "C.UTF-8", "LC_CTYPE": "C"}, "C"),
    ],
)
def test_what_python_coerces_is_seen_through(environ: dict[str, str], expected: str) -> None:
    code = (
        "from tui.ui.terminal import original_environ;print(original_environ().get('LC_CTYPE', ''))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=environ, text=True
    )
    assert result.stdout.strip() == expected


def test_the_command_line_can_use_it_without_textual() -> None:
    code = "import sys, tui.ui.terminal; print({'textual', 'rich'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert result.stdout == b"set()\n"
