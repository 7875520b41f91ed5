"""The terminal while a program has it: a pseudo terminal on one side, a socket on the other."""

from __future__ import annotations

import os
import socket
import termios
import threading
from collections.abc import Iterator

import pytest

from tests.waiting import until
from tui.engine.console import Console, Size
from tui.engine.detachkeys import USUAL
from tui.engine.hijack import HijackedStream
from tui.logs.lines import HEADER
from tui.ui.rawterminal import Frames, converse


class Desk:
    """A console in a terminal of its own, served by a thread."""

    def __init__(
        self,
        *,
        tty: bool = True,
        takes_input: bool = True,
        waits: bool = False,
        detach: bytes = USUAL.keys,
        typed: bytes = b"",
    ) -> None:
        self.program, ours = socket.socketpair()
        self.program.settimeout(10)
        self.master, self.slave = os.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.console = Console(
            HijackedStream(ours),
            heading="heading",
            tty=tty,
            takes_input=takes_input,
            waits=waits,
            detach=detach,
        )
        self.console.typed = typed
        self.shown = b""
        self._ours = ours
        self._thread = threading.Thread(
            target=converse, args=(self.console, self.slave, self.slave), daemon=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self._reader.start()
        self.wait(b"heading")

    def _read(self) -> None:
        while True:
            try:
                self.shown += os.read(self.master, 65536)
            except OSError:
                return

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def wait(self, text: bytes) -> None:
        until(lambda: text in self.shown, f"{text!r} in {self.shown[-300:]!r}")

    def ended(self) -> None:
        """Wait for the end, which leaves the terminal as it was."""
        self._thread.join(10)
        assert not self._thread.is_alive()
        assert termios.tcgetattr(self.slave) == self.before

    def close(self) -> None:
        self.program.close()
        self._thread.join(10)
        self._ours.close()
        self.console.close()
        os.close(self.slave)
        os.close(self.master)
        self._reader.join(10)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


def test_bytes_pass_as_they_are(desk: Desk) -> None:
    desk.type(b"\x03\x1a\x04\r\n\x11\x13\x1b[A\xff")
    assert desk.program.recv(100) == b"\x03\x1a\x04\r\n\x11\x13\x1b[A\xff"
    desk.program.sendall(b"\n\x1b[6n\xfe")
    desk.wait(b"\n\x1b[6n\xfe")
    desk.program.close()
    desk.ended()


def test_more_than_all_buffers_both_ways(desk: Desk) -> None:
    """The program writes back before it reads on, so both directions are full at times."""
    text = bytes(range(32, 127)) * 8000
    got = bytearray()

    def program() -> None:
        while len(got) < len(text):
            data = desk.program.recv(3000)
            got.extend(data)
            desk.program.sendall(data)

    serving = threading.Thread(target=program, daemon=True)
    serving.start()
    for start in range(0, len(text), 1000):
        desk.type(text[start : start + 1000])
    serving.join(30)
    assert bytes(got) == text
    until(lambda: text in desk.shown, "all of it is shown")


def test_the_detach_keys_stay_here(desk: Desk) -> None:
    desk.type(b"a\x10")
    assert desk.program.recv(10) == b"a"
    desk.type(b"b\x10")
    assert desk.program.recv(10) == b"\x10b"
    desk.type(b"\x11c")
    desk.ended()
    assert desk.console.was_left


def test_modes_of_a_program_that_died_are_put_back(desk: Desk) -> None:
    desk.program.sendall(b"\x1b[?10")
    desk.wait(b"\x1b[?10")
    desk.program.sendall(b"49h\x1b[?1000h\x1b[?1h\x1b=\x1b[?25l")
    desk.wait(b"\x1b[?25l")
    desk.type(b"keys for it")
    desk.program.close()
    desk.ended()
    desk.wait(b"\x1b[0 q")
    after = desk.shown.rpartition(b"\x1b[?25l")[2]
    for sequence in (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1l", b"\x1b>", b"\x1b[?25h"):
        assert sequence in after


def test_a_screen_that_was_not_entered_is_not_left(desk: Desk) -> None:
    """Leaving it would put the cursor where it was saved last, over older lines."""
    desk.program.sendall(b"\x1b[?1049h full \x1b[?1049l")
    desk.wait(b" full \x1b[?1049l")
    desk.program.close()
    desk.ended()
    desk.wait(b"\x1b[0 q")
    assert desk.shown.count(b"\x1b[?1049l") == 1


def test_it_is_left_when_the_job_is_cancelled(desk: Desk) -> None:
    desk.console.end()
    desk.ended()
    assert not desk.console.was_left


@pytest.fixture
def console() -> Iterator[Console]:
    with socket.socket() as sock:
        console = Console(HijackedStream(sock), heading="")
        yield console
        console.close()


def test_a_console_that_nobody_took_is_over_with_its_job(console: Console) -> None:
    console.end()
    assert list(console.sizes()) == []
    assert not console.take()


def test_only_the_newest_size_is_told(console: Console) -> None:
    for columns in (80, 90, 100):
        console.resized(Size(columns, 24))
    assert next(console.sizes()) == Size(100, 24)


def test_a_change_of_size_is_told(desk: Desk) -> None:
    sizes = desk.console.sizes()
    assert next(sizes) == Size(80, 24), "a terminal that does not know its size"
    termios.tcsetwinsize(desk.slave, (30, 100))
    desk.console.wake()
    assert next(sizes) == Size(100, 30)


def test_without_a_terminal_lines_are_edited_here() -> None:
    desk = Desk(tty=False)
    desk.type(b"wrong\x15right\n")
    assert desk.program.recv(100) == b"right\n"
    desk.type(b"\x04")
    assert desk.program.recv(100) == b""
    desk.type(b"\x03")
    desk.ended()
    assert desk.console.was_left
    desk.close()


def test_a_program_that_reads_nothing_is_left_by_ctrl_c() -> None:
    desk = Desk(takes_input=False)
    desk.type(b"lost")
    desk.type(b"\x03")
    desk.ended()
    assert desk.console.was_left
    desk.program.setblocking(False)
    with pytest.raises(BlockingIOError):
        desk.program.recv(10)
    desk.close()


def test_somebody_reads_before_the_screen_comes_back() -> None:
    desk = Desk(waits=True)
    desk.program.sendall(b"words")
    desk.program.shutdown(socket.SHUT_RDWR)
    desk.wait(b"press a key")
    desk.type(b"x")
    desk.ended()
    desk.close()


def test_the_end_of_the_input_comes_behind_it() -> None:
    """Also where the program takes it slowly."""
    desk = Desk(tty=False)
    desk.console.stream._sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    lines = [b"x" * 999 + b"\n"] * 50
    for line in lines:
        desk.type(line)
    desk.type(b"\x04")
    got = b""
    while data := desk.program.recv(1000):
        got += data
    assert got == b"".join(lines)
    desk.close()


def test_frames_become_harmless_text() -> None:
    frames = Frames()
    text = "é \x1b[31mred\x1b]52;c;aGk=\x07\x9b2J\n".encode()
    data = b"".join(
        HEADER.pack(stream, len(part)) + part for stream, part in ((1, text[:1]), (1, text[1:]))
    )
    shown = "".join(frames.text(data[at : at + 1]) for at in range(len(data)))
    assert shown.startswith("é \x1b[31mred"), "colours stay"
    assert shown.replace("\n", "").replace("\x1b[31m", "").isprintable()
    assert frames.text(b"Error: no frames, but the Engine's own words") == ""


def test_other_detach_keys_are_held_until_they_are_known() -> None:
    desk = Desk(detach=b"aab")
    desk.type(b"aaaaxab")
    assert desk.program.recv(20) == b"aaaaxab"
    desk.type(b"-aa")
    assert desk.program.recv(20) == b"-"
    desk.type(b"ab")
    desk.ended()
    assert desk.console.was_left
    desk.program.settimeout(10)
    assert desk.program.recv(20) == b"a"
    desk.close()


def test_keys_that_came_before_are_the_first_ones() -> None:
    desk = Desk(typed=b"before ")
    desk.type(b"after")
    until(lambda: desk.program.recv(20, socket.MSG_PEEK) == b"before after", "both")
    desk.close()
