"""The verb `changes` through the dispatcher: what is told, in what order, and how it ends."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from tests.actions.verbs import Verbs
from tests.contents.changed import changed_container
from tests.engines.images import make_layer, runnable
from tests.engines.maker import ImageMaker
from tui.actions.values.changes import ReadDiff, ViewContainerFile
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.reading import ReadListings
from tui.contents.changes import ContainerDiff
from tui.contents.changesizes import SizesBook, SizeSource
from tui.engine.client import connect
from tui.layers.union import Change
from tui.model.engine import Endpoint
from tui.model.job import JobState
from tui.store import insides


def _told(verbs: Verbs) -> list[ContainerDiff]:
    return [e.diff for e in verbs.told if isinstance(e, insides.DiffRead) and e.diff is not None]


async def test_all_is_told_in_the_end(verbs: Verbs) -> None:
    container = changed_container(verbs.maker)
    job = await verbs.do(ReadDiff(ContainerTarget(container, "web")))
    assert job.state is JobState.DONE
    last = _told(verbs)[-1]
    assert verbs.state.inside.diff is last
    lines = verbs.api.diff(container)
    assert last.count == len(lines)
    assert last.size_rw >= 100_000
    assert last.source in set(SizeSource)
    assert last.tree().node(b"new").sums.size >= 1_000_000


async def test_what_was_hidden_is_told_where_the_image_was_listed(
    verbs: Verbs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    container = changed_container(verbs.maker)
    target = ContainerTarget(container, "web")
    await verbs.do(ReadDiff(target))
    before = _told(verbs)[-1].tree()
    assert before.node(b"opt/gone").sums.own == 0
    image_id = verbs.api.inspect_container(container)["Image"]
    image_id = image_id if image_id.startswith("sha256:") else f"sha256:{image_id}"
    job = await verbs.do(ReadListings(image_id, "x", "stream"))
    assert job.state is JobState.DONE
    await verbs.do(ReadDiff(target))
    tree = _told(verbs)[-1].tree()
    assert tree.node(b"opt/gone").sums.own == 7
    assert tree.change_of(b"opt/gone/y/z") is Change.REMOVED
    assert tree.node(b"opt/old/one").change is Change.REMOVED
    assert tree.change_of(b"etc/b") is Change.METADATA  # chmod alone
    assert tree.change_of(b"etc/a") is Change.CONTENT


async def test_a_file_as_it_is_now(verbs: Verbs) -> None:
    container = changed_container(verbs.maker)
    target = ContainerTarget(container, "web")
    job = await verbs.do(ViewContainerFile(target, b"etc/a"))
    assert job.state is JobState.DONE
    assert verbs.state.file_text.data == b"1" * 100 + b"more\n"
    await verbs.do(ViewContainerFile(target, "new/umlaut-ä/o p?q#r%25".encode()))
    assert verbs.state.file_text.text == "xxxxx\n"
    await verbs.do(ViewContainerFile(target, b"new/sparse"))
    assert (len(verbs.state.file_text.data), verbs.state.file_text.has_more) == (1_000_000, False)
    for nothing in (b"opt/gone/x", b"new"):
        job = await verbs.do(ViewContainerFile(target, nothing))
        assert job.state is JobState.FAILED
        assert job.summary == "There is no file at this path any more."


async def test_a_container_that_is_gone(verbs: Verbs) -> None:
    target = ContainerTarget("f" * 64, "web")
    for action in (ReadDiff(target), ViewContainerFile(target, b"x")):
        job = await verbs.do(action)
        assert job.state is JobState.FAILED
    assert "container is gone" in job.summary or "no file" in job.summary


class FarEngine:
    """The Engine by way of a port, so that its disk is not ours; it can go away."""

    def __init__(self, host: str) -> None:
        self._path = host.removeprefix("unix://")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.endpoint = Endpoint(f"tcp://127.0.0.1:{self._listener.getsockname()[1]}", "far")
        threading.Thread(target=self._accept, daemon=True).start()

    def go_away(self) -> None:
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near, socket.socket(socket.AF_UNIX) as far:
            far.connect(self._path)
            self._open += [near, far]
            back = threading.Thread(target=_pump, args=(far, near), daemon=True)
            back.start()
            _pump(near, far)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def engine(engine_host: str) -> Iterator[FarEngine]:
    engine = FarEngine(engine_host)
    yield engine
    engine.go_away()


@pytest_asyncio.fixture
async def far(engine: FarEngine, maker: ImageMaker) -> AsyncIterator[Verbs]:
    with connect(engine.endpoint) as client:
        made = Verbs(client, maker)
        yield made
        await made.dispatcher.close()


def _book(verbs: Verbs) -> SizesBook:
    assert verbs.state.inside.sizes is not None
    return verbs.state.inside.sizes


def _many_files(verbs: Verbs) -> ContainerTarget:
    """Return a container with so many new files in an old folder that asking takes its time."""
    verbs.maker.load(runnable(verbs.maker.name("base:1")))
    container = verbs.container(verbs.maker.name("base:1"), "web")
    files = {f"tmp/f{number}": b"x" for number in range(4000)}
    verbs.api.put_archive(container, "/", make_layer(files))
    return ContainerTarget(container, "web")


async def _begun(verbs: Verbs, target: ContainerTarget) -> int:
    job_id = verbs.submit(ReadDiff(target))
    await _eventually(lambda: verbs.state.inside.sizes is not None and len(_book(verbs).told) > 20)
    return job_id


async def _eventually(condition: Callable[[], bool]) -> None:
    for _try in range(10_000):
        if condition():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("waited in vain")


async def test_what_is_in_sight_comes_first_and_a_stop_keeps_what_came(far: Verbs) -> None:
    job_id = await _begun(far, _many_files(far))
    book = _book(far)
    book.want([b"tmp/f999"])  # the last by name
    await _eventually(lambda: b"tmp/f999" in book.told)
    assert len(book.told) < 4000
    far.dispatcher.cancel(job_id)
    job = await far.ended(job_id)
    assert job.state is JobState.CANCELLED
    last = _told(far)[-1]
    assert last.source == SizeSource.ARCHIVE
    assert 0 < last.unknown < 4000


async def test_removed_while_sizes_are_asked_for(far: Verbs) -> None:
    target = _many_files(far)
    job_id = await _begun(far, target)
    far.api.remove_container(target.container_id, force=True)
    job = await far.ended(job_id)
    assert (job.state, job.summary) == (JobState.FAILED, "The container is gone.")
    assert _told(far)[-1].count >= 4000  # what came stays


async def test_the_engine_goes_away_meanwhile(far: Verbs, engine: FarEngine) -> None:
    job_id = await _begun(far, _many_files(far))
    engine.go_away()
    job = await far.ended(job_id)
    assert job.state is JobState.FAILED
    assert engine.endpoint.url in job.summary
    assert _told(far)[-1].unknown < 4000


async def test_no_more_is_asked_than_is_good(far: Verbs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.contents.changesasked.ASKED_MAX", 100)
    job = await far.do(ReadDiff(_many_files(far)))
    assert job.state is JobState.DONE
    last = _told(far)[-1]
    assert last.count - last.unknown == 100
    assert last.is_bounded
    assert last.size_rw >= 4000
