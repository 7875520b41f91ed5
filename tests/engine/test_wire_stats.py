"""What Engines tell of a container that runs; recorded, shortened where nothing is lost."""

from __future__ import annotations

import inspect
import re
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine import wire, wire_stats
from tui.engine.wire_stats import figures, processes
from tui.model.stats import NO_FIGURES, UNKNOWN

NOTHING: Final = {"io_service_bytes_recursive": None, "io_serviced_recursive": None}

DOCKER_20: Final[dict[str, Any]] = {
    "read": "2026-11-27T01:15:03.05460744Z",
    "preread": "2026-11-27T01:15:02.050876777Z",
    "pids_stats": {"current": 1},
    "blkio_stats": {
        "io_service_bytes_recursive": [
            {"major": 254, "minor": 0, "op": "Read", "value": 4096},
            {"major": 254, "minor": 0, "op": "Write", "value": 512},
            {"major": 254, "minor": 0, "op": "Total", "value": 4608},
            {"major": 8, "minor": 0, "op": "Read", "value": 1},
        ]
    },
    "cpu_stats": {
        "cpu_usage": {"total_usage": 321614158, "percpu_usage": [688692, 320925466]},
        "system_cpu_usage": 10424740000000,
        "online_cpus": 2,
    },
    "precpu_stats": {
        "cpu_usage": {"total_usage": 41699015, "percpu_usage": [688692, 41010323]},
        "system_cpu_usage": 10422810000000,
        "online_cpus": 2,
    },
    "memory_stats": {
        "usage": 331776,
        "max_usage": 3817472,
        "stats": {"cache": 4096, "inactive_file": 0, "total_inactive_file": 4096},
        "limit": 25276063744,
    },
    "networks": {
        "eth0": {"rx_bytes": 876, "tx_bytes": 656},
        "eth1": {"rx_bytes": 100, "tx_bytes": 0},
    },
}
"""cgroup v1."""

DOCKER_V2: Final[dict[str, Any]] = DOCKER_20 | {
    "blkio_stats": {
        "io_service_bytes_recursive": [
            {"major": 254, "minor": 0, "op": "read", "value": 4096},
            {"major": 254, "minor": 0, "op": "write", "value": 512},
        ]
    },
    "memory_stats": {"usage": 500000, "stats": {"inactive_file": 100000}, "limit": 1000000},
    "pids_stats": {"current": 3, "limit": 18446744073709551615},
}
"""cgroup v2: small letters, no totals."""

PODMAN_58: Final[dict[str, Any]] = {
    "read": "2026-11-27T01:15:03.581695169Z",
    "preread": "2026-11-27T01:14:58.577990192Z",
    "pids_stats": {"current": 1},
    "blkio_stats": NOTHING | {"io_service_bytes_recursive": []},
    "cpu_stats": {
        "cpu_usage": {"total_usage": 1179026263},
        "system_cpu_usage": 8936535984625,
        "online_cpus": 2,
        "cpu": 22.23189245212983,
    },
    "precpu_stats": {
        "cpu_usage": {"total_usage": 66991374},
        "system_cpu_usage": 8926876369730,
        "online_cpus": 2,
    },
    "memory_stats": {"usage": 364544, "limit": 25276063744},
}

STOPPED_20: Final[dict[str, Any]] = {
    "read": "0001-01-01T00:00:00Z",
    "preread": "0001-01-01T00:00:00Z",
    "pids_stats": {},
    "blkio_stats": NOTHING,
    "cpu_stats": {"cpu_usage": {"total_usage": 0}},
    "precpu_stats": {"cpu_usage": {"total_usage": 0}},
    "memory_stats": {},
}
STOPPED_PODMAN: Final = {
    "cause": "container is stopped",
    "message": "container is stopped",
    "response": 500,
}


def test_docker_on_cgroup_v1() -> None:
    told = figures(DOCKER_20)
    assert round(told.cpu, 2) == 29.01
    assert (told.memory, told.memory_limit) == (327680, 25276063744)
    assert (told.net_in, told.net_out) == (976, 656)
    assert (told.block_in, told.block_out, told.pids) == (4097, 512, 1)
    assert told.is_running
    assert int(told.at) == 1795742103


def test_docker_on_cgroup_v2() -> None:
    told = figures(DOCKER_V2)
    assert (told.memory, told.memory_percent) == (400000, 40.0)
    assert (told.block_in, told.block_out, told.pids) == (4096, 512, 3)


def test_podman_tells_no_files_and_maybe_no_network() -> None:
    told = figures(PODMAN_58)
    assert round(told.cpu, 2) == 23.02
    assert (told.memory, told.net_in, told.block_in) == (364544, UNKNOWN, 0)


def test_the_first_sample_of_a_stream_tells_no_cpu() -> None:
    told = figures(DOCKER_20 | {"precpu_stats": STOPPED_20["precpu_stats"]})
    assert told.cpu == UNKNOWN
    assert told.memory == 327680


def test_old_engines_tell_the_processors_one_by_one() -> None:
    cpu = {name: value for name, value in DOCKER_20["cpu_stats"].items() if name != "online_cpus"}
    assert figures(DOCKER_20 | {"cpu_stats": cpu}) == figures(DOCKER_20)


@pytest.mark.parametrize("answer", [STOPPED_20, STOPPED_PODMAN, {}, None, []])
def test_what_does_not_run_has_no_figures(answer: object) -> None:
    assert figures(answer) == NO_FIGURES


def test_processes() -> None:
    answer = {"Titles": ["UID", "PID", "CMD"], "Processes": [["root", "1", "sh -c x"], None, [2]]}
    told = processes("c", answer)
    assert told.titles == ("UID", "PID", "CMD")
    assert told.rows == (("root", "1", "sh -c x"), (), ())
    assert processes("c", {"Titles": None, "Processes": None}).rows == ()


KEYS = sorted(set(re.findall(r'get\("(\w+)"', inspect.getsource(wire_stats))))
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(10**400)
    | st.just("2026-11-27T01:15:03Z")
)  # fmt: skip
JUNK = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(JUNK)
def test_no_json_value_makes_it_fail(junk: Any) -> None:
    for answer in (junk, DOCKER_20 | dict.fromkeys(KEYS, junk) | {"read": DOCKER_20["read"]}):
        told = figures(answer)
        assert told.memory_percent >= UNKNOWN
        processes("c", answer)


def test_a_number_beyond_all_counters() -> None:
    assert wire.number(wire.loads(b"1" * 400)) == int("1" * 400)
    assert wire.number(float("inf")) == 0
    huge = {"cpu_usage": {"total_usage": 10**400}, "system_cpu_usage": 1, "online_cpus": 10**400}
    assert figures(DOCKER_20 | {"cpu_stats": huge}).cpu >= 0
