"""Commit, export and import on a real Engine, beside the docker command with the echoed line.

Whatever ends them in the middle leaves nothing: on the disk, and on the Engine.
"""

from __future__ import annotations

import asyncio
import bz2
import gzip
import hashlib
import http.server
import io
import lzma
import os
import tarfile
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

import pytest

from tests.actions.relay import Relay
from tests.actions.test_verbs_engine import able_to_run
from tests.actions.verbs import Verbs, last_progress, run_docker, went_well
from tests.engines.images import ImageSpec, Link, make_layer
from tests.waiting import until
from tui.actions.values.committing import CommitContainer, ReadChanges
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.exporting import ExportContainer, ImportTar
from tui.engine.client import connect
from tui.model.job import Job, JobState

pytestmark = pytest.mark.engine
CLASSIC = pytest.mark.stores("classic")
FILES: dict[str, bytes | Link] = {
    "etc/motd": b"hello\n",
    "srv/data": os.urandom(3_000_000),
    "srv/link": Link("data"),
}
"""What our container has of its own."""


def container(verbs: Verbs, name: str = "web") -> ContainerTarget:
    """Make a container of an image with two layers, with changes of its own."""
    image = verbs.maker.name("base:1")
    layers = (verbs.maker.layer("one", 4000), make_layer({"etc/gone": b"x", "etc/motd": b"old"}))
    verbs.load(ImageSpec(layers, tags=(image,), config={"Env": ["A=b"], "Cmd": ["run"]}))
    container_id = verbs.container(image, name, command=["x"])
    verbs.api.put_archive(container_id, "/", make_layer(FILES))
    return ContainerTarget(container_id, f"{verbs.maker.prefix}-{name}")


def inspected(verbs: Verbs, name: str) -> dict[str, Any]:
    """Return what an image is, without what differs each time it is made."""
    found: dict[str, Any] = verbs.api.inspect_image(name)
    kept = ("Architecture", "Os", "Author", "Comment", "Config", "RootFS", "Parent", "RepoTags")
    return {key: found.get(key) for key in kept}


def layers(verbs: Verbs, name: str) -> list[str]:
    found: list[str] = verbs.api.inspect_image(name)["RootFS"]["Layers"]
    return found


async def wait(condition: Callable[[], object], what: str) -> None:
    """Wait beside the event loop, which goes on."""
    await asyncio.to_thread(until, condition, what)


def failed(job: Job, words: str) -> bool:
    return job.state is JobState.FAILED and words in f"{job.summary} {job.remedy}"


@asynccontextmanager
async def through(relay: Relay, verbs: Verbs) -> AsyncIterator[Verbs]:
    """Lend verbs that reach the Engine by way of a relay."""
    with connect(relay.endpoint) as client:
        made = Verbs(client, verbs.maker)
        yield made
        await made.dispatcher.close()


# Commit


async def test_a_commit_has_the_layers_of_its_base_and_one_of_its_own(verbs: Verbs) -> None:
    made_of = container(verbs)
    name = verbs.maker.name("new:1")
    job = await verbs.do(CommitContainer(made_of, name, "me", "why", ("ENV B=c",)))
    assert went_well(job), job
    base, new = layers(verbs, verbs.maker.name("base:1")), layers(verbs, name)
    assert new[:-1] == base
    assert len(new) == len(base) + 1
    made = verbs.state.inside.committed
    assert made.image_id == verbs.api.inspect_image(name)["Id"]
    assert made.base_id == verbs.api.inspect_image(verbs.maker.name("base:1"))["Id"]
    assert verbs.state.facts[made.image_id].details.diff_ids == tuple(new)
    assert "2 layers of its base, 1 new" in job.summary


@CLASSIC
async def test_a_commit_is_what_docker_commit_makes(verbs: Verbs, docker_cli: str) -> None:
    name = verbs.maker.name("new:1")
    changes = ('CMD ["a", "b"]', "ENV B=c", "EXPOSE 80/tcp", "LABEL l=1", "USER u", "WORKDIR /w")
    made_of = container(verbs)
    job = await verbs.do(CommitContainer(made_of, name, "me <m@x>", "why not", changes))
    assert went_well(job), job
    ours = inspected(verbs, name)
    verbs.api.remove_image(name)
    ran = run_docker(docker_cli, job.docker)
    assert ran.returncode == 0, ran.stderr
    assert inspected(verbs, name) == ours
    assert ours["Parent"] == verbs.api.inspect_image(verbs.maker.name("base:1"))["Id"]


