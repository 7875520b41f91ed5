"""An Engine with --userns-remap and a data root of its own: all is found, below another folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import APIClient

from tests.contents.test_walk_engine import check_lines
from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tests.engines.sources import NotHere, Sources
from tests.layers.tars import hostile_layers
from tests.layers.test_sources_engine import check_sources, turns
from tests.test_cli import orlop
from tui.contents.walk import walk_container, walk_image
from tui.engine import images
from tui.engine.client import EngineClient, connect
from tui.engine.endpoint import resolve_endpoint


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    sources = Sources()
    try:
        yield sources.remapped()
    except NotHere as reason:
        pytest.skip(f"no such Engine: {reason}")
    finally:
        sources.close()


@pytest.fixture
def client(host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineClient]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    endpoint = resolve_endpoint(host, "", environ={}, home=Path("/nonexistent"))
    with connect(endpoint) as client:
        yield client


@pytest.fixture
def maker(host: str) -> Iterator[ImageMaker]:
    with ImageMaker(APIClient(host, version="auto"), "orlop-test-remapped") as maker:
        yield maker


def test_the_data_root_is_below_the_users(client: EngineClient) -> None:
    root = Path(client.info.data_root)
    uid, gid = map(int, root.name.split("."))
    assert uid == gid > 0
    assert root.parent.name == "data"
    assert os.stat(root).st_uid in (0, uid)


def test_every_source(client: EngineClient, maker: ImageMaker, tmp_path: Path) -> None:
    hostile = hostile_layers()
    del hostile["gnu"]  # a user that cannot be mapped
    specs = [
        ImageSpec(layers, tags=(maker.name(f"{name}:1"),))
        for name, layers in {**turns(), "all": tuple(hostile.values())}.items()
    ]
    maker.load(*specs)
    for spec in specs:
        check_sources(client, maker.api, spec, tmp_path / "saved.tar")


def test_the_walk(client: EngineClient, maker: ImageMaker) -> None:
    layers = (maker.layer("walk", 1000), maker.layer("other", 2000))
    name = maker.name("walk:1")
    (image_id,) = maker.load(ImageSpec(layers, tags=(name,)))
    walk = walk_image(client, images.image_facts(client, image_id), name)
    assert not any(step.error for step in walk.steps)
    assert all(step.path.startswith(client.info.data_root) for step in walk.steps if step.path)
    assert check_lines(walk, client) == 3 + 1 + 3 * 2
    container = walk_container(client, maker.container(image_id, name="walked"))
    assert not any(step.error for step in container.steps)
    assert check_lines(container, client)


@pytest.mark.parametrize("source", ["metadata", "probe", "stream"])
def test_files_come_out_as_ours(source: str, maker: ImageMaker, host: str, tmp_path: Path) -> None:
    name = maker.name("extract:1")
    maker.load(ImageSpec(turns()["links"][:1], tags=(name,)))
    to = tmp_path / "out"
    environ = {"DOCKER_HOST": host, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    ran = orlop("extract", name, "a/deep/first", "-o", str(to), "--source", source, **environ)
    assert ran.returncode == 0, ran.stderr
    assert to.read_bytes() == b"x" * 5000
    assert to.stat().st_uid == os.geteuid()
    assert stat.S_ISREG(to.stat().st_mode)
