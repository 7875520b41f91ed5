"""What a container has changed, on the practice engine: by its disk, and as if it were far away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tui.actions.dispatcher import Dispatcher
from tui.actions.handlers import HANDLERS
from tui.actions.values.changes import ReadDiff, ViewContainerFile
from tui.actions.values.containers import ContainerTarget
from tui.contents.changes import ContainerDiff
from tui.contents.changesizes import SizeSource
from tui.engine import changes
from tui.engine.client import EngineClient, connect
from tui.engine.containers import list_containers
from tui.engine.practice import PracticeEngine
from tui.model.job import JobState
from tui.store.store import Store


@pytest.fixture
def client() -> Iterator[EngineClient]:
    engine = PracticeEngine()
    engine.start()
    try:
        with connect(engine.endpoint) as client:
            yield client
    finally:
        engine.stop()


async def _read(client: EngineClient, target: ContainerTarget) -> ContainerDiff:
    store = Store()
    dispatcher = Dispatcher(HANDLERS, client.for_job, store.apply)
    await dispatcher.wait(dispatcher.submit(ReadDiff(target)))
    diff = store.state.inside.diff
    assert diff is not None
    assert not store.state.jobs
    await dispatcher.wait(dispatcher.submit(ViewContainerFile(target, b"app/pages/today.html")))
    assert store.state.file_text.data
    await dispatcher.close()
    return diff


async def test_all_of_it_is_told(client: EngineClient) -> None:
    web = next(one for one in list_containers(client) if one.name == "web")
    diff = await _read(client, ContainerTarget(web.container_id, "web"))
    told = list(changes.changes(client, web.container_id))
    assert diff.source == SizeSource.ARCHIVE
    assert diff.count == len(told) > 3
    assert diff.unknown == 0
    tree = diff.tree()
    assert diff.size_rw == tree.node(b"").sums.size > 100
    tmp = tree.node(b"tmp").entry
    assert tmp is not None
    assert tmp.mode == 0o1777


async def test_what_a_shell_has_just_written_is_there(client: EngineClient) -> None:
    with client.asking() as api:
        web = next(one for one in list_containers(client) if one.name == "web").container_id
        script = "mkdir /new; echo 12345 > /new/one; rm /app/pages/today.html; rm -r /usr/share"
        made = api.exec_create(web, ["sh", "-c", script])
        await asyncio.to_thread(api.exec_start, made["Id"])
    diff = await _read_only(client, ContainerTarget(web, "web"))
    tree = diff.tree()
    assert tree.node(b"new/one").sums.size == 6
    assert not tree.has_entry(b"app/pages/today.html")
    assert diff.unknown == 0


async def _read_only(client: EngineClient, target: ContainerTarget) -> ContainerDiff:
    store = Store()
    dispatcher = Dispatcher(HANDLERS, client.for_job, store.apply)
    await dispatcher.wait(dispatcher.submit(ReadDiff(target)))
    assert store.state.inside.diff is not None
    await dispatcher.close()
    return store.state.inside.diff


async def test_a_fault_in_a_thread_ends_the_job(
    client: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("tui.contents.changesasked.entry_of", broken)
    web = next(one for one in list_containers(client) if one.name == "web")
    store = Store()
    dispatcher = Dispatcher(HANDLERS, client.for_job, store.apply)
    await dispatcher.wait(dispatcher.submit(ReadDiff(ContainerTarget(web.container_id, "web"))))
    (job,) = store.state.jobs
    assert job.state is JobState.FAILED
    assert job.summary == "A fault in orlop ended this job."
    await dispatcher.close()
