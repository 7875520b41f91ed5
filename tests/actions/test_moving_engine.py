"""Images saved, loaded and sent on a real Engine: round trips, and everything that can end them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.actions.relay import Relay
from tests.actions.verbs import Verbs, last_progress, run_docker, went_well
from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tests.engines.spare import SpareEngine
from tests.waiting import until
from tui.actions.values.moving import LoadImages, PlanLoad, PlanSend, SaveImages, SendImages
from tui.engine.client import EngineClient, connect
from tui.engine.endpoint import resolve_endpoint
from tui.model.job import Job, JobState
from tui.model.loadplan import Move
from tui.transfer.archive import Copied
from tui.transfer.writing import Output

if TYPE_CHECKING:
    from docker import APIClient

pytestmark = pytest.mark.engine

LARGE: Final = 8_000_000
"""Bytes that no socket holds back at once."""

FILES: Final = ("a.tar", "a.tar.gz", "a.tar.zst")


async def wait(condition: Callable[[], object], what: str) -> None:
    """Wait beside the event loop, which goes on."""
    await asyncio.to_thread(until, condition, what)


def _specs(maker: ImageMaker, size: int = 50_000) -> tuple[ImageSpec, ...]:
    """Return two images that share layers, one of them twice in a row."""
    below, above = maker.layer("below", size), maker.layer("above", 7_000)
    labels = {"config": {"Labels": {"odd": "<&>\u2028é"}}}
    return (
        ImageSpec((below, above), tags=(maker.name("one:1"), maker.name("one:2"))),
        ImageSpec((below, above, above), tags=(maker.name("two:1"),), extra=labels),
    )


def _ids(api: APIClient, names: tuple[str, ...]) -> dict[str, str]:
    """Return the IDs of the names that are there."""
    found = {tag: image["Id"] for image in api.images() for tag in image["RepoTags"] or ()}
    return {name: found[at] for name in names for at in found if at.endswith(name)}


def _names(specs: tuple[ImageSpec, ...]) -> tuple[str, ...]:
    return tuple(tag for spec in specs for tag in spec.tags)


def _remove(api: APIClient, names: tuple[str, ...]) -> None:
    for name in names:
        api.remove_image(name, force=True)


def _left_on(engine: Path) -> list[str]:
    """Return what an Engine has in its folder for what is in the making."""
    return sorted(os.listdir(engine / "tmp")) if (engine / "tmp").is_dir() else []


@pytest.mark.parametrize("file", FILES)
async def test_saved_removed_and_loaded_it_is_the_same(
    verbs: Verbs, tmp_path: Path, file: str
) -> None:
    specs = _specs(verbs.maker)
    verbs.load(*specs)
    names, path = _names(specs), tmp_path / file
    before = _ids(verbs.api, names)
    packing = {"a.tar": "plain", "a.tar.gz": "gzip", "a.tar.zst": "zstd"}[file]
    saved = await verbs.do(SaveImages(names, str(path), packing))
    assert went_well(saved), saved
    assert "Checked:" in saved.summary
    assert os.listdir(tmp_path) == [file]
    _remove(verbs.api, names)
    assert _ids(verbs.api, names) == {}
    loaded = await verbs.do(LoadImages(str(path)))
    assert went_well(loaded), loaded
    assert _ids(verbs.api, names) == before
    assert set(before) == set(names)


async def test_what_docker_saves_is_loaded_and_the_other_way_round(
    verbs: Verbs, docker_cli: str, tmp_path: Path
) -> None:
    specs = _specs(verbs.maker)
    verbs.load(*specs)
    names = _names(specs)
    before = _ids(verbs.api, names)
    ours, theirs = tmp_path / "ours.tar", tmp_path / "theirs.tar"
    action = SaveImages(names, str(ours))
    assert went_well(await verbs.do(action))
    line = SaveImages(names, str(theirs)).docker
    assert run_docker(docker_cli, line).returncode == 0
    assert abs(ours.stat().st_size - theirs.stat().st_size) <= 10_240
    _remove(verbs.api, names)
    ran = run_docker(docker_cli, LoadImages(str(ours)).docker)
    assert ran.returncode == 0, ran.stderr
    assert _ids(verbs.api, names) == before
    _remove(verbs.api, names)
    assert went_well(await verbs.do(LoadImages(str(theirs))))
    assert _ids(verbs.api, names) == before


@pytest.mark.stores("classic")
async def test_a_repository_is_all_its_tags(verbs: Verbs, docker_cli: str, tmp_path: Path) -> None:
    """As for docker save; there need not be one that is called latest."""
    one, two = _specs(verbs.maker)
    verbs.load(one, replace(two, tags=(verbs.maker.name("one:3"),)))
    saved = await verbs.do(SaveImages((verbs.maker.name("one"),), str(tmp_path / "ours.tar")))
    assert went_well(saved), saved
    line = SaveImages((verbs.maker.name("one"),), str(tmp_path / "theirs.tar")).docker
    assert run_docker(docker_cli, line).returncode == 0
    tags = []
    for name in ("ours.tar", "theirs.tar"):
        await verbs.do(PlanLoad(str(tmp_path / name)))
        images = verbs.state.load_plan.images
        tags.append({tag.tag.rpartition(":")[2] for image in images for tag in image.tags})
    assert tags == [{"1", "2", "3"}] * 2


async def test_an_image_without_a_name_goes_by_its_id(verbs: Verbs, tmp_path: Path) -> None:
    (spec, _other) = _specs(verbs.maker)
    (image_id,) = verbs.load(spec)
    assert went_well(await verbs.do(SaveImages((image_id,), str(tmp_path / "a.tar"))))
    await verbs.do(PlanLoad(str(tmp_path / "a.tar")))
    (image,) = verbs.state.load_plan.images
    assert (image.image_id, image.tags, image.is_here) == (image_id, (), True)


async def test_the_preview_tells_what_comes_and_which_tags_move(
    verbs: Verbs, tmp_path: Path
) -> None:
    specs = _specs(verbs.maker)
    verbs.load(*specs)
    names, path = _names(specs), tmp_path / "a.tar"
    before = _ids(verbs.api, names)
    assert went_well(await verbs.do(SaveImages(names, str(path))))
    await verbs.do(PlanLoad(str(path)))
    plan = verbs.state.load_plan
    assert all(image.is_here for image in plan.images)
    assert {tag.move for image in plan.images for tag in image.tags} == {Move.SAME}
    _remove(verbs.api, (names[2],))
    verbs.api.remove_image(names[1])
    other = ImageSpec((verbs.maker.layer("other", 1000),), tags=(names[2],))
    (other_id,) = verbs.load(other)
    assert went_well(await verbs.do(PlanLoad(str(path))))
    plan = verbs.state.load_plan
    moves = {tag.tag.rpartition("/")[2]: tag for image in plan.images for tag in image.tags}
    assert {name: tag.move for name, tag in moves.items()} == {
        "one:1": Move.SAME,
        "one:2": Move.NEW,
        "two:1": Move.MOVES,
    }
    assert (moves["two:1"].before, moves["two:1"].leaves_untagged) == (other_id, True)
    by_layers = {image.layers: image for image in plan.images}
    assert (by_layers[2].is_here, by_layers[3].is_here) == (True, False)
    assert by_layers[3].layers_here == 2
    assert went_well(await verbs.do(LoadImages(str(path))))
    assert _ids(verbs.api, names) == before


@pytest.mark.parametrize("end", ["cut", "garbage", "empty", "file system", "gzip cut"])
async def test_a_wrong_archive_is_said_before_the_engine_is_asked(
    verbs: Verbs, engine_host: str, tmp_path: Path, end: str
) -> None:
    specs = _specs(verbs.maker)
    verbs.load(*specs)
    path = tmp_path / ("a.tar.gz" if end == "gzip cut" else "a.tar")
    packing = "gzip" if end == "gzip cut" else "plain"
    assert went_well(await verbs.do(SaveImages(_names(specs), str(path), packing)))
    data = path.read_bytes()
    path.write_bytes(
        {
            "cut": data[:40_000],
            "garbage": b"x" * 5_000,
            "empty": b"",
            "file system": verbs.maker.layer("system", 5_000),
            "gzip cut": data[: len(data) // 2],
        }[end]
    )
    with Relay(tmp_path, engine_host) as relay, connect(relay.endpoint) as client:
        through = Verbs(client, verbs.maker)
        job = await through.do(LoadImages(str(path)))
        assert job.state is JobState.FAILED, job
        assert "archive" in job.summary
        assert not [line for line in relay.requests if "load" in line]
    unchecked = await verbs.do(LoadImages(str(path), check=False))
    assert unchecked.state is JobState.FAILED, unchecked


async def test_a_file_that_is_there_stays(verbs: Verbs, tmp_path: Path) -> None:
    specs = _specs(verbs.maker)
    verbs.load(*specs)
    path = tmp_path / "a.tar"
    path.write_bytes(b"precious")
    job = await verbs.do(SaveImages(_names(specs), str(path)))
    assert (job.state, job.summary) == (JobState.FAILED, "There is a file of this name already.")
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"precious", ["a.tar"])
    assert went_well(await verbs.do(SaveImages(_names(specs), str(path), overwrite=True)))
    assert path.stat().st_size > 50_000


async def test_a_name_that_is_not_there(verbs: Verbs, tmp_path: Path) -> None:
    job = await verbs.do(SaveImages((verbs.maker.name("none:1"),), str(tmp_path / "a.tar")))
    assert (job.state, job.summary) == (JobState.FAILED, "There is no such thing.")
    assert os.listdir(tmp_path) == []


class _Gate:
    """Holds something back at its second call, until it is let go."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._free = threading.Event()
        self._calls = 0

    def pass_by(self) -> None:
        """Wait here, from the second time on."""
        self._calls += 1
        if self._calls == 2:
            self.reached.set()
            assert self._free.wait(30)

    def let_go(self) -> None:
        """Let it go on."""
        self._free.set()


