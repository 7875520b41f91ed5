"""The bar and the numbers: what dockerd 20.10.24 wrote for the same bytes."""

from __future__ import annotations

import json

import pytest

from tui.practice.progress import bar, layer_done, size

FULL = "=" * 50


@pytest.mark.parametrize(
    ("current", "total", "text"),
    [
        (3680, 6227, f"[{'=' * 29}>{' ' * 21}]   3.68kB/6.227kB"),
        (6227, 6227, f"[{FULL}>]  6.227kB/6.227kB"),
        (187, 187, f"[{FULL}>]     187B/187B"),
        (557056, 94710997, f"[>{' ' * 50}]  557.1kB/94.71MB"),
        (3899392, 94710997, f"[=={'>'}{' ' * 48}]  3.899MB/94.71MB"),
        (512, 50, f"[{FULL}>]     512B"),
        (10240, 50, f"[{FULL}>]  10.24kB"),
        (33280, 900000, f"[=>{' ' * 49}]  33.28kB/900kB"),
        (1000, 0, "     1kB"),
    ],
)
def test_the_bar(current: int, total: int, text: str) -> None:
    assert bar(current, total) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0B"), (999, "999B"), (1000, "1kB"), (1_234_567_890, "1.235GB")]
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text


def test_an_empty_layer_has_no_numbers() -> None:
    told = json.loads(layer_done("Loading layer", "e3b0c44298fc", 0, 0))
    assert told == {"status": "Loading layer", "progressDetail": {}, "id": "e3b0c44298fc"}
