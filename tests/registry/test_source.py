"""Layers in a registry: what is fetched, what is checked, and what their tables tell."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.layers.lazies import chunked, estargz, zstd
from tests.layers.tars import by_tarfile, hostile_layers, member, tar
from tests.registry.fakes import Blob, FakeRegistry, Handler, gzipped
from tui.contents.image import ListedImage, ListedLayer
from tui.contents.registry import unread_registry
from tui.contents.source import Watch, read_layers
from tui.layers.cache import ListingCache
from tui.layers.errors import BadTar, NoZstd
from tui.registry.errors import BadReference, NotThere, Unreachable, WrongDigest

HOSTILE = hostile_layers()
BIG = tar([member(f"f{index}", bytes(1500)) for index in range(200)])


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRegistry]:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with FakeRegistry() as made:
        yield made


def _read(
    fake: FakeRegistry, cache: ListingCache | None = None, watch: Watch | None = None
) -> ListedImage:
    image, source = unread_registry(f"registry:{fake.reference}")
    return image.with_layers(read_layers(image, source, cache, watch or Watch()))


def _one(fake: FakeRegistry) -> ListedLayer:
    (layer,) = _read(fake).layers
    return layer


def test_layers_are_what_tarfile_reads(fake: FakeRegistry, tmp_path: Path) -> None:
    blobs = [*map(gzipped, HOSTILE.values()), Blob(BIG, BIG)]
    fake.add(blobs)
    cache = ListingCache(tmp_path / "kept")
    image = _read(fake, cache)
    assert [one.listing.entries for one in image.layers] == [by_tarfile(b.tar) for b in blobs]
    assert [one.compressed_size for one in image.layers] == [len(b.data) for b in blobs]
    before = len(fake.fetched)
    again = _read(fake, cache)
    assert len(fake.fetched) == before + 1, "the config; the layers are in the cache"
    assert [one.listing.entries for one in again.layers] == [by_tarfile(b.tar) for b in blobs]


def test_only_what_is_asked_for_is_fetched(fake: FakeRegistry) -> None:
    fake.add([gzipped(HOSTILE["links"]), gzipped(HOSTILE["marks"])])
    image, source = unread_registry(f"registry:{fake.reference}")
    assert fake.fetched == [image.image_id]
    (read,) = source.read(image.layers[1:], Watch())
    assert read.listing.entries == by_tarfile(HOSTILE["marks"])
    assert fake.fetched[1:] == [image.layers[1].blob]


def test_the_way_is_told(fake: FakeRegistry) -> None:
    fake.add([gzipped(BIG), Blob(BIG + bytes(512), BIG + bytes(512))])
    told: list[tuple[int, int]] = []
    _read(fake, watch=Watch(tell=lambda done, total: told.append((done, total))))
    total = len(gzipped(BIG).data) + len(BIG) + 512
    assert told[-1] == (total, total)
    assert told == sorted(told)


def _damage(fake: FakeRegistry, change: Callable[[bytes], bytes]) -> str:
    fake.add([gzipped(BIG), gzipped(HOSTILE["links"])])
    image, _source = unread_registry(f"registry:{fake.reference}")
    blob = image.layers[0].blob
    fake.blobs[blob] = change(fake.blobs[blob])
    return blob


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-20],
        lambda data: b"",
        lambda data: data + b"\0",
        lambda data: data * 3,
        lambda data: gzip.compress(HOSTILE["links"]),
        lambda data: b"<html>",
    ],
    ids=["cut", "nothing", "more", "thrice", "another", "page"],
)
def test_a_damaged_blob_is_an_error_in_its_place(
    fake: FakeRegistry, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    _damage(fake, change)
    bad, good = _read(fake, ListingCache(tmp_path / "kept")).layers
    assert isinstance(bad.error, WrongDigest)
    assert good.listing.entries == by_tarfile(HOSTILE["links"])
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_a_blob_that_ends_early_on_the_line(fake: FakeRegistry) -> None:
    blob = _damage(fake, lambda data: data)
    data = fake.blobs[blob]

    def cut(handler: Handler) -> None:
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[:100])

    fake.special[f"/v2/me/app/blobs/{blob}"] = cut
    bad, good = _read(fake).layers
    assert isinstance(bad.error, Unreachable | WrongDigest)
    assert good.error is None


def test_a_diff_id_that_is_claimed_is_not_kept(fake: FakeRegistry, tmp_path: Path) -> None:
    """A config may say that its layer is any other."""
    blob = gzipped(HOSTILE["links"])
    fake.add([Blob(blob.data, HOSTILE["marks"])])
    (layer,) = _read(fake, ListingCache(tmp_path / "kept")).layers
    assert isinstance(layer.error, WrongDigest)
    assert not (tmp_path / "kept").exists()


def test_what_is_no_tar_is_told_as_such(fake: FakeRegistry) -> None:
    fake.add([gzipped(b"\1" * 5000)])
    assert isinstance(_one(fake).error, BadTar)


def test_a_layer_that_is_not_there(fake: FakeRegistry) -> None:
    blob = _damage(fake, lambda data: data)
    del fake.blobs[blob]
    bad, good = _read(fake).layers
    assert isinstance(bad.error, NotThere)
    assert good.error is None


@pytest.mark.parametrize("name", ["links", "marks", "special", "empty"])
def test_an_estargz_layer_is_listed_by_its_table(
    fake: FakeRegistry, tmp_path: Path, name: str
) -> None:
    data, made, annotations = estargz(HOSTILE[name])
    fake.add([Blob(data, made, annotations)])
    cache = ListingCache(tmp_path / "kept")
    (layer,) = _read(fake, cache).layers
    ranges = [one.headers.get("Range") for one in fake.asked if layer.blob in one.path]
    assert len(ranges) == 2
    assert all(ranges), "footer and table, no more"
    assert not (tmp_path / "kept").exists(), "nobody has seen the diff ID"
    fake.add([Blob(data, made)])
    (whole,) = _read(fake, cache).layers
    assert layer.listing.entries == whole.listing.entries == by_tarfile(made)
    assert len(list((tmp_path / "kept").iterdir())) == 1


@pytest.mark.parametrize("name", ["links", "marks", "special", "empty"])
def test_a_chunked_layer_is_listed_by_its_table(fake: FakeRegistry, name: str) -> None:
    _need_zstd()
    data, made, annotations = chunked(HOSTILE[name])
    fake.add([Blob(data, made, annotations)])
    layer = _one(fake)
    (asked,) = [one.headers.get("Range") for one in fake.asked if layer.blob in one.path]
    assert asked is not None
    fake.add([Blob(data, made)])
    whole = _one(fake)
    assert whole.error is None
    assert layer.listing.entries == whole.listing.entries == by_tarfile(made)


def test_without_zstd_a_chunked_layer_says_so(
    fake: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr("tui.layers.bytesource.import_module", missing)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    fake.add([Blob(bytes.fromhex("28b52ffd") + bytes(1 << 20), b"")])
    assert isinstance(_one(fake).error, NoZstd)


def _need_zstd() -> None:
    try:
        zstd()
    except ImportError:
        pytest.skip("this Python has no zstd")


@pytest.mark.parametrize("why", ["no ranges", "wrong digest", "lost name", "no footer"])
def test_a_table_that_cannot_be_used_leaves_the_layer(fake: FakeRegistry, why: str) -> None:
    told = {"entries": [{"name": "a\ufffd", "type": "reg"}]} if why == "lost name" else None
    data, made, annotations = estargz(HOSTILE["links"], told)
    if why == "wrong digest":
        annotations = dict.fromkeys(annotations, "sha256:" + "0" * 64)
    if why == "no footer":
        data = gzip.compress(made)
    fake.ranges = why != "no ranges"
    fake.add([Blob(data, made, annotations)])
    layer = _one(fake)
    assert layer.listing.entries == by_tarfile(made)
    assert not layer.is_claimed


def test_reading_can_be_cancelled(fake: FakeRegistry) -> None:
    blob = _damage(fake, lambda data: data)
    waits = threading.Event()

    def half(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        handler.wfile.write(fake.blobs[blob][:100])
        waits.set()
        fake.let_go.wait(30)

    class Stopped(Exception):
        pass

    ended = threading.Event()
    ends: list[Callable[[], None]] = []

    def check() -> None:
        if ended.is_set():
            raise Stopped

    def cancel() -> None:
        waits.wait(30)
        ended.set()
        ends[0]()

    fake.special[f"/v2/me/app/blobs/{blob}"] = half
    threading.Thread(target=cancel, daemon=True).start()
    with pytest.raises(Stopped):
        _read(fake, watch=Watch(check=check, on_cancel=ends.append))


def test_names_that_are_none() -> None:
    for name in ("registry:a:b:c d", "registry:me/UPPER:1", "registry:/"):
        with pytest.raises(BadReference):
            unread_registry(name)
