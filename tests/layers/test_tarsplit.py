"""What the store keeps of a layer gives the listing of its tar."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from tests.layers.tars import hostile_layers, member, tar
from tui.layers.bytesource import ByteSource
from tui.layers.errors import LayerError, NotReadable
from tui.layers.tarscan import scan
from tui.layers.tarsplit import layer_folder, read_split, split_listing
from tui.model.listing import Kind, LayerEntry
from tui.practice.tarsplit import split

LAYERS = hostile_layers()


def _bare(entries: tuple[LayerEntry, ...]) -> list[LayerEntry]:
    return [entry._replace(fingerprint=b"") for entry in entries]


@pytest.mark.parametrize("name", LAYERS)
def test_the_metadata_tell_what_the_tar_tells(name: str) -> None:
    found = read_split(io.BytesIO(split(LAYERS[name])))
    assert _bare(found) == list(scan(ByteSource(io.BytesIO(LAYERS[name]))))


def test_an_empty_file_is_no_empty_layer() -> None:
    with pytest.raises(LayerError):
        read_split(io.BytesIO(b""))
    assert read_split(io.BytesIO(gzip.compress(b""))) == ()


def test_a_file_with_content_has_a_fingerprint() -> None:
    data = tar([member("a", b"same"), member("b", b"same"), member("c", b"else"), member("d")])
    a, b, c, d = (entry.fingerprint for entry in read_split(io.BytesIO(split(data))))
    assert a == b != c
    assert not d


def test_many_files_over_many_pieces() -> None:
    data = tar([member(f"f{index}", b"x" * (index % 1500)) for index in range(3000)])
    found = read_split(io.BytesIO(split(data)))
    assert [(entry.path, entry.size) for entry in found] == [
        (b"f%d" % index, index % 1500) for index in range(3000)
    ]
    assert all(entry.fingerprint for entry in found if entry.kind is Kind.FILE and entry.size)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"no gzip at all",
        lambda data: gzip.compress(b'{"type":2,"payload":"A"}\n'),
        lambda data: gzip.compress(b'{"type":2,"payload":"AAAA'),
        lambda data: gzip.compress(b'{"type":2,"payload":"' + b"A" * (1 << 26)),
    ],
)
def test_damage_is_an_error_of_our_own(damage, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "tar-split.json.gz"
    path.write_bytes(damage(split(LAYERS["links"])))
    with pytest.raises(LayerError):
        split_listing(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotReadable):
        split_listing(tmp_path / "none")


def test_a_chain_id_is_no_way_out_of_the_folder() -> None:
    with pytest.raises(LayerError):
        layer_folder(Path("/data"), "overlay2", "sha256:../../etc")
