from __future__ import annotations

import contextlib
import io
import tarfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.practice.nodes import Kind, Node
from tui.practice.tarread import BLOCK
from tui.practice.tars import BadTar, read, size_of, write_tree
from tui.practice.tree import Tree

NAMES = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"])
    | st.sampled_from([chr(0xDC80 + n) for n in (0, 1, 60, 127)]),
    min_size=1,
    max_size=130,
).filter(lambda name: name not in {".", ".."} and not name.startswith(".wh."))


@st.composite
def nodes(draw: st.DrawFn) -> Node:
    kind = draw(st.sampled_from(list(Kind)))
    is_device = kind in {Kind.CHARACTER, Kind.BLOCK}
    return Node(
        kind,
        0o777 if kind is Kind.SYMLINK else draw(st.integers(0, 0o7777)),
        draw(st.sampled_from([0, 1000, 2_097_152, 4_294_967_294])),
        draw(st.sampled_from([0, 65534])),
        draw(st.sampled_from([0, -86400, 1_700_000_000, 2**40])),
        draw(st.binary(max_size=1100)) if kind is Kind.FILE else b"",
        draw(NAMES) if kind is Kind.SYMLINK else "",
        draw(st.sampled_from([(1, 3), (300, 70000)])) if is_device else (0, 0),
        draw(st.dictionaries(st.sampled_from(["security.capability"]), st.binary(max_size=20))),
    )


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    tree = Tree()
    for parts, node in draw(
        st.lists(st.tuples(st.lists(NAMES, min_size=1, max_size=3), nodes()), max_size=8)
    ):
        tree.put("/".join(parts), node)
    files = [node for _path, node in tree.walk() if node.kind is Kind.FILE]
    has_link: bool = draw(st.booleans())
    if files and has_link:
        tree.put("zz/hard", files[0])
    return tree


def tar_with(*members: tuple[str, bytes, dict[str, Any]], kind: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind, errors="surrogateescape") as archive:
        for name, content, more in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for key, value in more.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


@given(trees())
def test_what_is_written_is_read(tree: Tree) -> None:
    tar = write_tree(tree)
    again = Tree.stacked([tar])
    assert dict(again.walk()) == dict(tree.walk())
    assert write_tree(again) == tar
    hard = again.get("zz/hard")
    assert hard is None or sum(node is hard for _path, node in again.walk()) >= 2


@given(trees())
def test_tarfile_reads_the_same(tree: Tree) -> None:
    tar = write_tree(tree, "root")
    with tarfile.open(fileobj=io.BytesIO(tar), errors="surrogateescape") as archive:
        for entry, member in zip(read(tar), archive, strict=True):
            node = entry.node
            assert entry.path == member.name
            assert (node.uid, node.gid, node.mtime) == (member.uid, member.gid, member.mtime)
            assert (node.mode, entry.stored) == (member.mode, member.size)
            assert (entry.data, entry.link or node.target) == (
                member.offset_data,
                member.linkname,
            )


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_all_formats_are_read(kind: int) -> None:
    long = "d" * 60 + "/" + "f" * 80
    tar = tar_with(
        (long, b"1", {"mtime": 7, "uid": 70000}),
        ("l", b"", {"type": tarfile.SYMTYPE, "linkname": "t" * 99}),
        ("old/", b"", {"type": tarfile.AREGTYPE}),
        kind=kind,
    )
    first, second, third = read(tar)
    assert (first.path, first.node.content, first.node.uid) == (long, b"1", 70000)
    assert (second.node.target, second.node.mode) == ("t" * 99, 0o777)
    assert (third.path, third.node.kind) == ("old", Kind.DIRECTORY)


def test_gnu_long_names_and_binary_numbers() -> None:
    more = {"type": tarfile.SYMTYPE, "linkname": "t" * 300, "uid": 2**40, "mtime": -5}
    tar = tar_with(("n" * 300, b"", more), kind=tarfile.GNU_FORMAT)
    (entry,) = read(tar)
    assert (entry.path, entry.node.target) == ("n" * 300, "t" * 300)
    assert (entry.node.uid, entry.node.mtime) == (2**40, -5)
    assert (entry.start, entry.data) == (0, len(tar.rstrip(b"\0")) // BLOCK * BLOCK + BLOCK)


def test_a_general_header_holds_for_all_that_follow() -> None:
    out = io.BytesIO()
    with tarfile.open(
        fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"uid": "7"}
    ) as archive:
        archive.addfile(tarfile.TarInfo("a"))
        archive.addfile(tarfile.TarInfo("b"))
    assert [entry.node.uid for entry in read(out.getvalue())] == [7, 7]


