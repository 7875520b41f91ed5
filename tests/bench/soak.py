"""Two hundred containers, twenty of which write a thousand lines a second, and orlop on them.

Keys are pressed without end, on the list of containers, the log of one, the log of all that
write, and the stats, while containers change. A key counts as answered with the last change
of the screen (of what stands still), or with the screen that it asks for (of what moves).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from docker import APIClient

from tests.bench.crowd import WRITERS, Changing, crowd, pause_writers, resume_writers
from tests.bench.figures import Line, Series, line
from tests.bench.measures import REST, Size, orlop, settled
from tests.bench.terminal import ECHO, NO_ANSWER, QUIET, Terminal
from tests.bench.watching import Watch

GOAL: Final = 50.0
"""Milliseconds in which 95 of 100 keys are to be settled."""

FLAT: Final = 8.0
"""MB that may be resident in the end more than after a fifth of the time."""

SAMPLES: Final = 60
"""Looks at the program in one run, at least; every ten seconds at most."""

PAUSE: Final = 0.1
"""Seconds between the keys of a hand."""

FIRST_ROW: Final = 2
"""Line of a list's first row on the stats screen."""

BARE: Final = "a program that does nothing"
ENTER, ESCAPE = b"\r", b"\x1b"
QUIET_KEYS: Final = (b"j", b"j", b"k", b"G", b"k", b"g", b" ", b"j", b" ", b"o", b"O", b"G", b"u")


@dataclass(slots=True)
class Answers:
    """How long keys took, by what was on the screen."""

    of: dict[str, Series] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    """Keys after which nothing changed; each counts as a slow one."""

    def add(self, view: str, seconds: float) -> None:
        """Note a key."""
        self.of.setdefault(view, Series()).values.append(seconds * 1000)


@dataclass(slots=True)
class Hand:
    """Presses keys and measures their answers."""

    terminal: Terminal
    answers: Answers

    def still(self, view: str, keys: bytes) -> None:
        """Press a key where nothing else moves: it has settled with the last change."""
        sent = self.terminal.press(keys)
        changes = self.terminal.settle(after=sent)
        while not any(change.changed for change in changes):
            if time.monotonic() < sent + NO_ANSWER:
                changes = self.terminal.settle()  # so far there was only what does not count
                continue
            self.answers.unanswered.append(f"{view}: {keys.decode()!r}")
            break
        self.answers.add(view, settled(changes, sent) - sent)
        time.sleep(PAUSE)

    def moving(self, view: str, keys: bytes, seen: Callable[[str], bool]) -> None:
        """Press a key where much moves: it is answered when something is seen."""
        self.terminal.feed()
        sent = self.terminal.press(keys)
        self.answers.add(view, self.terminal.wait(seen) - sent)
        time.sleep(PAUSE)

    def go(self, keys: bytes, *texts: str, gone: str = "\0") -> None:
        """Press keys and wait until texts are there and another one is not; without measuring."""
        self.terminal.feed()
        self.terminal.press(keys)
        self.terminal.wait(lambda shown: all(text in shown for text in texts) and gone not in shown)

    def cursor(self) -> int:
        """Return the line of the cursor of a list: the one whose background differs."""
        found = self.terminal.backgrounds(4)
        return next((y for y, one in enumerate(found) if found.count(one) == 1), -1)


def lines_of_soak(size: Size, minutes: float) -> list[Line]:
    """Measure at one size for so long; the Engine and its containers come and go."""
    with (
        crowd() as engine,
        Terminal(ECHO, size) as echo,
        orlop(engine.socket, size) as terminal,
    ):
        idle, loaded = Hand(terminal, Answers()), Hand(terminal, Answers())
        bare = Hand(echo, loaded.answers)
        idle.go(b"2z", "of 200", "idle-")
        terminal.settle(REST)
        terminal.ignored = frozenset({0})  # header or title: there are counters in it
        for _ in range(2):
            use_list(idle, "list")
        resume_writers(engine.api)
        with Changing(engine.socket) as changing:
            watch, load = _use_all(loaded, bare, minutes * 60)
        rest = _rest(engine.api, terminal)
    pairs = [*lines_of_answers(idle.answers, loaded.answers), *lines_of_watch(watch), rest]
    load_line = Line("load of the machine meanwhile", f"{load:.1f}", load)
    return [*pairs, load_line, Line("changes of containers", str(changing.count), changing.count)]


def _use_all(hand: Hand, bare: Hand, seconds: float) -> tuple[Watch, float]:
    """Go round through the views until the time is over."""
    end = time.monotonic() + seconds
    with Watch(hand.terminal, min(10.0, seconds / SAMPLES)) as watch:
        while time.monotonic() < end:
            use_list(hand, "list")
            for names, marked, view in (
                ("writer-00", False, "log of one"),
                ("writer-", True, f"log of {WRITERS}"),
            ):
                open_log(hand, names, marked=marked)
                use_log(hand, view)
                watch.note(view)
                close_log(hand)
            hand.go(b"v", "Stats", "KiB")
            use_stats(hand, "stats")
            watch.note("stats")
            hand.go(b"q", "Containers")
            for _ in range(10):
                bare.still(BARE, b"x")
    return watch, os.getloadavg()[0]


