"""What is at a path of a container, on a real Engine: told as the file system has it."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.engines.images import EPOCH, runnable
from tests.engines.maker import ImageMaker
from tui.engine import archive
from tui.engine.client import EngineClient, connect
from tui.engine.endpoint import resolve_endpoint
from tui.engine.errors import NotFound
from tui.model.listing import Kind
from tui.model.pathstat import PathStat

_FILES: Final = (
    ("a/", tarfile.DIRTYPE, 0o1750, ""),
    ("a/file", tarfile.REGTYPE, 0o4640, ""),
    ("a/link", tarfile.SYMTYPE, 0o777, "../b"),
    ("b/", tarfile.DIRTYPE, 0o755, ""),
    ("b/é ü?#%\n", tarfile.REGTYPE, 0o600, ""),
    ("b/zero", tarfile.CHRTYPE, 0o666, ""),
    ("b/pipe", tarfile.FIFOTYPE, 0o600, ""),
)


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, mode, target in _FILES:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.linkname, info.mtime = kind, mode, target, EPOCH
            info.devmajor, info.devminor = (1, 5) if kind == tarfile.CHRTYPE else (0, 0)
            info.size = 10 if kind == tarfile.REGTYPE else 0
            tar.addfile(info, io.BytesIO(b"0123456789") if info.size else None)
    return buffer.getvalue()


@pytest.fixture
def client(engine_host: str) -> Iterator[EngineClient]:
    endpoint = resolve_endpoint(engine_host, "", environ={}, home=Path("/nonexistent"))
    with connect(endpoint) as client:
        yield client


@pytest.mark.parametrize("is_running", [False, True])
def test_each_kind_of_path(client: EngineClient, maker: ImageMaker, is_running: bool) -> None:
    maker.load(runnable(maker.name("base:1")))
    container = maker.container(maker.name("base:1"), start=is_running)
    maker.api.put_archive(container, "/tmp", _tar())
    with archive.stats(client, container) as asked:
        folder, file, link = map(asked.stat, ("/tmp/a", "/tmp/a/file", "/tmp/a/link"))
        assert (folder.name, folder.kind, folder.mode) == ("a", Kind.DIRECTORY, 0o1750)
        assert file == PathStat("file", Kind.FILE, 10, 0o4640, EPOCH)
        assert link.name in {"link", "b"}  # Podman tells what it leads to
        assert replace(link, name="") == PathStat("", Kind.SYMLINK, 4, 0o777, EPOCH, "/tmp/b")
        assert asked.stat("/tmp/a/link/zero").kind is Kind.CHARACTER  # through the link
        assert asked.stat("/tmp/b/pipe").kind is Kind.FIFO
        assert asked.stat("/tmp/b/é ü?#%\n").name == "é ü?#%\n"
        assert asked.stat("/").name == "/"
        assert asked.stat("/").is_folder
        for missing in ("/tmp/no", "/no/such"):
            with pytest.raises(NotFound):
                asked.stat(missing)
        assert asked.stat("/tmp/a/file").size == 10  # the connection is still good
    with pytest.raises(NotFound):
        archive.stat(client, f"{container}x", "/")


def test_a_tar_of_a_path(client: EngineClient, maker: ImageMaker) -> None:
    maker.load(runnable(maker.name("base:1")))
    container = maker.container(maker.name("base:1"))
    maker.api.put_archive(container, "/tmp", _tar())
    with archive.read_tar(client, container, "/tmp/b") as body:
        data = b""
        while piece := body.read(1 << 16):
            data += piece
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        assert sorted(tar.getnames()) == sorted(["b", "b/é ü?#%\n", "b/zero", "b/pipe"])
    with pytest.raises(NotFound), archive.read_tar(client, container, "/no/such"):
        pass
