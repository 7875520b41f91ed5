"""The measurements, each on a `Terminal`."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from docker import APIClient

from tests.bench.figures import Series
from tests.bench.relay import Relay
from tests.bench.terminal import HELLO, NO_ANSWER, ORLOP, Change, Terminal
from tests.bench.world import PATTERN, PREFIX

ROWS: Final = re.compile(rf"{PATTERN}|[a-z]:(?:1\.\d+|build-\d+) ")
"""Rows of images, on the Engines and on the practice engine."""
ABOUT_ONE: Final = re.compile(r"/images/.+/(json|history)$")
DOWN: Final = b"\x1b[B"
REST: Final = 1.5
"""Seconds after which nothing that a start or a key began goes on any more."""

WAKE: Final = f"{PREFIX}-wake"
"""Repository of the names that are given from outside."""

Measured = dict[str, Series]
"""Name of a measurement → its values over all runs."""

Size = tuple[int, int]


@dataclass(slots=True)
class Keys:
    """What each key of one kind cost."""

    settled: Series = field(default_factory=Series)
    """Milliseconds until the last change of the screen."""
    size: Series = field(default_factory=Series)
    """Bytes of output."""
    cpu: Series = field(default_factory=Series)
    """Milliseconds of processor time."""


def wait_for_calm(limit: float = 8.0, share: float = 0.1) -> None:
    """Wait until others use little of the machine, at most `limit` seconds."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        before, start = _busy(), time.monotonic()
        time.sleep(0.3)
        if (_busy() - before) / (time.monotonic() - start) < share * (os.cpu_count() or 1):
            return


def _busy() -> float:
    """Return the processor seconds of the whole machine since it started."""
    ticks = [int(word) for word in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def orlop(engine: str, size: Size) -> Terminal:
    """Start orlop on an Engine."""
    return Terminal(ORLOP, size, DOCKER_HOST=f"unix://{engine}")


def has_rows(text: str) -> bool:
    """Whether images are on the screen."""
    return ROWS.search(text) is not None


def start_of_hello(size: Size, into: Measured) -> None:
    """Measure exec to first paint of a bare Textual app, and how long it takes to quit."""
    wait_for_calm()
    with Terminal(HELLO, size) as terminal:
        shown = terminal.wait(lambda text: "hello" in text)
        _add(into, "hello start", (shown - terminal.started) * 1000)
        terminal.settle(0.5)
        sent = terminal.press(b"\x11")
        _add(into, "hello quit", (terminal.wait_for_end() - sent) * 1000)


def start_of_orlop(engine: str, size: Size, into: Measured) -> None:
    """Measure exec to first paint and to rows, the memory after it, and how long quitting takes."""
    wait_for_calm()
    with orlop(engine, size) as terminal:
        painted = terminal.wait(lambda text: bool(text.strip()))
        shown = painted if has_rows(terminal.text) else terminal.wait(has_rows)
        _add(into, "paint", (painted - terminal.started) * 1000)
        _add(into, "images", (shown - terminal.started) * 1000)
        _add(into, "images cpu", terminal.cpu() * 1000)
        terminal.settle(REST)
        _add(into, "start cpu", terminal.cpu() * 1000)
        _add(into, "start bytes", terminal.total)
        _add(into, "start memory", terminal.peak() / 1e6)
        sent = terminal.press(b"q")
        _add(into, "quit", (terminal.wait_for_end() - sent) * 1000)


def first_key(engine: str, size: Size, into: Measured) -> None:
    """Measure exec to the answer to a key that was typed at the first paint: a mark."""
    wait_for_calm()
    with orlop(engine, size) as terminal:
        terminal.wait(lambda text: bool(text.strip()))
        terminal.press(b" ")
        answered = terminal.wait(lambda text: "1 marked" in text)
        _add(into, "first key", (answered - terminal.started) * 1000)


def _add(into: Measured, name: str, value: float) -> None:
    into.setdefault(name, Series()).values.append(value)


def use(engine: str, size: Size, into: Measured, *, keys: int = 40, idle: float = 20.0) -> Keys:
    """Press `down` until the list has scrolled for a while, then idle; returns the keys' cost."""
    wait_for_calm()
    cost = Keys()
    with orlop(engine, size) as terminal:
        terminal.wait(has_rows)
        terminal.settle(REST)
        for _ in range(keys):
            press_key(terminal, DOWN, cost)
        terminal.settle(REST)
        _idle(terminal, idle, into)
        _add(into, "memory", terminal.peak() / 1e6)
    return cost


def press_key(terminal: Terminal, key: bytes, cost: Keys) -> None:
    """Press one key and wait until the screen rests."""
    total, cpu = terminal.total, terminal.cpu()
    sent = terminal.press(key)
    changes = terminal.settle(after=sent)
    # What a rest of the cursor brings later (layers) belongs to no key.
    cost.settled.values.append((settled(changes, sent) - sent) * 1000)
    cost.size.values.append(terminal.total - total)
    cost.cpu.values.append((terminal.cpu() - cpu) * 1000)


def settled(changes: Iterable[Change], sent: float) -> float:
    """Return when the screen changed last; a missing change counts as a slow one."""
    return max((change.at for change in changes if change.changed), default=sent + NO_ANSWER)


def _idle(terminal: Terminal, seconds: float, into: Measured) -> None:
    total, cpu, switches = terminal.total, terminal.cpu(), terminal.switches()
    start = time.monotonic()
    time.sleep(seconds)
    passed = time.monotonic() - start
    _add(into, "idle bytes", terminal.total - total)
    _add(into, "idle cpu", 100 * (terminal.cpu() - cpu) / passed)
    _add(into, "idle wakeups", (terminal.switches() - switches) / passed)


def wake_up(engine: str, size: Size, into: Measured, *, times: int = 5) -> None:
    """Give an image a new name from outside; measure until its row is on the screen."""
    wait_for_calm()
    api = APIClient(f"unix://{engine}", version="auto")
    try:
        with orlop(engine, size) as terminal:
            terminal.wait(has_rows)
            terminal.settle(REST)
            for typed in ("/", WAKE, "\r"):
                terminal.press(typed.encode())
                terminal.settle()
            terminal.settle(REST)
            for number in range(times):
                _wake_up_once(terminal, api, f"{WAKE}:{number}", into)
    finally:
        for image in api.images(name=WAKE):
            for tag in image["RepoTags"]:
                if tag.startswith(f"{WAKE}:"):
                    api.remove_image(tag)
        api.close()


def _wake_up_once(terminal: Terminal, api: APIClient, name: str, into: Measured) -> None:
    sent = time.monotonic()
    repository, _, tag = name.partition(":")
    api.tag(f"{PREFIX}/img-0000:latest", repository, tag, force=True)
    shown = terminal.wait(lambda text: name in text)
    _add(into, "wake-up", (shown - sent) * 1000)
    terminal.settle(REST)


@dataclass(frozen=True, slots=True)
class Requests:
    """What a start asks of the Engine."""

    start: tuple[str, ...]
    """The paths until the lists are there, in their order."""
    facts: int
    """How many more, for inspect and history of the images in sight."""


def requests_of_start(engine: str, size: Size, socket: str) -> Requests:
    """Count the Engine requests of a start, through a relay at the path `socket`."""
    with Relay(engine, socket) as relay, orlop(socket, size) as terminal:
        terminal.wait(has_rows)
        terminal.settle(2 * REST)
        paths = tuple(relay.paths)
    start = tuple(path for path in paths if not ABOUT_ONE.match(path))
    return Requests(start, len(paths) - len(start))
