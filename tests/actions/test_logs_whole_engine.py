"""Whole logs of a real Engine, whatever happens to them meanwhile: as `docker logs` tells them."""

from __future__ import annotations

import asyncio
import random
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from docker.types import LogConfig

from tests.actions.test_verbs_engine import able_to_run
from tests.actions.verbs import Verbs
from tests.engines.images import make_layer
from tests.waiting import until
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.logs import FollowLogs, ReadEarlierLogs, SaveLogs
from tui.logs.book import LogBook
from tui.logs.line import STDERR, STDOUT, LogLine
from tui.logs.lines import as_written
from tui.model.job import JobState

pytestmark = pytest.mark.engine

BIG = 10_000_000
"""Bytes."""

DOCKERS = pytest.mark.stores("classic", "containerd")
"""Podman has other log drivers, cuts long lines elsewhere, gives lines that came at once the same
time, and counts `since` in its own way."""


def much(size: int) -> bytes:
    """Lines of every kind, but fewer than a book keeps; none at the end of the last."""
    rnd = random.Random(5)
    kinds = (b"plain ", b"\xff\xfe\x80\0", "漢字 é".encode(), b"a\tb", b"\x1b[31mred\x1b[0m", b"\r")
    lines: list[bytes] = []
    done = 0
    while done < size:
        line = rnd.choice(kinds) * rnd.randrange(150)
        if not rnd.randrange(200):
            line = rnd.choice((b"x", b"\xe2")) * rnd.choice((16_383, 16_384, 40_000, 200_000))
        lines.append(line)
        done += len(line)
    return b"\n".join([*lines, b"no end"])


def made(
    verbs: Verbs, name: str, command: str, *, driver: str = "", data: bytes = b"", **options: Any
) -> ContainerTarget:
    """Create a container with a file `/data`."""
    api, maker = verbs.maker.api, verbs.maker
    limits = options.pop("limits", {})
    log = LogConfig(type=driver, config=limits) if driver else None
    created = api.create_container(
        able_to_run(verbs),
        ["sh", "-c", command],
        name=f"{maker.prefix}-{name}",
        host_config=api.create_host_config(network_mode="none", log_config=log),
        **options,
    )
    maker.adopt(containers=[created["Id"]])
    if data:
        api.put_archive(created["Id"], "/", make_layer({"data": data}))
    return ContainerTarget(created["Id"], f"{maker.prefix}-{name}")


def ran(verbs: Verbs, name: str, command: str, **options: Any) -> ContainerTarget:
    """Run a container to its end."""
    target = made(verbs, name, command, **options)
    run(verbs, target)
    return target


def run(verbs: Verbs, target: ContainerTarget) -> None:
    """Start a container and wait for its end."""
    verbs.api.start(target.container_id)
    until(lambda: not is_running(verbs, target), "it has ended")


def is_running(verbs: Verbs, target: ContainerTarget) -> bool:
    return bool(verbs.api.inspect_container(target.container_id)["State"]["Running"])


def by_docker(verbs: Verbs, target: ContainerTarget, *options: str) -> tuple[bytes, bytes]:
    """Return what `docker logs` writes to its output and to its errors."""
    command = ["docker", "--host", verbs.client.endpoint.url, "logs", *options]
    done = subprocess.run([*command, target.container_id], capture_output=True, timeout=50)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def book_of(verbs: Verbs) -> LogBook:
    book = verbs.state.inside.log.book
    assert book is not None
    return book


def lines_of(book: LogBook) -> list[LogLine]:
    return book.lines(book.first, book.end)


def is_resting(verbs: Verbs, count: int = 1) -> bool:
    book = verbs.state.inside.log.book
    return book is not None and book.resting == count


def texts_of(verbs: Verbs) -> list[bytes]:
    book = verbs.state.inside.log.book
    return [line.text for line in lines_of(book)] if book is not None else []


def written(lines: Sequence[LogLine], *streams: int) -> bytes:
    return b"".join(as_written(line for line in lines if not streams or line.stream in streams))


async def eventually(condition: Callable[[], object], what: str) -> None:
    await asyncio.to_thread(until, condition, what)


@pytest.mark.parametrize("tty", [False, True], ids=["frames", "terminal"])
@pytest.mark.parametrize("driver", ["json-file", "local"])
@DOCKERS
async def test_ten_megabytes_are_what_docker_prints(
    verbs: Verbs, tmp_path: Path, driver: str, tty: bool
) -> None:
    target = ran(verbs, f"{driver}-{tty}", "cat /data", driver=driver, data=much(BIG), tty=tty)
    expected, _none = by_docker(verbs, target)
    assert len(expected) > BIG
    path = tmp_path / "all.log"
    job = await verbs.do(SaveLogs(target, str(path)))
    assert job.state is JobState.DONE, job.summary
    assert path.read_bytes() == expected
    job = await verbs.do(FollowLogs((target,), tail=-1))
    assert job.state is JobState.DONE, job.summary
    book = book_of(verbs)
    assert book.first == 0, "every line is kept"
    assert written(lines_of(book)) == expected


