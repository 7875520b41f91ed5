"""Words for what a container has: limits, times, exits, the test of its health."""

from __future__ import annotations

import pytest

from tui.model.containerdetails import ContainerDetails, HealthTest, Limits
from tui.ui.containerfields import (
    docker_bytes,
    exit_text,
    limit_entries,
    seconds_text,
    sections,
)
from tui.ui.containerfields import test_text as text_of_test


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (1, "1b"),
        (1023, "1023b"),
        (1024, "1k"),
        (1536, "1536b"),
        (64 << 20, "64m"),
        (3 << 29, "1536m"),
        (2 << 30, "2g"),
        (1 << 40, "1024g"),
        (-1, "-1"),
    ],
)
def test_bytes_as_docker_takes_them(size: int, text: str) -> None:
    assert docker_bytes(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.001, "1ms"), (0.25, "250ms"), (1, "1s"), (1.5, "1.5s"), (30, "30s"), (90, "1m30s"),
     (120, "2m"), (3600, "60m")],
)  # fmt: skip
def test_spans_as_docker_writes_them(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_limits_are_options_of_docker_update() -> None:
    limits = Limits(
        memory=64 << 20,
        memory_swap=-1,
        nano_cpus=500_000_001,
        cpu_quota=50_000,
        cpuset_cpus="0-1",
        pids=5,
    )
    assert [(entry.label, entry.value) for entry in limit_entries(limits)] == [
        ("--memory", "64m"),
        ("--memory-swap", "-1"),
        ("--cpus", "0.500000001"),
        ("--cpu-quota", "50000"),
        ("--cpuset-cpus", "0-1"),
        ("--pids-limit", "5"),
    ]
    assert not list(limit_entries(Limits()))


def test_what_has_ended_says_how() -> None:
    details = ContainerDetails("1", status="exited", exit_code=137, finished=5.0, oom_killed=True)
    state = {entry.label: entry.shown or entry.value for entry in sections(details)[0].entries}
    assert state["Exit code"] == "137  (killed: SIGKILL)"
    assert state["OOM killed"].startswith("yes")
    assert exit_text(3) == "3"


@pytest.mark.parametrize(
    ("test", "text"),
    [
        (("CMD-SHELL", "curl -f localhost || exit 1"), "curl -f localhost || exit 1"),
        (("CMD", "test", "-e", "/a b"), "test -e '/a b'"),
        (("CMD",), ""),
        ((), ""),
    ],
)
def test_the_test_as_one_types_it(test: tuple[str, ...], text: str) -> None:
    assert text_of_test(HealthTest(test)) == text
