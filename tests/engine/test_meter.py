"""The sum of a pull's bars."""

from __future__ import annotations

from collections.abc import Iterable

from tests.engine import shapes
from tui.engine import wire_stream
from tui.engine.meter import WINDOW, PullMeter
from tui.model.progress import LayerProgress, PullNote


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _fed(lines: Iterable[LayerProgress | PullNote]) -> PullMeter:
    meter = PullMeter(Clock())
    for line in lines:
        meter.feed(line)
    return meter


def test_a_recorded_pull_ends_whole() -> None:
    meter = _fed(wire_stream.pull_line(line) for line in shapes.PULL_20)
    progress = meter.snapshot()
    assert (progress.done, progress.total) == (94717224, 94717224)
    assert progress.in_bytes
    assert [part.status for part in progress.parts] == ["Pull complete"] * 2
    assert progress.lines[-1].startswith("Status: Downloaded newer image")
    assert progress.text == progress.lines[-1]
    assert meter.digest.startswith("sha256:34825aaa")


def test_a_recorded_pull_never_goes_back() -> None:
    meter = PullMeter(Clock())
    done = []
    for line in shapes.PULL_20:
        meter.feed(wire_stream.pull_line(line))
        done.append(meter.done)
    assert done == sorted(done)


def test_speed_and_time_left() -> None:
    clock = Clock()
    meter = PullMeter(clock)
    for second in range(1, 9):
        clock.now += 1
        meter.feed(LayerProgress("a", "Downloading", second * 1000, 10_000))
        progress = meter.snapshot()
    assert progress.speed == 1000
    assert meter.seconds_left == 2


def test_speed_falls_to_nothing_when_nothing_comes() -> None:
    clock = Clock()
    meter = PullMeter(clock)
    clock.now += 1
    meter.feed(LayerProgress("a", "Downloading", 5000, 10_000))
    assert meter.snapshot().speed == 5000
    for _ in range(4):
        clock.now += WINDOW / 2
        speed = meter.snapshot().speed
    assert speed == 0
    assert meter.seconds_left == 0


def test_no_time_left_is_told_while_a_layer_is_unknown() -> None:
    clock = Clock()
    meter = PullMeter(clock)
    meter.feed(LayerProgress("b", "Waiting"))
    clock.now += 1
    meter.feed(LayerProgress("a", "Downloading", 1000, 10_000))
    meter.snapshot()
    assert meter.seconds_left == 0
    meter.feed(LayerProgress("b", "Already exists"))
    assert meter.seconds_left == 9


def test_extracting_in_seconds_counts_no_bytes() -> None:
    meter = _fed(
        [
            LayerProgress("a", "Downloading", 500, 1000),
            LayerProgress("a", "Download complete"),
            wire_stream.pull_line(shapes.PULL_28C_EXTRACTING | {"id": "a"}),
        ]
    )
    assert (meter.done, meter.total) == (1000, 1000)
    assert meter.snapshot().text == "Extracting: 0 of 1 layers ready"


def test_more_than_all_is_all() -> None:
    meter = _fed([LayerProgress("a", "Downloading", 3000, 1000)])
    assert (meter.done, meter.total) == (1000, 1000)


def test_the_sentence_follows_the_pull() -> None:
    meter = PullMeter(Clock())
    assert meter.snapshot().text == "Asking the registry"
    meter.feed(PullNote("Pulling from x\x1b[2J"))
    assert meter.snapshot().text == "Pulling from x\\x1b[2J"
    meter.feed(LayerProgress("a", "Waiting"))
    meter.feed(LayerProgress("b", "Already exists"))
    assert meter.snapshot().text == "Downloading: 1 of 2 layers ready"