@pytest.fixture
def writing(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Gate]:
    """A file that takes no more after its first piece."""
    gate, write = _Gate(), Output.write

    def held(output: Output, data: bytes, /) -> None:
        gate.pass_by()
        write(output, data)

    monkeypatch.setattr(Output, "write", held)
    yield gate
    gate.let_go()


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Gate]:
    """A stream that gives no more after its first piece."""
    gate, read = _Gate(), Copied.read

    def held(stream: Copied, size: int, /) -> bytes:
        gate.pass_by()
        return read(stream, size)

    monkeypatch.setattr(Copied, "read", held)
    yield gate
    gate.let_go()


async def _cancelled(verbs: Verbs, job_id: int, gate: _Gate) -> Job:
    """Cancel a job where it is held."""
    await wait(gate.reached.is_set, "it is in the middle")
    verbs.dispatcher.cancel(job_id)
    gate.let_go()
    return await verbs.ended(job_id)


@pytest.fixture
def data_root(verbs: Verbs) -> Path:
    """Where the Engine keeps its things, if they can be looked at."""
    root = Path(verbs.client.info.data_root)
    if not os.access(root, os.R_OK):
        pytest.skip("not on this Engine: its folder cannot be read")
    return root


@pytest.mark.parametrize("file", FILES)
async def test_a_save_that_is_cancelled_leaves_nothing(
    verbs: Verbs, data_root: Path, writing: _Gate, tmp_path: Path, file: str
) -> None:
    specs = _specs(verbs.maker, LARGE)
    verbs.load(*specs)
    before = _left_on(data_root)
    job_id = verbs.submit(SaveImages(_names(specs), str(tmp_path / file)))
    job = await _cancelled(verbs, job_id, writing)
    assert job.state is JobState.CANCELLED
    assert last_progress(verbs, job_id).done
    assert os.listdir(tmp_path) == []
    await wait(lambda: _left_on(data_root) == before, "the Engine has cleaned up")


