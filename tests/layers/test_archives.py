"""Images in files: each form gives the listings of its layers, and what is broken says so."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import pytest

from tests.layers.tars import by_tarfile, hostile_layers, member, tar
from tui.layers.archives import ArchivedImage, is_archive, open_archive
from tui.layers.chain import chain_ids
from tui.layers.errors import BadCompression, BadSource, BadTar, LayerError, NoPlatform, NoZstd

LAYERS = [*hostile_layers().values()]
LAYERS.append(LAYERS[2])  # the same layer twice


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _config() -> bytes:
    history: list[dict[str, object]] = [
        {"created_by": f"COPY {index}"} for index in range(len(LAYERS))
    ]
    history.insert(1, {"created_by": "ENV A=b", "empty_layer": True})
    diff_ids = [f"sha256:{_digest(layer)}" for layer in LAYERS]
    return json.dumps({"rootfs": {"diff_ids": diff_ids}, "history": history}).encode()


def _old_docker() -> dict[str, bytes | str]:
    """As before Docker 25: a folder a layer; a layer that comes again is a symlink (a str)."""
    files: dict[str, bytes | str] = {}
    names = []
    for index, layer in enumerate(LAYERS):
        names.append(f"{index:064x}/layer.tar")
        first = LAYERS.index(layer)
        files[names[-1]] = layer if first == index else f"../{first:064x}/layer.tar"
    config = f"{_digest(_config())}.json"
    files[config] = _config()
    manifest = [{"Config": config, "RepoTags": ["demo:1"], "Layers": names}]
    return {**files, "manifest.json": json.dumps(manifest).encode()}


def _kaniko() -> dict[str, bytes | str]:
    """As kaniko: gzip layers named by digest, the manifest first."""
    zipped = [gzip.compress(layer) for layer in LAYERS]
    names = [f"sha256:{_digest(layer)}.tar.gz" for layer in zipped]
    config = f"sha256:{_digest(_config())}"
    manifest = [{"Config": config, "RepoTags": ["demo:1"], "Layers": names}]
    return {
        "manifest.json": json.dumps(manifest).encode(),
        config: _config(),
        **dict(zip(names, zipped, strict=True)),
    }


def _oci(pack: Callable[[bytes], bytes] = bytes) -> dict[str, bytes | str]:
    """An OCI layout behind an index of two platforms, with a manifest.json as Docker's since 25."""
    files: dict[str, bytes | str] = {}

    def add(data: bytes) -> dict[str, object]:
        files[f"blobs/sha256/{_digest(data)}"] = data
        return {"digest": f"sha256:{_digest(data)}", "size": len(data)}

    layers = [add(pack(layer)) for layer in LAYERS]
    manifest = add(json.dumps({"config": add(_config()), "layers": layers}).encode())
    absent = {"digest": "sha256:" + "0" * 64, "platform": {"architecture": "s390x", "os": "linux"}}
    index = add(json.dumps({"manifests": [absent, manifest]}).encode())
    top = {"manifests": [{**index, "annotations": {"org.opencontainers.image.ref.name": "demo:1"}}]}
    blobs = [f"blobs/{str(layer['digest']).replace(':', '/')}" for layer in layers]
    docker = [
        {"Config": f"blobs/sha256/{_digest(_config())}", "RepoTags": ["demo:1"], "Layers": blobs}
    ]
    files["index.json"] = json.dumps(top).encode()
    files["manifest.json"] = json.dumps(docker).encode()
    return files


def _as_tar(path: Path, files: Mapping[str, bytes | str]) -> Path:
    members = [
        member(name, content)
        if isinstance(content, bytes)
        else member(name, type=tarfile.SYMTYPE, linkname=content)
        for name, content in files.items()
    ]
    path.write_bytes(tar(members))
    return path


def _as_folder(path: Path, files: Mapping[str, bytes | str]) -> Path:
    for name, content in files.items():
        assert isinstance(content, bytes)
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def _check(image: ArchivedImage) -> None:
    assert image.name == "demo:1"
    assert image.image_id == f"sha256:{_digest(_config())}" or not image.image_id
    diff_ids = [f"sha256:{_digest(layer)}" for layer in LAYERS]
    assert [layer.diff_id for layer in image.layers] == diff_ids
    assert [layer.chain_id for layer in image.layers] == list(chain_ids(diff_ids))
    assert [layer.created_by for layer in image.layers] == [
        f"COPY {index}" for index in range(len(LAYERS))
    ]
    for index, layer in enumerate(LAYERS, 1):
        assert image.listing(index).entries == by_tarfile(layer)


