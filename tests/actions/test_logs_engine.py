"""Logs of a real Engine: what is read and saved is what the container wrote, byte for byte."""

from __future__ import annotations

import asyncio
import random
import subprocess
from pathlib import Path

import pytest

from tests.actions.test_verbs_engine import able_to_run
from tests.actions.verbs import Verbs
from tests.engines.images import make_layer
from tests.waiting import until
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.logs import FollowLogs, ReadEarlierLogs, SaveLogs
from tui.logs.line import STDERR
from tui.logs.lines import as_written
from tui.model.job import JobState

pytestmark = pytest.mark.engine


def written(size: int) -> bytes:
    """Lines of every kind: short, empty, over 16 kB, not UTF-8, and none at the end of the last."""
    rnd = random.Random(3)
    kinds = (b"", b"plain", b"\xff\xfe\x80", "漢字 é".encode(), b"a\tb", b"\x1b[31mred\x1b[0m")
    lines: list[bytes] = []
    while sum(map(len, lines)) < size:
        lines.append(rnd.choice(kinds) * rnd.randrange(20))
        if not rnd.randrange(40):
            lines.append(rnd.choice((b"x", b"\xe2")) * rnd.randrange(16_380, 40_000))
    return b"\n".join([*lines, b"no end"])


def ran(verbs: Verbs, name: str, command: str, *, tty: bool = False) -> ContainerTarget:
    """Run a container to its end."""
    api, maker = verbs.maker.api, verbs.maker
    made = api.create_container(
        able_to_run(verbs),
        ["sh", "-c", command],
        name=f"{maker.prefix}-{name}",
        tty=tty,
        host_config=api.create_host_config(network_mode="none"),
    )
    maker.adopt(containers=[made["Id"]])
    api.put_archive(made["Id"], "/", make_layer({"data": written(300_000)}))
    api.start(made["Id"])
    until(lambda: not api.inspect_container(made["Id"])["State"]["Running"], "it has ended")
    return ContainerTarget(made["Id"], f"{maker.prefix}-{name}")


def by_docker(verbs: Verbs, target: ContainerTarget) -> bytes:
    command = ["docker", "--host", verbs.client.endpoint.url, "logs", target.container_id]
    return subprocess.run(command, capture_output=True, check=True, timeout=50).stdout


@pytest.mark.parametrize("tty", [False, True], ids=["frames", "terminal"])
async def test_a_log_is_what_docker_prints(verbs: Verbs, tmp_path: Path, tty: bool) -> None:
    target = ran(verbs, f"all-{tty}", "cat /data", tty=tty)
    expected = by_docker(verbs, target)
    assert len(expected) > 300_000
    job = await verbs.do(SaveLogs(target, str(tmp_path / "all.log")))
    assert job.state is JobState.DONE, job.summary
    assert (tmp_path / "all.log").read_bytes() == expected
    job = await verbs.do(FollowLogs((target,), tail=-1))
    assert job.state is JobState.DONE, job.summary
    book = verbs.state.inside.log.book
    assert book is not None
    lines = book.lines(book.first, book.end)
    assert b"".join(as_written(iter(lines))) == expected
    assert all(line.nanoseconds for line in lines)


async def test_both_streams_of_several_containers_come_in_order(verbs: Verbs) -> None:
    command = "for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; sleep 0.05; done"
    one, two = ran(verbs, "one", command), ran(verbs, "two", command)
    job = await verbs.do(FollowLogs((one, two)))
    assert job.state is JobState.DONE, job.summary
    book = verbs.state.inside.log.book
    assert book is not None
    lines = book.lines(0, book.end)
    assert len(lines) == 20
    assert [line.nanoseconds for line in lines] == sorted(line.nanoseconds for line in lines)
    errors = [line.text for line in lines if line.stream == STDERR and line.source == 1]
    assert errors == [f"err {number}".encode() for number in range(1, 6)]
    assert verbs.state.inside.log.names == (one.name, two.name)


async def test_a_running_log_is_followed_until_it_is_cancelled(verbs: Verbs) -> None:
    maker = verbs.maker
    command = ["sh", "-c", "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done"]
    container = maker.container(able_to_run(verbs), command=command, start=True)
    job_id = verbs.submit(FollowLogs((ContainerTarget(container, "it"),)))

    def lines() -> int:
        book = verbs.state.inside.log.book
        return book.end if book is not None else 0

    await asyncio.to_thread(until, lambda: lines() > 5, "lines come as they are written")
    verbs.dispatcher.cancel(job_id)
    job = await verbs.ended(job_id)
    assert job.state is JobState.CANCELLED


async def test_earlier_lines_are_read_again_from_the_engine(verbs: Verbs) -> None:
    target = ran(verbs, "early", "for i in $(seq 1 50); do echo line $i; done")
    await verbs.do(FollowLogs((target,), tail=10))
    book = verbs.state.inside.log.book
    assert book is not None
    first = book.line(0)
    assert first is not None
    assert first.text == b"line 41"
    same = book.count_from_start(first.nanoseconds)
    await verbs.do(ReadEarlierLogs(target, first.nanoseconds, newer=10, tail=20, same=same))
    earlier = verbs.state.inside.log.earlier
    assert earlier is not None
    texts = [line.text for line in earlier.lines(0, earlier.end)]
    assert texts[-1] == b"line 40"
    assert texts[0] == b"line 21"


async def test_a_log_of_nothing_that_is_there_says_so(verbs: Verbs) -> None:
    job = await verbs.do(FollowLogs((ContainerTarget("f" * 64, "gone"),)))
    assert job.state is JobState.FAILED
    assert "no such" in job.summary.lower()
