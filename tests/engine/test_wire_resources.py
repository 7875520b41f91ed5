"""Limits in the Engine's JSON: read whatever it holds, written with what is to be set alone."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine import wire_resources
from tui.model.limits import UNLIMITED, RestartPolicy
from tui.model.resources import NO_UPDATE, Resources, UpdateConfig

HOST: Final[dict[str, Any]] = {
    "Memory": 1 << 29,
    "MemorySwap": -1,
    "MemoryReservation": 0,
    "NanoCpus": 1_500_000_000,
    "CpuPeriod": 0,
    "CpuQuota": 0,
    "CpuShares": 512,
    "CpusetCpus": "0-1",
    "PidsLimit": None,
    "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
    "AutoRemove": False,
}
DOCKER: Final = {"Id": "c1", "Name": "/web", "HostConfig": HOST}
READ: Final = Resources(
    "c1",
    "web",
    memory=1 << 29,
    memory_swap=UNLIMITED,
    nano_cpus=1_500_000_000,
    cpu_shares=512,
    cpuset="0-1",
    restart=RestartPolicy("on-failure", 3),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*HOST]), inner),
    max_leaves=8,
)


def test_what_docker_tells() -> None:
    assert wire_resources.resources(DOCKER) == READ


@pytest.mark.parametrize(
    ("told", "policy"),
    [
        ({"Name": "", "MaximumRetryCount": 0}, RestartPolicy()),
        ({"Name": "no", "MaximumRetryCount": 3}, RestartPolicy()),
        ({"Name": "always"}, RestartPolicy("always")),
        ({"Name": "sometimes"}, RestartPolicy()),
        (None, RestartPolicy()),
    ],
)
def test_restart_policies(told: object, policy: RestartPolicy) -> None:
    answer = {"HostConfig": HOST | {"RestartPolicy": told}}
    assert wire_resources.resources(answer).restart == policy


@pytest.mark.parametrize("pids", [None, 0, -1])
def test_no_limit_of_processes_is_told_in_three_ways(pids: object) -> None:
    assert wire_resources.resources({"HostConfig": {"PidsLimit": pids}}).pids == 0


def test_the_kernels_largest_number_is_no_limit() -> None:
    told = {"Memory": 0x7FFFFFFFFFFFF000, "MemorySwap": 0x7FFFFFFFFFFFF000}
    assert wire_resources.resources({"HostConfig": told}) == Resources()


@given(JSON, st.dictionaries(st.sampled_from([*HOST]), JSON))
def test_nothing_that_an_engine_tells_breaks_it(answer: object, host: dict[str, object]) -> None:
    for told in (answer, {"Id": answer, "Name": answer, "HostConfig": host}):
        read = wire_resources.resources(told)
        assert read.memory >= 0
        assert read.memory_swap >= UNLIMITED
        assert all(isinstance(one, str) for one in wire_resources.warnings(told))


def test_only_what_is_set_is_in_the_body() -> None:
    assert wire_resources.update_body(NO_UPDATE) == {}
    assert wire_resources.update_body(UpdateConfig(memory=1, memory_swap=-1, pids=-1)) == {
        "Memory": 1,
        "MemorySwap": -1,
        "PidsLimit": -1,
    }
    config = UpdateConfig(nano_cpus=5, cpuset="0", restart=RestartPolicy("on-failure", 3))
    assert wire_resources.update_body(config) == {
        "NanoCpus": 5,
        "CpusetCpus": "0",
        "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
    }


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"Warnings": None}, ()),
        ({"Warnings": ["no swap"]}, ("no swap",)),
        ({}, ()),
        (None, ()),
    ],
)
def test_warnings(answer: object, told: tuple[str, ...]) -> None:
    assert wire_resources.warnings(answer) == told
