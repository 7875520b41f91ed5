"""How the changes of a container look."""

from __future__ import annotations

from typing import Final

import pytest

from tests.ui.fixed import CONTAINERS
from tests.ui.fixedchanges import filled_book, whole_diff
from tests.ui.scenes import SMALL, TINY, WIDE, Scene, Size
from tests.ui.snapshots.conftest import Snap
from tui.store import insides

WEB: Final = next(one.container_id for one in CONTAINERS if one.name == "web")
TO_WEB: Final = ("2", "/", *"web", "enter", "D")
CHANGED: Final = (insides.DiffRead(whole_diff(WEB), filled_book()),)


@pytest.mark.parametrize("size", [WIDE, SMALL, TINY])
def test_changes(snap: Snap, size: Size) -> None:
    """Letters as docker diff writes them, sums of folders, what is not in the image any more."""
    snap(Scene(TO_WEB, then=CHANGED), size)


def test_changes_in_ascii(snap: Snap) -> None:
    snap(Scene(TO_WEB, then=CHANGED, plain=True), SMALL)
