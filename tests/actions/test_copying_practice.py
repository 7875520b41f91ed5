"""A container's files on the practice engine: looked at, copied out and in, refused."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tui.actions.dispatcher import Dispatcher
from tui.actions.handlers import HANDLERS
from tui.actions.values.containerfiles import CopyIn, CopyOut, OpenPath
from tui.actions.values.containers import ContainerTarget
from tui.engine.client import EngineClient, connect
from tui.engine.containers import list_containers
from tui.engine.practice import PracticeEngine
from tui.model.folder import Folder
from tui.model.job import Job, JobState
from tui.store.store import Store


class Class:
    """A store, the real handlers, and a container of a practice engine that runs."""

    def __init__(self, client: EngineClient) -> None:
        self.store = Store()
        self.dispatcher = Dispatcher(HANDLERS, client.for_job, self.store.apply)
        listed = list_containers(client)
        found = next(one for one in listed if one.state.is_alive)
        self.web = ContainerTarget(found.container_id, found.name)

    async def do(self, action: OpenPath | CopyIn | CopyOut) -> Job:
        job_id = self.dispatcher.submit(action._replace(quiet=False))
        await self.dispatcher.wait(job_id)
        return next(job for job in self.store.state.jobs if job.job_id == job_id)

    async def folder(self, path: bytes) -> Folder:
        job = await self.do(OpenPath(self.web, path))
        assert job.state is JobState.DONE, job
        folders = self.store.state.inside.folders
        return folders.known[folders.path]


@pytest.fixture(scope="module")
def engine() -> Iterator[PracticeEngine]:
    """One for all: it takes a second to start."""
    engine = PracticeEngine()
    engine.start()
    yield engine
    engine.stop()


@pytest_asyncio.fixture
async def lesson(engine: PracticeEngine) -> AsyncIterator[Class]:
    with connect(engine.endpoint) as client:
        made = Class(client)
        yield made
        await made.dispatcher.close()


async def test_folders_links_and_files(lesson: Class) -> None:
    root = await lesson.folder(b"/")
    assert {item.name for item in root.items} >= {b"etc", b"usr", b"bin"}
    assert not root.is_cut
    assert (await lesson.folder(b"/bin")).path == b"/usr/bin", "a link is followed"
    await lesson.do(OpenPath(lesson.web, b"/etc/passwd"))
    assert b"root" in lesson.store.state.file_text.data
    assert "kernel" in (await lesson.folder(b"/proc")).note
    job = await lesson.do(OpenPath(lesson.web, b"/nosuch"))
    assert job.state is JobState.FAILED


async def test_what_goes_in_comes_out_as_it_was(lesson: Class, tmp_path: Path) -> None:
    source = tmp_path / "src"
    (source / "sub" / ("d" * 120)).mkdir(parents=True)
    (source / "sub" / ("d" * 120) / ("f" * 120)).write_bytes(os.urandom(300_000))
    (source / "a").write_bytes(b"a")
    (source / "a").chmod(0o640)
    os.link(source / "a", source / "hard")
    os.symlink("a", source / "soft")
    (source / os.fsdecode(b"bytes-\xff")).write_bytes(b"no UTF-8")
    (source / "new\nline").write_bytes(b"")
    job = await lesson.do(CopyIn(lesson.web, str(source), b"/tmp/new"))
    assert (job.state, job.outcomes) == (JobState.DONE, ()), job
    out = tmp_path / "out"
    job = await lesson.do(CopyOut(lesson.web, b"/tmp/new", str(out)))
    assert (job.state, job.outcomes) == (JobState.DONE, ()), job
    assert tree(out) == tree(source)
    assert (out / "a").stat().st_ino == (out / "hard").stat().st_ino


def tree(root: Path) -> dict[str, tuple[object, ...]]:
    return {
        str(path.relative_to(root)): (
            oct(path.lstat().st_mode),
            int(path.lstat().st_mtime),
            os.readlink(path) if path.is_symlink() else path.is_file() and path.read_bytes(),
        )
        for path in sorted([root, *root.rglob("*")])
    }


async def test_before_something_is_replaced_the_user_is_asked(
    lesson: Class, tmp_path: Path
) -> None:
    source = tmp_path / "passwd"
    source.write_bytes(b"mine")
    await lesson.do(CopyIn(lesson.web, str(source), b"/etc"))
    assert lesson.store.state.inside.replacing.names == (b"/etc/passwd",)
    await lesson.do(OpenPath(lesson.web, b"/etc/passwd"))
    assert b"root" in lesson.store.state.file_text.data
    await lesson.do(CopyIn(lesson.web, str(source), b"/etc", overwrite=True))
    await lesson.do(OpenPath(lesson.web, b"/etc/passwd"))
    assert lesson.store.state.file_text.data == b"mine"


@pytest.mark.parametrize(
    ("source", "path", "sentence"),
    [
        ("src/file", b"/nosuch/x", "no such folder in the container"),
        ("src", b"/etc/passwd", "a folder cannot take its place"),
        ("none", b"/tmp", "No such file"),
        ("src/.", b"/etc", "stand in each other's way"),
    ],
)
async def test_what_cannot_go_in_says_why(
    lesson: Class, tmp_path: Path, source: str, path: bytes, sentence: str
) -> None:
    (tmp_path / "src" / "passwd").mkdir(parents=True)
    (tmp_path / "src" / "file").write_bytes(b"")
    job = await lesson.do(CopyIn(lesson.web, f"{tmp_path}/{source}", path, overwrite=True))
    assert job.state is JobState.FAILED, job
    assert sentence in f"{job.summary} {job.remedy}"
