"""How the files of a container look."""

from __future__ import annotations

import pytest

from tests.ui.fixedfolders import FOLDER
from tests.ui.scenes import SMALL, WIDE, Scene, Size
from tests.ui.snapshots.conftest import Snap


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_container_files(snap: Snap, size: Size) -> None:
    """A folder that was cut, a mount, a hostile name; nothing is lost at 80x24."""
    snap(Scene(("2", "f"), then=(FOLDER,)), size)
