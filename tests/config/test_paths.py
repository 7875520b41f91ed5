from __future__ import annotations

from pathlib import Path

import pytest

from tui.config.paths import (
    cache_directory,
    data_directory,
    home_directory,
    log_path,
    state_directory,
)

HOME = Path("/home/me")


def test_the_state_directory_is_the_xdg_one() -> None:
    assert state_directory({"XDG_STATE_HOME": "/s"}, HOME) == Path("/s/orlop")
    assert cache_directory({"XDG_CACHE_HOME": "/c"}, HOME) == Path("/c/orlop")
    assert data_directory({"XDG_DATA_HOME": "/d"}, HOME) == Path("/d/orlop")
    assert log_path({"XDG_STATE_HOME": "/s"}, HOME) == Path("/s/orlop/orlop.log")


@pytest.mark.parametrize("value", ["", "relative/path"])
def test_without_a_good_variable_it_is_below_home(value: str) -> None:
    assert state_directory({"XDG_STATE_HOME": value}, HOME) == Path("/home/me/.local/state/orlop")
    assert data_directory({"XDG_DATA_HOME": value}, HOME) == Path("/home/me/.local/share/orlop")
    assert cache_directory({"XDG_CACHE_HOME": value}, HOME) == Path("/home/me/.cache/orlop")


def test_nobody_knowing_a_home_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", nowhere)
    assert home_directory() == Path("/")
