"""All containers of an engine: by ID, by name, by the beginning of an ID, by image."""

from __future__ import annotations

import bisect
import logging
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tui.practice.containers import titles
from tui.practice.containers.container import Container
from tui.practice.containers.mountpoints import VOLUME
from tui.practice.containers.scheduler import Scheduler
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.execs import Exec
    from tui.practice.containers.keeping import Keeper
    from tui.practice.hold import Hold
    from tui.practice.images import Image

_NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
ALLOWED: Final = "only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
FIRST_PID: Final = 2001
SOON: Final = 0.5
"""Seconds after which output lies in the data root."""

_LOG: Final = logging.getLogger(__name__)


class ContainerStore:
    """The containers, and what wakes them. It may be used from any thread."""

    def __init__(self, hold: Hold) -> None:
        self._hold = hold
        self.changed = threading.Condition(hold.lock)
        """Notified when something was written, ended or removed."""
        self.scheduler = Scheduler(hold.lock, hold.clock)
        self._containers: dict[str, Container] = {}
        self._sorted: list[str] = []
        self._names: dict[str, str] = {}
        self._users: dict[str, dict[str, Container]] = {}
        self._execs: dict[str, Exec] = {}
        self._next_pid = FIRST_PID
        self._keeper: Keeper | None = None
        self._soon: set[str] = set()

    def get(self, name_or_id: str) -> Container:
        """Return the container that an ID, a name or the beginning of an ID means.

        Raises:
            ApiError: 404, there is none; 500, several IDs begin so.
        """
        with self._hold.lock:
            whole = self._names.get(name_or_id.removeprefix("/"), name_or_id)
            if name_or_id in self._containers:
                whole = name_or_id
            found = self._containers.get(whole) or self._beginning(name_or_id)
        if found is None:
            raise ApiError(404, f"No such container: {name_or_id}")
        return found

    def all(self) -> list[Container]:
        """Return all containers, in the order in which they were made."""
        with self._hold.lock:
            return list(self._containers.values())

    def using(self, image_id: str) -> list[Container]:
        """Return the containers that were made from an image."""
        with self._hold.lock:
            return list(self._users.get(image_id, {}).values())

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._containers)

    def create(
        self,
        image: Image,
        config: dict[str, Any],
        host_config: Mapping[str, Any] | None = None,
        *,
        name: str = "",
        image_name: str = "",
        created: float | None = None,
    ) -> Container:
        """Make a container that is not started; no event tells of it.

        Args:
            image: What it is made from.
            config: `Config`, with the image's in it.
            host_config: `HostConfig` as far as it says something.
            name: Made up if it is empty.
            image_name: What the user wrote for the image.
            created: Seconds of the epoch; now if it is None.

        Raises:
            ApiError: 400, the name makes no sense; 409, another one has it.
        """
        with self._hold.lock:
            container_id = secrets.token_hex(32)
            container = Container(
                id=container_id,
                name=self.take_name(name, container_id) if name else self._made_up(container_id),
                image_id=image.image_id,
                image_name=image_name or config.get("Image") or image.image_id,
                created=self._hold.clock() if created is None else created,
                config=config,
                host_config=dict(host_config or {}),
                top=image.top,
                layers=self._hold.layers,
                clock=self._hold.clock,
                cache_id=secrets.token_hex(32),
            )
            container.stdin.is_closed = not (container.has_tty or config.get("OpenStdin"))
            self._enter(container)
            return container

    def _enter(self, container: Container) -> None:
        """Make a container known, and hold its image's layers."""
        container.stdin.is_closed = not (container.has_tty or container.config.get("OpenStdin"))
        self._hold.layers.retain(container.top)
        self._containers[container.id] = container
        bisect.insort(self._sorted, container.id)
        self._users.setdefault(container.image_id, {})[container.id] = container

    def take_name(self, name: str, container_id: str) -> str:
        """Reserve a name, and return it without its slash.

        Raises:
            ApiError: 400, it makes no sense; 409, another one has it.
        """
        bare = name.removeprefix("/")
        if not _NAME.fullmatch(bare):
            raise ApiError(400, f"Invalid container name ({name}), {ALLOWED}")
        with self._hold.lock:
            owner = self._names.setdefault(bare, container_id)
        if owner != container_id:
            text = (
                f'Conflict. The container name "/{bare}" is already in use by container "{owner}"'
            )
            hint = "You have to remove (or rename) that container to be able to reuse that name."
            raise ApiError(409, f"{text}. {hint}")
        return bare

    def give_name_back(self, name: str) -> None:
        """Let others have a name."""
        with self._hold.lock:
            self._names.pop(name, None)

    def forget(self, container: Container) -> list[str]:
        """Take a container away, and let go of its image's layers.

        Returns:
            The chain IDs of layers that nothing needs any more.
        """
        with self._hold.lock:
            if self._containers.pop(container.id, None) is None:
                return []
            self._names.pop(container.name, None)
            del self._sorted[bisect.bisect_left(self._sorted, container.id)]
            users = self._users[container.image_id]
            del users[container.id]
            if not users:
                del self._users[container.image_id]
            for exec_id in container.execs:
                self._execs.pop(exec_id, None)
            container.is_removed = True
            self.changed.notify_all()
            if self._keeper is not None:
                try:
                    self._keeper.drop(container)
                except OSError as error:
                    _LOG.warning("container %s is left on disk: %s", container.id, error)
            return self._hold.layers.release(container.top)

    # The data root

    def read(self, root: Path) -> None:
        """Take in the containers that lie in a data root, and keep all of them there from now on.

        Raises:
            OSError: the data root cannot be used.
        """
        from tui.practice.containers.keeping import Keeper

        with self._hold.lock:
            self._keeper = Keeper(self._hold, root)
            for container in self._keeper.read():
                try:
                    self.take_name(container.name, container.id)
                except ApiError as error:
                    _LOG.warning("container %s is left out: %s", container.id, error.message)
                    continue
                self._enter(container)

    def keep(self, container: Container, *, files: bool = True) -> None:
        """Write what has changed of a container into the data root, if there is one.

        Args:
            container: If it was removed meanwhile, nothing happens.
            files: Also what it has written, which takes longer.
        """
        if self._keeper is None:
            return
        with self._hold.lock:
            if container.is_removed:
                return
            try:
                self._keeper.keep(container, files=files)
                for mount in container.mounts if files else ():
                    if mount.kind == VOLUME:
                        self._hold.volumes.keep(self._hold.volumes.get(mount.name))
            except OSError as error:
                _LOG.warning("container %s is not kept: %s", container.id, error)

    def keep_soon(self, container: Container) -> None:
        """Do what `keep` does in a moment; until then it may be asked for often."""
        if self._keeper is None or container.id in self._soon:
            return
        self._soon.add(container.id)

        def now() -> None:
            self._soon.discard(container.id)
            self.keep(container)

        self.scheduler.at(self._hold.clock() + SOON, now)

    def keep_all(self) -> None:
        """Write what has changed of the containers that are kept: the engine ends."""
        for container in self.all():
            if self._keeper is not None and self._keeper.has(container):
                self.keep(container)

    # Execs

    def add_exec(self, run: Exec) -> None:
        """Note a command to be run in a container."""
        with self._hold.lock:
            self._execs[run.id] = run
            run.container.execs[run.id] = run

    def forget_exec(self, run: Exec) -> None:
        """Let go of a command that nobody will ask for."""
        with self._hold.lock:
            self._execs.pop(run.id, None)
            run.container.execs.pop(run.id, None)

    def exec(self, exec_id: str) -> Exec:
        """Return a command that was to be run in a container.

        Raises:
            ApiError: 404, there is none.
        """
        with self._hold.lock:
            run = self._execs.get(exec_id)
        if run is None:
            raise ApiError(404, f"No such exec instance: {exec_id}")
        return run

    # Time

    def pid(self) -> int:
        """Return a process ID that none had before."""
        with self._hold.lock:
            self._next_pid += 17  # as if others started programs in between
            return self._next_pid

    def run_due(self) -> None:
        """Let go on whatever is due now; a thread does it otherwise."""
        self.scheduler.run_due()

    def daemon_restarted(self) -> None:
        """Do what dockerd does with containers when it comes back after an end it did not choose.

        Those that ran have exited with 255; those whose policy says so are started again.
        """
        from tui.practice.containers import lifecycle

        with self._hold.lock:
            lifecycle.after_restart(self._hold)

    @contextmanager
    def waiting(self) -> Iterator[Callable[[float], object]]:
        """Hold the lock for a look; the function given waits for a change, without the lock."""
        with self.changed:
            yield self.changed.wait

    def _beginning(self, text: str) -> Container | None:
        """Return the container whose ID begins with a text.

        Raises:
            ApiError: 500, there are several.
        """
        if not text:
            return None
        at = bisect.bisect_left(self._sorted, text)
        found = [x for x in self._sorted[at : at + 2] if x.startswith(text)]
        if len(found) > 1:
            raise ApiError(500, f"Multiple IDs found with provided prefix: {text}")
        return self._containers[found[0]] if found else None

    def _made_up(self, container_id: str) -> str:
        for name in titles.made_up():
            if name not in self._names:
                return self.take_name(name, container_id)
        return self.take_name(container_id[:12], container_id)  # as dockerd, if all are taken
