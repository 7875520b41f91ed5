from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import stat
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.practice.holds import add_image, containers, make_hold, tar_of
from tests.practice.test_tars import tar_with, trees
from tui.practice.layers import LayerStore, chain_ids
from tui.practice.nodes import Kind, Node
from tui.practice.tars import write_tree
from tui.practice.tarsplit import BadSplit, crc64, join, split
from tui.practice.tree import Tree


def listing(folder: Path) -> dict[str, bytes]:
    """Every name below a folder, and what it is."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = b"-> " + os.fsencode(os.readlink(path))
        else:
            found[name] = path.read_bytes() if path.is_file() else b""
    return found


def diff_of(root: Path, chain_id: str) -> Path:
    """The way that a class walks: chain ID, cache ID, folder."""
    entry = root / "image/overlay2/layerdb/sha256" / chain_id.removeprefix("sha256:")
    return root / "overlay2" / (entry / "cache-id").read_text() / "diff"


def test_a_class_finds_the_files_of_an_image_by_cat_and_ls(tmp_path: Path) -> None:
    hold = make_hold(tmp_path)
    image = add_image(hold, tar_of(base=b"1"), tar_of(msb=b"22"), names=("nginx", "me/web:2"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "buildkit", "containers", "image", "network", "overlay2", "plugins", "runtimes", "swarm",
        "tmp", "trust", "volumes",
    ]  # fmt: skip
    store = tmp_path / "image/overlay2"
    assert {path.name for path in store.iterdir()} >= {
        "distribution",
        "imagedb",
        "layerdb",
        "repositories.json",
    }
    names = json.loads((store / "repositories.json").read_text())
    assert names == {
        "Repositories": {
            "me/web": {"me/web:2": image.image_id},
            "nginx": {"nginx:latest": image.image_id},
        }
    }
    config = store / "imagedb/content/sha256" / image.image_id.removeprefix("sha256:")
    diff_ids = json.loads(config.read_text())["rootfs"]["diff_ids"]
    bottom, top = chain_ids(diff_ids)
    line = f"{bottom} {diff_ids[1]}"
    assert top == "sha256:" + hashlib.sha256(line.encode()).hexdigest()
    entry = store / "layerdb/sha256" / top.removeprefix("sha256:")
    assert sorted(path.name for path in entry.iterdir()) == [
        "cache-id",
        "diff",
        "parent",
        "size",
        "tar-split.json.gz",
    ]
    assert (entry / "diff").read_text() == diff_ids[1]
    assert (entry / "parent").read_text() == bottom
    assert (entry / "size").read_text() == "2"
    folder = diff_of(tmp_path, top).parent
    assert sorted(path.name for path in folder.iterdir()) == ["diff", "link", "lower", "work"]
    assert [path.name for path in (folder / "diff").iterdir()] == ["msb"]
    below = diff_of(tmp_path, bottom).parent
    assert sorted(path.name for path in below.iterdir()) == ["diff", "link"]
    assert (folder / "lower").read_text() == "l/" + (below / "link").read_text()
    link = tmp_path / "overlay2/l" / (below / "link").read_text()
    assert link.resolve() == below / "diff"


@settings(max_examples=60, deadline=None)
@given(st.lists(trees(), min_size=1, max_size=3))
def test_what_is_written_is_read_back_byte_for_byte(made: list[Tree]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _check_round(Path(folder), [write_tree(tree) for tree in made])


def _check_round(root: Path, tars: list[bytes]) -> None:
    """Write layers, read them again in another store, and put their tars together."""
    layers = LayerStore(root)
    parent = ""
    for tar in tars:
        parent = layers.register(tar, parent).chain_id
    again = LayerStore(root)
    assert again.stack(parent) == layers.stack(parent)
    assert [layer.tar() for layer in again.stack(parent)] == tars


HOSTILE = {
    "up": tar_with(("../../../escaped", b"1", {}), ("a/../../escaped", b"2", {})),
    "absolute": tar_with(("/escaped", b"1", {})),
    "through a link": tar_with(
        ("out", b"", {"type": tarfile.SYMTYPE, "linkname": "/"}),
        ("out/escaped", b"1", {}),
        ("up", b"", {"type": tarfile.SYMTYPE, "linkname": "../../.."}),
        ("up/escaped", b"1", {}),
    ),
    "link over a folder": tar_with(
        ("d/x", b"1", {}),
        ("d", b"", {"type": tarfile.SYMTYPE, "linkname": ".."}),
        ("d/y", b"2", {}),
    ),
    "hard links": tar_with(
        ("h", b"", {"type": tarfile.LNKTYPE, "linkname": "../../../../../../etc/passwd"}),
        ("g", b"", {"type": tarfile.LNKTYPE, "linkname": "missing"}),
        ("f", b"1", {}),
        ("i", b"", {"type": tarfile.LNKTYPE, "linkname": "f"}),
    ),
    "a place twice": tar_with(("a", b"1", {}), ("../a", b"22", {}), ("/a", b"333", {})),
    "a name too long": tar_with(("n" * 300, b"1", {}), ("p/" * 2000 + "x", b"2", {})),
    "whiteouts": tar_with((".wh.a", b"", {}), ("b/.wh..wh..opq", b"", {}), (".wh.c/x", b"9", {})),
    "whiteout with content": tar_with((".wh.a", b"1", {})),
    "root": tar_with(("./", b"", {"type": tarfile.DIRTYPE, "mode": 0}), ("/", b"1", {})),
    "modes": tar_with(
        ("s", b"1", {"mode": 0o6755}),
        ("n", b"2", {"mode": 0}),
        ("d", b"", {"type": tarfile.DIRTYPE, "mode": 0}),
        ("d/x", b"3", {"mode": 0o200}),
    ),
    "devices": tar_with(
        ("null", b"", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3}),
        ("sda", b"", {"type": tarfile.BLKTYPE, "devmajor": 8}),
        ("pipe", b"", {"type": tarfile.FIFOTYPE}),
    ),
    "times": tar_with(("a", b"1", {"mtime": -5}), ("b", b"2", {"mtime": 2**40})),
    "no end": tar_with(("a", b"1" * 512, {}))[:1024],
    "nothing": b"",
    "more after the end": tar_with(("a", b"1", {})) + b"more",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_layers_stay_in_their_folder_and_come_back(name: str, tmp_path: Path) -> None:
    root = tmp_path / "above" / "data"
    root.mkdir(parents=True)
    _check_round(root, [HOSTILE[name], tar_of(x=b"1")])
    assert [path.name for path in tmp_path.iterdir()] == ["above"]
    assert [path.name for path in (tmp_path / "above").iterdir()] == ["data"]
    assert not Path("/escaped").exists()
    outside = {path.parts[len(root.parts)] for path in root.rglob("escaped")}
    assert outside <= {"overlay2"}


def test_nothing_is_extracted_that_changes_who_one_is(tmp_path: Path) -> None:
    layers = LayerStore(tmp_path)
    diff = diff_of(tmp_path, layers.register(HOSTILE["modes"]).chain_id)
    assert stat.S_IMODE((diff / "s").stat().st_mode) == 0o755
    assert stat.S_IMODE((diff / "n").stat().st_mode) == 0o600
    assert stat.S_IMODE((diff / "d").stat().st_mode) == 0o700
    diff = diff_of(tmp_path, layers.register(HOSTILE["devices"]).chain_id)
    assert listing(diff) == {"pipe": b""}
    diff = diff_of(tmp_path, layers.register(HOSTILE["hard links"]).chain_id)
    assert listing(diff) == {"f": b"1", "i": b"1"}
    assert (diff / "f").samefile(diff / "i")
    diff = diff_of(tmp_path, layers.register(HOSTILE["through a link"]).chain_id)
    assert listing(diff) == {"out": b"", "out/escaped": b"1", "up": b"", "up/escaped": b"1"}


def test_a_layer_that_needs_no_whole_tar_has_none(tmp_path: Path) -> None:
    layers = LayerStore(tmp_path)
    tree = Tree()
    tree.put("a/\udcff", Node(content=b"1"))
    tree.put("a/link", Node(Kind.SYMLINK, target="\udcff"))
    tree.put("gone/.wh.x", Node(mode=0))
    layers.register(write_tree(tree))
    assert not list(tmp_path.rglob("tar.gz"))
    layers.register(HOSTILE["a place twice"])
    assert len(list(tmp_path.rglob("tar.gz"))) == 1


def test_images_and_names_come_back(tmp_path: Path) -> None:
    hold = make_hold(tmp_path)
    base = add_image(hold, tar_of(a=b"1"), labels={"x": "y"})
    digest = "web@sha256:" + "a" * 64
    child = add_image(
        hold, tar_of(a=b"1"), tar_of(b=b"2"), names=("web:1", digest), parent=base.image_id
    )
    empty = add_image(hold, names=("empty",))
    hold.images.touch(child.image_id)
    again = make_hold(tmp_path)
    assert set(again.images.all()) == {base, child, empty}
    assert again.images.names_of(child.image_id) == (["web:1"], [digest])
    assert again.images.children(base.image_id) == [child.image_id]
    assert again.images.last_tag_time(child.image_id) == "2023-11-14T22:13:20Z"
    assert again.images.last_tag_time(base.image_id) == "0001-01-01T00:00:00Z"
    assert again.images.size(child) == 2
    records = again.images.remove("web:1", force=False)
    assert {"Deleted": child.image_id} in records
    assert again.layers.all() == []


def test_what_is_removed_leaves_nothing(tmp_path: Path) -> None:
    hold = make_hold(tmp_path)
    add_image(hold, tar_of(keep=b"1"), names=("keep",))
    before = listing(tmp_path)
    image = add_image(hold, tar_of(keep=b"1"), tar_of(a=b"1"), tar_of(b=b"2"), names=("go",))
    hold.images.touch(image.image_id)
    hold.images.remove("go", force=False)
    assert listing(tmp_path) == before


def test_what_only_a_container_held_is_gone_after_a_restart(tmp_path: Path) -> None:
    hold = make_hold(tmp_path)
    before = listing(tmp_path)
    image = add_image(hold, tar_of(a=b"1"), tar_of(b=b"2"), names=("web",))
    containers(hold).add(hold, image.image_id)
    hold.images.remove("web", force=True)
    assert len(hold.layers.all()) == 2
    assert make_hold(tmp_path).layers.all() == []
    after = listing(tmp_path)
    del after["image/overlay2/repositories.json"]
    assert after == before


def test_a_layer_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = LayerStore(tmp_path)
    before = listing(tmp_path)

    def fail(_tar: bytes) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tui.practice.tarsplit.split", fail)
    with pytest.raises(OSError, match="No space"):
        layers.register(tar_of(a=b"1"))
    assert listing(tmp_path) == before
    assert layers.all() == []


def test_damaged_data_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    hold = make_hold(tmp_path)
    keep = add_image(hold, tar_of(a=b"1"), names=("keep",))
    add_image(hold, tar_of(b=b"1"), tar_of(c=b"2"), names=("gone",))
    other = add_image(hold, tar_of(d=b"1"), names=("other",))
    layerdb = tmp_path / "image/overlay2/layerdb/sha256"
    bottom = chain_ids([hold.layers.get(hold.images.find("gone").top).parent])[0]
    (layerdb / bottom.removeprefix("sha256:") / "cache-id").write_text("../../../tmp")
    content = tmp_path / "image/overlay2/imagedb/content/sha256"
    (content / other.image_id.removeprefix("sha256:")).write_text("{}")
    (content / ".tmp-half").write_text("{")
    (layerdb.parent / "tmp/write-set-1").mkdir()
    again = make_hold(tmp_path)
    assert again.images.all() == [keep]
    assert again.images.reference("gone") is None
    assert len(again.layers.all()) == 1
    assert "left out" in caplog.text
    (tmp_path / "image/overlay2/repositories.json").write_text('{"Repositories":[]}')
    assert make_hold(tmp_path).images.names_of(keep.image_id) == ([], [])


def test_a_file_that_was_changed_is_noticed(tmp_path: Path) -> None:
    layers = LayerStore(tmp_path)
    layer = layers.register(tar_of(a=b"12345"))
    file = diff_of(tmp_path, layer.chain_id) / "a"
    file.write_bytes(b"12344")
    with pytest.raises(BadSplit, match="has changed"):
        layer.tar()
    file.unlink()
    file.symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic links"):
        layer.tar()


def test_a_copied_data_root_is_the_same_engine(tmp_path: Path) -> None:
    hold = make_hold(tmp_path / "one")
    image = add_image(hold, tar_of(a=b"1"), tar_of(b=b"2"), names=("web",))
    shutil.copytree(tmp_path / "one", tmp_path / "two", symlinks=True)
    again = make_hold(tmp_path / "two")
    assert again.images.find("web") == image
    assert [layer.tar() for layer in again.layers.stack(image.top)] == [
        tar_of(a=b"1"),
        tar_of(b=b"2"),
    ]


def _table() -> list[int]:
    """Go's hash/crc64 ISO table: bit by bit, the polynomial reversed."""
    table = []
    for value in range(256):
        for _bit in range(8):
            value = value >> 1 ^ (0xD800000000000000 if value & 1 else 0)
        table.append(value)
    return table