@CLASSIC
async def test_a_commit_of_nothing_has_no_new_layer(verbs: Verbs) -> None:
    image, name = verbs.maker.name("base:1"), verbs.maker.name("same:1")
    verbs.load(ImageSpec((verbs.maker.layer("one", 4000),), tags=(image,)))
    target = ContainerTarget(verbs.container(image, "web", command=["x"]), "web")
    job = await verbs.do(CommitContainer(target, name))
    assert layers(verbs, name) == layers(verbs, image)
    assert "nothing had changed, so no new layer" in job.summary


async def test_a_commit_without_a_name(verbs: Verbs) -> None:
    job = await verbs.do(CommitContainer(container(verbs)))
    assert went_well(job), job
    made = verbs.state.inside.committed
    verbs.maker.adopt(images=[made.image_id])
    assert not verbs.api.inspect_image(made.image_id)["RepoTags"]


async def test_what_would_go_in_is_counted(verbs: Verbs) -> None:
    made_of = container(verbs)
    await verbs.do(ReadChanges(made_of))
    changes = verbs.state.inside.changes
    assert changes.container_id == made_of.container_id
    assert changes.added >= 3  # srv, srv/data, srv/link; Podman counts folders its own way
    assert changes.changed >= 1
    assert not changes.volumes
    if changes.size >= 0:
        assert changes.size >= 3_000_000


@pytest.mark.stores("classic", "containerd")
async def test_a_change_that_the_engine_refuses(verbs: Verbs) -> None:
    """Podman takes it and does nothing; the form refuses it for all."""
    made_of = container(verbs)
    verbs.begin()
    before = verbs.snapshot()
    name = verbs.maker.name("new:1")
    job = await verbs.do(CommitContainer(made_of, name, changes=("FROM x",)))
    assert job.state is JobState.FAILED
    assert "from" in f"{job.summary} {job.remedy}".lower()
    assert verbs.snapshot() == before


@CLASSIC
@pytest.mark.parametrize("taken", [True, False])
async def test_a_cancelled_commit_is_taken_back(verbs: Verbs, tmp_path: Path, taken: bool) -> None:
    """The Engine makes it all the same; a name that another image had goes back to it."""
    made_of = container(verbs)
    name = verbs.maker.name("new:1")
    if taken:
        verbs.load(ImageSpec((verbs.maker.layer("other", 10),), tags=(name,)))
    verbs.begin()
    before, size = verbs.snapshot(), verbs.api.df()["LayersSize"]
    go_on, reached = threading.Event(), threading.Event()

    def hold(request: str) -> None:
        if request == "POST /commit":
            reached.set()
            go_on.wait(20)

    with Relay(tmp_path, verbs.client.endpoint.url) as relay:
        relay.before = hold
        async with through(relay, verbs) as slow:
            job_id = slow.submit(CommitContainer(made_of, name))
            await wait(reached.is_set, "the commit is on its way")
            slow.dispatcher.cancel(job_id)
            go_on.set()
            job = await slow.ended(job_id)
            assert job.state is JobState.CANCELLED
    assert verbs.snapshot() == before
    assert verbs.api.df()["LayersSize"] == size


async def test_a_running_container_is_paused_only_if_asked(verbs: Verbs) -> None:
    listed = [event["Action"] for event in await _events_of_commit(verbs, pause=True)]
    assert "commit" in listed
    assert ("pause" in listed) is ("unpause" in listed)
    without = [event["Action"] for event in await _events_of_commit(verbs, pause=False)]
    assert "pause" not in without


