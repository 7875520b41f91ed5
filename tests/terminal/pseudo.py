"""orlop in a pseudo terminal: what it shows, and in which state it leaves the terminal."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyte

ROOT: Final = Path(__file__).parents[2]

DEADLINE: Final = 30.0
"""Seconds after which something that does not come is a failure."""

ORLOP: Final = (sys.executable, "-m", "tui.cli")

_MODE: Final = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_KEYS: Final = re.compile(rb"\x1b\[(?:([<>])([0-9]*)u|\?1049([hl]))")
_KEYPAD: Final = re.compile(rb"\x1b([=>])")
_UNKNOWN_TO_PYTE: Final = re.compile(rb"\x1b\[[<>=?][0-9;]*u|\x1b\[\?[0-9;]*\$p")

_SEQUENCE: Final = re.compile(
    rb"\x1b\[[?<>=]?[0-9;]*[a-zA-Z]|\x1b\][^\x1b\x07]*(?:\x1b\\|\x07)|\x1b\\"
)

USUAL: Final = frozenset({7, 25})
"""Private modes that a shell expects: lines wrap, the cursor is seen. No other one is."""


class PseudoTerminal:
    """A program in a terminal of its own, which is its controlling terminal."""

    def __init__(
        self,
        arguments: Sequence[str] = (),
        *,
        environ: Mapping[str, str],
        command: Sequence[str] = ORLOP,
        size: tuple[int, int] = (120, 40),
    ) -> None:
        """Start `command` with `arguments`; `environ` is added to a bare environment."""
        self.master, self.slave = os.openpty()
        width, height = size
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.output = b""
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        bare = {
            "PATH": os.environ["PATH"],
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PYTHONFAULTHANDLER": "1",
        }
        self.process = subprocess.Popen(
            [*command, *arguments],
            cwd=ROOT,
            env=bare | dict(environ),
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.hang_up()
        os.close(self.slave)

    def hang_up(self) -> None:
        """Take the terminal away."""
        if self.master >= 0:
            os.close(self.master)
            self.master = -1

    def stop_output(self) -> None:
        """Let the terminal take no bytes any more, as a connection that hangs."""
        termios.tcflow(self.slave, termios.TCOOFF)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.master, keys.encode())

    def skip(self, count: int) -> None:
        """Read a number of bytes and forget them."""
        deadline = time.monotonic() + DEADLINE
        while count > 0:
            if time.monotonic() > deadline or not select.select([self.master], [], [], 1.0)[0]:
                raise AssertionError(f"{count} bytes do not come")
            count -= len(os.read(self.master, min(count, 65536)))

    def text(self) -> str:
        """Return what is on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def wait_for(self, condition: Callable[[str], object], what: str) -> str:
        """Read until the screen fulfils a condition; returns its text."""
        deadline = time.monotonic() + DEADLINE
        while not condition(self.text()):
            if time.monotonic() > deadline or (
                self.process.poll() is not None and not self._rest()
            ):
                raise AssertionError(f"in vain: {what}\n{self.text()}")
            self._read(0.1)
        return self.text()

    def wait_for_end(self) -> int:
        """Read until the program has ended; returns its exit code as a shell has it."""
        deadline = time.monotonic() + DEADLINE
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"it does not end\n{self.text()}")
            self._read(0.1)
        while self._rest():
            pass
        code = self.process.returncode
        return code if code >= 0 else 128 - code

    def drain(self, quiet: float = 0.1) -> None:
        """Read until nothing has come for some seconds."""
        while self._read(quiet):
            pass

    def oddities(self) -> list[str]:
        """Return how the terminal differs from one that a shell can use; empty is sane."""
        modes = {7: True, 25: True}
        for numbers, end in _MODE.findall(self.output):
            for number in numbers.split(b";"):
                modes[int(number)] = end == b"h"
        odd = [f"mode {mode} is on" for mode in sorted(modes) if modes[mode] and mode not in USUAL]
        odd += [f"mode {mode} is off" for mode in sorted(USUAL) if not modes[mode]]
        if _KEYPAD.findall(self.output)[-1:] == [b"="]:
            odd.append("the keypad sends other keys")
        if self._keyboard_modes():
            odd.append("kitty keys are on")
        if termios.tcgetattr(self.slave) != self.before:
            odd.append("the line settings differ")
        return odd

    def _keyboard_modes(self) -> int:
        """Return how many of kitty's keyboard modes are on a stack; each screen has its own."""
        depths, is_alternate = {False: 0, True: 0}, False
        for sign, number, end in _KEYS.findall(self.output):
            if end:
                is_alternate = end == b"h"
            elif sign == b">":
                depths[is_alternate] += 1
            else:
                depths[is_alternate] = max(0, depths[is_alternate] - int(number or 1))
        return sum(depths.values())

    def after_the_app(self) -> str:
        """Return what was written after the alternate screen was left, without sequences."""
        rest = self.output.rpartition(b"\x1b[?1049l")[2]
        return _SEQUENCE.sub(b"", rest).decode().strip()

    def _rest(self) -> bool:
        return self._read(0.0)

    def _read(self, seconds: float) -> bool:
        """Read what comes within some seconds; False when nothing did."""
        if self.master < 0 or not select.select([self.master], [], [], seconds)[0]:
            if self.master < 0:
                time.sleep(0.01)
            return False
        data = os.read(self.master, 65536)
        self.output += data
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))
        return True


def _take_terminal() -> None:
    """Make standard input the controlling terminal, as a terminal emulator does."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