TABLE = _table()


@given(st.binary(max_size=3000))
def test_crc64_is_that_of_the_table(data: bytes) -> None:
    crc = 2**64 - 1
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    assert crc64(data) == crc ^ 2**64 - 1


def test_crc64_is_what_dockerd_wrote() -> None:
    assert crc64(b"#!sh\n" * 200).to_bytes(8, "big").hex() == "4996af300f38774f"
    assert crc64(b"x" * 512).to_bytes(8, "big").hex() == "bcdaefffffffffff"


def test_tar_split_has_the_pieces_of_dockerd() -> None:
    """As 20.10.24 writes them for this tar; its numbers of bytes are measured."""
    tar = tar_with(
        ("bin", b"", {"type": tarfile.DIRTYPE, "mode": 0o755}),
        ("bin/sh", b"#!sh\n" * 200, {}),
        ("bad\udcff\udcfe", b"hello", {}),
        ("a<b>&c", b"1", {}),
    )
    assert len(tar) == 10240
    pieces = [json.loads(line) for line in gzip.decompress(split(tar)).splitlines()]
    assert [piece["position"] for piece in pieces] == list(range(len(pieces)))
    assert [piece for piece in pieces if piece["type"] == 1] == [
        {"type": 1, "name": "bin/", "payload": None, "position": 1},
        {"type": 1, "name": "bin/sh", "size": 1000, "payload": "SZavMA84d08=", "position": 3},
        {"type": 1, "name_raw": "YmFk//4=", "size": 5, "payload": "PD7u4tgQAAA=", "position": 5},
        {"type": 1, "name": "a<b>&c", "size": 1, "payload": "QyAAAAAAAAA=", "position": 7},
    ]
    sizes = [len(piece["payload"]) * 3 // 4 // 512 for piece in pieces if piece["type"] == 2]
    assert sizes == [1, 1, 3, 1, 3, 8, 0]
    assert b'"name":"a\\u003cb\\u003e\\u0026c"' in gzip.decompress(split(tar))
    files = {"bin/sh": b"#!sh\n" * 200, "bad\udcff\udcfe": b"hello", "a<b>&c": b"1"}
    assert join(split(tar), files.__getitem__) == tar


def test_names_are_escaped_as_go_escapes_them() -> None:
    name = "a\\f\f\b\\\\b\n<\u2028\x1f\x7f"
    line = gzip.decompress(split(tar_with((name, b"", {})))).splitlines()[1]
    written = rb"a\\f\u000c\u0008\\\\b\n\u003c\u2028\u001f" + b"\x7f"
    assert line.startswith(b'{"type":1,"name":"' + written + b'","payload"')
    assert json.loads(line)["name"] == name


@pytest.mark.parametrize(
    "damaged",
    [
        b"no gzip",
        gzip.compress(b"{"),
        gzip.compress(b'{"type":2,"payload":"*","position":0}'),
        gzip.compress(b'{"position":0}'),
        gzip.compress(b'{"type":1,"name":"a","size":1,"payload":null,"position":0}'),
        gzip.compress(b'{"type":1,"name":"a","size":2,"payload":"AA==","position":0}'),
        split(tar_of(a=b"1"))[:-9],
    ],
)
def test_damaged_splits_are_refused(damaged: bytes) -> None:
    with pytest.raises(BadSplit):
        join(damaged, lambda _name: b"1")
