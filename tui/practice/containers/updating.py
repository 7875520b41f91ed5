"""`docker update`: what may be changed of a container, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tui.practice.containers import creation, stats
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container

_RESOURCES: Final = (
    "BlkioWeight", "CpuPeriod", "CpuQuota", "CpuRealtimePeriod", "CpuRealtimeRuntime",
    "CpuShares", "CpusetCpus", "CpusetMems", "KernelMemory", "Memory", "MemoryReservation",
    "MemorySwap", "NanoCpus",
)  # fmt: skip
"""What may be changed and is left alone where it is nothing; then PidsLimit and RestartPolicy."""

_BESIDE: Final = (
    ("NanoCpus", "CpuPeriod", "Nano CPUs cannot be updated as CPU Period has already been set"),
    ("NanoCpus", "CpuQuota", "Nano CPUs cannot be updated as CPU Quota has already been set"),
    ("CpuPeriod", "NanoCpus", "CPU Period cannot be updated as NanoCPUs has already been set"),
    ("CpuQuota", "NanoCpus", "CPU Quota cannot be updated as NanoCPUs has already been set"),
)
"""What is wanted, what is set, and why the two do not go together."""


def check(body: Mapping[str, Any]) -> None:
    """Check a request by itself.

    Raises:
        ApiError: 400, it makes no sense.
    """
    creation.check_host_config({**body, "AutoRemove": False})


def update(container: Container, body: Mapping[str, Any], now: float) -> None:
    """Change what a request says something about. Call it while holding the lock.

    Raises:
        ApiError: 409, it does not go together with what is set; 500, it runs and uses more.
    """
    refusal = f"Cannot update container {container.id}: "
    if why := _conflict(container.host_config, body):
        raise ApiError(409, refusal + why)
    if why := _too_little(container, body.get("Memory") or 0, now):
        raise ApiError(500, refusal + why)
    given = container.host_config
    for field in _RESOURCES:
        if body.get(field):
            given[field] = body[field]
    if body.get("PidsLimit") is not None:
        given["PidsLimit"] = max(int(body["PidsLimit"]), 0)
    policy = body.get("RestartPolicy") or {}
    if policy.get("Name"):
        count = policy.get("MaximumRetryCount") or 0
        given["RestartPolicy"] = {"Name": policy["Name"], "MaximumRetryCount": count}


def _conflict(given: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """Return what is set that stands against it."""
    policy = (body.get("RestartPolicy") or {}).get("Name")
    if policy not in {None, "", "no"} and given.get("AutoRemove"):
        return "Restart policy cannot be updated because AutoRemove is enabled for the container"
    for wanted, there, why in _BESIDE:
        if (body.get(wanted) or 0) > 0 and (given.get(there) or 0) > 0:
            return f"Conflicting options: {why}"
    memory = body.get("Memory") or 0
    if memory and memory > (given.get("MemorySwap") or 0) and not body.get("MemorySwap"):
        why = "Memory limit should be smaller than already set memoryswap limit"
        return f"{why}, update the memoryswap at the same time"
    return ""


def _too_little(container: Container, memory: int, now: float) -> str:
    """Return what runc says of a limit below what a container uses."""
    used = stats.memory_in_use(container, now)
    if not memory or memory >= used:
        return ""
    return (
        f"runc did not terminate successfully: exit status 1: unable to set memory limit to "
        f"{memory} (current usage: {used}, peak usage: {used})\n: unknown"
    )
