"""The settings: kept, damaged, not writable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui.config.settings import FILE, Settings, allow_probe, keep_figures, load_settings


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path)}


def test_what_is_allowed_is_remembered(environ: dict[str, str], tmp_path: Path) -> None:
    assert not load_settings(environ).probe
    allow_probe(environ)
    assert load_settings(environ).probe
    assert [path.name for path in (tmp_path / "orlop").iterdir()] == [FILE]


def test_other_decisions_stay(environ: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "orlop" / FILE
    path.parent.mkdir()
    path.write_text('{"later": [1], "probe": false}')
    assert not load_settings(environ).probe
    allow_probe(environ)
    assert json.loads(path.read_text()) == {"later": [1], "probe": True}


def test_whether_figures_are_shown_is_remembered(environ: dict[str, str]) -> None:
    assert not load_settings(environ).figures
    allow_probe(environ)
    keep_figures(True, environ)
    assert load_settings(environ) == Settings(probe=True, figures=True)
    keep_figures(False, environ)
    assert load_settings(environ) == Settings(probe=True)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"probe": 1}', '{"probe": "yes"}', "[" * 99999])
def test_what_makes_no_sense_allows_nothing(
    environ: dict[str, str], tmp_path: Path, text: str
) -> None:
    path = tmp_path / "orlop" / FILE
    path.parent.mkdir()
    path.write_text(text)
    assert not load_settings(environ).probe


def test_a_folder_that_is_a_file_is_an_error(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "orlop").write_text("")
    with pytest.raises(OSError, match="orlop"):
        allow_probe(environ)
