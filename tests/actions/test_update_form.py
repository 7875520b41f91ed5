"""The form of limits: what it begins with, what it sends, what it says for what is set."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tui.actions.forms.form import NotYet
from tui.actions.forms.updating import differing, limits_form, swap_added
from tui.actions.handlers.updating import in_words
from tui.actions.selection import EMPTY_SELECTION, Selection
from tui.actions.values.updating import UpdateContainers
from tui.engine.errors import EngineRefused
from tui.model.container import ContainerSummary
from tui.model.limits import UNLIMITED, RestartPolicy
from tui.model.resources import Resources, UpdateConfig
from tui.store.state import Pane

MIB = 1024**2
FREE = Resources("c1", "web")
SET = Resources(
    "c2",
    "db",
    memory=512 * MIB,
    memory_swap=1024 * MIB,
    memory_reservation=256 * MIB,
    nano_cpus=1_500_000_000,
    cpu_shares=512,
    cpuset="0-1",
    pids=100,
    restart=RestartPolicy("on-failure", 3),
)
INITIAL = {
    "memory": "512m",
    "memory_swap": "1g",
    "memory_reservation": "256m",
    "nano_cpus": "1.5",
    "cpu_shares": "512",
    "cpuset": "0-1",
    "pids": "100",
    "restart": "on-failure",
    "retries": "3",
}


def selected(*current: Resources) -> Selection:
    containers = tuple(ContainerSummary(one.container_id, one.name, "a:1", "i") for one in current)
    return Selection(Pane.CONTAINERS, containers=containers)


def initial(*current: Resources) -> dict[str, str]:
    selection = selected(*current)
    return {field.key: field.initial(selection) for field in limits_form(current).fields}


def config(*current: Resources, **typed: str) -> UpdateConfig:
    action = limits_form(current).build(selected(*current), initial(*current) | typed)
    assert isinstance(action, UpdateContainers)
    assert [target.name for target in action.containers] == [one.name for one in current]
    return action.config


def test_it_begins_with_what_is_set() -> None:
    assert initial(SET) == INITIAL
    assert initial(FREE) == dict.fromkeys(INITIAL, "") | {"restart": "no"}


def test_before_it_is_known_what_is_set_nothing_can_be_changed() -> None:
    for form, why in (
        (limits_form(None), "Asking the Engine"),
        (limits_form(None, "It is gone."), "It is gone."),
    ):
        with pytest.raises(NotYet, match=why):
            form.build(selected(SET), INITIAL | {"memory": "1g"})


def test_where_containers_differ_a_field_is_empty() -> None:
    assert initial(FREE, SET) == dict.fromkeys(INITIAL, "")
    assert differing((FREE, SET), "memory")
    assert not differing((SET, SET), "memory")
    twin = replace(SET, container_id="c3", name="db2", pids=0)
    assert initial(SET, twin) == INITIAL | {"pids": ""}
    assert config(FREE, SET, cpu_shares="100") == UpdateConfig(cpu_shares=100)


@pytest.mark.parametrize(
    ("current", "typed", "made"),
    [
        (SET, {"memory": "600m"}, UpdateConfig(memory=600 * MIB)),
        (SET, {"memory": "256m"}, UpdateConfig(memory=256 * MIB)),
        (SET, {"memory_swap": "-1"}, UpdateConfig(memory_swap=UNLIMITED)),
        (SET, {"nano_cpus": "0.5"}, UpdateConfig(nano_cpus=500_000_000)),
        (SET, {"pids": "-1"}, UpdateConfig(pids=UNLIMITED)),
        (SET, {"cpuset": "0"}, UpdateConfig(cpuset="0")),
        (SET, {"memory_reservation": "100m"}, UpdateConfig(memory_reservation=100 * MIB)),
        (SET, {"restart": "always"}, UpdateConfig(restart=RestartPolicy("always"))),
        (SET, {"restart": "no"}, UpdateConfig(restart=RestartPolicy("no"))),
        (SET, {"retries": "5"}, UpdateConfig(restart=RestartPolicy("on-failure", 5))),
        (SET, {"retries": ""}, UpdateConfig(restart=RestartPolicy("on-failure"))),
        (
            FREE,
            {"restart": "on-failure", "retries": "2"},
            UpdateConfig(restart=RestartPolicy("on-failure", 2)),
        ),
    ],
)
def test_only_what_was_changed_is_sent(
    current: Resources, typed: dict[str, str], made: UpdateConfig
) -> None:
    assert config(current, **typed) == made


@pytest.mark.parametrize(
    ("current", "swap"),
    [
        (FREE, 1200 * MIB),
        (replace(SET, memory_swap=512 * MIB), 600 * MIB),
        (replace(SET, memory_swap=550 * MIB), 638 * MIB),
        (replace(SET, memory_swap=UNLIMITED), UNLIMITED),
        (replace(FREE, memory_swap=200 * MIB), 1200 * MIB),
    ],
)
def test_memory_with_swap_goes_along_where_the_engine_wants_it(
    current: Resources, swap: int
) -> None:
    made = config(current, memory="600m")
    assert made == UpdateConfig(memory=600 * MIB, memory_swap=swap)
    values = initial(current) | {"memory": "600m"}
    assert "wants memory with swap too" in swap_added((current,), values, made.memory_swap)


def test_memory_with_swap_that_was_typed_counts() -> None:
    made = config(FREE, memory="600m", memory_swap="700m")
    assert made == UpdateConfig(memory=600 * MIB, memory_swap=700 * MIB)
    values = initial(FREE) | {"memory": "600m", "memory_swap": "700m"}
    assert not swap_added((FREE,), values, made.memory_swap)


@pytest.mark.parametrize(
    ("current", "typed", "why"),
    [
        ((SET,), {}, "Nothing is changed yet."),
        ((SET,), {"memory": "0.5G", "nano_cpus": "1.50"}, "Nothing is changed yet."),
        ((SET,), {"memory": ""}, "cannot take this limit away"),
        ((SET,), {"nano_cpus": ""}, "cannot take this limit away"),
        ((SET,), {"pids": ""}, "Write -1 for no limit."),
        ((SET,), {"memory": "much"}, "much is no size"),
        ((SET,), {"memory_swap": "100m"}, "counts the memory too: 512m or more"),
        ((SET,), {"memory": "100m"}, "reservation has to be below the memory"),
        ((SET,), {"memory_reservation": "1g"}, "reservation has to be below the memory"),
        ((FREE,), {"memory_swap": "1g"}, "needs a limit of memory too"),
        ((FREE,), {"restart": "always", "retries": "3"}, "Only on-failure takes"),
        ((FREE,), {"restart": "on-failure", "retries": "x"}, "x is no number of retries"),
        ((replace(FREE, cpu_quota=5000),), {"nano_cpus": "1"}, "web was made with --cpu-period"),
        ((replace(FREE, auto_remove=True),), {"restart": "always"}, "web was made with --rm"),
        (
            (FREE, replace(FREE, name="x", memory_swap=UNLIMITED)),
            {"memory": "1g"},
            "not the same for all of them",
        ),
    ],
)
def test_what_would_be_refused_is_said(
    current: tuple[Resources, ...], typed: dict[str, str], why: str
) -> None:
    with pytest.raises(NotYet) as refusal:
        config(*current, **typed)
    assert why in str(refusal.value)


def test_a_quota_beside_cpus_is_how_podman_tells_cpus() -> None:
    podman = replace(FREE, nano_cpus=10**9, cpu_period=100_000, cpu_quota=100_000)
    assert config(podman, nano_cpus="0.5") == UpdateConfig(nano_cpus=500_000_000)


def test_nothing_selected() -> None:
    with pytest.raises(NotYet):
        limits_form((SET,)).build(EMPTY_SELECTION, INITIAL | {"memory": "1g"})


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            "Memory limit should be smaller than already set memoryswap limit, update the "
            "memoryswap at the same time",
            "Memory with swap has to be set too",
        ),
        (
            "Restart policy cannot be updated because AutoRemove is enabled for the container",
            "--rm",
        ),
        (
            "Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set",
            "--cpu-quota",
        ),
        (
            'runc did not terminate successfully: exit status 1: failed to write "20971520": '
            "write /sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes: device or resource busy",
            "It uses more than that now",
        ),
        (
            "runc did not terminate successfully: exit status 1: unable to set memory limit to "
            "20971520 (current usage: 63393792, peak usage: 64843776)",
            "It uses 60.5 MiB now: give more",
        ),
        ("Range of CPUs is from 0.01 to 2.00", "Range of CPUs is from 0.01 to 2.00"),
    ],
)
def test_refusals_are_told_in_plain_words(told: str, said: str) -> None:
    text = in_words(EngineRefused(f"Cannot update container {'ab' * 32}: {told}"))
    assert said in text
    assert "Cannot update" not in text