async def test_a_load_that_is_cancelled_leaves_nothing(
    verbs: Verbs, data_root: Path, reading: _Gate, tmp_path: Path
) -> None:
    specs = _specs(verbs.maker, LARGE)
    names, path = _names(specs), tmp_path / "a.tar"
    verbs.load(*specs)
    reading.let_go()
    assert went_well(await verbs.do(SaveImages(names, str(path))))
    _remove(verbs.api, names)
    before = _left_on(data_root)
    gate = _Gate()
    reading.pass_by = gate.pass_by  # type: ignore[method-assign]
    job_id = verbs.submit(LoadImages(str(path), check=False))
    job = await _cancelled(verbs, job_id, gate)
    assert job.state is JobState.CANCELLED
    await wait(lambda: _left_on(data_root) == before, "the Engine has cleaned up")
    assert _ids(verbs.api, names) == {}
    assert os.listdir(tmp_path) == ["a.tar"]


async def test_a_pipe_that_gives_nothing_can_be_cancelled(verbs: Verbs, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    silent = os.open(tmp_path / "pipe", os.O_RDWR)
    try:
        job_id = verbs.submit(LoadImages(str(tmp_path / "pipe"), check=False))
        await wait(lambda: verbs.state.jobs[-1].state is JobState.RUNNING, "it waits")
        verbs.dispatcher.cancel(job_id)
        assert (await verbs.ended(job_id)).state is JobState.CANCELLED
    finally:
        os.close(silent)


async def test_a_full_disk(verbs: Verbs, small_disk: Path) -> None:
    specs = _specs(verbs.maker, 3_000_000)
    verbs.load(*specs)
    plain = await verbs.do(SaveImages(_names(specs), str(small_disk / "a.tar")))
    assert plain.summary == "There is not enough room for the file.", plain
    packed = await verbs.do(SaveImages(_names(specs), str(small_disk / "a.tar.gz"), "gzip"))
    assert packed.summary == "The disk is full."
    assert {plain.state, packed.state} == {JobState.FAILED}
    assert os.listdir(small_disk) == []


def _orlop(host: str, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "tui.cli", *arguments],
        env={**os.environ, "DOCKER_HOST": host},
        input=given,
        capture_output=True,
        timeout=50,
        check=False,
    )