def _many(*, with_index: bool) -> dict[str, bytes | str]:
    """An OCI layout for two platforms; each has the layers of `_oci`, but for the first."""
    files: dict[str, bytes | str] = {"oci-layout": b"{}"}

    def add(data: bytes) -> dict[str, object]:
        digest = hashlib.sha256(data).hexdigest()
        files[f"blobs/sha256/{digest}"] = data
        return {"digest": f"sha256:{digest}", "size": len(data)}

    manifests = []
    for count, architecture in enumerate(("amd64", "arm64"), 1):
        platform = {"os": "linux", "architecture": architecture}
        layers = LAYERS[:count]
        diff_ids = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
        config = add(json.dumps({**platform, "rootfs": {"diff_ids": diff_ids}}).encode())
        told = {"config": config, "layers": [add(layer) for layer in layers]}
        manifests.append({**add(json.dumps(told).encode()), "platform": platform})
    if with_index:
        manifests = [add(json.dumps({"manifests": manifests}).encode())]
    files["index.json"] = json.dumps({"manifests": manifests}).encode()
    return files


@pytest.mark.parametrize("with_index", [True, False])
def test_the_platform_that_is_wanted(tmp_path: Path, *, with_index: bool) -> None:
    files = _many(with_index=with_index)
    folder = f"oci:{_as_folder(tmp_path / 'dir', files)}"
    archive = f"oci-archive:{_as_tar(tmp_path / 'a.tar', files)}"
    for source in (folder, archive):
        for count, platform in enumerate(("linux/amd64", "linux/arm64/v8"), 1):
            image = open_archive(source, platform)
            assert len(image.layers) == count
            assert image.details.platform == platform.removesuffix("/v8")
        with pytest.raises(NoPlatform, match="linux/amd64, linux/arm64"):
            open_archive(source, "linux/s390x")
        assert open_archive(source).layers


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("files", [_old_docker, _kaniko, _oci])
def test_docker_archives_of_all_makers(
    files: Callable[[], dict[str, bytes | str]], backwards: bool, tmp_path: Path
) -> None:
    """In any order: the manifest last, first, or between."""
    found = list(files().items())
    path = _as_tar(tmp_path / "a.tar", dict(found[::-1] if backwards else found))
    _check(open_archive(f"docker-archive:{path}"))