def test_a_sparse_file_is_filled() -> None:
    records = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "s"}
    records["GNU.sparse.realsize"] = "1024"
    stored = b"1\n512\n3\n".ljust(BLOCK, b"\0") + b"abc"
    tar = tar_with(("GNUSparseFile.0/s", stored, {"pax_headers": records}))
    (entry,) = read(tar)
    assert (entry.path, entry.node.content) == ("s", bytes(512) + b"abc" + bytes(509))
    assert entry.stored == len(stored)


def test_size_counts_files_once_and_targets() -> None:
    tree = Tree()
    node = Node(content=b"12345")
    tree.put("a", node)
    tree.put("b", node)
    tree.put("c", Node(Kind.SYMLINK, target="ünter"))
    tree.put("d", Node(Kind.DIRECTORY, 0o755))
    tree.put(".wh.x", Node())
    assert size_of(write_tree(tree)) == 5 + 6
    assert size_of(tar_with(("x", b"1", {}), ("../x", b"22", {}))) == 2, "the last one lies there"
    assert size_of(tar_with((".wh.x", b"1", {}))) == 0
    assert size_of(b"") == 0
    assert size_of(bytes(1024)) == 0


def test_no_layer_has_a_path_twice() -> None:
    with pytest.raises(BadTar, match="duplicates of file paths not supported"):
        size_of(tar_with(("a", b"1", {}), ("./a", b"2", {})))


GOOD = tar_with(("file", b"x" * 600, {"uid": 2**40}), ("b", b"y", {}))


def _with_sum(head: bytearray) -> bytes:
    head[148:156] = b" " * 8
    head[148:156] = f"{sum(head):06o}\0 ".encode()
    return bytes(head)


def _number(at: int, value: bytes) -> bytes:
    head = bytearray(tar_with(("file", b"", {}))[:BLOCK])
    head[at : at + len(value)] = value
    return _with_sum(head) + bytes(2 * BLOCK)


LIES = {
    "text": b"no tar at all" * 100,
    "no content": GOOD[: 3 * BLOCK],
    "half content": GOOD[: 3 * BLOCK + 10],
    "cut": GOOD[: 4 * BLOCK - 100],
    "long record": GOOD[:BLOCK] + b"9999999 uid=7\n".ljust(BLOCK, b"\0") + GOOD[2 * BLOCK :],
    "record without value": GOOD[:BLOCK] + b"3 u\n".ljust(BLOCK, b"\0") + GOOD[2 * BLOCK :],
    "negative owner": GOOD[:BLOCK] + b"10 uid=-1\n".ljust(BLOCK, b"\0") + GOOD[2 * BLOCK :],
    "wrong sum": GOOD[: 2 * BLOCK] + b"!" + GOOD[2 * BLOCK + 1 :],
    "negative size": _number(124, b"\xff" * 12),
    "huge size": _number(124, b"\x80" + b"\x7f" * 11),
    "no octal": _number(124, b"9999999999\0"),
    "long path": tar_with(("p/" * 2100, b"", {})),
    "huge sparse file": tar_with(
        ("s", b"", {"pax_headers": {"GNU.sparse.map": "0,0", "GNU.sparse.size": str(2**40)}})
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_lies_is_refused(lie: str) -> None:
    with pytest.raises(BadTar):
        list(read(LIES[lie]))


@given(st.binary(max_size=600), st.integers(0, len(GOOD) - 1))
def test_damage_ends_in_entries_or_an_error(noise: bytes, at: int) -> None:
    damaged = GOOD[:at] + noise + GOOD[at + len(noise) :]
    with contextlib.suppress(BadTar):
        assert len(list(read(damaged))) <= len(damaged) // BLOCK
