"""The whole state of a practice engine: what dockerd keeps in memory and below its data root."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tui.practice.containers.store import ContainerStore
from tui.practice.distribution import Distribution
from tui.practice.events import EventBus
from tui.practice.faults import Faults
from tui.practice.images import ImageStore
from tui.practice.layers import LayerStore
from tui.practice.registry import Registry
from tui.practice.volumes import Volumes


@dataclass(frozen=True, slots=True)
class Settings:
    """How a practice engine behaves."""

    speed: int = 2_000_000
    """Bytes a second of a pull or push, all its layers together; 0 is as fast as possible."""
    name: str = "practice"
    """The host name that `/info` tells."""
    data_root: Path | None = None
    """The folder laid out as dockerd's data root; None keeps everything in memory."""


@dataclass
class Hold:
    """One engine. Take `lock` to read or change its state; never wait or send while holding it."""

    settings: Settings = field(default_factory=Settings)
    clock: Callable[[], float] = time.time
    """Seconds of the epoch."""
    sleep: Callable[[float], None] = time.sleep
    """Waits; tests give one that does not."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    events: EventBus = field(init=False)
    layers: LayerStore = field(init=False)
    images: ImageStore = field(init=False)
    containers: ContainerStore = field(init=False)
    volumes: Volumes = field(init=False)
    registry: Registry = field(init=False)
    """The far side: what can be pulled, and where pushes go."""
    distribution: Distribution = field(init=False)
    """Which blob holds which layer, and where it came from."""
    faults: Faults = field(default_factory=Faults)
    mirrors: list[str] = field(default_factory=list)
    """`registry-mirrors` of the daemon's settings, as `/info` tells them."""

    def __post_init__(self) -> None:
        self.events = EventBus(self.clock)
        self.layers = LayerStore(self.settings.data_root)
        self.images = ImageStore(self)
        self.containers = ContainerStore(self)
        self.registry = Registry()
        self.distribution = Distribution(self.settings.data_root)
        self.volumes = Volumes(self)
        if self.settings.data_root:
            self.containers.read(self.settings.data_root)
            self.layers.sweep()  # what nobody holds any more, now that the containers are known
            self.containers.daemon_restarted()
