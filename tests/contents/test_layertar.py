"""A layer's tar: put together or found, it is what its diff ID says, or not kept."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
from pathlib import Path

import pytest

from tests.engines.images import ImageSpec, archive, diff_id
from tests.layers.tars import member, tar
from tests.test_cli import answer, orlop
from tui.contents.image import ListedLayer
from tui.contents.layertar import NotTheLayer, assembled, copied
from tui.contents.source import Watch
from tui.layers.errors import BadTar, LayerError
from tui.model.listing import LayerListing
from tui.transfer.writing import whole_file

BELOW = tar([member("a", b"1" * 70_000), member("d/"), member("d/caf\udce9", b"2")])
ABOVE = tar([member("a", b"3"), member("d/.wh.x")])


def source(folder: Path, *layers: bytes) -> str:
    path = folder / "image.tar"
    path.write_bytes(archive([ImageSpec(layers, tags=("demo:1",))]))
    return f"docker-archive:{path}"


def test_a_layer_of_an_archive_byte_for_byte(tmp_path: Path) -> None:
    to = tmp_path / "layer.tar"
    told = answer("extract", source(tmp_path, BELOW, ABOVE), "--layer", "2", "--tar", "-o", str(to))
    assert to.read_bytes() == ABOVE
    assert told == {"path": str(to), "bytes": len(ABOVE), "diff_id": diff_id(ABOVE)}


def test_the_name_of_the_file_chooses_a_compression(tmp_path: Path) -> None:
    to = tmp_path / "layer.tar.gz"
    ran = orlop("extract", source(tmp_path, BELOW), "--layer", "1", "--tar", "-o", str(to))
    assert ran.returncode == 0
    assert gzip.decompress(to.read_bytes()) == BELOW
    assert diff_id(BELOW) in ran.stdout


def test_what_is_there_stays_unless_asked(tmp_path: Path) -> None:
    to = tmp_path / "mine"
    to.write_bytes(b"precious")
    words = ("extract", source(tmp_path, BELOW), "--layer", "1", "--tar", "-o", str(to))
    ran = orlop(*words)
    assert ran.returncode == 1
    assert "There is a file of this name already." in ran.stderr
    assert to.read_bytes() == b"precious"
    assert orlop(*words, "--overwrite").returncode == 0
    assert to.read_bytes() == BELOW


def test_without_a_layer_it_is_said(tmp_path: Path) -> None:
    for words in ((), ("--layer", "3")):
        ran = orlop("extract", source(tmp_path, BELOW), *words, "--tar", "-o", str(tmp_path / "x"))
        assert ran.returncode == 1
        assert "no such layer" in ran.stderr
    assert not (tmp_path / "x").exists()


def layer(diff: str) -> ListedLayer:
    return ListedLayer(1, diff, diff, "", LayerListing(diff, ""))


def test_another_tar_is_not_the_layer() -> None:
    taken: list[bytes] = []
    assert copied(iter([b"12", b"3"]), taken.append, layer(digest(b"123")), Watch()) == 3
    assert taken == [b"12", b"3"]
    with pytest.raises(NotTheLayer):
        copied(iter([b"12"]), taken.append, layer(digest(b"123")), Watch())


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def split(*lines: object) -> io.BytesIO:
    return io.BytesIO(b"".join(json.dumps(line).encode() + b"\n" for line in lines))


def raw(data: bytes) -> dict[str, object]:
    return {"type": 2, "payload": base64.b64encode(data).decode(), "position": 0}


def file(name: bytes, size: int) -> dict[str, object]:
    try:
        told: dict[str, object] = {"name": name.decode()}
    except UnicodeDecodeError:
        told = {"name_raw": base64.b64encode(name).decode()}
    return {"type": 1, **told, "size": size, "payload": "AAAAAAAAAAA=", "position": 1}


def test_a_tar_is_put_together_of_what_the_store_keeps(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "a").write_bytes(b"1" * 70_000)
    Path(str(tmp_path).encode().decode() + "/d/caf\udce9").write_bytes(b"2")
    lines = (
        raw(b"head"), file(b"./a", 70_000), raw(b"pad"), file(b"d/", 0), file(b"d/caf\xe9", 1),
        raw(b"end"),
    )  # fmt: skip
    whole = b"".join(assembled(split(*lines), tmp_path))
    assert whole == b"head" + b"1" * 70_000 + b"pad" + b"2" + b"end"


@pytest.mark.parametrize(
    "line",
    [
        {"type": 2, "payload": "!"},
        {"type": 2},
        [],
        {"type": 1, "name": "x", "size": "much"},
    ],
)
def test_damaged_metadata_are_an_error_of_their_own(tmp_path: Path, line: object) -> None:
    with pytest.raises(BadTar):
        list(assembled(split(line), tmp_path))
    with pytest.raises(BadTar):
        list(assembled(io.BytesIO(b"{no json"), tmp_path))


def test_nothing_outside_the_layer_is_read(tmp_path: Path) -> None:
    outside = tmp_path / "secret"
    outside.write_bytes(b"s" * 5)
    inside = tmp_path / "layer"
    inside.mkdir()
    (inside / "link").symlink_to(outside)
    (inside / "short").write_bytes(b"1")
    for name in (b"../secret", b"link", b"/secret", b"short", b"gone"):
        with pytest.raises(LayerError):
            list(assembled(split(file(name, 5)), inside))


def test_what_is_stopped_or_wrong_is_not_kept(tmp_path: Path) -> None:
    checks = iter(range(2))

    def check() -> None:
        if next(checks, None) is None:
            raise InterruptedError

    pieces = (b"1", b"2", b"3", b"4")
    for watch, error in ((Watch(check=check), InterruptedError), (Watch(), NotTheLayer)):
        with pytest.raises(error), whole_file(tmp_path / "layer.tar") as output:
            copied(iter(pieces), output.write, layer(digest(b"other")), watch)
        assert list(tmp_path.iterdir()) == []
