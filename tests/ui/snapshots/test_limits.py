"""The form of limits on fixed data; written anew as the other pictures are."""

from __future__ import annotations

import pytest

from tests.ui.fixed import CONNECTED, CONTAINERS
from tests.ui.scenes import SMALL, WIDE, Scene, Size
from tests.ui.snapshots.conftest import Snap
from tui.model.limits import RestartPolicy
from tui.model.resources import Resources
from tui.store.insides import ResourcesRead

SET = Resources(
    CONTAINERS[1].container_id,
    CONTAINERS[1].name,
    memory=512 << 20,
    memory_swap=1 << 30,
    nano_cpus=1_500_000_000,
    pids=200,
    restart=RestartPolicy("on-failure", 3),
)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_limits(snap: Snap, size: Size) -> None:
    """What is set, and the line that typing makes."""
    snap(Scene(("2", "g", "U", *"600m"), told=CONNECTED, then=(ResourcesRead((SET,)),)), size)