async def _events_of_commit(verbs: Verbs, *, pause: bool) -> list[dict[str, Any]]:
    image = able_to_run(verbs)
    container_id = verbs.container(image, f"runs{pause}", start=True, command=["sleep", "3600"])
    target = ContainerTarget(container_id, f"{verbs.maker.prefix}-runs{pause}")
    since = time.time()
    name = verbs.maker.name(f"new:{pause}")
    assert went_well(await verbs.do(CommitContainer(target, name, pause=pause)))
    stream = verbs.api.events(
        since=int(since),
        until=int(time.time()) + 1,
        decode=True,
        filters={"container": container_id},
    )
    return [event for event in stream if event["Type"] == "container"]


# Export


@pytest.mark.parametrize("name", ["web.tar", "web.tar.gz"])
async def test_an_export_is_what_docker_export_writes(
    verbs: Verbs, docker_cli: str, tmp_path: Path, name: str
) -> None:
    target = container(verbs)
    path = tmp_path / name
    job = await verbs.do(ExportContainer(target, str(path)))
    assert went_well(job), job
    theirs = tmp_path / "theirs.tar"
    ran = run_docker(docker_cli, f"docker export -o {theirs} {target.name}")
    assert ran.returncode == 0, ran.stderr
    data = path.read_bytes()
    ours = gzip.decompress(data) if name.endswith("gz") else data
    assert ours == theirs.read_bytes()
    with tarfile.open(fileobj=io.BytesIO(ours)) as tar:
        found = tar.extractfile("srv/data")
        assert found is not None
        assert found.read() == FILES["srv/data"]
        assert f"{len(tar.getmembers())} files" in job.summary
    assert sorted(os.listdir(tmp_path)) == sorted([name, "theirs.tar"])


async def test_nothing_is_replaced_unasked(verbs: Verbs, tmp_path: Path) -> None:
    target = container(verbs)
    path = tmp_path / "web.tar"
    path.write_bytes(b"old")
    job = await verbs.do(ExportContainer(target, str(path)))
    assert failed(job, "a file of this name already")
    assert path.read_bytes() == b"old"
    assert went_well(await verbs.do(ExportContainer(target, str(path), overwrite=True)))
    assert tarfile.is_tarfile(path)


@CLASSIC
async def test_a_disk_without_room_is_seen_before(verbs: Verbs, small_disk: Path) -> None:
    job = await verbs.do(ExportContainer(container(verbs), str(small_disk / "web.tar")))
    assert failed(job, "not enough room")
    assert not os.listdir(small_disk)


async def test_a_disk_that_fills_up_leaves_nothing(verbs: Verbs, small_disk: Path) -> None:
    """Compressed, nobody knows how large it gets."""
    job = await verbs.do(ExportContainer(container(verbs), str(small_disk / "web.tar.gz")))
    assert failed(job, "The disk is full")
    assert not os.listdir(small_disk)


async def test_an_export_cancelled_in_the_middle_leaves_nothing(
    verbs: Verbs, tmp_path: Path
) -> None:
    target = container(verbs)
    folder = tmp_path / "out"
    folder.mkdir()
    go_on = threading.Event()

    def stall(count: int) -> None:
        if count > 1_000_000:
            go_on.wait(20)

    with Relay(tmp_path, verbs.client.endpoint.url) as relay:
        relay.answered = stall
        async with through(relay, verbs) as slow:
            job_id = slow.submit(ExportContainer(target, str(folder / "web.tar")))
            await wait(lambda: last_progress(slow, job_id).done > 0, "some bytes have come")
            assert os.listdir(folder) != ["web.tar"]
            slow.dispatcher.cancel(job_id)
            job = await slow.ended(job_id)
            assert job.state is JobState.CANCELLED
        go_on.set()
    assert not os.listdir(folder)


async def test_an_engine_that_dies_in_the_middle(verbs: Verbs, tmp_path: Path) -> None:
    """A body without a marked end seems whole: the tar itself tells that it is not."""
    target = container(verbs)
    folder = tmp_path / "out"
    folder.mkdir()

    def break_off(count: int) -> None:
        if count > 1_000_000:
            raise OSError

    with Relay(tmp_path, verbs.client.endpoint.url) as relay:
        relay.answered = break_off
        async with through(relay, verbs) as dying:
            job = await dying.do(ExportContainer(target, str(folder / "web.tar")))
    assert failed(job, "ended in the middle")
    assert not os.listdir(folder)


