"""The sources of a real Engine: each tells the same; `docker save` ends when it is cut."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tests.layers.tars import by_tarfile, hostile_layers
from tests.test_cli import answer, orlop
from tui.contents.engine import offers_for
from tui.contents.source import Watch, read_layers
from tui.engine import images
from tui.engine.client import Body, EngineClient, connect
from tui.engine.endpoint import resolve_endpoint
from tui.engine.errors import Cancelled, EngineRefused, NotFound
from tui.engine.save import saved
from tui.model.engine import StoreKind
from tui.model.listing import SourceName


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def client(engine_host: str) -> Iterator[EngineClient]:
    endpoint = resolve_endpoint(engine_host, "", environ={}, home=Path("/nonexistent"))
    with connect(endpoint) as client:
        yield client


def test_every_source_tells_what_tarfile_tells(client: EngineClient, maker: ImageMaker) -> None:
    layers = [*hostile_layers().values()]
    layers.append(layers[1])
    (image_id,) = maker.load(ImageSpec(tuple(layers), tags=(maker.name("stream:1"),)))
    image, offers = offers_for(client, images.image_facts(client, image_id), "stream:1")
    found = [offer for offer in offers if offer.source is not None]
    assert SourceName.STREAM in [offer.name for offer in found]
    for offer in found:
        told: list[tuple[int, int]] = []
        watch = Watch(tell=lambda done, total, told=told: told.append((done, total)))  # type: ignore[misc]
        assert offer.source is not None
        read = image.with_layers(read_layers(image, offer.source, None, watch))
        for layer, tar in zip(read.layers, layers, strict=True):
            assert layer.error is None
            assert layer.listing.source == offer.name
            assert [entry._replace(fingerprint=b"") for entry in layer.listing.entries] == [
                entry._replace(fingerprint=b"") for entry in by_tarfile(tar)
            ]
        assert bool(offer.cost) == (offer.name in (SourceName.STREAM, SourceName.PROBE))
        assert offer.asks == (offer.name is SourceName.PROBE)
        if offer.name is SourceName.STREAM:
            assert told[0] == (0, 0)
            assert told[-1][0] > 0


def test_what_lies_on_this_disk_costs_nothing(client: EngineClient, maker: ImageMaker) -> None:
    (image_id,) = maker.load(ImageSpec((maker.layer("disk", 2_000),), tags=(maker.name("disk:1"),)))
    image, offers = offers_for(client, images.image_facts(client, image_id), "disk:1")
    kept = {StoreKind.CONTAINERD: SourceName.CONTENT}
    assert all(offer.why_not or offer.source is not None for offer in offers)
    name = kept.get(client.capabilities.store, SourceName.METADATA)
    (offer,) = (offer for offer in offers if offer.name is name)
    if not os.access(client.info.data_root, os.R_OK | os.X_OK):
        assert client.info.data_root in offer.why_not
        return
    assert offer.why_not == ""
    if client.capabilities.store is not StoreKind.CONTAINERD:
        assert all(Path(layer.path).is_dir() for layer in image.layers)


def test_a_cut_ends_it(client: EngineClient, maker: ImageMaker) -> None:
    name = maker.name("cut:1")
    (image_id,) = maker.load(ImageSpec((maker.layer("cut", 5_000_000),), tags=(name,)))
    job = client.for_job()
    with saved(job, image_id) as body:
        assert body.read(1)
        threading.Thread(target=job.cut).start()
        with pytest.raises(Cancelled):
            _drain(body)


def _drain(body: Body) -> None:
    while body.read(100):
        pass


def test_an_image_that_is_gone(client: EngineClient) -> None:
    gone = saved(client, "sha256:" + "0" * 64)
    with pytest.raises((NotFound, EngineRefused)):
        gone.__enter__()


def test_on_the_command_line_the_cost_is_said_first(
    maker: ImageMaker, engine_host: str, tmp_path: Path
) -> None:
    name = maker.name("cost:1")
    maker.load(ImageSpec((maker.layer("cost", 2_000),), tags=(name,)))
    environ = {"DOCKER_HOST": engine_host, "XDG_CACHE_HOME": str(tmp_path)}
    ran = orlop("files", name, "--source", "stream", "--json", **environ)
    assert ran.returncode == 0
    assert "The Engine" in ran.stderr
    again = orlop("files", name, "--source", "stream", "--json", **environ)
    assert again.stdout == ran.stdout
    assert again.stderr == ""  # all of it was kept
    assert [one["type"] for one in answer("files", name, **environ)].count("file") == 1