def test_from_program_to_program(engine_host: str, maker: ImageMaker, api: APIClient) -> None:
    specs = _specs(maker)
    maker.load(*specs)
    names = _names(specs)
    before = _ids(api, names)
    saved = _orlop(engine_host, "save", *names)
    assert (saved.returncode, saved.stderr) == (0, b"")
    _remove(api, names)
    loaded = _orlop(engine_host, "load", "-q", given=saved.stdout)
    assert (loaded.returncode, loaded.stderr) == (0, b"")
    assert b"Loaded" in loaded.stdout
    assert _ids(api, names) == before


# Beside a second Engine


@pytest.fixture(scope="module")
def spare() -> Iterator[SpareEngine]:
    """A second Engine."""
    with SpareEngine() as engine:
        yield engine


@pytest.fixture
def there(spare: SpareEngine) -> Iterator[APIClient]:
    """The second Engine, empty."""
    from docker import APIClient

    client = APIClient(spare.host, version="auto", timeout=50)
    yield client
    for image in client.images():
        client.remove_image(image["Id"], force=True)
    client.close()


@pytest.mark.stores("classic", "podman")
async def test_sending_leaves_out_what_is_there(
    verbs: Verbs, spare: SpareEngine, there: APIClient
) -> None:
    specs = _specs(verbs.maker)
    verbs.load(*specs)
    one, two = specs
    first = await verbs.do(SendImages(one.tags, spare.host))
    assert went_well(first), first
    assert _ids(there, one.tags) == _ids(verbs.api, one.tags)
    await verbs.do(PlanSend(two.tags, spare.host))
    plan = verbs.state.send_plan
    assert (plan.layers, plan.layers_there, plan.is_thin) == (3, 2, True)
    second = await verbs.do(SendImages(two.tags, spare.host))
    assert went_well(second), second
    # the upper one comes again on top of itself, and is one file in the archive
    assert "1 layer was there already" in second.summary
    assert _ids(there, _names(specs)) == _ids(verbs.api, _names(specs))
    assert set(_ids(there, _names(specs))) == set(_names(specs))
    again = await verbs.do(SendImages(_names(specs), spare.host))
    assert "2 layers were there already" in again.summary
    whole = there.get_image(_ids(there, two.tags)[two.tags[0]])
    assert sum(len(piece) for piece in whole) > 50_000, "its layers are whole there"


async def test_what_is_sent_is_the_same_there(
    verbs: Verbs, spare: SpareEngine, there: APIClient
) -> None:
    """From every store: the ID is another one where the store makes it of the manifest."""
    specs = _specs(verbs.maker)
    verbs.load(*specs)
    sent = await verbs.do(SendImages(_names(specs), spare.host))
    assert went_well(sent), sent
    arrived = _ids(there, _names(specs))
    assert set(arrived) == set(_names(specs))
    for spec in specs:
        for tag in spec.tags:
            layers = there.inspect_image(arrived[tag])["RootFS"]["Layers"]
            assert tuple(layers) == spec.diff_ids