@DOCKERS
async def test_both_streams_are_told_apart_though_their_long_lines_mix(verbs: Verbs) -> None:
    mixed = "cat /data & cat /data >&2; wait; printf end; printf error >&2"
    target = ran(verbs, "mixed", mixed, data=much(1_000_000))
    output, errors = by_docker(verbs, target)
    await verbs.do(FollowLogs((target,), tail=-1))
    lines = lines_of(book_of(verbs))
    assert written(lines, STDOUT) == output
    assert written(lines, STDERR) == errors
    assert len(output) == len(errors) + len("end") - len("error") > 1_000_000


@DOCKERS
async def test_times_are_those_of_docker(verbs: Verbs) -> None:
    target = ran(verbs, "times", "for i in 1 2 3 4 5 6; do echo line $i; sleep 0.02; done")
    stamped, _none = by_docker(verbs, target, "--timestamps")
    await verbs.do(FollowLogs((target,)))
    lines = lines_of(book_of(verbs))
    assert b"".join(b"%s %s\n" % (line.stamp, line.text) for line in lines) == stamped
    third = lines[2].nanoseconds
    moment = f"{third // 10**9}.{third % 10**9:09d}"
    since, _none = by_docker(verbs, target, "--since", moment)
    before, _none = by_docker(verbs, target, "--until", f"{moment[:-1]}0")
    await verbs.do(FollowLogs((target,), tail=-1, since=moment))
    assert written(lines_of(book_of(verbs))) == since == b"line 3\nline 4\nline 5\nline 6\n"
    await verbs.do(ReadEarlierLogs(target, third, newer=4))
    earlier = verbs.state.inside.log.earlier
    assert earlier is not None
    assert written(lines_of(earlier)) == before.replace(b"line 3\n", b"") == b"line 1\nline 2\n"


@DOCKERS
async def test_a_log_goes_on_when_its_container_is_started_again(verbs: Verbs) -> None:
    target = ran(verbs, "again", "echo begun; printf 'no end'")
    other = made(verbs, "other", "echo other")
    job_id = verbs.submit(FollowLogs((target,), stays=True))
    for times in range(1, 4):
        await eventually(lambda: is_resting(verbs), "it waits for the container")
        assert written(lines_of(book_of(verbs))) == b"begun\nno end" * times
        run(verbs, other)  # another's start means nothing
        assert is_resting(verbs)
        before = book_of(verbs).end
        run(verbs, target)
        await eventually(lambda: book_of(verbs).end > before, "it goes on")  # noqa: B023
    await eventually(lambda: is_resting(verbs), "it waits again")
    verbs.api.remove_container(target.container_id)
    job = await verbs.ended(job_id)
    assert job.state is JobState.DONE, job.summary
    assert written(lines_of(book_of(verbs))) == b"begun\nno end" * 4


@DOCKERS
async def test_of_several_each_goes_on_by_itself(verbs: Verbs) -> None:
    one, two = ran(verbs, "one", "echo one"), ran(verbs, "two", "echo two")
    job_id = verbs.submit(FollowLogs((one, two), stays=True))
    await eventually(lambda: is_resting(verbs, 2), "both ended")
    await eventually(lambda: len(texts_of(verbs)) == 2, "both lines came")
    run(verbs, two)
    await eventually(lambda: len(texts_of(verbs)) == 3, "the second goes on")
    run(verbs, one)
    await eventually(lambda: len(texts_of(verbs)) == 4, "the first goes on")
    assert texts_of(verbs)[2:] == [b"two", b"one"]
    verbs.dispatcher.cancel(job_id)
    assert (await verbs.ended(job_id)).state is JobState.CANCELLED


async def test_a_log_of_a_container_that_is_removed_ends(verbs: Verbs) -> None:
    target = made(verbs, "removed", "echo one; exec sleep 1000")
    verbs.api.start(target.container_id)
    job_id = verbs.submit(FollowLogs((target,), stays=True))
    await eventually(lambda: texts_of(verbs) == [b"one"], "it is followed")
    verbs.api.remove_container(target.container_id, force=True)
    job = await verbs.ended(job_id)
    assert job.state is JobState.DONE, job.summary
    assert texts_of(verbs) == [b"one"], "what was read stays"


