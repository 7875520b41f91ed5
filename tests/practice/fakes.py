"""A hold with nothing in it: what the server and the calls about the engine itself need."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

from tui.practice.events import EventBus
from tui.practice.faults import Faults


def fake_hold(*, clock: Any = time.time) -> Any:
    """Return an engine without images and containers."""
    restarted: list[int] = []
    return SimpleNamespace(
        settings=SimpleNamespace(name="practice", data_root=None, speed=0),
        faults=Faults(),
        events=EventBus(clock),
        lock=threading.RLock(),
        clock=clock,
        mirrors=[],
        images=SimpleNamespace(all=list),
        layers=SimpleNamespace(total_size=int),
        containers=SimpleNamespace(
            daemon_restarted=lambda: restarted.append(1), restarted=restarted, all=list
        ),
    )


def fake_container(*, running: bool = False, paused: bool = False) -> Any:
    """Return what `/info` counts."""
    return SimpleNamespace(state=SimpleNamespace(running=running, paused=paused))
