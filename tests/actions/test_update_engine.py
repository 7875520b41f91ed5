"""Limits on a real Engine: what orlop sets is what the docker command sets with the line shown."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.actions.test_stats_engine import eventually
from tests.actions.test_verbs_engine import able_to_run
from tests.actions.verbs import Verbs, run_docker, went_well
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.updating import ReadResources, UpdateContainers
from tui.engine import stats
from tui.model.job import JobState
from tui.model.limits import RestartPolicy
from tui.model.progress import Outcome
from tui.model.resources import UpdateConfig

pytestmark = pytest.mark.engine

DOCKER = pytest.mark.stores("classic", "containerd")
MIB = 1024**2
IDLE = ("sleep", "1000")
QUOTA = {"cpu_quota": 50_000, "cpu_period": 100_000}
LIMITS = (
    "Memory",
    "MemorySwap",
    "MemoryReservation",
    "NanoCpus",
    "CpuPeriod",
    "CpuQuota",
    "CpuShares",
    "CpusetCpus",
    "PidsLimit",
    "RestartPolicy",
)

CONFIGS = (
    UpdateConfig(memory=200 * MIB, memory_swap=300 * MIB),
    UpdateConfig(memory=100 * MIB),
    UpdateConfig(memory_swap=150 * MIB),
    UpdateConfig(memory=120 * MIB, memory_swap=-1),
    UpdateConfig(memory_reservation=50 * MIB),
    UpdateConfig(nano_cpus=500_000_000),
    UpdateConfig(cpu_shares=512, cpuset="0"),
    UpdateConfig(pids=100),
    UpdateConfig(pids=-1),
    UpdateConfig(restart=RestartPolicy("always")),
    UpdateConfig(restart=RestartPolicy("on-failure", 3)),
    UpdateConfig(nano_cpus=1_000_000_000, pids=50, restart=RestartPolicy("unless-stopped")),
    UpdateConfig(restart=RestartPolicy("no")),
    # refused, by both
    UpdateConfig(memory=1 * MIB),
    UpdateConfig(cpuset="900"),
    UpdateConfig(nano_cpus=900_000_000_000),
)


def made(
    verbs: Verbs,
    image: str,
    name: str,
    *,
    start: bool = True,
    command: tuple[str, ...] = IDLE,
    **host_config: Any,
) -> ContainerTarget:
    whole = f"{verbs.maker.prefix}-{name}"
    options = verbs.api.create_host_config(network_mode="none", **host_config)
    told = verbs.api.create_container(image, list(command), name=whole, host_config=options)
    container_id: str = told["Id"]
    verbs.maker.adopt(containers=[container_id])
    if start:
        verbs.api.start(container_id)
    return ContainerTarget(container_id, whole)


def limits_of(verbs: Verbs, target: ContainerTarget) -> dict[str, Any]:
    told = verbs.api.inspect_container(target.container_id)["HostConfig"]
    return {key: told.get(key) for key in LIMITS}


@pytest.mark.parametrize("start", [True, False], ids=["running", "stopped"])
async def test_the_docker_line_sets_what_the_verb_sets(
    verbs: Verbs, docker_cli: str, start: bool
) -> None:
    image = able_to_run(verbs)
    ours = made(verbs, image, "ours", start=start)
    theirs = made(verbs, image, "theirs", start=start)
    assert limits_of(verbs, ours) == limits_of(verbs, theirs)
    for config in CONFIGS:
        job = await verbs.do(UpdateContainers((ours,), config))
        line = job.docker.replace(ours.name, theirs.name)
        assert line.split()[:2] == ["docker", "update"]
        ran = run_docker(docker_cli, line)
        assert went_well(job) is (ran.returncode == 0), (line, job, ran)
        assert limits_of(verbs, ours) == limits_of(verbs, theirs), line


async def test_several_at_once_as_by_docker(verbs: Verbs, docker_cli: str) -> None:
    image = able_to_run(verbs)
    ours = tuple(made(verbs, image, f"ours{n}", start=bool(n)) for n in range(2))
    theirs = tuple(made(verbs, image, f"theirs{n}", start=bool(n)) for n in range(2))
    config = UpdateConfig(memory=100 * MIB, memory_swap=-1, restart=RestartPolicy("always"))
    job = await verbs.do(UpdateContainers(ours, config))
    assert went_well(job)
    ran = run_docker(docker_cli, job.docker.replace("-ours", "-theirs"))
    assert ran.returncode == 0, ran
    for one, other in zip(ours, theirs, strict=True):
        assert limits_of(verbs, one) == limits_of(verbs, other)


async def test_what_is_set_is_read_and_told(verbs: Verbs) -> None:
    target = made(
        verbs,
        able_to_run(verbs),
        "set",
        mem_limit=100 * MIB,
        memswap_limit=150 * MIB,
        nano_cpus=500_000_000,
        pids_limit=50,
        restart_policy={"Name": "on-failure", "MaximumRetryCount": 3},
    )
    assert (await verbs.do(ReadResources((target,)))).state is JobState.DONE
    (read,) = verbs.state.inside.resources
    assert (read.container_id, read.name) == target
    assert (read.memory, read.memory_swap) == (100 * MIB, 150 * MIB)
    assert (read.nano_cpus, read.pids) == (500_000_000, 50)
    assert read.restart == RestartPolicy("on-failure", 3)
    assert not read.has_quota
    assert not read.auto_remove
    action = UpdateContainers((target,), UpdateConfig(memory=120 * MIB, pids=-1))
    assert went_well(await verbs.do(action))
    await verbs.do(ReadResources((target,)))
    (read,) = verbs.state.inside.resources
    assert (read.memory, read.memory_swap, read.pids) == (120 * MIB, 150 * MIB, 0)


@DOCKER
@pytest.mark.parametrize(
    ("host_config", "config", "why"),
    [
        ({}, UpdateConfig(memory=64 * MIB), "Memory with swap has to be set too"),
        ({}, UpdateConfig(memory=MIB), "no memory limit below 6m"),
        ({"auto_remove": True}, UpdateConfig(restart=RestartPolicy("always")), "made with --rm"),
        (
            {"cpu_quota": 50_000, "cpu_period": 100_000},
            UpdateConfig(nano_cpus=10**9),
            "--cpu-quota",
        ),
    ],
)
async def test_a_refusal_says_what_to_do(
    verbs: Verbs, docker_cli: str, host_config: dict[str, Any], config: UpdateConfig, why: str
) -> None:
    target = made(verbs, able_to_run(verbs), "no", **host_config)
    before = limits_of(verbs, target)
    job = await verbs.do(UpdateContainers((target,), config))
    assert [outcome.outcome for outcome in job.outcomes] == [Outcome.FAILED]
    assert why in job.outcomes[0].why
    assert target.container_id not in job.outcomes[0].why
    assert limits_of(verbs, target) == before
    assert run_docker(docker_cli, job.docker).returncode != 0


@DOCKER
async def test_less_memory_than_it_uses_is_refused_with_what_it_uses(verbs: Verbs) -> None:
    script = "busybox dd if=/dev/zero of=/x/f bs=1M count=40; sleep 1000"
    target = made(
        verbs,
        able_to_run(verbs),
        "full",
        command=("sh", "-c", script),
        mem_limit=100 * MIB,
        memswap_limit=100 * MIB,
        tmpfs={"/x": ""},
    )
    await eventually(
        lambda: stats.one_sample(verbs.client, target.container_id).memory > 40 * MIB, "filled"
    )
    job = await verbs.do(UpdateContainers((target,), UpdateConfig(memory=10 * MIB)))
    if verbs.api.info().get("CgroupVersion") == "2":  # the kernel takes the memory away instead
        assert went_well(job)
        return
    assert re.search(r"It uses 4\d(\.\d)? MiB now", job.outcomes[0].why), job


async def test_one_that_is_gone_does_not_keep_the_others_from_it(verbs: Verbs) -> None:
    target = made(verbs, able_to_run(verbs), "here", start=False)
    gone = ContainerTarget("0" * 64, "gone")
    action = UpdateContainers((gone, target), UpdateConfig(restart=RestartPolicy("always")))
    job = await verbs.do(action)
    assert [one.outcome for one in job.outcomes] == [Outcome.FAILED, Outcome.DONE]
    assert limits_of(verbs, target)["RestartPolicy"]["Name"] == "always"
    assert (await verbs.do(ReadResources((gone,)))).state is JobState.FAILED


@DOCKER
async def test_what_the_engine_warns_of_is_told(verbs: Verbs, docker_cli: str) -> None:
    target = made(verbs, able_to_run(verbs), "warned", start=False)
    config = UpdateConfig(cpu_shares=100)
    job = await verbs.do(UpdateContainers((target,), config))
    warned = run_docker(docker_cli, job.docker).stdout.splitlines()[1:]
    assert ("The Engine warns:" in job.summary) is bool(warned)
    for line in warned:
        assert line in job.summary
