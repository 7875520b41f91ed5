from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.distribution.registry import Registry
from tui.distribution.server import RegistryServer


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A registry in a folder of the test's own; its disk need not outlive a power cut."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    with Registry(tmp_path / "registry") as opened:
        yield opened


@pytest.fixture
def address(shelf: Registry) -> Iterator[str]:
    """Where that registry is served."""
    with RegistryServer(shelf) as server:
        yield f"127.0.0.1:{server.port}"
