"""On a real Engine: every source tells the same of the same layer, and what tarfile tells."""

from __future__ import annotations

import gzip
import json
import os
import random
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engines.images import ImageSpec, busybox_layer, diff_id
from tests.engines.maker import ImageMaker
from tests.engines.registries import push_image
from tests.layers.tars import by_tarfile, hostile_layers, member, tar
from tests.test_cli import answer
from tui.contents.engine import offers_for
from tui.contents.image import ListedImage
from tui.contents.source import Watch, read_layers
from tui.engine.client import EngineClient, connect
from tui.engine.endpoint import resolve_endpoint
from tui.engine.images import image_facts
from tui.layers.archives import open_archive
from tui.layers.union import stack
from tui.model.engine import StoreKind
from tui.model.listing import LayerEntry, SourceName

HOSTILE = hostile_layers()
SEEDS = range(14)


def _random_layer(seed: int) -> bytes:
    """Make a layer of folders, files, links and marks by chance."""
    chance = random.Random(seed)
    names = sorted({f"{chance.choice('abc')}/{chance.choice('def')}{n}" for n in range(20)})
    members = [member(f"{top}/") for top in "abc"]
    for name in names:
        pick = chance.randrange(6)
        if pick == 0:
            members.append(member(name, type=tarfile.SYMTYPE, linkname=chance.choice(names)))
        elif pick == 1:
            members.append(member(f"{name}/", mtime=chance.randrange(-(10**6), 10**9)))
        elif pick == 2:
            folder, _slash, bare = name.partition("/")
            members.append(member(f"{folder}/.wh.{bare}x", mode=0))
        else:
            content = chance.randbytes(chance.randrange(2000))
            members.append(member(name, content, mode=chance.randrange(0o7777), uid=seed))
            if pick == 3:
                link = {"type": tarfile.LNKTYPE, "linkname": name}
                members.append(member(f"c/hard-{name.replace('/', '-')}", **link))
    return tar(members)


def turns() -> dict[str, tuple[bytes, ...]]:
    """Make images whose layers turn what is below into something else."""
    folder = tar([member("x/"), member("x/y/"), member("x/y/file", b"1"), member("z", b"2")])
    file = tar([member("x", b"now a file"), member("z/"), member("z/in", b"3")])
    opaque = tar([member("x/"), member("x/.wh..wh..opq"), member("x/new", b"4")])
    links = tar(
        [
            member("a/"),
            member("a/deep/"),
            member("a/deep/first", b"x" * 5000),
            member("b/"),
            member("b/second", type=tarfile.LNKTYPE, linkname="a/deep/first"),
            member("third", type=tarfile.LNKTYPE, linkname="a/deep/first"),
        ]
    )
    gone = tar([member("a/.wh.deep"), member(".wh.third"), member("b/"), member("b/zero", b"")])
    sparse = tar([member("sparse", bytes(3_000_000) + b"end"), member("zeros", bytes(512))])
    empty = HOSTILE["empty"]
    return {
        "folder-file-folder": (folder, file, folder),
        "opaque": (folder, opaque, folder, opaque),
        "links": (links, gone, links),
        "empties": (empty, links, empty, empty),
        "sparse": (sparse, gone, sparse),
        "twice": (folder, folder, folder),
    }


def _specs(maker: ImageMaker) -> list[ImageSpec]:
    images: dict[str, tuple[bytes, ...]] = {name: (one,) for name, one in HOSTILE.items()}
    images |= turns()
    images |= {
        f"random{seed}": (_random_layer(seed), _random_layer(seed + 1), _random_layer(seed))
        for seed in SEEDS
    }
    images["all"] = tuple(HOSTILE.values())
    images["busybox"] = (busybox_layer(),)
    return [ImageSpec(layers, tags=(maker.name(f"{name}:1"),)) for name, layers in images.items()]


def _saved_by_tarfile(path: Path) -> list[tuple[LayerEntry, ...]]:
    """Read a saved archive by the standard library alone."""
    with tarfile.open(path) as outer:

        def read(name: str) -> bytes:
            file = outer.extractfile(name)  # which follows the symlinks of equal layers
            assert file is not None
            data = file.read()
            return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data

        (manifest,) = json.loads(read("manifest.json"))
        return [by_tarfile(read(layer)) for layer in manifest["Layers"]]


def _bare(entries: tuple[LayerEntry, ...]) -> tuple[LayerEntry, ...]:
    return tuple(entry._replace(fingerprint=b"") for entry in entries)