async def test_a_container_that_is_gone(verbs: Verbs, tmp_path: Path) -> None:
    gone = ContainerTarget(f"{verbs.maker.prefix}-none", "none")
    for action in (ExportContainer(gone, str(tmp_path / "x.tar")), CommitContainer(gone)):
        assert failed(await verbs.do(action), "no such")
    assert not os.listdir(tmp_path)


# Import


def rootfs(verbs: Verbs) -> bytes:
    return make_layer({"bin/own": verbs.maker.prefix.encode(), **FILES})


def zstd(data: bytes) -> bytes:
    try:
        from compression import zstd as packer  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        from backports import zstd as packer
    packed: bytes = packer.compress(data)
    return packed


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress, zstd])
async def test_a_tar_becomes_one_layer_however_it_is_compressed(
    verbs: Verbs, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    tar = rootfs(verbs)
    path, name = tmp_path / "root.tar", verbs.maker.name("in:1")
    path.write_bytes(pack(tar))
    job = await verbs.do(ImportTar(str(path), name, "from afar", changes=("ENV A=b",)))
    assert went_well(job), job
    assert layers(verbs, name) == [f"sha256:{hashlib.sha256(tar).hexdigest()}"]
    found = verbs.api.inspect_image(name)
    assert "A=b" in found["Config"]["Env"]
    assert found["Comment"] == "from afar"
    assert job.progress.done == job.progress.total == path.stat().st_size


@CLASSIC
@pytest.mark.parametrize("reference", ["in:1", "in", ""])
async def test_an_import_is_what_docker_import_makes(
    verbs: Verbs, docker_cli: str, tmp_path: Path, reference: str
) -> None:
    path = tmp_path / "root.tar"
    path.write_bytes(rootfs(verbs))
    name = verbs.maker.name(reference) if reference else ""
    changes = ('ENTRYPOINT ["a"]', "VOLUME /v", "ONBUILD RUN y", "HEALTHCHECK CMD x")
    job = await verbs.do(ImportTar(str(path), name, "why", "linux/amd64", changes))
    assert went_well(job), job
    made = job.summary.split()[-1]
    ours = inspected(verbs, made)
    verbs.api.remove_image(name or made)
    ran = run_docker(docker_cli, job.docker)
    assert ran.returncode == 0, ran.stderr
    theirs = ran.stdout.strip()
    assert inspected(verbs, theirs) == ours
    verbs.api.remove_image(name or theirs)


async def test_export_and_import_come_round_and_lose_what_is_said(
    verbs: Verbs, tmp_path: Path
) -> None:
    target = container(verbs)
    path, name = tmp_path / "web.tar.gz", verbs.maker.name("flat:1")
    assert went_well(await verbs.do(ExportContainer(target, str(path))))
    assert went_well(await verbs.do(ImportTar(str(path), name)))
    assert len(layers(verbs, name)) == 1
    flat = verbs.api.inspect_image(name)
    assert "A=b" not in (flat["Config"].get("Env") or ())
    assert not flat["Config"].get("Cmd")
    again = ContainerTarget(verbs.container(name, "again", command=["x"]), "again")
    second = tmp_path / "again.tar"
    assert went_well(await verbs.do(ExportContainer(again, str(second))))
    with tarfile.open(path) as one, tarfile.open(second) as two:
        assert set(one.getnames()) - set(two.getnames()) == set()
        data = two.extractfile("srv/data")
        assert data is not None
        assert data.read() == FILES["srv/data"]


async def test_what_is_no_file_system_never_reaches_the_engine(
    verbs: Verbs, tmp_path: Path
) -> None:
    (image_id,) = verbs.load(
        ImageSpec((verbs.maker.layer("x", 10),), tags=(verbs.maker.name("x:1"),))
    )
    saved = b"".join(verbs.api.get_image(image_id))
    tar = rootfs(verbs)
    wrong = {
        "saved.tar": (saved, "holds an image"),
        "saved.tar.gz": (gzip.compress(saved), "holds an image"),
        "text.tar": (b"no tar at all\n" * 99, "no tar of files"),
        "empty.tar": (b"", "no tar of files"),
        "short.tar": (tar[:1_000_000], "ended in the middle"),
        "short.tar.gz": (gzip.compress(tar[:3000] + bytes(90)), "ended in the middle"),
    }
    with Relay(tmp_path, verbs.client.endpoint.url) as relay:
        async with through(relay, verbs) as watched:
            before = len(relay.requests)
            for name, (data, words) in wrong.items():
                (tmp_path / name).write_bytes(data)
                job = await watched.do(ImportTar(str(tmp_path / name), verbs.maker.name("no:1")))
                assert failed(job, words), (name, job)
            for name in ("none.tar", "."):
                job = await watched.do(ImportTar(str(tmp_path / name)))
                assert failed(job, "cannot be read")
            assert len(relay.requests) == before
    assert not [tag for tag in verbs.tags() if tag.endswith("no:1")]


async def test_an_import_cancelled_in_the_middle_leaves_nothing(
    verbs: Verbs, tmp_path: Path
) -> None:
    """The tar comes through a pipe that stops half-way."""
    name = verbs.maker.name("in:1")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = threading.Event()

    def write() -> None:
        with suppress(BrokenPipeError), open(pipe, "wb") as file:  # the cancel may come first
            file.write(rootfs(verbs)[:2_000_000])
            file.flush()
            done.wait(20)

    before = verbs.api.df()["LayersSize"]
    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    job_id = verbs.submit(ImportTar(str(pipe), name))
    await wait(lambda: last_progress(verbs, job_id).done > 1_000_000, "the half is sent")
    verbs.dispatcher.cancel(job_id)
    job = await verbs.ended(job_id)
    done.set()
    assert job.state is JobState.CANCELLED
    assert not verbs.tags()
    await wait(lambda: verbs.api.df()["LayersSize"] == before, "the Engine has dropped it")
    assert not verbs.tags()


@pytest.mark.stores("classic", "containerd")
async def test_an_address_that_cannot_be_fetched(verbs: Verbs) -> None:
    job = await verbs.do(ImportTar("http://127.0.0.1:1/root.tar", verbs.maker.name("in:1")))
    assert failed(job, "cannot fetch this address")


class SlowSite:
    """A web server on loopback that sends a tar in two halves, the second when it may."""

    def __init__(self, tar: bytes) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(tar)))
                self.end_headers()
                self.wfile.write(tar[: len(tar) // 2])
                site.asked.set()
                site.go_on.wait(20)
                self.wfile.write(tar[len(tar) // 2 :])

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/root.tar"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.mark.stores("classic", "containerd")
async def test_an_address_is_fetched_by_the_engine(verbs: Verbs) -> None:
    tar, name = rootfs(verbs), verbs.maker.name("in:1")
    with SlowSite(tar) as site:
        site.go_on.set()
        job = await verbs.do(ImportTar(site.address, name, "from the web"))
    assert went_well(job), job
    assert layers(verbs, name) == [f"sha256:{hashlib.sha256(tar).hexdigest()}"]
    assert verbs.api.inspect_image(name)["Comment"] == "from the web"


@CLASSIC
async def test_a_cancelled_fetch_is_taken_back(verbs: Verbs) -> None:
    """The Engine fetches the rest all the same, and makes the image."""
    before = verbs.api.df()["LayersSize"]
    with SlowSite(rootfs(verbs)) as site:
        job_id = verbs.submit(ImportTar(site.address, verbs.maker.name("in:1")))
        await wait(site.asked.is_set, "the half is fetched")
        verbs.dispatcher.cancel(job_id)
        site.go_on.set()
        job = await verbs.ended(job_id)
    assert job.state is JobState.CANCELLED
    assert not verbs.tags()
    assert verbs.api.df()["LayersSize"] == before


async def test_a_change_of_an_import_that_the_engine_refuses(verbs: Verbs, tmp_path: Path) -> None:
    path = tmp_path / "root.tar"
    path.write_bytes(rootfs(verbs))
    job = await verbs.do(ImportTar(str(path), verbs.maker.name("in:1"), changes=("FROM x",)))
    assert job.state is JobState.FAILED
    assert not verbs.tags()
