"""Snapshots are compared on every Python, but only written on one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

import pytest

from tests.ui.scenes import WIDE, Scene, Size, make_app, play
from tui.ui.app import OrlopApp

WRITTEN_ON: Final = (3, 11)
"""The Python (the oldest one that is supported) whose Unicode tables the snapshots go by."""

Snap = Callable[..., None]
"""`snap(scene, size)` compares a scene with its snapshot."""


def pytest_collection_modifyitems(config: pytest.Config) -> None:
    """Refuse to write snapshots on another Python."""
    if config.getoption("update_snapshots", False) and sys.version_info[:2] != WRITTEN_ON:
        wanted = ".".join(map(str, WRITTEN_ON))
        raise pytest.UsageError(f"snapshots are written on Python {wanted} only")


@pytest.fixture
def snap(snap_compare: Callable[..., bool]) -> Snap:
    """Compare a scene with its snapshot; `--snapshot-update` writes it, the report shows both."""

    def compare(scene: Scene, size: Size = WIDE) -> None:
        app: OrlopApp = make_app(scene)
        assert snap_compare(app, terminal_size=size, run_before=lambda pilot: play(scene, pilot)), (
            "it looks different: see snapshot_report.html"
        )

    return compare