def _told(client: EngineClient, name: str) -> dict[SourceName, ListedImage]:
    """Read an image of the Engine from every source that there is."""
    image, offers = offers_for(client, image_facts(client, name), name)
    return {
        offer.name: image.with_layers(read_layers(image, offer.source, None, Watch()))
        for offer in offers
        if offer.source is not None
    }


def check_sources(client: EngineClient, api: Any, spec: ImageSpec, path: Path) -> None:
    """Compare every source's listings with what the saved archive tells tarfile."""
    path.write_bytes(b"".join(api.get_image(spec.tags[0])))
    expected = _saved_by_tarfile(path)
    image = open_archive(f"docker-archive:{path}")
    listings = [image.listing(layer.index) for layer in image.layers]
    assert [one.entries for one in listings] == expected
    assert [one.diff_id for one in listings] == list(spec.diff_ids)
    told = _told(client, spec.tags[0])
    assert {SourceName.STREAM, SourceName.PROBE} <= told.keys()
    if os.access(client.info.data_root, os.R_OK | os.X_OK):
        assert {SourceName.METADATA, SourceName.CONTENT} & told.keys()
    for name, read in told.items():
        assert [layer.error for layer in read.layers] == [None] * len(expected), name
        found = [_bare(layer.listing.entries) for layer in read.layers]
        assert found == [_bare(entries) for entries in expected], (name, spec.tags)
    if client.capabilities.store is StoreKind.CLASSIC:
        sizes = [step["Size"] for step in reversed(api.history(spec.tags[0]))]
        assert [layer.size for layer in stack(listings).layers] == sizes


@pytest.fixture
def client(
    engine_host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[EngineClient]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    endpoint = resolve_endpoint(engine_host, "", environ={}, home=Path("/nonexistent"))
    with connect(endpoint) as client:
        yield client


@pytest.mark.timeout(300)  # Podman takes half a second for each file that a probe reads
def test_all_sources_tell_the_same(
    client: EngineClient, maker: ImageMaker, api: Any, tmp_path: Path
) -> None:
    specs = _specs(maker)
    maker.load(*specs)
    assert len(specs) >= 30
    for spec in specs:
        check_sources(client, api, spec, tmp_path / "saved.tar")


def test_compressed_blobs_tell_the_same(
    client: EngineClient, maker: ImageMaker, api: Any, registry: str, tmp_path: Path
) -> None:
    layers = (HOSTILE["links"], _random_layer(99), HOSTILE["names"], HOSTILE["links"])
    name = f"{registry}/{maker.name('packed')}:1"
    push_image(name, [gzip.compress(layer) for layer in layers], diff_ids=map(diff_id, layers))
    api.pull(name)
    check_sources(client, api, ImageSpec(layers, tags=(name,)), tmp_path / "saved.tar")


@pytest.mark.stores("classic")
def test_the_command_reads_the_metadata_on_disk(
    maker: ImageMaker, api: Any, engine_host: str, tmp_path: Path
) -> None:
    info = api.info()
    if not os.access(Path(info["DockerRootDir"]) / "image" / info["Driver"], os.R_OK):
        pytest.skip("not on this Engine: its data root cannot be read")
    layers = (HOSTILE["links"], HOSTILE["names"], HOSTILE["links"])
    name = maker.name("files:1")
    maker.load(ImageSpec(layers, tags=(name,)))
    told = answer("layers", name, "--files", DOCKER_HOST=engine_host, XDG_CACHE_HOME=str(tmp_path))
    assert told["source"] == "metadata"
    path = tmp_path / "saved.tar"
    path.write_bytes(b"".join(api.get_image(name)))
    saved = answer("layers", f"docker-archive:{path}", "--files")
    for layer in told["layers"]:
        assert Path(layer.pop("path"), "diff").is_dir()
        assert layer.pop("cache_id")
    assert told["layers"] == saved["layers"]
    assert Path(tmp_path, "orlop", "listings", diff_id(layers[0])[7:]).is_file()
    again = answer("layers", name, "--files", DOCKER_HOST=engine_host, XDG_CACHE_HOME=str(tmp_path))
    assert [one["files"] for one in again["layers"]] == [one["files"] for one in saved["layers"]]
    waste = answer("waste", name, DOCKER_HOST=engine_host, XDG_CACHE_HOME=str(tmp_path))
    assert waste["total_bytes"] == api.inspect_image(name)["Size"]
