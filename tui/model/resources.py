"""What a container may use, as it is set, and changes to it: `docker update`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tui.model.limits import NO_RESTART, RestartPolicy, cpus_text, memory_text


@dataclass(frozen=True, slots=True)
class Resources:
    """The limits of one container: `HostConfig`. 0 and empty: none."""

    container_id: str = ""
    name: str = ""
    memory: int = 0
    """Bytes."""
    memory_swap: int = 0
    """Bytes of memory and swap together; UNLIMITED for as much swap as there is."""
    memory_reservation: int = 0
    """Bytes that it is pushed back to when the machine runs short."""
    nano_cpus: int = 0
    """Billionths of a CPU."""
    cpu_period: int = 0
    """Microseconds; with `cpu_quota` the older way of limiting CPUs."""
    cpu_quota: int = 0
    """Microseconds of each period."""
    cpu_shares: int = 0
    """Weight against others where CPU time runs short."""
    cpuset: str = ""
    """Which CPUs it may use: `0-2,4`."""
    pids: int = 0
    """Processes and threads."""
    restart: RestartPolicy = NO_RESTART
    auto_remove: bool = False
    """Whether it was made with `--rm`: then it is never restarted."""

    @property
    def has_quota(self) -> bool:
        """Whether CPUs are limited the older way: the Engine lets nobody mix the two."""
        return not self.nano_cpus and bool(self.cpu_period or self.cpu_quota)


class UpdateConfig(NamedTuple):
    """What is to be set; 0, empty and None leave a limit as it is."""

    memory: int = 0
    memory_swap: int = 0
    memory_reservation: int = 0
    nano_cpus: int = 0
    cpu_shares: int = 0
    cpuset: str = ""
    pids: int = 0
    restart: RestartPolicy | None = None

    def words(self) -> Iterator[str]:
        """Yield the options of `docker update`."""
        for option, size in (
            ("--memory", self.memory),
            ("--memory-swap", self.memory_swap),
            ("--memory-reservation", self.memory_reservation),
        ):
            if size:
                yield from (option, memory_text(size))
        if self.nano_cpus:
            yield from ("--cpus", cpus_text(self.nano_cpus))
        if self.cpu_shares:
            yield from ("--cpu-shares", str(self.cpu_shares))
        if self.cpuset:
            yield from ("--cpuset-cpus", self.cpuset)
        if self.pids:
            yield from ("--pids-limit", str(self.pids))
        if self.restart is not None:
            yield from ("--restart", str(self.restart))


NO_UPDATE = UpdateConfig()
