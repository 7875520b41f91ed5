"""On a real Engine: every source tells the same of the same layer, and what tarfile tells."""

from __future__ import annotations

import json
import os
import random
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.engines.images import ImageSpec, busybox_layer, diff_id
from tests.engines.maker import ImageMaker
from tests.layers.tars import by_tarfile, hostile_layers, member, tar
from tests.test_cli import answer
from tui.layers.archives import open_archive
from tui.layers.chain import chain_ids
from tui.layers.tarsplit import FILE, layer_folder, split_listing
from tui.layers.union import stack
from tui.model.listing import LayerEntry

HOSTILE = hostile_layers()
SEEDS = range(24)


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


def _specs(maker: ImageMaker) -> list[ImageSpec]:
    images = [
        ImageSpec((layer,), tags=(maker.name(f"{name}:1"),)) for name, layer in HOSTILE.items()
    ]
    images += [
        ImageSpec(
            (_random_layer(seed), _random_layer(seed + 1), _random_layer(seed)),
            tags=(maker.name(f"random{seed}:1"),),
        )
        for seed in SEEDS
    ]
    return [*images, ImageSpec((busybox_layer(),), tags=(maker.name("busybox:1"),))]


def _saved_by_tarfile(path: Path) -> list[tuple[LayerEntry, ...]]:
    """Read a saved archive by the standard library alone."""
    with tarfile.open(path) as outer:

        def read(name: str) -> bytes:
            file = outer.extractfile(name)  # which follows the symlinks of equal layers
            assert file is not None
            return file.read()

        (manifest,) = json.loads(read("manifest.json"))
        return [by_tarfile(read(layer)) for layer in manifest["Layers"]]


def _without_fingerprints(entries: tuple[LayerEntry, ...]) -> tuple[LayerEntry, ...]:
    return tuple(entry._replace(fingerprint=b"") for entry in entries)


@pytest.mark.stores("classic")
def test_all_sources_tell_the_same(maker: ImageMaker, api: Any, tmp_path: Path) -> None:
    info = api.info()
    root = Path(info["DockerRootDir"])
    specs = _specs(maker)
    maker.load(*specs)
    readable = os.access(root / "image" / info["Driver"], os.R_OK)
    assert len(specs) >= 30
    for spec in specs:
        path = tmp_path / "saved.tar"
        path.write_bytes(b"".join(api.get_image(spec.tags[0])))
        image = open_archive(f"docker-archive:{path}")
        listings = [image.listing(layer.index) for layer in image.layers]
        assert [one.entries for one in listings] == _saved_by_tarfile(path)
        assert [one.diff_id for one in listings] == list(spec.diff_ids)
        for listing, chain in zip(listings, chain_ids(spec.diff_ids), strict=True):
            folder = layer_folder(root, info["Driver"], chain)
            if readable:
                kept = split_listing(folder / FILE)
                assert _without_fingerprints(kept.entries) == listing.entries
        sizes = [step["Size"] for step in reversed(api.history(spec.tags[0]))]
        assert [layer.size for layer in stack(listings).layers] == sizes


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
