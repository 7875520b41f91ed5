"""One container: what it was made from, how it is doing, and what it has written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.practice.containers import init
from tui.practice.containers.healthstate import Health
from tui.practice.containers.logs import Log
from tui.practice.containers.mounted import Mounted, Place
from tui.practice.containers.process import Input

if TYPE_CHECKING:
    from queue import SimpleQueue

    from tui.practice.containers.execs import Exec
    from tui.practice.containers.mountpoints import MountPoint
    from tui.practice.containers.networks import Endpoint
    from tui.practice.containers.process import Process
    from tui.practice.layers import LayerStore
    from tui.practice.tree import Tree

Chunk = tuple[int, bytes]
"""Output as attached clients get it: 1 or 2 for stdout or stderr, and the bytes."""


@dataclass(slots=True)
class State:
    """How a container is doing. Times are seconds of the epoch, 0 for never."""

    running: bool = False
    """Also while it is paused, and while it waits to be restarted."""
    paused: bool = False
    restarting: bool = False
    dead: bool = False
    removing: bool = False
    pid: int = 0
    exit_code: int = 0
    error: str = ""
    """Why it could not be started."""
    started_at: float = 0.0
    finished_at: float = 0.0
    health: Health | None = None
    """None without a health check, and before the first start."""

    @property
    def status(self) -> str:
        """Docker's word for it."""
        if self.running:
            return "paused" if self.paused else "restarting" if self.restarting else "running"
        if self.removing or self.dead:
            return "removing" if self.removing else "dead"
        return "exited" if self.started_at else "created"

    def start(self, pid: int, now: float) -> None:
        """Note that the main process runs."""
        self.running, self.paused, self.restarting = True, False, False
        self.pid, self.exit_code, self.error = pid, 0, ""
        self.started_at = now

    def stop(self, exit_code: int, now: float, *, restarting: bool = False) -> None:
        """Note that the main process has ended."""
        self.running, self.paused, self.restarting = restarting, False, restarting
        self.pid, self.exit_code = 0, exit_code
        self.finished_at = now


@dataclass(eq=False, slots=True)
class Container:
    """A container. Read and change it only while holding the engine's lock."""

    id: str
    name: str
    """Without a slash."""
    image_id: str
    image_name: str
    """What it was created from, as it was written: `nginx`, `shop/web:1.4`, an ID."""
    created: float
    """Seconds of the epoch."""
    config: dict[str, Any]
    """`Config`, all of it; the image's is in it already."""
    host_config: dict[str, Any]
    """`HostConfig` as it was asked for; `inspecting.host_config` tells all of it."""
    top: str
    """The chain ID of its image's top layer."""
    layers: LayerStore = field(repr=False)
    clock: Callable[[], float] = field(repr=False)
    cache_id: str = ""
    """The name of its folder in `overlay2`."""
    state: State = field(default_factory=State)
    restart_count: int = 0
    failures: int = 0
    """Ends in a row, for the time that a restart waits."""
    exits: int = 0
    """How often its process has ended."""
    is_removed: bool = False
    stopped_by_hand: bool = False
    """Stopped or killed by a user: no policy restarts it."""
    log: Log = field(default_factory=Log, repr=False)
    stdin: Input = field(default_factory=Input, repr=False)
    size: tuple[int, int] = (24, 80)
    """Rows and columns of its terminal."""
    process: Process | None = field(default=None, repr=False)
    execs: dict[str, Exec] = field(default_factory=dict, repr=False)
    paused_at: float = 0.0
    endpoint: Endpoint | None = None
    """Its place in the network, while it runs."""
    mounts: list[MountPoint] = field(default_factory=list, repr=False)
    places: dict[str, Place] = field(default_factory=dict, repr=False)
    """Path → the files that are mounted there."""
    listeners: list[SimpleQueue[Chunk | None]] = field(default_factory=list, repr=False)
    """Attached clients; None tells them that it has ended."""
    kept: bytes = field(default=b"", repr=False)
    """Its own layer as it was read from the data root, until somebody looks at its files."""
    _lower: Tree | None = field(default=None, repr=False)
    _tree: Tree | None = field(default=None, repr=False)

    @property
    def lower(self) -> Tree:
        """What its own layer lies on: the image, and what the Engine puts over it for mounts."""
        if self._lower is None:
            self._lower = init.laid_over(self.layers.tree(self.top), int(self.created))
        return self._lower

    @property
    def tree(self) -> Tree:
        """Its own file system, without mounts; what is changed in it stays in its own layer."""
        if self._tree is None:
            tree = self.lower.copy()
            if self.kept:
                tree.unpack(self.kept)
            self._tree, self.kept = tree, b""
        return self._tree

    @property
    def files(self) -> Tree:
        """What its programs see: its file system with all that is mounted over it."""
        is_writable = not self.host_config.get("ReadonlyRootfs")
        if not self.places and is_writable:
            return self.tree
        return Mounted(self.tree, self.places, writable=is_writable)

    @property
    def has_changes(self) -> bool:
        """Tell whether its files may differ from its image's; False is certain."""
        return self._tree is not None or bool(self.kept)

    @property
    def is_opened(self) -> bool:
        """Tell whether its files may differ from what was read from the data root."""
        return self._tree is not None

    @property
    def command(self) -> list[str]:
        """Program and arguments: the entrypoint, and what follows it."""
        return [*(self.config.get("Entrypoint") or []), *(self.config.get("Cmd") or [])]

    @property
    def has_tty(self) -> bool:
        """Tell whether it was given a terminal."""
        return bool(self.config.get("Tty"))

    @property
    def hostname(self) -> str:
        """What `hostname` says in it."""
        return self.config.get("Hostname") or self.id[:12]

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels, the image's too."""
        return self.config.get("Labels") or {}

    @property
    def restart_policy(self) -> tuple[str, int]:
        """Name and greatest number of restarts; 0 is without end."""
        policy = self.host_config.get("RestartPolicy") or {}
        return policy.get("Name") or "", policy.get("MaximumRetryCount") or 0

    def processes(self) -> list[Process]:
        """Return what runs in it, the main process first."""
        running = [run.process for run in self.execs.values() if run.is_running]
        return [process for process in [self.process, *running] if process is not None]

    def write(self, stream: int, data: bytes, now: float) -> None:
        """Take output of the main process: into the log, and to those who are attached."""
        self.log.write(stream, data, now)
        for listener in self.listeners:
            listener.put((stream, data))
