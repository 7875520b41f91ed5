"""Commit, export and import on the practice engine: a class needs no Docker for them."""

from __future__ import annotations

import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tui.actions.dispatcher import Dispatcher
from tui.actions.handlers import HANDLERS
from tui.actions.values.committing import CommitContainer, ReadChanges
from tui.actions.values.containers import ContainerTarget
from tui.actions.values.exporting import ExportContainer, ImportTar
from tui.engine.client import EngineClient, connect
from tui.engine.containers import list_containers
from tui.engine.images import inspect_image
from tui.engine.practice import PracticeEngine
from tui.model.job import Job, JobState
from tui.store.store import Store


class Class:
    """A store, the real handlers, and a practice engine."""

    def __init__(self, client: EngineClient) -> None:
        self.client = client
        self.store = Store()
        self.dispatcher = Dispatcher(HANDLERS, client.for_job, self.store.apply)

    async def do(self, action: CommitContainer | ExportContainer | ImportTar) -> Job:
        job_id = self.dispatcher.submit(action)
        await self.dispatcher.wait(job_id)
        job = next(job for job in self.store.state.jobs if job.job_id == job_id)
        assert job.state is JobState.DONE, job
        return job

    @property
    def web(self) -> ContainerTarget:
        """A container that runs."""
        listed = list_containers(self.client)
        found = next(one for one in listed if one.state.is_alive)
        return ContainerTarget(found.container_id, found.name)


@pytest_asyncio.fixture
async def lesson() -> AsyncIterator[Class]:
    engine = PracticeEngine()
    engine.start()
    try:
        with connect(engine.endpoint) as client:
            made = Class(client)
            yield made
            await made.dispatcher.close()
    finally:
        engine.stop()


async def test_a_container_becomes_an_image(lesson: Class) -> None:
    web = lesson.web
    job_id = lesson.dispatcher.submit(ReadChanges(web))
    await lesson.dispatcher.wait(job_id)
    assert lesson.store.state.inside.changes.container_id == web.container_id
    await lesson.do(CommitContainer(web, "me/web:2", "me", "why", ("ENV LESSON=8",)))
    made = lesson.store.state.inside.committed
    base = inspect_image(lesson.client, made.base_id)
    new = inspect_image(lesson.client, "me/web:2")
    assert new.image_id == made.image_id
    assert new.diff_ids[: len(base.diff_ids)] == base.diff_ids
    assert "LESSON=8" in new.env


@pytest.mark.parametrize("name", ["web.tar", "web.tar.gz"])
async def test_files_go_out_and_come_in(lesson: Class, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    await lesson.do(ExportContainer(lesson.web, str(path)))
    with tarfile.open(path) as tar:
        assert len(tar.getnames()) > 10
    await lesson.do(ImportTar(str(path), "flat:1", changes=('CMD ["sh"]',)))
    flat = inspect_image(lesson.client, "flat:1")
    assert len(flat.diff_ids) == 1
    assert flat.cmd == ("sh",)
