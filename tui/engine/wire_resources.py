"""From the Engine's JSON to what a container may use, and back; all may be null or missing."""

from __future__ import annotations

from typing import Final

from tui.engine.wire import Table, number, strings, table, text
from tui.model.limits import RESTARTS, UNLIMITED, RestartPolicy
from tui.model.resources import Resources, UpdateConfig

_LARGEST: Final = 1 << 62
"""More bytes than this is no limit: cgroup v1 writes its largest number for that."""


def resources(answer: object) -> Resources:
    """Return the limits of `GET /containers/{id}/json`."""
    item = table(answer)
    host = table(item.get("HostConfig"))
    return Resources(
        container_id=text(item.get("Id")),
        name=text(item.get("Name")).removeprefix("/"),
        memory=_size(host, "Memory"),
        memory_swap=_swap(host),
        memory_reservation=_size(host, "MemoryReservation"),
        nano_cpus=_size(host, "NanoCpus"),
        cpu_period=_size(host, "CpuPeriod"),
        cpu_quota=_size(host, "CpuQuota"),
        cpu_shares=_size(host, "CpuShares"),
        cpuset=text(host.get("CpusetCpus")),
        pids=_size(host, "PidsLimit"),
        restart=_restart(table(host.get("RestartPolicy"))),
        auto_remove=host.get("AutoRemove") is True,
    )


def _size(host: Table, key: str) -> int:
    size = number(host.get(key))
    return size if 0 < size < _LARGEST else 0


def _swap(host: Table) -> int:
    return UNLIMITED if number(host.get("MemorySwap")) < 0 else _size(host, "MemorySwap")


def _restart(policy: Table) -> RestartPolicy:
    name = text(policy.get("Name"))
    if name not in RESTARTS:
        return RestartPolicy()
    retries = number(policy.get("MaximumRetryCount")) if name == "on-failure" else 0
    return RestartPolicy(name, max(retries, 0))


def update_body(config: UpdateConfig) -> dict[str, object]:
    """Return the body of `POST /containers/{id}/update`: what is to be set, and nothing else."""
    numbers: dict[str, object] = {
        "Memory": config.memory,
        "MemorySwap": config.memory_swap,
        "MemoryReservation": config.memory_reservation,
        "NanoCpus": config.nano_cpus,
        "CpuShares": config.cpu_shares,
        "CpusetCpus": config.cpuset,
        "PidsLimit": config.pids,
    }
    body = {key: value for key, value in numbers.items() if value}
    if config.restart is not None:
        body["RestartPolicy"] = {
            "Name": config.restart.name,
            "MaximumRetryCount": config.restart.retries,
        }
    return body


def warnings(answer: object) -> tuple[str, ...]:
    """Return what the Engine warns of."""
    return strings(table(answer).get("Warnings"))
