"""`orlop layers`, `files` and `waste` over images in registries: made ones, and a real one's."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engines.images import ImageSpec, busybox_layer
from tests.engines.maker import ImageMaker
from tests.layers.lazies import estargz
from tests.layers.tars import hostile_layers, member, tar
from tests.registry.fakes import Blob, FakeRegistry, digest, gzipped
from tests.test_cli import answer, orlop

BELOW = tar([member("a", b"x" * 5000), member("b/"), member("b/caf\udce9\x1b[31m", b"y" * 999)])
TARS = [member("a", b"x" * 5000, mode=0o600), member(".wh.b"), member("new", b"z")]
ABOVE = tar(TARS)


@pytest.fixture
def made() -> Iterator[FakeRegistry]:
    with FakeRegistry() as fake:
        fake.add([gzipped(BELOW), gzipped(ABOVE)])
        yield fake


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CACHE_HOME": str(tmp_path / "cache"), "DOCKER_CONFIG": str(tmp_path)}


def _source(made: FakeRegistry) -> str:
    return f"registry:{made.reference}"


def test_layers_without_their_files_fetch_none(made: FakeRegistry, environ: dict[str, str]) -> None:
    told = answer("layers", _source(made), **environ)
    assert made.fetched == [told["id"]]
    assert (told["image"], told["source"]) == (made.reference, "registry")
    sizes = [len(made.blobs[layer["digest"]]) for layer in told["layers"]]
    assert [layer["compressed_size"] for layer in told["layers"]] == sizes
    assert "size" not in told["layers"][0]
    ran = orlop("layers", _source(made), **environ)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "2 layers" in ran.stdout
    assert "COPY 1" in ran.stdout
    assert len(made.fetched) == 2


def test_layers_with_their_files(made: FakeRegistry, environ: dict[str, str]) -> None:
    below, above = answer("layers", _source(made), "--files", **environ)["layers"]
    assert (below["size"], below["entries"]) == (5999, 3)
    assert above["metadata"] == {"count": 1, "bytes": 5000}
    assert above["removed"] == {"count": 2, "bytes": 999}
    before = len(made.fetched)
    waste = answer("waste", _source(made), **environ)
    assert waste["wasted_bytes"] == 5999
    assert len(made.fetched) == before + 1, "the layers are in the cache"


def test_one_layer_fetches_that_alone(made: FakeRegistry, environ: dict[str, str]) -> None:
    told = answer("files", _source(made), "--layer", "2", **environ)
    assert [one["path"] for one in told] == ["a", "b", "new"]
    assert "change" not in told[0], "nobody knows what lies below"
    assert len(made.fetched) == 2
    told = answer("files", _source(made), "--layer", "1", "--stacked", **environ)
    assert len(told) == 3
    assert len(made.fetched) == 4
    told = answer("files", _source(made), "--layer", "2", **environ)
    assert len(made.fetched) == 5
    assert [one["path"] for one in answer("files", _source(made), **environ)] == ["a", "new"]
    for wrong in ("3", "-1"):
        assert orlop("files", _source(made), "--layer", wrong, **environ).returncode == 1


def test_files_are_extracted_without_a_pull(
    made: FakeRegistry, environ: dict[str, str], tmp_path: Path
) -> None:
    to = tmp_path / "out"
    told = answer("extract", _source(made), "/", "-o", str(to), **environ)
    assert (told["files"], told["failed"]) == (2, [])
    assert (to / "a").read_bytes() == b"x" * 5000
    assert (to / "new").read_bytes() == b"z"
    before = len(made.fetched)
    one = ("extract", _source(made), "b", "--layer", "1", "-o", f"{to}/below/")
    assert answer(*one, **environ)["files"] == 1
    assert os.listdir(os.fsencode(to / "below" / "b")) == [b"caf\xe9\x1b[31m"]
    assert len(made.fetched) == before + 2, "config and that layer; its listing was kept"


def test_files_of_a_layer_with_a_table_of_contents(
    made: FakeRegistry, environ: dict[str, str], tmp_path: Path
) -> None:
    data, tar_of_it, annotations = estargz(BELOW)
    made.add([Blob(data, tar_of_it, annotations)], tag="2")
    source = f"registry:{made.host}/{made.path}:2"
    answer("extract", source, "a", "-o", str(tmp_path / "a"), **environ)
    assert (tmp_path / "a").read_bytes() == b"x" * 5000


def test_a_layer_that_does_not_fit_its_digest_is_told(
    made: FakeRegistry, environ: dict[str, str], tmp_path: Path
) -> None:
    answer("files", _source(made), **environ)
    layer = next(path for path in made.fetched if made.blobs[path] == gzipped(ABOVE).data)
    made.blobs[layer] = gzipped(tar([*TARS, member("more", b"evil")])).data
    ran = orlop("extract", _source(made), "new", "-o", str(tmp_path / "out"), **environ)
    assert ran.returncode == 1
    assert "digest" in ran.stderr


def test_the_platform_that_is_wanted(
    made: FakeRegistry, environ: dict[str, str], tmp_path: Path
) -> None:
    platforms = {
        "linux/amd64": [b"amd"],
        "linux/arm64/v8": [b"arm"],
        "linux/arm/v7": [b"old"],
        "unknown/unknown": [b"attestation"],
    }
    index = []
    for name, (content,) in platforms.items():
        system, architecture, *variant = name.split("/")
        layers = [gzipped(tar([member("which", content)]))]
        told = {"os": system, "architecture": architecture}
        made.add(layers, tag="one", **told)
        told |= {"variant": variant[0]} if variant else {}
        index.append({"digest": digest(made.manifests["one"]), "platform": told})
    made.put_manifest({"schemaVersion": 2, "manifests": index}, "many")
    source = f"registry:{made.host}/{made.path}:many"
    for wanted, content in {
        "linux/amd64": b"amd",
        "linux/x86_64": b"amd",
        "linux/arm64": b"arm",
        "linux/aarch64": b"arm",
        "linux/arm64/v8": b"arm",
        "linux/arm/v7": b"old",
    }.items():
        to = tmp_path / wanted.replace("/", "-")
        answer("extract", source, "which", "-o", str(to), "--platform", wanted, **environ)
        assert to.read_bytes() == content
        (file,) = answer("files", source, "--platform", wanted, **environ)
        assert file["size"] == len(content)
    for command in ("layers", "files", "waste"):
        ran = orlop(command, source, "--platform", "linux/arm/v6", **environ)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "linux/amd64, linux/arm64/v8, linux/arm/v7" in ran.stderr
        assert "unknown" not in ran.stderr
    same = answer("diff", source, source, "--platform", "linux/arm64", **environ)
    assert same["files"] == {"added": [], "removed": [], "changed": []}
    assert orlop("files", source, "--platform", "arm", **environ).returncode == 2


def test_the_only_platform_is_another(made: FakeRegistry, environ: dict[str, str]) -> None:
    assert answer("files", _source(made), "--platform", "linux/amd64", **environ)
    ran = orlop("files", _source(made), "--platform", "windows/amd64", **environ)
    assert ran.returncode == 1
    assert "linux/amd64" in ran.stderr


def test_the_login_of_docker_is_used(
    made: FakeRegistry, environ: dict[str, str], tmp_path: Path
) -> None:
    made.auth = "basic"
    ran = orlop("layers", _source(made), **environ)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "orlop login" in ran.stderr
    login = {"auth": base64.b64encode(b"me:secret").decode()}
    (tmp_path / "config.json").write_text(json.dumps({"auths": {made.host: login}}))
    assert len(answer("layers", _source(made), **environ)["layers"]) == 2
    (tmp_path / "config.json").write_text("{")
    ran = orlop("layers", _source(made), **environ)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr


def test_what_cannot_be_told_is_a_sentence(made: FakeRegistry, environ: dict[str, str]) -> None:
    for source in (f"registry:{made.host}/me/app:none", "registry:127.0.0.1:1/x:1", "registry:/"):
        ran = orlop("files", source, **environ)
        assert (ran.returncode, ran.stdout) == (1, "")
        assert "Traceback" not in ran.stderr
        assert "registry" in ran.stderr


def test_an_image_pushed_by_an_engine_is_what_the_engine_has(
    maker: ImageMaker,
    api: Any,
    registry: str,
    engine_kind: str,
    engine_host: str,
    environ: dict[str, str],
) -> None:
    layers = (*hostile_layers().values(), busybox_layer(), hostile_layers()["links"])
    repository = f"{registry}/{maker.name('pushed')}"
    name = f"{repository}:1"
    maker.load(ImageSpec(layers, tags=(name,)))
    for line in api.push(repository, "1", stream=True, decode=True):
        assert "error" not in line, line
    found = answer("layers", f"registry:{name}", "--files", **environ)["layers"]
    info = api.info()
    if engine_kind != "classic" or not os.access(Path(info["DockerRootDir"], "image"), os.R_OK):
        pytest.skip("not on this Engine: it keeps no metadata that can be read")
    other = environ | {
        "XDG_CACHE_HOME": environ["XDG_CACHE_HOME"] + "2",
        "DOCKER_HOST": engine_host,
    }
    kept = answer("layers", name, "--files", "--source", "metadata", **other)["layers"]
    for layer in (*found, *kept):
        for key in ("digest", "compressed_size", "path", "cache_id"):
            layer.pop(key, None)
    assert found == kept
