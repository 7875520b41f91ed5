"""A container's changes as a tree: letters, sums, what is known and what is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.contents.changes import GONE, NOT_TOLD, Changes, is_told
from tui.contents.changesasked import TAR_FROM, entry_of
from tui.contents.changesizes import SizesBook, UpperDir, as_told
from tui.layers.treeview import ALL, Choice, TreeView
from tui.layers.union import Change, stack
from tui.model.listing import Kind, LayerEntry, LayerListing
from tui.model.pathstat import PathStat

A, C, M, D, SAME = (
    Change.ADDED,
    Change.CONTENT,
    Change.METADATA,
    Change.REMOVED,
    Change.SAME,
)


def _entry(path: str, size: int = 0, kind: Kind = Kind.FILE, mtime: int = 5) -> LayerEntry:
    return LayerEntry(path.encode(), kind, size, 0o644, 0, 0, mtime)


def _changes(*lines: str) -> Changes:
    return Changes("c1", "web", ((line[0], line[2:]) for line in lines))


DIFF = ("C /etc", "C /etc/a", "A /etc/new", "D /etc/old", "A /n", "A /n/x", "C /var", "D /var/gone")


def test_letters_without_sizes() -> None:
    diff = _changes(*DIFF).diff()
    assert (diff.added, diff.changed, diff.removed, diff.count) == (3, 3, 2, 8)
    assert diff.unknown == 6
    tree = diff.tree()
    told = {path.decode(): tree.change_of(path) for path in tree.paths()}
    assert told == {
        "etc": SAME,
        "etc/a": C,
        "etc/new": A,
        "etc/old": D,
        "n": A,
        "n/x": A,
        "var": SAME,
        "var/gone": D,
    }
    assert tree.node(b"n").is_folder
    assert not is_told(tree.node(b"etc/a").entry)
    assert tree.changes_below(b"") == 6


def test_sums_are_of_what_is_there() -> None:
    told = {
        b"etc/a": _entry("etc/a", 100),
        b"etc/new": _entry("etc/new", 20),
        b"n/x": _entry("n/x", 3),
        b"n": _entry("n", kind=Kind.DIRECTORY),
    }
    image = stack([LayerListing("", "", (_entry("etc/old", 7000), _entry("var/gone/deep", 50)))])
    diff = _changes(*DIFF).diff(told, image)
    tree = diff.tree()
    assert diff.unknown == 2
    assert tree.node(b"").sums.size == 123
    assert tree.node(b"etc").sums.size == 120
    assert tree.node(b"etc/old").sums.own == 7000  # what the image has there
    view = TreeView(tree, choice=Choice(kinds=ALL - {SAME}))
    view.expand_all()
    assert view.size_of(b"etc") == 120
    assert view.size_of(b"etc/old") == 7000
    assert view.choose(Choice(larger=50, kinds=ALL - {SAME})) == 2
    assert view.choose(Choice("*.new")) == 0
    assert view.choose(Choice(kinds=frozenset({D}))) == 2


def test_what_the_image_had_tells_content_from_metadata() -> None:
    image = stack([LayerListing("", "", (_entry("a", 5), _entry("b", 5), _entry("f", 1)))])
    told = {b"a": _entry("a", 5), b"b": _entry("b", 5, mtime=9), b"f": _entry("f", 0)}
    tree = _changes("C /a", "C /b", "C /f").diff(told, image).tree()
    assert [tree.change_of(path) for path in (b"a", b"b", b"f")] == [M, C, C]
    assert all(
        _changes("C /a").diff(told).tree().change_of(path) is C for path in (b"a",)
    )  # nobody knows what was there


def test_a_folder_in_the_place_of_another() -> None:
    """Podman tells the folder as removed, and what is in the new one as added."""
    image = stack([LayerListing("", "", (_entry("o", kind=Kind.DIRECTORY), _entry("o/one", 9)))])
    for known in (None, image):
        tree = _changes("D /o", "A /o/two").diff({b"o/two": _entry("o/two", 2)}, known).tree()
        assert tree.node(b"o").is_folder
        assert tree.change_of(b"o/two") is A
        assert tree.node(b"").sums.size == 2
    assert tree.change_of(b"o/one") is D
    found = {b"o": _entry("o", kind=Kind.DIRECTORY)}
    assert _changes("D /o").diff(found).tree().change_of(b"o") is not D
    assert _changes("D /o").diff({b"o": GONE}).tree().change_of(b"o") is D


@pytest.mark.parametrize("before", [_entry("x", 3), _entry("x", kind=Kind.DIRECTORY)])
def test_of_another_kind_than_before(before: LayerEntry) -> None:
    image = stack([LayerListing("", "", (before, *([_entry("x/in")] if not before.size else [])))])
    folder = {b"x": _entry("x", kind=Kind.DIRECTORY), b"x/new": _entry("x/new", 1)}
    tree = _changes("C /x", "A /x/new").diff(folder, image).tree()
    assert tree.change_of(b"x") is (C if before.size else SAME)
    tree = _changes("C /x").diff({b"x": _entry("x", 8)}, image).tree()
    assert (tree.change_of(b"x"), tree.node(b"x").sums.size) == (C, 8)
    assert not tree.node(b"x").is_folder


def test_a_hardlink_counts_once_in_whatever_order_the_engine_tells() -> None:
    link = LayerEntry(b"a", Kind.HARDLINK, 0, 0o644, 0, 0, 5, b"b")
    told = {b"a": link, b"b": _entry("b", 70)}
    for lines in (("A /a", "A /b"), ("A /b", "A /a")):
        tree = _changes(*lines).diff(told).tree()
        assert [tree.node(path).sums.size for path in (b"", b"a", b"b")] == [70, 70, 70]


def test_odd_lines_do_no_harm() -> None:
    changes = _changes("A /", "C ", "? /x", "A //y//", "A /../z", "D /.wh.a", "A /.wh.b", "A /y")
    tree = changes.diff({b"y": _entry("y", 1)}).tree()
    assert tree.change_of(b".wh.b") is A
    assert tree.change_of(b".wh.a") is D
    assert tree.node(b"").sums.size == 1


def test_names_as_the_engine_writes_them() -> None:
    assert as_told(b"a\xff\xfeb") == "a\ufffd\ufffdb".encode()
    assert as_told("ä\ufffd".encode()) == "ä\ufffd".encode()
    assert as_told(b"\xe2\x82") == "\ufffd\ufffd".encode()


def test_what_an_engine_tells_of_a_path() -> None:
    told = PathStat("x", Kind.DIRECTORY, 4096, 0o755, 9)
    assert entry_of(b"x", told) == LayerEntry(b"x", Kind.DIRECTORY, 0, 0o755, NOT_TOLD, NOT_TOLD, 9)
    told = PathStat("l", Kind.SYMLINK, 4, 0o777, 9, "/a/b")
    assert (entry_of(b"l", told).size, entry_of(b"l", told).link) == (4, b"/a/b")
    assert TAR_FROM > 1


# The folder that a container writes to


@pytest.fixture
def upper(tmp_path: Path) -> Path:
    folder = tmp_path / "diff"
    for path, size in {"n/x": 3, "n/deep/y": 4, "etc/a": 100}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"x" * size)
    os.link(folder / "n/x", folder / "etc/hard")
    os.symlink("/etc/passwd", folder / "n/link")
    for name in (b"bad\xff", b"bad\xfe", "bad\ufffd".encode()):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(name)
    return folder


def _read(upper: Path, *lines: str) -> dict[bytes, LayerEntry]:
    number, book, changes = os.open(upper, os.O_RDONLY), SizesBook(), _changes(*lines)
    try:
        one = UpperDir(number)
        assert one.fits(changes)
        one.read(changes, book, lambda: None)
    finally:
        os.close(number)
    return book.told


def test_the_writable_layer_is_read_as_it_is(upper: Path) -> None:
    told = _read(upper, "A /n", "A /n/x", "A /n/link", "C /etc", "C /etc/a", "A /etc/hard", "D /o")
    assert told[b"n"].kind is Kind.DIRECTORY
    assert (told[b"etc/a"].size, told[b"n/link"].link) == (100, b"/etc/passwd")
    assert sorted((told[b"n/x"].kind, told[b"etc/hard"].kind)) == [Kind.FILE, Kind.HARDLINK]
    assert told[b"o"] is GONE


def test_owners_of_another_users_containers_are_not_told(upper: Path) -> None:
    mapped = upper.stat().st_uid != 0
    assert (_read(upper, "A /n/x")[b"n/x"].uid == NOT_TOLD) is mapped
    if not mapped:
        os.chown(upper, 100_000, 100_000)
        assert _read(upper, "A /n/x")[b"n/x"].uid == NOT_TOLD


def test_no_link_is_followed_on_the_way(upper: Path) -> None:
    os.symlink("/etc", upper / "way")
    told = _read(
        upper, "A /n", "A /way/passwd", "A /n/link/x", "A /n/../../x", "A /n\0x/y", "A /n\0"
    )
    assert [path for path, entry in told.items() if entry is not GONE] == [b"n"]


def test_names_that_are_no_utf8(upper: Path) -> None:
    lines = ("A /n", *["A /bad\ufffd"] * 3, "A /bad\ufffd")
    told = _read(upper, *lines)
    names = {b"bad\xff", b"bad\xfe", "bad\ufffd".encode()}
    assert {entry.path for path, entry in told.items() if path.startswith(b"bad")} == names
    diff = _changes(*lines[:-1]).diff(told)
    assert (diff.added, diff.unknown) == (4, 0)
    assert names < set(diff.tree().paths())
    assert set(_changes(*lines).diff().tree().paths()) == {b"n", "bad\ufffd".encode()}


def test_another_folder_is_not_taken_for_the_containers(upper: Path) -> None:
    number = os.open(upper, os.O_RDONLY)
    try:
        assert not UpperDir(number).fits(_changes("A /not/here"))
        assert UpperDir(number).fits(_changes("C /etc", "D /o"))
    finally:
        os.close(number)


def test_what_this_user_may_not_read_is_left_to_be_asked_for(upper: Path) -> None:
    (upper / "n/deep").chmod(0)
    number, book = os.open(upper, os.O_RDONLY), SizesBook()
    changes = _changes("A /n/x", "A /n/deep", "A /n/deep/y")
    user = os.geteuid()
    os.seteuid(user or 65534)  # root may read everything
    try:
        one = UpperDir(number)
        assert one.fits(changes)
        one.read(changes, book, lambda: None)
    finally:
        os.seteuid(user)
        os.close(number)
        (upper / "n/deep").chmod(0o755)
    assert not one.is_whole
    assert b"n/deep/y" not in book.told
    assert book.told[b"n/x"].size == 3