@DOCKERS
@pytest.mark.parametrize("driver", ["json-file", "local"])
async def test_a_log_that_is_rotated_is_followed_without_doubles(verbs: Verbs, driver: str) -> None:
    """Files of 20 kB, three of them, are overrun many times.

    An Engine may leave lines out then, and tell others twice: `docker logs` shows them twice.
    """
    command = 'i=0; while [ $i -lt 400 ]; do i=$((i+1)); printf "$i-%s of some words\\n" '
    command += "0 1 2 3 4 5 6 7 8 9; busybox usleep 5000; done"
    target = made(
        verbs, "turned", command, driver=driver, limits={"max-size": "20k", "max-file": "3"}
    )
    verbs.api.start(target.container_id)
    job = await verbs.do(FollowLogs((target,), tail=-1))
    assert job.state is JobState.DONE, job.summary
    numbers = [number(text) for text in texts_of(verbs)]
    assert numbers == sorted(set(numbers)), "in order, and none twice"
    kept = [number(text) for text in by_docker(verbs, target)[0].splitlines()]
    assert len(kept) < 3_000
    assert kept[-1] == 4009
    assert numbers[-1] == 4009, "the newest is there"


def number(text: bytes) -> int:
    match = re.match(rb"(\d+)-(\d)", text)
    assert match, text
    return int(match[1]) * 10 + int(match[2])


@DOCKERS
async def test_back_in_a_log_that_was_rotated_there_is_what_the_engine_keeps(verbs: Verbs) -> None:
    command = 'i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo "$i-0 of some words"; done'
    limits = {"max-size": "20k", "max-file": "3"}
    target = ran(verbs, "kept", command, driver="json-file", limits=limits)
    kept = [number(text) for text in by_docker(verbs, target)[0].splitlines()]
    assert 10 < len(kept) < 1_900
    await verbs.do(FollowLogs((target,), tail=10))
    book = book_of(verbs)
    first = book.line(0)
    assert first is not None
    await verbs.do(ReadEarlierLogs(target, first.nanoseconds, newer=10))
    earlier = verbs.state.inside.log.earlier
    assert earlier is not None
    found = [number(line.text) for line in (*lines_of(earlier), *lines_of(book))]
    assert found == kept
    oldest = earlier.line(0)
    assert oldest is not None
    await verbs.do(ReadEarlierLogs(target, oldest.nanoseconds, newer=len(kept)))
    assert verbs.state.inside.log.earlier is not None
    assert verbs.state.inside.log.earlier.end == 0, "nothing is told twice"


@DOCKERS
async def test_earlier_lines_come_though_more_was_written_than_was_counted(verbs: Verbs) -> None:
    target = ran(verbs, "more", "for i in $(busybox seq 1 500); do echo line $i; done")
    await verbs.do(FollowLogs((target,), tail=300))
    first = book_of(verbs).line(0)
    assert first is not None
    await verbs.do(ReadEarlierLogs(target, first.nanoseconds, newer=100, tail=50))
    earlier = verbs.state.inside.log.earlier
    assert earlier is not None
    assert [line.text for line in lines_of(earlier)][-1] == b"line 200"


@DOCKERS
async def test_a_driver_that_keeps_nothing_is_told(verbs: Verbs) -> None:
    target = ran(verbs, "none", "echo lost", driver="none")
    for action in (FollowLogs((target,), stays=True), FollowLogs((target, target), stays=True)):
        job = await verbs.do(action)
        assert job.state is JobState.FAILED
        assert job.summary == "The Engine keeps no log of this container."
        assert "log driver" in job.remedy


@DOCKERS
async def test_what_goes_elsewhere_is_read_from_the_engines_own_copy(verbs: Verbs) -> None:
    """Since 20.10 the Engine keeps some of it itself."""
    limits = {"syslog-address": "udp://127.0.0.1:9"}
    target = ran(verbs, "elsewhere", "echo told", driver="syslog", limits=limits)
    await verbs.do(FollowLogs((target,)))
    assert texts_of(verbs) == [b"told"]
    assert by_docker(verbs, target)[0] == b"told\n"


async def test_cancelling_a_log_that_waits_is_quick(verbs: Verbs) -> None:
    target = ran(verbs, "waits", "echo one")
    job_id = verbs.submit(FollowLogs((target,), stays=True))
    await eventually(lambda: is_resting(verbs), "it waits")
    began = time.monotonic()
    verbs.dispatcher.cancel(job_id)
    assert (await verbs.ended(job_id)).state is JobState.CANCELLED
    assert time.monotonic() - began < 10, "it does not wait for an event"
