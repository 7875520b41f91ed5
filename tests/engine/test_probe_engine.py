"""Probes on a real Engine: what they read, and that nothing of them stays."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tui.engine.client import Body, EngineClient, connect
from tui.engine.endpoint import resolve_endpoint
from tui.engine.errors import EngineError, NotFound
from tui.engine.probe import LABEL, probe, sweep
from tui.model.engine import StoreKind


@pytest.fixture
def client(engine_host: str) -> Iterator[EngineClient]:
    endpoint = resolve_endpoint(engine_host, "", environ={}, home=Path("/nonexistent"))
    with connect(endpoint) as client:
        yield client


@pytest.fixture
def image(maker: ImageMaker) -> str:
    """An image that asks for a volume."""
    layers = (maker.layer("probe", 500),)
    spec = ImageSpec(layers, tags=(maker.name("probe:1"),), config={"Volumes": {"/data": {}}})
    return maker.load(spec)[0]


@pytest.fixture
def place(client: EngineClient, image: str) -> tuple[str, str]:
    """A folder that the Engine's store has, and a file in it."""
    root, driver = client.info.data_root, client.info.storage_driver
    return {
        StoreKind.CLASSIC: (f"{root}/image/{driver}", "repositories.json"),
        StoreKind.PODMAN: (f"{root}/{driver}-layers", "layers.json"),
        StoreKind.CONTAINERD: (
            f"{root}/containerd/daemon/io.containerd.content.v1.content/blobs/sha256",
            image.removeprefix("sha256:"),
        ),
    }[client.capabilities.store]


def _probes(maker: ImageMaker) -> list[str]:
    found = maker.api.containers(all=True, filters={"label": LABEL})
    return [item["Id"] for item in found]


def _volumes(maker: ImageMaker) -> int:
    return len(maker.api.volumes()["Volumes"] or ())


def test_nothing_stays_behind(
    client: EngineClient, maker: ImageMaker, image: str, place: tuple[str, str]
) -> None:
    volumes = _volumes(maker)
    folder, file = place
    with probe(client, image, folder) as bound:
        (container,) = _probes(maker)
        told = maker.api.inspect_container(container)
        assert told["State"]["Status"] == "created"
        (mount,) = (one for one in told["Mounts"] if one["Type"] == "bind")
        assert (mount["Source"], mount["RW"]) == (folder, False)
        with bound.tar_of(file) as body, tarfile.open(fileobj=_AsFile(body), mode="r|") as tar:
            (name,) = tar.getnames()
            assert name == file
        assert bound.has(file)
        assert not bound.has("nothing")
        missing = bound.tar_of("nothing")
        with pytest.raises(NotFound):
            missing.__enter__()
    assert _probes(maker) == []
    assert _volumes(maker) == volumes


class _AsFile(io.RawIOBase):
    """A body as tarfile wants it."""

    def __init__(self, body: Body) -> None:
        self._body = body

    def read(self, size: int = -1, /) -> bytes:
        return self._body.read(size)


@pytest.mark.stores("classic", "containerd")
def test_a_folder_that_is_not_there_is_not_made(
    client: EngineClient, maker: ImageMaker, image: str, tmp_path: Path
) -> None:
    absent = tmp_path / "absent"
    with pytest.raises(EngineError, match="does not exist"):
        probe(client, image, str(absent)).__enter__()
    assert not absent.exists()
    assert _probes(maker) == []


def test_after_a_cut_it_is_gone_too(client: EngineClient, maker: ImageMaker, image: str) -> None:
    job = client.for_job()
    bound = probe(job, image, client.info.data_root)
    bound.__enter__()
    assert len(_probes(maker)) == 1
    job.cut()
    bound.__exit__(None, None, None)
    assert _probes(maker) == []


def test_what_a_killed_orlop_left_is_swept(
    client: EngineClient, maker: ImageMaker, image: str
) -> None:
    program = (
        "import os, sys; from pathlib import Path;"
        "from tui.engine.client import connect; from tui.engine.probe import probe;"
        "from tui.engine.endpoint import resolve_endpoint;"
        "e = resolve_endpoint(sys.argv[1], '', environ={}, home=Path('/'));"
        "p = probe(connect(e), sys.argv[2], sys.argv[3]); p.__enter__(); os._exit(9)"
    )
    arguments = (client.endpoint.url, image, client.info.data_root)
    ran = subprocess.run([sys.executable, "-c", program, *arguments], check=False)
    assert ran.returncode == 9
    assert len(_probes(maker)) == 1
    with probe(client, image, client.info.data_root):
        sweep(client)
        assert len(_probes(maker)) == 1  # that of a living orlop
    assert _probes(maker) == []
