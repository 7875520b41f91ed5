"""What an archive holds, and whether it is whole: in both forms, plain and compressed."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engines.images import ImageSpec, archive, make_layer
from tests.transfer.archives import as_tar, files_of, layout, sha, zipped
from tui.contents.source import Watch
from tui.layers.bytesource import ByteSource
from tui.layers.errors import BadTar, LayerError
from tui.transfer.archive import ArchiveIndex, Copied, index_file, index_of
from tui.transfer.errors import BadArchive, NoImages
from tui.transfer.held import Held, check, images_in

BELOW = make_layer({"a": random.Random(1).randbytes(300_000)})
ABOVE = make_layer({"b": b"{}" * 1000})
ONE = ImageSpec((BELOW, ABOVE, ABOVE), tags=("one:1", "one:2"))
TWO = ImageSpec((BELOW,), tags=("two:1",), extra={"architecture": "arm64"})
BARE = ImageSpec((BELOW, BELOW), config={"Labels": {"x": "<&>"}})
SPECS = (ONE, TWO, BARE)

FORMS: dict[str, bytes] = {
    "folders": archive(SPECS),
    "layout": as_tar(layout(SPECS)),
    "gzip layers": as_tar(layout(SPECS, zipped)),
    "oci": as_tar(layout(SPECS, zipped, docker=False)),
}


def _index(data: bytes) -> ArchiveIndex:
    return index_of(ByteSource(io.BytesIO(data)), digests=True)


def _checked(data: bytes) -> Held:
    index = _index(data)
    held = images_in(index)
    check(index, held)
    return held


@pytest.mark.parametrize("form", FORMS)
def test_what_it_holds(form: str) -> None:
    held = _checked(FORMS[form])
    assert [image.config_id for image in held.images] == [spec.image_id for spec in SPECS]
    assert [image.tags for image in held.images] == [spec.tags for spec in SPECS]
    for image, spec in zip(held.images, SPECS, strict=True):
        assert tuple(layer.diff_id for layer in image.layers) == spec.diff_ids
        sizes = {layer.size for layer in image.layers}
        assert (sizes == {len(layer) for layer in spec.layers}) == (form in ("folders", "layout"))
        assert bool(image.manifest_id) == (form != "folders")
    assert held.images[1].details.platform == "linux/arm64"
    assert held.has_manifest == (form != "oci")


PACKS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("digests", [True, False])
def test_in_a_file_however_it_is_compressed(tmp_path: Path, pack: str, digests: bool) -> None:
    path = tmp_path / "archive"
    path.write_bytes(PACKS[pack](FORMS["folders"]))
    index = index_file(path, Watch(), digests=digests)
    assert [image.label for image in images_in(index).images][:2] == ["one:1", "two:1"]
    assert all(bool(file.digests) == digests for file in index.files.values())


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("form", FORMS)
def test_a_cut_off_archive_says_so(tmp_path: Path, pack: str, form: str) -> None:
    """Wherever it is cut, but in the zeros at its end."""
    packed = PACKS[pack](FORMS[form])
    path = tmp_path / "archive"
    end = len(packed) - (10_240 if pack == "plain" else 1)
    for at in (0, 100, 512, 5_000, end // 2, end - 700, end):
        path.write_bytes(packed[: min(at, end)])
        with pytest.raises(LayerError):
            images_in(index_file(path, Watch()))


@pytest.mark.parametrize("form", FORMS)
def test_every_damaged_file_is_found(form: str) -> None:
    files = files_of(FORMS[form])
    for name, data in files.items():
        if name in ("oci-layout", "index.json", "manifest.json"):
            continue
        damaged = data[:-1] + bytes([data[-1] ^ 1])
        with pytest.raises(LayerError):
            _checked(as_tar({**files, name: damaged}))


@pytest.mark.parametrize("form", FORMS)
def test_every_missing_file_is_found(form: str) -> None:
    files = files_of(FORMS[form])
    for name in files:
        rest = {other: data for other, data in files.items() if other != name}
        spare = name in ("oci-layout", "index.json", "manifest.json") and form != "folders"
        if spare and name != "index.json":
            continue
        if name == "index.json" and form != "oci":  # the docker form alone is whole
            assert _checked(as_tar(rest)).images
            continue
        with pytest.raises(BadArchive):
            _checked(as_tar(rest))


def test_platforms_that_are_not_here_are_no_fault() -> None:
    """As the containerd store saves an index of which it has one platform."""
    files = layout((TWO,), docker=False)
    top = json.loads(files["index.json"])["manifests"][0]
    absent = {"digest": "sha256:" + "0" * 64, "platform": {"architecture": "s390x", "os": "linux"}}
    index = json.dumps({"manifests": [absent, {"digest": top["digest"]}]}).encode()
    files[f"blobs/sha256/{sha(index)[7:]}"] = index
    files["index.json"] = json.dumps({"manifests": [{**top, "digest": sha(index)}]}).encode()
    (image,) = _checked(as_tar(files)).images
    assert (image.config_id, image.manifest_id) == (TWO.image_id, sha(index))


def test_kaniko_names_layers_by_the_compressed_digest() -> None:
    layer = zipped(BELOW)
    names = {"Config": TWO.image_id, "RepoTags": ["k:1"], "Layers": [f"{sha(layer)}.tar.gz"]}
    files = {
        "manifest.json": json.dumps([names]).encode(),
        TWO.image_id: TWO.config_json,
        f"{sha(layer)}.tar.gz": layer,
    }
    assert _checked(as_tar(files)).images[0].config_id == TWO.image_id
    nameless = {**names, "Layers": ["layer.tar.gz"]}
    files["manifest.json"] = json.dumps([nameless]).encode()
    files["layer.tar.gz"] = layer
    assert _checked(as_tar(files)).images[0].config_id == TWO.image_id
    files["layer.tar.gz"] = zipped(ABOVE)
    with pytest.raises(BadArchive, match=r"layer\.tar\.gz: its digest is wrong"):
        _checked(as_tar(files))


BAD: dict[str, bytes] = {
    "empty": b"[]",
    "no list": b"{}",
    "no JSON": b"[x",
    "null": b"[null]",
    "numbers": b'[{"Config": 1, "Layers": []}]',
    "deep": b"[" * 100_000,
    "no layers": json.dumps([{"Config": f"{TWO.image_id[7:]}.json", "Layers": []}]).encode(),
    "outside": json.dumps([{"Config": "../../etc/passwd", "Layers": []}]).encode(),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_manifest_that_makes_no_sense(kind: str) -> None:
    files = {**files_of(archive((TWO,))), "manifest.json": BAD[kind]}
    with pytest.raises(BadArchive):
        _checked(as_tar(files))


def test_a_file_system_is_no_archive() -> None:
    with pytest.raises(NoImages) as caught:
        _checked(BELOW)
    assert "import" in caught.value.remedy
    with pytest.raises(BadTar):
        _checked(b"x" * 5000)


def test_a_copy_is_every_byte_and_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    taken = io.BytesIO()
    data = FORMS["folders"] + b"behind the end"
    copied = Copied(io.BytesIO(data), Watch(tell=lambda *at: told.append(at)), 1000, taken)
    index_of(ByteSource(copied), digests=False)
    copied.drain()
    assert taken.getvalue() == data
    assert told[-1] == (len(data), len(data))


JSON_BITS = (b"null", b"1", b'"x"', b"[]", b"{}", b"true", b'"\\ud800"', b'"../x"', b"-1e999")


def _mutated(files: dict[str, bytes], chance: random.Random) -> bytes:
    """Damage one JSON file, by bytes or by values, and name it by its new digest half the time."""
    name = chance.choice([name for name, data in files.items() if data[:1] in (b"{", b"[")])
    data = bytearray(files[name])
    for _change in range(chance.randint(1, 6)):
        at = chance.randrange(len(data))
        if chance.random() < 0.5:
            data[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        else:
            end = data.find(b",", at)
            data[at : end if end > at else at + 1] = chance.choice(JSON_BITS)
    return as_tar({**files, name: bytes(data)})


@pytest.mark.parametrize("form", FORMS)
def test_whatever_its_json_says_it_is_an_error_of_ours(form: str) -> None:
    files = files_of(archive((TWO,)) if form == "folders" else FORMS[form])
    chance = random.Random(7)
    refused = 0
    for _case in range(300):
        try:
            _checked(_mutated(files, chance))
        except LayerError:
            refused += 1
    assert refused > 200
