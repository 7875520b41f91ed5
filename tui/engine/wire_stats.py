"""From the Engine's JSON to what a container uses; everything may be null or missing."""

from __future__ import annotations

from typing import Final

from tui.engine.wire import Table, epoch, items, number, strings, table, tables, text
from tui.model.stats import (
    NO_FIGURES,
    UNKNOWN,
    Figures,
    Processes,
    block_bytes,
    cpu_percent,
    memory_used,
)

COUNT_MAX: Final = 1 << 64
"""Larger counters are taken for this: the kernel's have 64 bits."""

PROCESSES_MAX: Final = 20_000
"""Processes that are taken in; a machine has fewer."""

COLUMNS_MAX: Final = 40
"""Columns of `ps` that are taken in."""


def figures(answer: object) -> Figures:
    """Return one sample of `GET /containers/{id}/stats`; NO_FIGURES when it does not run."""
    item = table(answer)
    at = epoch(item.get("read"))
    if at <= 0:
        return NO_FIGURES
    cpu, before = table(item.get("cpu_stats")), table(item.get("precpu_stats"))
    used, system, cpus = _used(cpu), _count(cpu.get("system_cpu_usage")), _cpus(cpu)
    system_before = _count(before.get("system_cpu_usage"))
    percent = cpu_percent(used - _used(before), system - system_before, cpus)
    memory = table(item.get("memory_stats"))
    counted = {key: _count(value) for key, value in table(memory.get("stats")).items()}
    net_in, net_out = _network(item)
    block_in, block_out = _blocks(table(item.get("blkio_stats")))
    return Figures(
        at=at,
        cpu_used=used,
        cpu_system=system,
        cpus=cpus,
        cpu=percent if system_before else UNKNOWN,
        memory=memory_used(_count(memory.get("usage")), counted) if memory else UNKNOWN,
        memory_limit=_count(memory.get("limit")),
        net_in=net_in,
        net_out=net_out,
        block_in=block_in,
        block_out=block_out,
        pids=_count(table(item.get("pids_stats")).get("current"), UNKNOWN),
    )


def _count(value: object, default: int = 0) -> int:
    return min(max(number(value, default), default), COUNT_MAX)


def _used(cpu: Table) -> int:
    return _count(table(cpu.get("cpu_usage")).get("total_usage"))


def _cpus(cpu: Table) -> int:
    """Return how many processors there are; old Engines tell only what each has done."""
    counted = _count(cpu.get("online_cpus"))
    return counted or len(items(table(cpu.get("cpu_usage")).get("percpu_usage")))


def _network(item: Table) -> tuple[int, int]:
    networks = [table(network) for network in table(item.get("networks")).values()]
    if not networks:
        return UNKNOWN, UNKNOWN
    received = sum(_count(network.get("rx_bytes")) for network in networks)
    return received, sum(_count(network.get("tx_bytes")) for network in networks)


def _blocks(blkio: Table) -> tuple[int, int]:
    """Return bytes read and written; 0 where none are told, as `docker stats` has it."""
    entries = tables(blkio.get("io_service_bytes_recursive"))
    return block_bytes((text(entry.get("op")), _count(entry.get("value"))) for entry in entries)


def processes(container_id: str, answer: object) -> Processes:
    """Return the processes of `GET /containers/{id}/top`."""
    item = table(answer)
    rows = tuple(strings(row) for row in items(item.get("Processes"))[:PROCESSES_MAX])
    return Processes(container_id, strings(item.get("Titles"))[:COLUMNS_MAX], rows)
