"""The practice images: everything that Docker computes is true, and the same on every machine."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from functools import cache

import pytest

from tests.practice.engine import quick_hold
from tui.practice import seeds
from tui.practice.hold import Hold
from tui.practice.registry import HUB, Manifest, Registry
from tui.practice.tree import Tree


@pytest.fixture(scope="module")
def hold() -> Hold:
    filled = quick_hold()
    seeds.fill(filled)
    return filled


@cache
def _hub() -> Registry:
    registry = Registry()
    seeds.fill_registry(registry)
    return registry


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_what_is_here_at_the_start(hold: Hold) -> None:
    names = {
        name for image in hold.images.all() for name in hold.images.names_of(image.image_id)[0]
    }
    assert {"bash:latest", "nginx:latest", "centos:latest", "debian:12", "shop/web:1.4"} <= names
    layers = {name: len(hold.layers.stack(hold.images.find(name).top)) for name in names}
    assert layers["nginx:latest"] == 6
    assert layers["centos:latest"] == 1
    assert hold.images.find("debian:12") == hold.images.find("debian:bookworm")


def test_the_images_share_layers(hold: Hold) -> None:
    debian = hold.images.find("debian:12").top
    for name in ("python:3.12", "redis:7", "shop/web:1.4", "shop/worker:1.4"):
        assert hold.layers.stack(hold.images.find(name).top)[0].chain_id == debian


def test_nothing_stands_on_what_the_class_removes(hold: Hold) -> None:
    """`docker rmi centos` of the class must free its layer, so nobody else may need it."""
    for name in ("centos:latest", "nginx:latest", "bash:latest"):
        image = hold.images.find(name)
        assert not hold.images.children(image.image_id)
        others = [other for other in hold.images.all() if other != image]
        mine = {layer.chain_id for layer in hold.layers.stack(image.top)}
        assert not any(
            layer.chain_id in mine for other in others for layer in hold.layers.stack(other.top)
        )


def test_one_build_lost_its_tag_and_has_no_children(hold: Hold) -> None:
    images = hold.images
    dangling = [
        image
        for image in images.all()
        if images.names_of(image.image_id) == ([], []) and not images.children(image.image_id)
    ]
    assert len(dangling) == 1
    assert dangling[0].parent


def test_ids_digests_and_histories_are_computed(hold: Hold) -> None:
    for image in hold.images.all():
        config = json.loads(image.config)
        stack = hold.layers.stack(image.top)
        assert image.image_id == _sha256(image.config)
        assert config["rootfs"]["diff_ids"] == [_sha256(layer.tar()) for layer in stack]
        filled = [step for step in config["history"] if not step.get("empty_layer")]
        assert len(filled) == len(stack)
        assert config["created"] == config["history"][-1]["created"]


def test_layers_are_tars_that_others_can_read(hold: Hold) -> None:
    for layer in hold.layers.all():
        with tarfile.open(fileobj=io.BytesIO(layer.tar())) as tar:
            files = [member for member in tar if member.isfile() or member.issym()]
        size = sum(len(m.linkname) if m.issym() else m.size for m in files)
        assert files or size == 0
        assert layer.size == size


def test_the_same_ids_on_every_machine(hold: Hold) -> None:
    """Written down once: the README and the class may name them."""
    found = {}
    for name in ("bash:latest", "nginx:latest", "centos:latest"):
        image = hold.images.find(name)
        found[name] = (image.image_id[7:19], hold.images.names_of(image.image_id)[1][0][-12:])
    assert found == {
        "bash:latest": ("26828fc15c72", "622cbd88b6dc"),
        "nginx:latest": ("0357fe308ec6", "9d42c135e1d3"),
        "centos:latest": ("f3b012fea108", "bf297506c6ba"),
    }


def test_the_start_is_small(hold: Hold) -> None:
    assert hold.layers.total_size() < 20_000_000


def test_what_was_pulled_is_what_the_hub_has(hold: Hold) -> None:
    for repository, tags, _make in seeds.PULLED:
        for tag in tags.split():
            manifest = hold.registry.resolve(f"{HUB}/{repository}", tag)
            assert manifest is not None
            image = hold.images.find(f"{HUB}/{repository}:{tag}")
            assert manifest.config == image.image_id
            assert hold.images.reference(f"{HUB}/{repository}@{manifest.digest}") == image.image_id
            for digest, layer in zip(manifest.layers, hold.layers.stack(image.top), strict=True):
                assert hold.distribution.diff_id(digest) == layer.diff_id


def _check(repository: str, manifest: Manifest) -> None:
    hub = _hub()
    value = json.loads(manifest.data)
    config = hub.blob(repository, value["config"]["digest"])
    assert config
    assert (config.digest, config.size) == (_sha256(config.data), value["config"]["size"])
    parsed = json.loads(config.data)
    assert (parsed["os"], parsed["architecture"]) == manifest.platform[:2]
    diff_ids = []
    for told in value["layers"]:
        blob = hub.blob(repository, told["digest"])
        assert blob
        assert (_sha256(blob.data), len(blob.data)) == (told["digest"], told["size"])
        diff_ids.append(_sha256(gzip.decompress(blob.data)))
    assert parsed["rootfs"]["diff_ids"] == diff_ids


@pytest.mark.parametrize(
    ("repository", "tag"),
    [("ubuntu", "24.04"), ("alpine", "3.20"), ("nginx", "1.27-alpine"), ("hello-world", "latest")],
)
def test_the_hub_has_true_manifests(repository: str, tag: str) -> None:
    name = f"{HUB}/library/{repository}"
    manifest = _hub().resolve(name, tag)
    assert manifest
    assert manifest.digest == _sha256(manifest.data)
    for each in manifest.listed or (manifest,):
        _check(name, each)


def test_platforms_differ() -> None:
    manifest = _hub().resolve(f"{HUB}/library/alpine", "latest")
    assert manifest
    assert [str(each.platform) for each in manifest.listed] == [
        "linux/amd64",
        "linux/arm64/v8",
        "linux/arm/v7",
        "linux/s390x",
    ]
    assert len({each.digest for each in manifest.listed}) == 4
    told = json.loads(manifest.data)["manifests"]
    assert told[1]["platform"] == {"architecture": "arm64", "os": "linux", "variant": "v8"}


def test_every_image_of_the_hub_can_be_made() -> None:
    hub = _hub()
    made = 0
    for repository in hub.repositories():
        for tag in hub.tags(repository)[:40]:
            assert hub.resolve(repository, tag), f"{repository}:{tag}"
            made += 1
    assert made > 100
    assert len(hub.tags(f"{HUB}/practice/many-tags")) == 150


def test_a_digest_finds_an_image_that_nobody_asked_for_yet() -> None:
    by_tag = _hub().resolve(f"{HUB}/library/redis", "8")
    assert by_tag
    fresh = Registry()
    seeds.fill_registry(fresh)
    assert fresh.resolve(f"{HUB}/library/redis", by_tag.digest) == by_tag


def _finds(tree: Tree, word: str, path: list[str]) -> bool:
    places = [word] if "/" in word else [f"{folder}/{word}" for folder in path]
    return any(tree.get(place, follow=True) for place in places)


def test_what_a_container_runs_is_there() -> None:
    hub = _hub()
    for repository in hub.repositories():
        for tag in hub.tags(repository)[:40]:
            manifest = hub.resolve(repository, tag)
            assert manifest
            each = (manifest.listed or (manifest,))[0]
            tars = []
            for digest in (each.config, *each.layers):
                blob = hub.blob(repository, digest)
                assert blob
                tars.append(blob.data)
            config = json.loads(tars[0])["config"]
            tree = Tree.stacked(map(gzip.decompress, tars[1:]))
            (path,) = [entry[5:] for entry in config["Env"] if entry.startswith("PATH=")]
            for words in (config["Entrypoint"], config["Cmd"]):
                found = not words or _finds(tree, words[0], path.split(":"))
                assert found, f"{repository}:{tag} runs {words}"
