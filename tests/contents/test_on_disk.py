"""What containerd and Podman keep on a disk, laid out by hand: found, missing, damaged."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.layers.tars import by_tarfile, member, tar
from tui.contents.content import STORE, ContentStore, content_folder
from tui.contents.image import ListedLayer
from tui.contents.metadata import PodmanMetadata
from tui.contents.source import NotInAnswer, Watch
from tui.engine.errors import Cancelled
from tui.layers.archives import open_archive
from tui.layers.blobs import Folder
from tui.layers.chain import chain_ids
from tui.layers.errors import BadSource, BadTar, LayerError, NotReadable
from tui.model.listing import LayerListing

LAYERS = [tar([member(f"file{n}", b"x" * n), member("d/")]) for n in range(1, 4)]
DIFFS = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in LAYERS]


def _layers() -> list[ListedLayer]:
    return [
        ListedLayer(n, diff, chain, "", LayerListing(diff, ""))
        for n, (diff, chain) in enumerate(zip(DIFFS, chain_ids(DIFFS), strict=True), 1)
    ]


class Store:
    """A content store."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "containerd" / "daemon" / STORE
        self.blobs = self.folder / "blobs" / "sha256"
        self.blobs.mkdir(parents=True)

    def add(self, data: bytes) -> str:
        digits = hashlib.sha256(data).hexdigest()
        (self.blobs / digits).write_bytes(data)
        return f"sha256:{digits}"

    def add_json(self, value: object) -> str:
        return self.add(json.dumps(value).encode())

    def add_image(self, layers: list[bytes], diff_ids: list[str]) -> str:
        """Add layers, config and manifest; returns the manifest's digest."""
        config = self.add_json({"rootfs": {"diff_ids": diff_ids}})
        blobs = [{"digest": self.add(layer)} for layer in layers]
        return self.add_json({"config": {"digest": config}, "layers": blobs})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def _read(store: Store, image_id: str) -> list[ListedLayer]:
    source = ContentStore(Folder(store.folder), image_id, DIFFS)
    return list(source.read(_layers(), Watch()))


def test_layers_as_they_were_pulled(store: Store) -> None:
    packed = [LAYERS[0], gzip.compress(LAYERS[1]), LAYERS[2]]
    own = store.add_image(packed, DIFFS)
    other = store.add_image([LAYERS[0]], DIFFS[:1])
    absent = "sha256:" + "0" * 64
    index = store.add_json(
        {
            "manifests": [
                {"digest": absent, "platform": {"os": "linux", "architecture": "amd64"}},
                {"digest": other, "platform": {"os": "unknown", "architecture": "unknown"}},
                {"digest": own},
            ]
        }
    )
    for image_id in (own, index):
        read = _read(store, image_id)
        assert [layer.listing.entries for layer in read] == [by_tarfile(one) for one in LAYERS]


def test_a_blob_that_is_not_stored_is_an_error_in_its_place(store: Store) -> None:
    image_id = store.add_image([LAYERS[0], b"\x1f\x8bgarbage", LAYERS[2]], DIFFS)
    (store.blobs / DIFFS[2].removeprefix("sha256:")).unlink()
    read = _read(store, image_id)
    assert read[0].error is None
    assert isinstance(read[1].error, LayerError)
    assert isinstance(read[2].error, NotInAnswer)


def test_where_only_other_platforms_are_here(store: Store) -> None:
    image_id = store.add_image([LAYERS[0]], DIFFS[:1])
    with pytest.raises(BadSource, match="no platform"):
        _read(store, image_id)


@pytest.fixture
def nobody() -> Iterator[None]:
    """The tests may be root's, who may read all."""
    was = os.geteuid()
    if not was:
        os.seteuid(65534)
    yield
    os.seteuid(was)


@pytest.mark.usefixtures("nobody")
def test_a_store_that_may_not_be_read_is_told() -> None:
    folder, why = content_folder(Path("/proc/1/root/data"), "sha256:" + "1" * 64)
    assert folder is None
    assert why
    with pytest.raises(NotReadable):
        open_archive("oci:/proc/1/root/image")


@pytest.mark.parametrize("document", [b"{", b"[]", b'{"layers": 3}', b'{"manifests": [{}]}'])
def test_manifests_that_make_no_sense(store: Store, document: bytes) -> None:
    with pytest.raises(BadSource):
        _read(store, store.add(document))


def test_an_index_within_itself_ends(store: Store) -> None:
    digest = "sha256:" + "a" * 64
    (store.blobs / ("a" * 64)).write_text(json.dumps({"manifests": [{"digest": digest}] * 3}))
    with pytest.raises(BadSource, match="no platform"):
        _read(store, digest)


def test_a_wide_index_ends(store: Store) -> None:
    digests = [f"sha256:{n:064x}" for n in range(10_000)]
    image_id = store.add_json({"manifests": [{"digest": digest} for digest in digests]})
    with pytest.raises(BadSource, match="too many"):
        _read(store, image_id)