async def test_a_sending_that_is_cancelled_leaves_nothing(
    verbs: Verbs, data_root: Path, spare: SpareEngine, there: APIClient, reading: _Gate
) -> None:
    specs = _specs(verbs.maker, LARGE)
    verbs.load(*specs)
    before = _left_on(data_root)
    job_id = verbs.submit(SendImages(_names(specs), spare.host))
    assert (await _cancelled(verbs, job_id, reading)).state is JobState.CANCELLED
    await wait(lambda: _left_on(data_root) == before, "the sender has cleaned up")
    await wait(lambda: _left_on(spare.data_root) == [], "the receiver has cleaned up")
    assert there.images() == []


async def test_sending_to_what_is_not_there(verbs: Verbs, tmp_path: Path) -> None:
    specs = _specs(verbs.maker)
    verbs.load(*specs)
    nowhere = await verbs.do(SendImages(_names(specs), f"unix://{tmp_path}/none.sock"))
    assert nowhere.summary == f"There is no Engine at unix://{tmp_path}/none.sock."
    unknown = await verbs.do(SendImages(_names(specs), "no-such-context"))
    assert unknown.summary == "There is no docker context no-such-context."


@pytest.fixture
def full(spare: SpareEngine, there: APIClient) -> Iterator[SpareEngine]:
    """The second Engine, with no more than a megabyte for what is in the making."""
    folder = spare.data_root / "tmp"
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield spare
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_of_an_engine(
    verbs: Verbs, full: SpareEngine, there: APIClient, tmp_path: Path
) -> None:
    specs = _specs(verbs.maker, 3_000_000)
    verbs.load(*specs)
    sent = await verbs.do(SendImages(_names(specs), full.host))
    assert (sent.state, sent.summary) == (JobState.FAILED, "The Engine's disk is full.")
    assert there.images() == []
    assert _left_on(full.data_root) == []
    await asyncio.to_thread(subprocess.run, ["umount", "-l", f"{full.data_root}/tmp"], check=True)
    assert went_well(await verbs.do(SendImages(_names(specs), full.host)))
    names = tuple(tag for image in there.images() for tag in image["RepoTags"])  # as they came
    again = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", f"{full.data_root}/tmp"]
    await asyncio.to_thread(subprocess.run, again, check=True)
    with connect_to(full) as client:
        other = Verbs(client, verbs.maker)
        saved = await other.do(SaveImages(names, str(tmp_path / "a.tar")))
    assert (saved.state, saved.summary) == (JobState.FAILED, "The Engine's disk is full.")
    assert os.listdir(tmp_path) == []
    assert _left_on(full.data_root) == []


async def test_an_engine_that_is_killed_while_it_saves(
    spare: SpareEngine, writing: _Gate, tmp_path: Path
) -> None:
    from docker import APIClient

    api = APIClient(spare.host, version="auto", timeout=50)
    with connect_to(spare) as client, ImageMaker(api, "orlop-test-killed") as maker:
        verbs = Verbs(client, maker)
        specs = _specs(maker, LARGE)
        verbs.load(*specs)
        job_id = verbs.submit(SaveImages(_names(specs), str(tmp_path / "a.tar"), check=False))
        await wait(writing.reached.is_set, "it is in the middle")
        spare.kill()
        writing.let_go()
        job = await verbs.ended(job_id)
        assert job.state is JobState.FAILED, job
        assert job.summary in (
            "The archive ended in the middle.",
            f"The connection to the Engine at {spare.host} broke.",
        )
        assert os.listdir(tmp_path) == []
        spare.start()
    api.close()


async def test_an_engine_that_is_killed_while_it_loads(
    verbs: Verbs, spare: SpareEngine, there: APIClient, reading: _Gate
) -> None:
    """The sender is another one, and has to let go too."""
    specs = _specs(verbs.maker, LARGE)
    verbs.load(*specs)
    job_id = verbs.submit(SendImages(_names(specs), spare.host))
    await wait(reading.reached.is_set, "it is in the middle")
    spare.kill()
    reading.let_go()
    job = await verbs.ended(job_id)
    assert (job.state, job.summary) == (
        JobState.FAILED,
        f"The connection to the Engine at {spare.host} broke.",
    )
    spare.start()
    assert there.images() == []


def connect_to(spare: SpareEngine) -> EngineClient:
    return connect(resolve_endpoint(spare.host, "", environ={}, home=Path("/nonexistent")))
