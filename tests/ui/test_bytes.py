"""The bytes that reach a terminal: none of them is a sequence that the Engine's text chose."""

from __future__ import annotations

import base64
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from pathlib import Path

import pytest

pytestmark = pytest.mark.terminal

ROOT = Path(__file__).parents[2]
DEADLINE = 30.0
QUIET = 0.2
"""Seconds without a byte after which a screen counts as painted."""

OWN = re.compile(
    r"\x1b\[[0-9;]*[mABCDHJKLMXr]"  # colours, cursor, erasing, scrolling
    r"|\x1b\]22;default\x07"  # the shape of the mouse pointer
    r"|\x1b\[\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2031|2048)[hl]"
    r"|\x1b\[\?(?:2026|2048)\$p|\x1b\[[<>=?][0-9;]*u|\x1b\[6n|\x1b\[c|\x1b\\|\x1bP=[12]s\x1b\\"
)
"""What orlop and Textual send of their own accord."""

CLIPBOARD = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
KEYS = (*"234\rc\x1b1 ad\x1bM\x1bJ\x1b?\x1b:\x1bcc\x1b2K\x1bn\x1bE\x1bq",)
"""Through the panes, sheets and questions, and out."""


def run(kind: str, **environ: str) -> str:
    """Go through the screens in a pseudo terminal; returns all that was written."""
    master, slave = os.openpty()
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    env = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", **environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.ui.hostileapp", kind],
        stdin=slave, stdout=slave, stderr=slave, env=env, cwd=ROOT, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    output = b""

    def read(expected: bytes = b"") -> None:
        nonlocal output
        end = time.monotonic() + DEADLINE
        while select.select([master], [], [], QUIET)[0] or expected not in output:
            assert time.monotonic() < end
            try:
                output += os.read(master, 65536)
            except OSError:  # the app has gone, and the terminal with it
                return

    try:
        read(b"REPOSITORY")
        for key in KEYS:
            os.write(master, key.encode())
            read()
        assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
        process.wait()
        os.close(master)
    return output.decode()


@pytest.mark.parametrize(
    ("kind", "environ", "shown"),
    [("escapes", {}, "PWNED"), ("invisible", {"LANG": "C"}, "gpj.exe")],
)
def test_no_sequence_is_the_engines(kind: str, environ: dict[str, str], shown: str) -> None:
    output = run(kind, **environ)
    assert shown in output
    assert output.count("\x1b[?1049l") == 1
    rest = OWN.sub("", CLIPBOARD.sub("", output)).replace("\r", "").replace("\n", "")
    assert not {char for char in rest if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs"}}
    if environ:
        assert output.isascii()
    if kind == "escapes":  # what was copied is the raw text, and all of it inside base64
        copied = [base64.b64decode(text).decode() for text in CLIPBOARD.findall(output)]
        assert any("\x1b" in text for text in copied)
