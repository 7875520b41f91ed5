from __future__ import annotations

import pytest

from tui.logs.moments import seconds_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("1700000000.5", "1700000000.5"),
        ("10m", "999400.000000000"),
        ("1h30m", "994600.000000000"),
        ("2.5s", "999997.500000000"),
        ("1970-01-02T00:00:00Z", "86400.000000000"),
        ("1970-01-01T00:00:00+01:00", "-3600.000000000"),
    ],
)
def test_moments_are_understood_as_docker_does(text: str, expected: str) -> None:
    assert seconds_of(text, 1_000_000) == expected


@pytest.mark.parametrize("text", ["yesterday", "10", "h", "10x", "2026-13-01"])
def test_what_is_no_moment_is_refused_in_a_sentence(text: str) -> None:
    if text == "10":
        assert seconds_of(text, 0) == "10", "seconds of the epoch, as docker takes them"
        return
    with pytest.raises(ValueError, match="A moment looks like"):
        seconds_of(text, 0)
