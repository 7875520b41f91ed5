from __future__ import annotations

import math

import pytest

from tui.ui.terminal import ASCII, UNICODE
from tui.ui.widgets.bar import bar


@pytest.mark.parametrize(
    ("fraction", "width", "shown"),
    [
        (0.0, 10, "----------"),
        (0.001, 10, "#---------"),
        (0.5, 10, "#####-----"),
        (0.999, 10, "#########-"),
        (1.0, 10, "##########"),
        (7.0, 3, "###"),
        (-1.0, 3, "---"),
        (math.nan, 3, "---"),
        (math.inf, 3, "###"),
        (0.5, 1, "#"),
        (0.5, 0, ""),
        (0.5, -2, ""),
    ],
)
def test_bar(fraction: float, width: int, shown: str) -> None:
    assert bar(fraction, width, ASCII) == shown


def test_bar_in_unicode() -> None:
    assert bar(0.25, 4, UNICODE) == "█░░░"
