"""The formulas of `docker stats`."""

from __future__ import annotations

import pytest

from tui.model.stats import (
    NO_FIGURES,
    UNKNOWN,
    Figures,
    block_bytes,
    cpu_percent,
    memory_used,
    since,
)


@pytest.mark.parametrize(
    ("used", "system", "cpus", "percent"),
    [
        (500, 2000, 2, 50.0),
        (4000, 4000, 4, 400.0),
        (0, 2000, 2, 0.0),
        (-5, 2000, 2, 0.0),
        (500, 0, 2, 0.0),
        (500, -1, 2, 0.0),
    ],
)
def test_cpu_is_the_share_of_one_processor(
    used: int, system: int, cpus: int, percent: float
) -> None:
    assert cpu_percent(used, system, cpus) == percent


@pytest.mark.parametrize(
    ("counted", "used"),
    [
        ({"total_inactive_file": 300, "inactive_file": 100}, 700),
        ({"inactive_file": 100}, 900),
        ({"total_inactive_file": 5000, "inactive_file": 100}, 900),
        ({"inactive_file": 5000}, 1000),
        ({}, 1000),
    ],
    ids=["v1", "v2", "v1-nonsense", "v2-nonsense", "podman"],
)
def test_files_that_are_only_kept_do_not_count(counted: dict[str, int], used: int) -> None:
    assert memory_used(1000, counted) == used


def test_blocks_by_operation_over_all_disks() -> None:
    entries = [("Read", 1), ("Write", 2), ("read", 10), ("write", 20), ("Total", 99), ("", 99)]
    assert block_bytes(entries) == (11, 22)


def test_memory_in_percent_of_the_limit() -> None:
    assert Figures(at=1, memory=25, memory_limit=200).memory_percent == 12.5
    assert Figures(at=1, memory=25).memory_percent == UNKNOWN
    assert NO_FIGURES.memory_percent == UNKNOWN


def test_cpu_between_two_samples() -> None:
    before = Figures(at=10, cpu_used=1000, cpu_system=10_000, cpus=2)
    now = Figures(at=12, cpu_used=1500, cpu_system=12_000, cpus=2)
    assert since(before, now) == 50.0
    assert since(NO_FIGURES, now) == UNKNOWN
    assert since(now, before) == UNKNOWN
    restarted = Figures(at=14, cpu_used=3, cpu_system=14_000, cpus=2)
    assert since(now, restarted) == UNKNOWN
