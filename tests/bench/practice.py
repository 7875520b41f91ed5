"""The practice engine with 10,000 images and 2,000 containers, and orlop on it: needs no Docker."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tests.bench.figures import Line, Series, line
from tests.bench.measures import Measured, Size, requests_of_start, start_of_orlop, use
from tests.practice.talk import ask

IMAGES: Final = 10_000
CONTAINERS: Final = 2_000
FEW: Final = 10

_RESIDENT: Final = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)


class Started(NamedTuple):
    """A practice engine that answers."""

    socket: str
    seconds: float
    """From the start of the process to its first answer."""
    megabytes: float
    """Resident, after both lists were told."""


@contextmanager
def practice_engine(folder: str, images: int, containers: int) -> Iterator[Started]:
    """Serve so many images and containers from a process of its own."""
    socket = Path(folder) / f"{images}.sock"
    sizes = (f"--images={images}", f"--containers={containers}")
    command = [sys.executable, "-m", "tui.cli", "practice", "serve", f"--socket={socket}", *sizes]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        ask(socket, "GET", "/_ping")
        seconds = time.monotonic() - began
        counts = [
            len(ask(socket, "GET", path).json)
            for path in ("/images/json", "/containers/json?all=1")
        ]
        assert counts == [images, containers]
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        resident = _RESIDENT.search(status)
        try:
            yield Started(str(socket), seconds, int(resident[1]) / 1024 if resident else 0.0)
        finally:
            process.terminate()


def lines_of_practice(size: Size, *, runs: int, uses: int, idle: float) -> list[Line]:
    """Measure, and return the rows of the table."""
    started, memory = Series(), Series()
    measured: Measured = {}
    with tempfile.TemporaryDirectory(prefix="orlop-", dir="/tmp") as folder:
        for _ in range(min(runs, 3)):
            with practice_engine(folder, IMAGES, CONTAINERS) as engine:
                started.values.append(engine.seconds)
                memory.values.append(engine.megabytes)
        with (
            practice_engine(folder, IMAGES, CONTAINERS) as many,
            practice_engine(folder, FEW, 0) as few,
        ):
            for _ in range(runs):
                start_of_orlop(many.socket, size, measured)
            keys = Series()
            for _ in range(uses):
                keys.values += use(many.socket, size, measured, idle=idle).settled.values
            asked = requests_of_start(many.socket, size, f"{folder}/relay.sock")
            asked_few = requests_of_start(few.socket, size, f"{folder}/few-relay.sock")
    return [
        line("practice engine, 10,000 images, 2,000 containers: until it answers", started, "s"),
        line("... its memory", memory, "MB"),
        line("orlop on it: first paint", measured["paint"], "ms"),
        line("... 10,000 images shown", measured["images"], "ms"),
        line("... CPU until images shown", measured["images cpu"], "ms"),
        line("... peak memory after a start", measured["start memory"], "MB"),
        line("... key down: settled", keys, "ms"),
        line("... key down: settled, p95", keys, "ms", part=0.95),
        line("... idle: bytes", measured["idle bytes"], "B", goal=0),
        line(
            "... requests of a start (goal: as with 10 images)",
            Series([len(asked.start)]),
            "",
            goal=len(asked_few.start),
        ),
    ]