def test_a_compressed_archive(tmp_path: Path) -> None:
    path = _as_tar(tmp_path / "a.tar", _old_docker())
    path.write_bytes(gzip.compress(path.read_bytes(), 1))
    _check(open_archive(f"docker-archive:{path}"))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_oci_layouts(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    _check(open_archive(f"oci:{_as_folder(tmp_path / 'dir', _oci(pack))}"))
    path = _as_tar(tmp_path / "a.tar", _oci(pack))
    _check(open_archive(f"oci-archive:{path}"))
    _check(open_archive(f"oci-archive:{path}:demo:1"))


def test_gzip_of_several_members(tmp_path: Path) -> None:
    """As eStargz: each part is a gzip member of its own."""

    def members(data: bytes) -> bytes:
        return b"".join(gzip.compress(data[at : at + 700]) for at in range(0, len(data), 700))

    _check(open_archive(f"oci:{_as_folder(tmp_path, _oci(members))}"))


def test_a_layer_of_zstd_says_what_to_do(tmp_path: Path) -> None:
    image = open_archive(
        f"oci:{_as_folder(tmp_path, _oci(lambda data: bytes.fromhex('28b52ffd') + data))}"
    )
    with pytest.raises(BadCompression) as caught:
        image.listing(1)
    if isinstance(caught.value, NoZstd):
        assert "3.14" in caught.value.remedy


def test_a_bad_layer_leaves_the_others(tmp_path: Path) -> None:
    files = _old_docker()
    files[f"{1:064x}/layer.tar"] = b"\1" * 5000
    del files[f"{3:064x}/layer.tar"]
    image = open_archive(f"docker-archive:{_as_tar(tmp_path / 'a', files)}")
    for broken in (2, 4):
        with pytest.raises(LayerError):
            image.listing(broken)
    assert image.listing(1).entries == by_tarfile(LAYERS[0])
    assert image.listing(5).entries == by_tarfile(LAYERS[4])


@pytest.mark.parametrize("size", [(1 << 63) - 1, 1 << 62])
def test_a_size_past_all_files_is_an_error_in_its_place(size: int, tmp_path: Path) -> None:
    huge = tarfile.TarInfo("huge")
    huge.size = size
    layer = f"{1:064x}/layer.tar"
    files = {**_old_docker(), layer: huge.tobuf(tarfile.GNU_FORMAT) + bytes(1024)}
    image = open_archive(f"docker-archive:{_as_tar(tmp_path / 'a', files)}")
    with pytest.raises(BadTar):
        image.listing(2)
    assert image.listing(1).entries == by_tarfile(LAYERS[0])


def test_only_the_layer_that_is_opened_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty megabytes of content lie in the archive; a few blocks are read."""
    big = tar([member(f"f{index}", bytes(4 << 20)) for index in range(5)])
    files = _old_docker()
    files[f"{1:064x}/layer.tar"] = big
    path = _as_tar(tmp_path / "a", files)
    read = 0
    real = Path.open

    def counting(self: Path, *rest: object, **more: object) -> io.RawIOBase:
        file = real(self, *rest, **more)  # type: ignore[call-overload]

        class Counting(io.FileIO):
            def read(self, size: int | None = -1, /) -> bytes:
                nonlocal read
                data = super().read(-1 if size is None else size) or b""
                read += len(data)
                return data

        file.close()
        return Counting(str(self))

    monkeypatch.setattr(Path, "open", counting)
    image = open_archive(f"docker-archive:{path}")
    image.listing(2)
    assert 0 < read < 4 << 20


def _manifest(**changes: object) -> dict[str, bytes | str]:
    files = _old_docker()
    told = json.loads(files["manifest.json"])
    told[0].update(changes)
    return {**files, "manifest.json": json.dumps(told).encode()}


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"manifest.json": b"{"},
        {"manifest.json": b"[" * 100_000},
        {"manifest.json": b"[]"},
        {"manifest.json": b'{"a": 1}'},
        {"manifest.json": b"[1]"},
        {"manifest.json": "manifest.json"},
        {"manifest.json": "../../../etc/passwd"},
        {"index.json": b"{}"},
        _manifest(Config="none"),
        _manifest(Config=3),
        _manifest(Layers=["x"]),
        _manifest(Layers=[None] * len(LAYERS)),
    ],
)
def test_what_is_no_image_says_so(files: dict[str, bytes | str], tmp_path: Path) -> None:
    path = _as_tar(tmp_path / "a", files)
    with pytest.raises(BadSource):
        open_archive(f"docker-archive:{path}")


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadSource):
        open_archive(f"oci:{tmp_path / 'none'}")
    with pytest.raises(LayerError):
        open_archive(f"docker-archive:{tmp_path}")


def test_a_layout_cannot_name_files_outside(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("{}")
    top = {"manifests": [{"digest": "sha256:../../../secret"}]}
    _as_folder(tmp_path / "dir", {"index.json": json.dumps(top).encode()})
    with pytest.raises(BadSource):
        open_archive(f"oci:{tmp_path / 'dir'}")


def test_of_several_images_one_must_be_named(tmp_path: Path) -> None:
    files = _old_docker()
    told = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps([*told, {**told[0], "RepoTags": ["other:2"]}]).encode()
    path = _as_tar(tmp_path / "a", files)
    with pytest.raises(BadSource) as caught:
        open_archive(f"docker-archive:{path}")
    assert "other:2" in caught.value.detail
    assert open_archive(f"docker-archive:{path}:other:2").name == "other:2"
    with pytest.raises(BadSource):
        open_archive(f"docker-archive:{path}:third:3")


def test_sources_are_told_from_images() -> None:
    assert is_archive("docker-archive:x.tar")
    assert is_archive("oci:dir")
    assert not is_archive("nginx:latest")
    assert not is_archive("oci")


def test_zstd_where_this_python_has_it(tmp_path: Path) -> None:
    """Also of several frames, and damaged."""
    try:
        zstd = import_module("compression.zstd")
    except ImportError:
        zstd = pytest.importorskip("backports.zstd")

    def frames(data: bytes) -> bytes:
        return b"".join(zstd.compress(data[at : at + 3000]) for at in range(0, len(data), 3000))

    _check(open_archive(f"oci:{_as_folder(tmp_path / 'good', _oci(frames))}"))
    cut = _as_folder(tmp_path / "cut", _oci(lambda data: frames(data)[:20]))
    with pytest.raises(BadCompression):
        open_archive(f"oci:{cut}").listing(5)