def _rest(api: APIClient, terminal: Terminal) -> Line:
    """Return how many connections are open after all that: the events alone."""
    pause_writers(api)
    terminal.settle(REST)
    time.sleep(REST)
    count = terminal.connections()
    return Line("connections left afterwards", str(count), count, 4)


def lines_of_answers(idle: Answers, loaded: Answers) -> list[Line]:
    """Return how long keys took."""
    before = idle.of["list"]
    lines = [line("idle: a key in the list, settled, p95", before, "ms", part=0.95)]
    for view, series in loaded.of.items():
        name = f"{view}: a key"
        ratio = series.share(0.95) / before.share(0.95)
        lines += [
            line(f"{name}, median", series, "ms"),
            line(f"{name}, p95", series, "ms", goal=GOAL, part=0.95),
            line(f"{name}, slowest", series, "ms", part=1.0),
            Line("... p95 / idle", f"{ratio:.1f}", ratio),
        ]
    unanswered = [*idle.unanswered, *loaded.unanswered]
    return [
        *lines,
        Line("keys without an answer", ", ".join(unanswered) or "none", len(unanswered), 0),
    ]


def lines_of_watch(watch: Watch) -> list[Line]:
    """Return what it cost meanwhile."""
    memory = Series([sample.resident for sample in watch.samples])
    growth = watch.growth()
    lines = [
        line("resident memory", memory, "MB"),
        Line("... more at the end than after a fifth", f"{growth:+.1f} MB", growth, FLAT),
        Line("CPU", f"{watch.share:.1f} %", watch.share),
        Line("bytes to the terminal, a second", f"{watch.rate:,.0f} B", watch.rate),
    ]
    for view, counts in watch.noted.items():
        lines.append(line(f"connections: {view}", Series([float(one) for one in counts]), ""))
    return lines


def use_list(hand: Hand, view: str) -> None:
    """Move, mark, sort and filter; the list is in front before and after."""
    for key in QUIET_KEYS:
        hand.still(view, key)
    for key in (b"/", b"idle-00", ENTER, b"k", b"j"):
        hand.still(view, key)
    hand.go(ESCAPE, gone="filter:")  # not measured: it waits for what may follow an ESC
    hand.terminal.settle(QUIET)
    hand.still(view, b"g")


def open_log(hand: Hand, names: str, *, marked: bool) -> None:
    """Open the log of the containers that a filter shows."""
    hand.go(b"/" + names.encode() + ENTER, f"filter: {names}")
    if marked:
        hand.go(b"a", "marked")
    hand.go(b"l", "following", "GET /things")


def close_log(hand: Hand) -> None:
    """Back to the list, without marks and filter."""
    hand.go(b"q", "Containers")
    hand.go(b"u" + ESCAPE, gone="filter:")


def use_log(hand: Hand, view: str) -> None:
    """Look at what flows by, then stand still, go back, search, and go on."""
    for _ in range(3):
        hand.moving(f"{view}, following", b"t", has_times)
        hand.moving(f"{view}, following", b"t", lambda text: not has_times(text))
    hand.moving(f"{view}, following", b" ", lambda text: "PAUSED" in text)
    hand.terminal.settle(QUIET)
    for key in (b"k", b"k", b"j", b"g", b"j", b"w", b"k", b"w", b"t", b"t"):
        hand.still(f"{view}, paused", key)
    hand.go(b"/7-42 GET" + ENTER, "7-42 GET")
    hand.terminal.settle(QUIET)
    for key in (b"N", b"n", b"N"):
        hand.still(f"{view}, paused", key)
    hand.moving(f"{view}, following", b"G", lambda text: "following" in text)


def has_times(text: str) -> bool:
    """Whether the lines of a log show when they were written."""
    return any(row.lstrip()[:2] == "20" and row.count(":") >= 2 for row in text.splitlines())


def use_stats(hand: Hand, view: str) -> None:
    """Move the cursor while the figures change."""
    hand.terminal.press(b"g")
    hand.terminal.wait(lambda _text: hand.cursor() == FIRST_ROW)
    for key, rows in ((b"j", 1), (b"j", 1), (b"k", -1), (b"j", 1), (b"k", -1)):
        hand.terminal.feed()
        wanted = hand.cursor() + rows
        hand.moving(view, key, partial(_is_at, hand, wanted))
    for keys, title in ((b"C", "CPU % v"), (b"M", "MEM v")):
        hand.moving(view, keys, partial(_is_shown, title))


def _is_at(hand: Hand, line: int, _text: str) -> bool:
    return hand.cursor() == line


def _is_shown(word: str, text: str) -> bool:
    return word in text
