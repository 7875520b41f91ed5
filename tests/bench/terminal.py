"""A pseudo terminal that measures the program in it.

One thread does nothing but read, stamp each chunk and answer the queries that programs wait
for. What the chunks show is found out later, when the program is quiet: an emulator in Python
is slow and must not take the program's processor.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import pyte

QUIET: Final = 0.06
"""Seconds without output after which a screen counts as settled."""

NO_ANSWER: Final = 1.0
"""Seconds after which a key counts as one without an answer."""

PATIENCE: Final = 30.0
"""Seconds after which what was waited for counts as missing."""

ANSWERS: Final[Mapping[bytes, bytes]] = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?u": b"\x1b[?0u",
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[5n": b"\x1b[0n",
}
"""Query → what a terminal of today says."""

UNKNOWN_TO_PYTE: Final = re.compile(rb"\x1b\[[<=>?][0-9;]*u|\x1b\[\?[0-9;]*\$p")


class Missing(RuntimeError):
    """What was waited for did not come, or the program ended; the screen is in the text."""


class Chunk(NamedTuple):
    """One piece of output."""

    at: float
    """Seconds of the monotonic clock."""
    data: bytes


class Change(NamedTuple):
    """A chunk after the emulator has seen it."""

    at: float
    size: int
    changed: bool
    """Whether a cell or the visible cursor looks different from before."""


class Terminal:
    """A program in a terminal; a context manager that ends the program."""

    def __init__(self, command: Sequence[str], size: tuple[int, int], **environ: str) -> None:
        self.width, self.height = size
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._chunks: deque[Chunk] = deque()
        self._arrived = threading.Condition()
        self._tail = b""
        self._shown: tuple[object, ...] = ()
        self._last = time.monotonic()
        self.ignored: frozenset[int] = frozenset()
        """Lines of the screen, from 0, whose changes do not count: a counter, say."""
        self._looks_different()
        self.total = 0
        """Bytes of output so far."""
        self._start(command, _environ(environ))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._reap():
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        self._reader.join(5)
        os.close(self._fd)

    def _start(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self.started = time.monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # the child
            try:
                shape = struct.pack("HHHH", self.height, self.width, 0, 0)
                fcntl.ioctl(0, termios.TIOCSWINSZ, shape)
                os.execvpe(command[0], list(command), environ)
            finally:
                os._exit(127)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        """Take the output; in a thread of its own."""
        while True:
            select.select([self._fd], [], [])
            try:
                data = os.read(self._fd, 65536)
            except OSError:  # the program has gone
                data = b""
            at = time.monotonic()
            if not data:
                return
            self._answer(data)
            with self._arrived:
                self._chunks.append(Chunk(at, data))
                self.total += len(data)
                self._last = at
                self._arrived.notify_all()

    def _answer(self, data: bytes) -> None:
        text = self._tail + data
        for query, answer in ANSWERS.items():
            for _ in range(text.count(query) - self._tail.count(query)):
                os.write(self._fd, answer)
        self._tail = text[-12:]

    # The screen

    @property
    def text(self) -> str:
        """What is on the screen, as far as `feed` has been."""
        return "\n".join(self._screen.display)

    def backgrounds(self, x: int) -> list[tuple[str, bool]]:
        """Return the background of each line's cell in a column, and whether it is reversed."""
        cells = (self._screen.buffer[y][x] for y in range(self.height))
        return [(cell.bg, cell.reverse) for cell in cells]

    def feed(self) -> list[Change]:
        """Show the emulator what has come; one `Change` a chunk."""
        changes = []
        while self._chunks:
            at, data = self._chunks.popleft()
            self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", data))
            changes.append(Change(at, len(data), self._looks_different()))
        return changes

    def _looks_different(self) -> bool:
        screen = self._screen
        cursor = (screen.cursor.x, screen.cursor.y, screen.cursor.hidden)
        rows = tuple(
            tuple(screen.buffer[y][x] for x in range(screen.columns))
            for y in range(screen.lines)
            if y not in self.ignored
        )
        before, self._shown = self._shown, (rows, cursor[2] or cursor)
        return before != self._shown

    def wait(self, seen: Callable[[str], bool], *, seconds: float = PATIENCE) -> float:
        """Return when a screen came of which `seen` is true, in seconds of the monotonic clock.

        Raises Missing.
        """
        end = time.monotonic() + seconds
        while True:
            while self._chunks:
                at, data = self._chunks.popleft()
                self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", data))
                if seen(self.text):
                    return at
            with self._arrived:
                if self._chunks or self._arrived.wait(min(0.5, end - time.monotonic())):
                    continue
            if time.monotonic() >= end or self._reap():
                raise Missing(self.text)

    def press(self, keys: bytes) -> float:
        """Send keys; returns when."""
        at = time.monotonic()
        os.write(self._fd, keys)
        return at

    def settle(self, quiet: float = QUIET, *, after: float = 0.0) -> list[Change]:
        """Wait until nothing came for `quiet` seconds from now on; Missing if it never rests.

        With `after`, when keys were sent, first wait for an answer to them.
        """
        end = time.monotonic() + PATIENCE
        with self._arrived:
            while after > self._last and (left := after + NO_ANSWER - time.monotonic()) > 0:
                self._arrived.wait(left)
            self._last = max(self._last, time.monotonic())
            while (left := self._last + quiet - (now := time.monotonic())) > 0:
                if now > end:
                    raise Missing(f"it never rests: {self.text}")
                self._arrived.wait(left)
        return self.feed()

    # The process

    def cpu(self) -> float:
        """Processor seconds of all threads so far."""
        return time.clock_gettime(~self.pid << 3 | 2)

    def switches(self) -> int:
        """How often its threads have gone to sleep so far."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            found = re.search(r"^voluntary_ctxt_switches:\s*(\d+)", _status(task), re.MULTILINE)
            total += int(found[1]) if found else 0
        return total

    def peak(self) -> int:
        """Return the most memory that was ever resident, in bytes."""
        found = re.search(r"^VmHWM:\s*(\d+) kB", _status(Path(f"/proc/{self.pid}")), re.MULTILINE)
        assert found
        return int(found[1]) * 1024

    def resident(self) -> int:
        """Return the memory that is resident now, in bytes; 0 after its end."""
        found = re.search(r"^VmRSS:\s*(\d+) kB", _status(Path(f"/proc/{self.pid}")), re.MULTILINE)
        return int(found[1]) * 1024 if found else 0

    def connections(self) -> int:
        """Return how many sockets it has open."""
        count = 0
        for descriptor in Path(f"/proc/{self.pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # it was closed meanwhile
                count += os.readlink(descriptor).startswith("socket:")
        return count

    def wait_for_end(self, *, seconds: float = PATIENCE) -> float:
        """Return when the program was gone. Raises Missing."""
        end = time.monotonic() + seconds
        while not self._reap():
            if time.monotonic() > end:
                raise Missing(self.text)
            time.sleep(0.0005)
        return time.monotonic()

    _gone = False

    def _reap(self) -> bool:
        if not self._gone:
            self._gone = os.waitpid(self.pid, os.WNOHANG)[0] != 0
        return self._gone


def _status(process: Path) -> str:
    try:
        return (process / "status").read_text()
    except OSError:  # a thread that has ended
        return ""


def _environ(more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a user in a UTF-8 terminal; byte code may be used and written."""
    unwanted = ("PYTHONDONTWRITEBYTECODE", "COLORTERM", "NO_COLOR", "TMUX", "COLUMNS", "LINES")
    environ = {
        name: value
        for name, value in os.environ.items()
        if name not in unwanted and not name.startswith(("LC_", "TEXTUAL", "DOCKER_"))
    }
    return environ | {"TERM": "xterm-256color", "LANG": "C.UTF-8"} | dict(more)


ORLOP: Final = (str(Path(sys.executable).with_name("orlop")),)
HELLO: Final = (sys.executable, str(Path(__file__).with_name("hello.py")))
ECHO: Final = (sys.executable, str(Path(__file__).with_name("echo.py")))
