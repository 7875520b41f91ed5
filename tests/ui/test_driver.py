from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from types import TracebackType

import pyte
import pytest
from textual.drivers.linux_driver import LinuxDriver

from tui.ui.driver import DiffDriver, FrameWriter, driver_class
from tui.ui.terminal import STOCK_DRIVER

WIDTH, HEIGHT = 80, 24
DEADLINE = 30.0
"""Seconds after which a screen that does not come is a failure."""

UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=?][0-9;]*u|\x1b\[\?[0-9;]*\$p")


class Session:
    """The list app in a pseudo terminal, and what it shows by pyte's judgement."""

    def __init__(self, **environ: str) -> None:
        self.master, slave = os.openpty()
        self.resize(WIDTH, HEIGHT)
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        env = {
            "PATH": os.environ["PATH"],
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "TEXTUAL_DISABLE_KITTY_KEY": "1",
            **environ,
        }
        command = [sys.executable, "-m", "tests.ui.listapp"]
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
        )
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.stream = pyte.ByteStream(self.screen)
        self.output = b""

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    def resize(self, width: int, height: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def read(self, seconds: float) -> bool:
        """Take what the app sends; False if there was nothing for this long."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        data = os.read(self.master, 65536)
        self.output += data
        self.stream.feed(UNKNOWN_TO_PYTE.sub(b"", data))
        return True

    def wait(self, text: str) -> None:
        """Wait until a text is on the screen."""
        end = time.monotonic() + DEADLINE
        while not any(text in line for line in self.screen.display):
            assert time.monotonic() < end, "\n".join(self.screen.display)
            self.read(0.2)

    def press(self, keys: str, text: str) -> int:
        """Press keys, wait for a text, and return the bytes that came."""
        sent = len(self.output)
        os.write(self.master, keys.encode())
        self.wait(text)
        return len(self.output) - sent

    def quit(self) -> str:
        """Quit and return all that was on the screen, with every attribute."""
        os.write(self.master, b"\x11")
        end = time.monotonic() + DEADLINE
        while self.process.poll() is None:
            assert time.monotonic() < end
            self.read(0.05)
        while self.read(0):
            pass
        cells = (
            " ".join(map(str, self.screen.buffer[y][x]))
            for y in range(self.screen.lines)
            for x in range(self.screen.columns)
        )
        return "\n".join(cells)


DOWN, UP, END, PAGE = "\x1b[B", "\x1b[A", "\x1b[F", "\x1b[6~"


@contextlib.contextmanager
def sessions(**environ: str) -> Iterator[tuple[Session, Session]]:
    """The same app with Textual's driver and with ours."""
    with Session(**environ, ORLOP_STOCK_DRIVER="1") as stock, Session(**environ) as ours:
        yield stock, ours


def test_the_environment_goes_back_to_textuals_driver() -> None:
    assert driver_class({STOCK_DRIVER: "1"}) is None
    assert driver_class({STOCK_DRIVER: ""}) is DiffDriver
    assert issubclass(DiffDriver, LinuxDriver)


@pytest.mark.parametrize("colorterm", ["", "truecolor"])
def test_both_drivers_show_the_same(colorterm: str) -> None:
    """Text and attributes of every cell, after moving, scrolling, paging and jumping."""
    with sessions(COLORTERM=colorterm) as pair:
        finals = []
        for session in pair:
            session.wait("perf-img-0000")
            session.press(DOWN * 30, "perf-img-0030")
            session.press(PAGE * 3, "perf-img-0093")
            session.press(UP * 25, "perf-img-0068")
            session.press(END, "perf-img-0999")
            session.press(UP * 30 + "\t", "perf-img-0969")
            finals.append(session.quit())
        assert finals[0] == finals[1]


def test_the_diff_takes_fewer_bytes_to_scroll() -> None:
    with sessions() as pair:
        counts = []
        for session in pair:
            session.wait("perf-img-0000")
            session.press(DOWN * 25, "perf-img-0025")
            counts.append([session.press(DOWN, f"perf-img-{n:04d}") for n in range(26, 46)])
        stock, ours = map(sum, counts)
        assert ours * 5 < stock


def test_a_resize_repaints_everything() -> None:
    with Session() as session:
        session.wait("perf-img-0021")
        session.screen.resize(12, 60)
        session.screen.reset()
        session.resize(60, 12)
        session.wait("REPOSITORY")
        session.press(DOWN * 9, "perf-img-0009")
        display = session.screen.display
        assert display[0].strip() == "demo"
        assert display[2].startswith("  perf-img-0000:镜像")


def test_after_something_else_had_the_screen_all_is_back() -> None:
    with sessions() as pair:
        finals = []
        for session in pair:
            session.wait("perf-img-0000")
            session.press(DOWN * 30, "perf-img-0030")
            session.press("x" + DOWN, "perf-img-0031")
            session.wait("demo")
            session.wait("REPOSITORY")
            finals.append(session.quit())
            assert b"something else" in session.output
        assert finals[0] == finals[1]
        assert "something" not in finals[1]


def test_quitting_leaves_a_sane_terminal() -> None:
    with Session() as session:
        session.wait("perf-img-0000")
        session.quit()
        assert session.process.returncode == 0
        assert termios.tcgetattr(session.slave)[:4] == session.before[:4]
        switched = re.findall(rb"\x1b\[\?(\d+)([hl])", session.output)
        modes = dict(switched)
        modes.pop(b"7")
        assert modes.pop(b"25") == b"h"
        assert set(modes.values()) == {b"l"}


def test_the_mouse_is_not_asked_for_every_motion() -> None:
    with Session() as session:
        session.wait("perf-img-0000")
        assert b"\x1b[?1002h" in session.output
        assert b"\x1b[?1003h" not in session.output


def test_no_byte_beyond_ascii_where_the_locale_has_none() -> None:
    with Session(LANG="C") as session:
        session.wait("perf-img-0007:????")
        session.quit()
        assert session.output.isascii()


def test_idle_writes_nothing() -> None:
    with Session() as session:
        session.wait("perf-img-0021")
        while session.read(0.5):
            pass
        assert not session.read(1.0)


def test_a_slow_terminal_gets_the_newest_frame_only() -> None:
    """What was written while the terminal did not read is sent as one difference."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    with os.fdopen(reader, "rb") as terminal, os.fdopen(writer, "w") as file:
        thread = FrameWriter(file, lambda: (200, 50), ascii_only=False)
        thread.start()
        for count in range(500):
            line = chr(ord("!") + count % 90) * 200
            thread.write("".join(f"\x1b[{y};1H{line}" for y in range(1, 51)))
            thread.flush()
        thread.write("\x1b[50;1Hthat is all")
        thread.flush()
        received = b""
        while b"that is all" not in received:
            received += os.read(terminal.fileno(), 65536)
        thread.stop()
    assert len(received) < 500 * 200 * 50 / 10


def test_a_terminal_that_is_gone_ends_the_writer_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as file:
        thread = FrameWriter(file, lambda: (20, 5), ascii_only=False)
        thread.start()
        thread.write("\x1b[1;1Hgone")
        thread.stop()
        assert not thread.is_alive()
