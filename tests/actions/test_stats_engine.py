"""What containers use on a real Engine: as docker tells it, and only while somebody looks."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.actions.relay import Relay
from tests.actions.test_verbs_engine import able_to_run
from tests.actions.verbs import Verbs
from tests.engines.maker import ImageMaker
from tui.actions.handlers import stats as handler
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.stats import FollowStats, ReadProcesses
from tui.engine import containers
from tui.engine.client import connect
from tui.model.job import JobState
from tui.model.stats import NO_PROCESSES
from tui.store.statsbook import StatsBook, Wish

pytestmark = pytest.mark.engine

BUSY = ("sh", "-c", "sleep 1000 & while :; do :; done")
TENTH = 10.0
"""Percent of a processor that a container gets."""

IDLE = ("sleep", "1000")
UNITS = {
    "B": 1,
    "kB": 1000,
    "MB": 10**6,
    "GB": 10**9,
    "KiB": 1 << 10,
    "MiB": 1 << 20,
    "GiB": 1 << 30,
}


@pytest_asyncio.fixture
async def watched(
    engine_host: str, maker: ImageMaker, tmp_path: Path
) -> AsyncIterator[tuple[Verbs, Relay]]:
    """The verbs, and a relay that counts their connections."""
    with Relay(tmp_path, engine_host) as relay, connect(relay.endpoint) as client:
        verbs = Verbs(client, maker)
        yield verbs, relay
        await verbs.dispatcher.close()


async def eventually(condition: Callable[[], object], what: str, seconds: float = 25) -> None:
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"waited in vain: {what}")


def ran(verbs: Verbs, image: str, name: str, command: tuple[str, ...]) -> str:
    """Start a container that gets a tenth of a processor, whatever else the machine does."""
    made = verbs.api.create_container(
        image,
        list(command),
        name=f"{verbs.maker.prefix}-{name}",
        host_config=verbs.api.create_host_config(
            network_mode="none", cpu_period=100_000, cpu_quota=int(TENTH * 1000), mem_limit=1 << 28
        ),
    )
    container_id: str = made["Id"]
    verbs.maker.adopt(containers=[container_id])
    verbs.api.start(container_id)
    return container_id


def by_docker(engine_host: str, container_id: str) -> dict[str, float]:
    """What the docker command prints, as numbers."""
    command = ["docker", "stats", "--no-stream", "--no-trunc", "--format", "{{json .}}"]
    environ = os.environ | {"DOCKER_HOST": engine_host}
    done = subprocess.run(
        [*command, container_id], capture_output=True, check=True, timeout=50, env=environ
    )
    told = json.loads(done.stdout)
    used, limit = told["MemUsage"].split(" / ")
    received, sent = told["NetIO"].split(" / ")
    read, written = told["BlockIO"].split(" / ")
    return {
        "cpu": float(told["CPUPerc"].rstrip("%")),
        "memory": in_bytes(used),
        "limit": in_bytes(limit),
        "pids": int(told["PIDs"]),
        "net_in": in_bytes(received),
        "net_out": in_bytes(sent),
        "block_in": in_bytes(read),
        "block_out": in_bytes(written),
    }


def in_bytes(text: str) -> float:
    match = re.fullmatch(r"([\d.]+)\s*(\w+)", text)
    assert match, text
    return float(match[1]) * UNITS[match[2]]


async def opened(verbs: Verbs) -> tuple[int, StatsBook]:
    job_id = verbs.submit(FollowStats())
    await eventually(lambda: verbs.state.inside.stats, "the book is there")
    book = verbs.state.inside.stats
    assert book is not None
    return job_id, book


async def newer(book: StatsBook, count: int) -> None:
    await eventually(lambda: book.count > count, "there is a newer sample")


async def test_figures_are_those_of_docker_stats(
    watched: tuple[Verbs, Relay], engine_kind: str, docker_cli: str
) -> None:
    verbs, _relay = watched
    busy = ran(verbs, able_to_run(verbs), "busy", BUSY)
    job_id, book = await opened(verbs)
    book.want(Wish((busy,)))
    await eventually(lambda: book.latest(busy).cpu > 1, "it is seen to be busy")
    compared = []
    for _ in range(5):  # one second is not like another on a loaded machine
        theirs = await asyncio.to_thread(by_docker, docker_cli, busy)
        if engine_kind == "podman":
            theirs["cpu"] = TENTH  # of Podman the command tells the mean since the machine's start
        ours = book.latest(busy)
        compared.append((ours, theirs))
        if (
            ours.pids == theirs["pids"]
            and abs(ours.cpu - theirs["cpu"]) < 5
            and abs(ours.memory - theirs["memory"]) <= 0.03 * theirs["memory"]
        ):
            break
        count = book.count  # Podman tells every five seconds
        await newer(book, count)
    else:
        raise AssertionError(compared)
    assert ours.pids >= 2
    assert ours.memory_limit == 1 << 28 == theirs["limit"]
    for figure in ("block_in", "block_out", "net_in", "net_out"):
        told = max(getattr(ours, figure), 0)  # without a network, docker writes 0
        assert told == pytest.approx(theirs[figure], rel=0.05), figure
    verbs.dispatcher.cancel(job_id)
    assert (await verbs.ended(job_id)).state is JobState.CANCELLED


async def test_streams_follow_what_is_in_sight_and_end_with_the_job(
    watched: tuple[Verbs, Relay],
) -> None:
    verbs, relay = watched
    image = able_to_run(verbs)
    ids = [ran(verbs, image, f"c{n}", IDLE) for n in range(4)]
    idle = relay.connections
    job_id, book = await opened(verbs)
    book.want(Wish(tuple(ids[:3])))
    await eventually(lambda: all(book.latest(one).is_running for one in ids[:3]), "three told")
    assert relay.connections == idle + 3
    book.want(Wish(tuple(ids[2:])))
    await eventually(lambda: book.latest(ids[3]).is_running, "the fourth is told")
    await eventually(lambda: relay.connections == idle + 2, "two streams are left")
    book.want(Wish())
    await eventually(lambda: relay.connections == idle, "nobody looks, nothing is read")
    book.want(Wish(tuple(ids)))
    await eventually(lambda: relay.connections == idle + 4, "all are read")
    verbs.dispatcher.cancel(job_id)
    assert (await verbs.ended(job_id)).state is JobState.CANCELLED
    await eventually(lambda: relay.connections == idle, "no stream is left")


async def test_who_is_out_of_sight_or_beyond_the_limit_is_sampled(
    watched: tuple[Verbs, Relay], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "STREAMS_MAX", 1)
    verbs, relay = watched
    image = able_to_run(verbs)
    ids = [ran(verbs, image, f"s{n}", BUSY) for n in range(3)]
    idle = relay.connections
    job_id, book = await opened(verbs)
    book.want(Wish(tuple(ids[:2]), (ids[2],)))
    await eventually(lambda: all(book.latest(one).cpu > 1 for one in ids), "all tell their CPU")
    assert relay.connections <= idle + 2
    verbs.dispatcher.cancel(job_id)
    assert (await verbs.ended(job_id)).state is JobState.CANCELLED
    await eventually(lambda: relay.connections == idle, "no stream is left")


async def test_a_container_that_stops_or_goes_does_no_harm(watched: tuple[Verbs, Relay]) -> None:
    verbs, _relay = watched
    image = able_to_run(verbs)
    going, staying = ran(verbs, image, "going", IDLE), ran(verbs, image, "staying", IDLE)
    job_id, book = await opened(verbs)
    book.want(Wish((going, staying)))
    await eventually(lambda: book.latest(going).is_running, "it runs")
    verbs.api.remove_container(going, force=True)
    count = len(book.past(staying))
    await eventually(lambda: len(book.past(staying)) > count + 1, "the other goes on")
    verbs.dispatcher.cancel(job_id)
    assert (await verbs.ended(job_id)).state is JobState.CANCELLED


async def test_processes_are_those_of_docker_top(watched: tuple[Verbs, Relay]) -> None:
    verbs, _relay = watched
    container_id = ran(verbs, able_to_run(verbs), "two", ("sh", "-c", "sleep 1000 & sleep 2000"))
    target = ContainerTarget(container_id, "two")
    told = NO_PROCESSES
    for _ in range(100):  # the shell may not have come to its sleeps yet
        assert (await verbs.do(ReadProcesses(target))).state is JobState.DONE
        told = verbs.state.inside.processes or NO_PROCESSES
        if len(told.rows) == 2 and all(row[-1].startswith("sleep") for row in told.rows):
            break
    assert told.container_id == container_id
    assert "PID" in told.titles
    assert {row[-1] for row in told.rows} == {"sleep 1000", "sleep 2000"}
    containers.kill(verbs.client, container_id)
    await eventually(
        lambda: not verbs.api.inspect_container(container_id)["State"]["Running"], "it has ended"
    )
    job = await verbs.do(ReadProcesses(target))
    assert job.state is JobState.FAILED
    assert "running" in job.summary + job.remedy, job


async def test_an_engine_that_goes_away_is_told(watched: tuple[Verbs, Relay]) -> None:
    verbs, relay = watched
    idle = ran(verbs, able_to_run(verbs), "idle", IDLE)
    job_id, book = await opened(verbs)
    book.want(Wish((idle,)))
    await eventually(lambda: book.latest(idle).is_running, "it is read")

    def broken(_count: int) -> None:
        raise OSError

    relay.answered = broken
    job = await verbs.ended(job_id)
    assert job.state is JobState.FAILED
    assert "broke" in job.summary
