"""What a container uses, by the formulas of `docker stats`, and its processes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

UNKNOWN: Final = -1
"""What stands where the Engine tells nothing."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One sample of a container (`GET /containers/{id}/stats`)."""

    at: float = 0.0
    """When the Engine read it, seconds of the epoch; 0 for a container that does not run."""
    cpu_used: int = 0
    """Nanoseconds of processor time since the start."""
    cpu_system: int = 0
    """Nanoseconds that all processors of the machine have passed."""
    cpus: int = 0
    cpu: float = UNKNOWN
    """Percent of one processor since the sample before; UNKNOWN for the first one."""
    memory: int = UNKNOWN
    """Bytes, without what the kernel only keeps of files."""
    memory_limit: int = 0
    """Bytes; without a limit of its own, the memory of the machine."""
    net_in: int = UNKNOWN
    """Bytes since the start; UNKNOWN without a network of its own."""
    net_out: int = UNKNOWN
    block_in: int = UNKNOWN
    """Bytes read from disks since the start."""
    block_out: int = UNKNOWN
    pids: int = UNKNOWN
    """Processes and threads."""

    @property
    def is_running(self) -> bool:
        """Whether the container ran."""
        return self.at > 0

    def with_cpu(self, percent: float) -> Figures:
        """Return the same sample with another CPU percent."""
        return replace(self, cpu=percent)

    @property
    def memory_percent(self) -> float:
        """Percent of the limit; UNKNOWN without one."""
        if self.memory < 0 or self.memory_limit <= 0:
            return UNKNOWN
        return self.memory / self.memory_limit * 100


NO_FIGURES: Final = Figures()


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes of a container (`GET /containers/{id}/top`), as `ps` prints them."""

    container_id: str = ""
    titles: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


NO_PROCESSES: Final = Processes()


def cpu_percent(used: int, system: int, cpus: int) -> float:
    """Return percent of one processor, over 100 where several work.

    Args:
        used: Nanoseconds of processor time of the container between two samples.
        system: Nanoseconds that all processors have passed meanwhile.
        cpus: How many there are.
    """
    if used <= 0 or system <= 0:
        return 0.0
    return used / system * cpus * 100


def memory_used(usage: int, counted: Mapping[str, int]) -> int:
    """Return the bytes in use, without files that the kernel keeps and has not touched lately.

    Args:
        usage: All that the control group is charged with.
        counted: Of what: `total_inactive_file` on cgroup v1, `inactive_file` on v2.
    """
    for name in ("total_inactive_file", "inactive_file"):
        if name in counted and counted[name] < usage:
            return usage - counted[name]
    return usage


def block_bytes(entries: Iterable[tuple[str, int]]) -> tuple[int, int]:
    """Return bytes read and written of (operation, bytes), one for each disk and operation.

    cgroup v1 writes `Read`, v2 `read`; others, such as `Total`, do not count.
    """
    read = written = 0
    for operation, size in entries:
        if operation[:1] in {"r", "R"}:
            read += size
        elif operation[:1] in {"w", "W"}:
            written += size
    return read, written


def since(before: Figures, now: Figures) -> float:
    """Return the CPU percent between two samples; UNKNOWN when there is no telling.

    A container that was started again counts from 0.
    """
    if not before.is_running or now.cpu_used < before.cpu_used or now.at <= before.at:
        return UNKNOWN
    return cpu_percent(now.cpu_used - before.cpu_used, now.cpu_system - before.cpu_system, now.cpus)
