"""How much a container uses: made up, but always the same for the same container and moment."""

from __future__ import annotations

import hashlib
import math
import os
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tui.practice.configs import timestamp
from tui.practice.containers.servers import find
from tui.practice.times import NEVER

if TYPE_CHECKING:
    from tui.practice.containers.container import Container

_SECOND: Final = 1_000_000_000
_PERIOD: Final = 47.0
"""Seconds in which the load goes up and down once."""

_NO_BLKIO: Final = dict.fromkeys(
    (
        "io_service_bytes_recursive", "io_serviced_recursive", "io_queue_recursive",
        "io_service_time_recursive", "io_wait_time_recursive", "io_merged_recursive",
        "io_time_recursive", "sectors_recursive",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Load:
    """What a program uses on the average."""

    cpu: float
    """Parts of one processor."""
    memory: int
    """Bytes."""
    pids: int
    traffic: float
    """Bytes a second that it sends; it receives a fifth of them."""


_LOADS: Final = {
    "nginx": Load(0.004, 6 << 20, 3, 2400.0),
    "redis-server": Load(0.009, 11 << 20, 5, 900.0),
    "python": Load(0.021, 44 << 20, 2, 1500.0),
    "postgres": Load(0.012, 38 << 20, 7, 600.0),
}
_SERVER: Final = Load(0.015, 28 << 20, 4, 700.0)
_IDLE: Final = Load(0.00002, 600 << 10, 1, 0.0)


def reading(container: Container, now: float, *, before: float | None) -> dict[str, Any]:
    """Return what `GET /containers/ID/stats` tells. Call it while holding the lock.

    Args:
        container: Whose.
        now: Seconds of the epoch.
        before: When it was told before; None if it was not.
    """
    if not container.state.running:
        return _nothing(container)
    load = _load(container)
    memory = _memory(container, load, now)
    told: dict[str, Any] = {
        "read": timestamp(now),
        "preread": NEVER if before is None else timestamp(before),
        "pids_stats": {"current": load.pids + len(container.processes()) - 1},
        "blkio_stats": _blkio(container, load),
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _cpu(container, load, now),
        "precpu_stats": _no_cpu() if before is None else _cpu(container, load, before),
        "memory_stats": memory,
        "name": f"/{container.name}",
        "id": container.id,
    }
    if container.endpoint and container.endpoint.address:
        told["networks"] = {"eth0": _network(container, load, now)}
    return told


def _nothing(container: Container) -> dict[str, Any]:
    return {
        "read": NEVER,
        "preread": NEVER,
        "pids_stats": {},
        "blkio_stats": dict(_NO_BLKIO),
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": _no_cpu(),
        "precpu_stats": _no_cpu(),
        "memory_stats": {},
        "name": f"/{container.name}",
        "id": container.id,
    }


def _load(container: Container) -> Load:
    for word in container.command:
        name = posixpath.basename(word)
        for known, load in _LOADS.items():
            if name.startswith(known):
                return load
        if find(name, container.command) is not None:
            return _SERVER
    return _IDLE


def _share(container: Container, what: str) -> float:
    """Return a number from 0 to 1 that is always the same for a container."""
    seed = f"{container.id}/{what}".encode()
    return int.from_bytes(hashlib.blake2b(seed, digest_size=4).digest(), "big") / 0xFFFFFFFF


def _used(container: Container, load: Load, now: float) -> float:
    """Return the seconds of processor time since the start: it grows, faster and slower."""
    if container.state.paused:
        now = container.paused_at
    elapsed = max(0.0, now - container.state.started_at)
    phase = _share(container, "phase") * 2 * math.pi
    swing = _PERIOD / (2 * math.pi) * 0.7
    wave = math.sin(2 * math.pi * elapsed / _PERIOD + phase) - math.sin(phase)
    return load.cpu * (0.5 + _share(container, "cpu")) * (elapsed + swing * wave) + 0.03


def _cpu(container: Container, load: Load, now: float) -> dict[str, Any]:
    count = os.cpu_count() or 1
    total = int(_used(container, load, now) * _SECOND)
    each = [total // count] * count
    each[0] += total - sum(each)
    return {
        "cpu_usage": {
            "total_usage": total,
            "percpu_usage": each,
            "usage_in_kernelmode": total // 3,
            "usage_in_usermode": total - total // 3,
        },
        "system_cpu_usage": int(now * count * _SECOND) % (1 << 53),
        "online_cpus": count,
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    }


def _no_cpu() -> dict[str, Any]:
    usage = {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0}
    throttling = {"periods": 0, "throttled_periods": 0, "throttled_time": 0}
    return {"cpu_usage": usage, "throttling_data": throttling}


def memory_in_use(container: Container, now: float) -> int:
    """Return the bytes that its processes hold, which no lower limit can take away."""
    if not container.state.running:
        return 0
    return int(_memory(container, _load(container), now)["stats"]["rss"])


def _memory(container: Container, load: Load, now: float) -> dict[str, Any]:
    wave = 1 + 0.04 * math.sin(2 * math.pi * now / (_PERIOD * 5))
    limit = container.host_config.get("Memory") or machine_memory()
    resident = min(int(load.memory * (0.8 + 0.4 * _share(container, "memory")) * wave), limit)
    cache = load.memory // 6
    counted = {
        "active_anon": resident, "active_file": cache // 2, "cache": cache, "dirty": 0,
        "hierarchical_memory_limit": limit, "inactive_anon": 0, "inactive_file": cache - cache // 2,
        "mapped_file": 0, "pgfault": resident // 4096, "pgmajfault": 1, "rss": resident,
        "rss_huge": 0, "unevictable": 0, "writeback": 0,
    }  # fmt: skip
    totals = {f"total_{name}": value for name, value in counted.items() if "limit" not in name}
    usage = min(resident + cache, limit)
    return {
        "usage": usage,
        "max_usage": min(int(load.memory * 1.5), limit),
        "stats": dict(sorted({**counted, **totals}.items())),
        "limit": limit,
    }


def machine_memory() -> int:
    """Return the bytes of memory of the machine, the limit of those that have none."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _blkio(container: Container, load: Load) -> dict[str, Any]:
    told: dict[str, Any] = {name: [] for name in _NO_BLKIO}
    read = int(load.memory * _share(container, "blocks")) // 4096 * 4096
    if load is not _IDLE:
        told["io_service_bytes_recursive"] = [
            {"major": 254, "minor": 0, "op": op, "value": value}
            for op, value in (("Read", read), ("Write", read // 8), ("Total", read + read // 8))
        ]
    return told


def _network(container: Container, load: Load, now: float) -> dict[str, int]:
    elapsed = max(0.0, now - container.state.started_at)
    sent = int(load.traffic * elapsed * (0.5 + _share(container, "traffic"))) + 656
    received = sent // 5 + 876
    return {
        "rx_bytes": received, "rx_packets": received // 140 + 4, "rx_errors": 0, "rx_dropped": 0,
        "tx_bytes": sent, "tx_packets": sent // 700 + 6, "tx_errors": 0, "tx_dropped": 0,
    }  # fmt: skip