def test_indexes_that_name_each_other_end(store: Store) -> None:
    names = ["a" * 64, "b" * 64, "c" * 64]
    every = {"manifests": [{"digest": f"sha256:{name}"} for name in names]}
    for name in names:
        (store.blobs / name).write_text(json.dumps(every))
    with pytest.raises(BadSource, match="no platform"):
        _read(store, f"sha256:{names[0]}")


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_a_layer_is_left_in_the_middle(store: Store, packed: Callable[[bytes], bytes]) -> None:
    large = tar([member(f"file{n}", random.Random(n).randbytes(40_000)) for n in range(50)])
    diff_id = f"sha256:{hashlib.sha256(large).hexdigest()}"
    image_id = store.add_image([packed(large)], [diff_id])
    source = ContentStore(Folder(store.folder), image_id, [diff_id])
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked == 10:
            raise Cancelled

    layer = ListedLayer(1, diff_id, diff_id, "", LayerListing(diff_id, ""))
    with pytest.raises(Cancelled):
        list(source.read([layer], Watch(check)))


def test_the_store_below_the_data_root_is_found(store: Store, tmp_path: Path) -> None:
    image_id = store.add_image(LAYERS, DIFFS)
    assert content_folder(tmp_path, image_id) == (store.folder, "")
    folder, _why = content_folder(tmp_path, "sha256:" + "1" * 64)
    assert folder is None
    folder, why = content_folder(tmp_path / "elsewhere", image_id)
    assert folder is None
    assert why.startswith(str(tmp_path / "elsewhere"))


# Podman


def _split(layer: bytes) -> bytes:
    """Return a layer's tar-split where each content is one block of padding away."""
    lines, at = [], 0
    for entry in by_tarfile(layer):
        end = at + 512
        lines.append({"type": 2, "payload": b64encode(layer[at:end]).decode(), "position": 0})
        crc = "AAAAAAAAAAA=" if entry.size else None
        lines.append({"type": 1, "name": "x", "size": entry.size, "payload": crc, "position": 0})
        at = end + entry.size
        if entry.size:
            rest = -entry.size % 512
            pad = b64encode(layer[at : at + rest]).decode()
            lines.append({"type": 2, "payload": pad, "position": 0})
            at += rest
    text = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in lines)
    return gzip.compress(text.encode())


def _podman(root: Path) -> str:
    """Lay out containers/storage with one image; returns its ID."""
    ids = [f"{n:064x}" for n in range(1, 4)]
    known = [
        {"id": name, "parent": ids[n - 1] if n else "", "diff-digest": DIFFS[n]}
        for n, name in enumerate(ids)
    ]
    for kind in ("images", "layers"):
        (root / f"overlay-{kind}").mkdir(parents=True, exist_ok=True)
    (root / "overlay-layers" / "layers.json").write_text(json.dumps(known))
    images = [{"id": "f" * 64, "layer": ids[-1]}]
    (root / "overlay-images" / "images.json").write_text(json.dumps(images))
    for name, layer in zip(ids, LAYERS, strict=True):
        (root / "overlay-layers" / f"{name}.tar-split.gz").write_bytes(_split(layer))
    return f"sha256:{'f' * 64}"


def test_podmans_layers_are_found_by_their_parents(tmp_path: Path) -> None:
    image_id = _podman(tmp_path)
    source = PodmanMetadata(tmp_path, "overlay")
    assert source.find(image_id, _layers()) == ""
    read = list(source.read(_layers(), Watch()))
    for layer, data in zip(read, LAYERS, strict=True):
        assert layer.error is None
        bare = tuple(entry._replace(fingerprint=b"") for entry in layer.listing.entries)
        assert bare == by_tarfile(data)
    assert source.located(_layers()[0]).path == str(tmp_path / "overlay" / f"{1:064x}")


def test_what_podman_does_not_have_is_named(tmp_path: Path) -> None:
    image_id = _podman(tmp_path)
    split = tmp_path / "overlay-layers" / f"{2:064x}.tar-split.gz"
    split.unlink()
    assert PodmanMetadata(tmp_path, "overlay").find(image_id, _layers()) == str(split)
    known = tmp_path / "overlay-layers" / "layers.json"
    assert PodmanMetadata(tmp_path, "overlay").find("sha256:" + "e" * 64, _layers()) == str(known)
    known.unlink()
    assert PodmanMetadata(tmp_path, "overlay").find(image_id, _layers()) == str(known)


def test_podmans_ids_are_no_way_out_of_the_folder(tmp_path: Path) -> None:
    image_id = _podman(tmp_path)
    known = tmp_path / "overlay-layers" / "layers.json"
    known.write_text(known.read_text().replace(f"{1:064x}", "../../../etc/passwd"))
    with pytest.raises(BadSource):
        PodmanMetadata(tmp_path, "overlay").find(image_id, _layers())


def test_a_damaged_split_is_an_error_in_its_place(tmp_path: Path) -> None:
    image_id = _podman(tmp_path)
    split = tmp_path / "overlay-layers" / f"{2:064x}.tar-split.gz"
    split.write_bytes(gzip.compress(b'{"type":2,"payload":"AAAA'))
    source = PodmanMetadata(tmp_path, "overlay")
    assert source.find(image_id, _layers()) == ""
    errors = [layer.error for layer in source.read(_layers(), Watch())]
    assert [type(error) for error in errors] == [type(None), BadTar, type(None)]
