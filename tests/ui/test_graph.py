"""Graphs of block characters."""

from __future__ import annotations

import pytest

from tui.model.stats import UNKNOWN
from tui.ui.graph import at_columns, ceiling, rows_of


def test_the_newest_is_at_the_right_and_what_is_older_is_left_out() -> None:
    points = [(float(second), float(second)) for second in range(100)]
    assert at_columns(points, 5, 10) == (91, 93, 95, 97, 99)


def test_a_peak_does_not_vanish_among_its_neighbours() -> None:
    points = [(0.0, 1.0), (0.5, 90.0), (1.0, 1.0)]
    assert max(at_columns(points, 3, 30)) == 90


def test_before_the_first_sample_nothing_is_drawn() -> None:
    assert at_columns([(100.0, 3.0)], 4, 4) == (UNKNOWN, UNKNOWN, UNKNOWN, 3)
    assert at_columns([], 3, 60) == (UNKNOWN,) * 3
    assert at_columns([(1.0, UNKNOWN)], 3, 60) == (UNKNOWN,) * 3


def test_a_value_holds_until_the_next_but_not_for_ever() -> None:
    every_five = at_columns([(0.0, 1.0), (5.0, 2.0), (10.0, 3.0)], 11, 11)
    assert every_five == (1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3)
    paused = at_columns([(0.0, 1.0), (20.0, 2.0)], 21, 21)
    assert paused[:8] == (1, 1, 1, 1, 1, 1, 1, UNKNOWN)
    assert paused[-1] == 2


@pytest.mark.parametrize(
    ("ascii_only", "rows"),
    [(False, ("   █", " ▁██", "▁███")), (True, ("   #", " .##", ".###"))],
)
def test_rows(ascii_only: bool, rows: tuple[str, ...]) -> None:
    columns = (0.0, 1 + (1 / 4 if ascii_only else 1 / 8), 2.0, 3.0)
    assert rows_of(columns, 3, 3.0, ascii_only=ascii_only) == rows
    assert rows_of((UNKNOWN,), 2, 3.0, ascii_only=ascii_only) == (" ", " ")


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 1), (0.3, 0.5), (1, 1), (1.2, 2), (12, 20), (99.9, 100), (101, 200), (730, 1000)],
)
def test_the_ceiling_is_a_round_number(value: float, top: float) -> None:
    assert ceiling(value) == pytest.approx(top)
