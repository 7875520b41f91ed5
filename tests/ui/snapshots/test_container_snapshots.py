"""How the sheets of one container look on fixed data; written anew as the other snapshots are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.fixed import CONNECTED, CONTAINERS
from tests.ui.fixedcontainer import DETAILS
from tests.ui.scenes import SMALL, WIDE, Scene, Size
from tests.ui.snapshots.conftest import Snap
from tui.store import insides

ONE = replace(DETAILS, container_id=CONTAINERS[1].container_id, name=CONTAINERS[1].name)
TOLD = (*CONNECTED, insides.ContainersInspected((ONE,)))


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_container(snap: Snap, size: Size) -> None:
    """State, command, ports: what people ask first is in sight."""
    snap(Scene(("2", "i"), told=TOLD), size)


def test_ports(snap: Snap) -> None:
    """The addresses alone, to copy."""
    snap(Scene(("2", "p"), told=TOLD), SMALL)


def test_health(snap: Snap) -> None:
    """The test and its runs; nothing is cut at 80x24."""
    snap(Scene(("2", "i", "h"), told=TOLD), SMALL)


def test_health_plain(snap: Snap) -> None:
    """Without colours the words tell what failed."""
    snap(Scene(("2", "i", "h"), told=TOLD, plain=True), SMALL)


def test_json_tree(snap: Snap) -> None:
    """The tree with the docker line of the node under the cursor."""
    keys = ("2", "i", "J", "/", *"unhealthy", "enter")
    snap(Scene(keys, told=TOLD), SMALL)
