"""A made-up Engine whose only container writes without end: a process of its own.

    python -m tests.bench.torrent FOLDER frames|terminal LINES_A_SECOND

Zero lines a second is as fast as they are taken. It prints the path of its socket.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.bench.figures import Line, Series, line
from tests.bench.measures import REST, Size, orlop
from tests.bench.soak import BARE, GOAL, Answers, Hand, use_log
from tests.bench.terminal import ECHO, Terminal
from tests.bench.watching import Watch
from tests.engine import shapes
from tests.engine.fakes import Answer, FakeEngine, answer
from tui.logs.line import STDERR, STDOUT
from tui.logs.lines import HEADER

BATCH: Final = 500
"""Lines that are sent at a time."""

MUCH: Final = 50_000
"""Lines a second."""

GROWTH: Final = 12.0
"""MB that may be resident more after the torrent has filled the ring."""

_STAMP: Final = b"2026-11-26T12:00:00.000000000Z"
_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n"


def batch(*, tty: bool) -> bytes:
    """Return lines as the Engine sends them, all of the time `_STAMP`."""
    sent: list[bytes] = []
    for number in range(BATCH):
        text = b"%s %07d-%02d GET /things/%d of many\n" % (_STAMP, 0, number % 100, number)
        stream = STDERR if number % 10 == 0 else STDOUT
        sent.append(text if tty else HEADER.pack(stream, len(text)) + text)
    return b"".join(sent)


def torrent(rate: int, *, tty: bool) -> Answer:
    """Return what serves a log of so many lines a second, each batch with the time it is sent."""
    template = batch(tty=tty)

    def serve(connection: socket.socket) -> None:
        connection.sendall(_HEAD)
        began, sent = time.monotonic(), 0
        while True:
            now = datetime.now(UTC).isoformat(timespec="microseconds")[:26].encode() + b"000Z"
            data = template.replace(_STAMP, now).replace(b" 0000000-", b" %07d-" % (sent // BATCH))
            connection.sendall(data)
            sent += BATCH
            if rate and (ahead := sent / rate - (time.monotonic() - began)) > 0:
                time.sleep(ahead)

    return serve


def serve(folder: Path, kind: str, rate: int) -> None:
    """Serve until standard input ends."""
    tty = kind == "terminal"
    container = {**shapes.CONTAINER_20, "Names": ["/torrent"], "State": "running"}
    path = f"/containers/{container['Id']}"
    state = {"Config": {"Tty": tty}, "State": {"Running": True}}
    with FakeEngine(folder) as engine:
        engine.answers |= {
            "/images/json": answer([]),
            "/containers/json": answer([container]),
            f"{path}/json": answer(state),
            f"{path}/logs": torrent(rate, tty=tty),
            "/events": engine.begin_then_hang(_HEAD),
        }
        sys.stdout.write(f"{engine.path}\n")
        sys.stdout.flush()
        sys.stdin.read()


@contextmanager
def running(kind: str, rate: int) -> Iterator[str]:
    """Run such an Engine; yields the path of its socket."""
    with tempfile.TemporaryDirectory(prefix="orlop-", dir="/tmp") as folder:
        command = [sys.executable, "-m", "tests.bench.torrent", folder, kind, str(rate)]
        with subprocess.Popen(
            command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            try:
                yield process.stdout.readline().strip()
            finally:
                process.stdin.close()


def lines_of_torrents(size: Size, seconds: float) -> list[Line]:
    """Measure the screen of logs below each torrent for so long."""
    lines: list[Line] = []
    for kind in ("frames", "terminal"):
        for rate in (MUCH, 0):
            name = f"{kind}, {rate:,} lines a second" if rate else f"{kind}, at full speed"
            lines += _lines_of_one(name, kind, rate, size, seconds)
    return lines


def _lines_of_one(name: str, kind: str, rate: int, size: Size, seconds: float) -> list[Line]:
    answers = Answers()
    with (
        running(kind, rate) as engine,
        Terminal(ECHO, size) as echo,
        orlop(engine, size) as terminal,
    ):
        hand, bare = Hand(terminal, answers), Hand(echo, answers)
        hand.go(b"2z", "torrent")
        terminal.settle(REST)
        terminal.ignored = frozenset({0})
        hand.go(b"l", "following", "GET /things")
        time.sleep(4 * REST)  # the ring is full
        end = time.monotonic() + seconds
        with Watch(terminal, seconds / 20) as watch:
            before = _count(terminal)
            began = time.monotonic()
            while time.monotonic() < end:
                use_log(hand, name)
                for _ in range(5):
                    bare.still(BARE, b"x")
            speed = (_count(terminal) - before) / (time.monotonic() - began)
    growth = watch.growth()
    lines = [Line(f"{name}: lines a second that are taken", f"{speed:,.0f}", speed)]
    for view, series in answers.of.items():
        lines.append(line(f"{view}: a key, p95", series, "ms", goal=GOAL, part=0.95))
    memory = Series([sample.resident for sample in watch.samples])
    lines.append(line(f"{name}: resident memory", memory, "MB"))
    lines.append(Line("... more at the end", f"{growth:+.1f} MB", growth, GROWTH))
    lines.append(Line("... CPU", f"{watch.share:.1f} %", watch.share))
    return lines


def _count(terminal: Terminal) -> int:
    """Return the number of the newest batch on the screen, in lines."""
    terminal.feed()
    found: list[str] = []

    def seen(text: str) -> bool:
        found[:] = re.findall(r"\b(\d{7})-\d\d GET", text)
        return bool(found)

    terminal.wait(seen)
    return int(found[-1]) * BATCH


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        serve(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
