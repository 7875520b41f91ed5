"""The tree of files: sums, changes, what is shown, and how far a change is."""

from __future__ import annotations

import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layers.tars import member, tar
from tests.layers.test_union import listing
from tui.layers.filetree import FileTree
from tui.layers.slices import in_slices
from tui.layers.treeview import Choice, Order, TreeView
from tui.layers.union import Change
from tui.model.listing import Kind, LayerEntry, LayerListing, Mark

BELOW = listing(
    tar(
        [
            member("bin/"),
            member("bin/tool", b"x" * 100),
            member("bin/other", type=tarfile.LNKTYPE, linkname="bin/tool"),
            member("etc/conf.d/a", b"1" * 10),
            member("etc/conf.d/b", b"2" * 20),
            member("var/log/old", b"3" * 30),
        ]
    )
)
ABOVE = listing(
    tar(
        [
            member("bin/tool", b"y" * 5),
            member("etc/conf.d/.wh.a"),
            member("etc/conf.d/c", b"4" * 40),
            member("etc/conf.d/b", b"2" * 20, mode=0o600),
            member("var/.wh.log"),
        ]
    )
)


def _tree(layer: int = 2) -> FileTree:
    return FileTree([BELOW, ABOVE], layer)


def _rows(view: TreeView) -> list[str]:
    return [path.decode() for path in view.rows]


def test_folders_are_the_sums_of_what_is_in_them() -> None:
    tree = _tree()
    assert tree.node(b"bin").sums.size == 105
    conf = tree.node(b"etc/conf.d")
    assert (conf.entry, conf.is_folder, conf.layer) == (None, True, 0)
    assert (conf.sums.size, conf.sums.count, conf.sums.own, conf.sums.changed) == (60, 2, 70, 3)
    assert tree.node(b"").sums.size == 165 == tree.union.shown_bytes


def test_each_place_says_what_the_layer_did() -> None:
    tree = _tree()
    assert {path: tree.change_of(path).value for path in sorted(tree.paths())} == {
        b"bin": "unmodified",
        b"bin/other": "unmodified",
        b"bin/tool": "modified",
        b"etc/conf.d/a": "removed",
        b"etc/conf.d/b": "metadata",
        b"etc/conf.d/c": "added",
        b"var/log/old": "removed",
    }
    gone = tree.node(b"var/log/old")
    assert (gone.layer, gone.sums.size, gone.change) == (1, 30, Change.REMOVED)
    assert tree.inside(b"var") == [b"var/log"]
    assert tree.node(b"var/log").is_folder
    assert tree.changes_below(b"var") == 1


def test_folders_open_and_close() -> None:
    view = TreeView(_tree())
    assert _rows(view) == ["bin", "etc", "var"]
    view.open(1)
    view.open(2)
    assert _rows(view)[1:6] == [
        "etc", "etc/conf.d", "etc/conf.d/a", "etc/conf.d/b", "etc/conf.d/c",
    ]  # fmt: skip
    assert view.close(4) == 2
    assert _rows(view) == ["bin", "etc", "etc/conf.d", "var"]
    assert view.close(1) == 1
    view.open(1)
    assert _rows(view) == ["bin", "etc", "etc/conf.d", "var"]
    assert view.expand_all()
    assert len(view.rows) == 11
    assert not view.expand_all(limit=5)
    assert len(view.rows) <= 5


def test_by_size_the_largest_comes_first() -> None:
    view = TreeView(_tree(), Order.SIZE)
    assert _rows(view) == ["bin", "etc", "var"]
    view.choose(Choice(alone=True))
    assert _rows(view) == ["etc", "var", "bin"]


def test_what_is_looked_for_is_shown() -> None:
    view = TreeView(_tree())
    assert view.choose(Choice("CONF.D/")) == 3
    assert _rows(view) == ["etc", "etc/conf.d", "etc/conf.d/a", "etc/conf.d/b", "etc/conf.d/c"]
    assert view.choose(Choice("?", kinds=frozenset({Change.REMOVED}))) == 1
    assert _rows(view) == ["etc", "etc/conf.d", "etc/conf.d/a"]
    assert view.choose(Choice("etc/*/[bc]")) == 2
    assert view.choose(Choice(larger=20)) == 3
    assert _rows(view)[-1] == "var/log/old"
    assert view.choose(Choice(kinds=frozenset({Change.ADDED}))) == 1
    assert view.choose(Choice("nothing")) == 0
    assert view.rows == []


def test_a_choice_is_read_as_it_is_written() -> None:
    assert Choice.of(" *.so  >10MB ") == Choice("*.so", 10_000_000)
    assert Choice.of("") == Choice()
    with pytest.raises(ValueError, match="much"):
        Choice.of(">much")


def test_the_way_to_the_next_change() -> None:
    view = TreeView(_tree())
    found = _walked(view)
    order = ["bin/tool", "etc/conf.d/a", "etc/conf.d/b", "etc/conf.d/c", "var/log/old"]
    assert [one.decode() for one in found] == order
    assert _walked(view, back=True) == found[::-1]
    closed = TreeView(_tree())
    assert _walked(closed, back=True) == found[::-1]
    index = view.reveal(b"etc/conf.d/c")
    assert index is not None
    assert view.rows[index] == b"etc/conf.d/c"
    assert view.reveal(b"no/such") is None


def test_all_files_in_one_list() -> None:
    view = TreeView(_tree())
    view.open(0)
    view.flatten(True)
    files = ["bin/other", "bin/tool", "etc/conf.d/a", "etc/conf.d/b", "etc/conf.d/c", "var/log/old"]
    assert _rows(view) == files
    changed = [path.encode() for path in files[1:]]
    assert _walked(view) == changed
    assert _walked(view, back=True) == changed[::-1]
    view.sort(Order.SIZE)
    sizes = [view.size_of(path) for path in view.rows]
    assert sizes == sorted(sizes, reverse=True)
    assert view.choose(Choice("conf.d")) == 3
    assert sorted(_rows(view)) == files[2:5]
    assert (view.reveal(b"etc/conf.d/b"), view.reveal(b"bin/tool")) == (
        _rows(view).index("etc/conf.d/b"),
        None,
    )
    view.choose(Choice())
    view.flatten(False)
    assert "bin/tool" in _rows(view)


def test_the_history_of_a_path() -> None:
    tree = _tree()
    assert [(one.layer, one.change.value) for one in tree.history(b"bin/tool")] == [
        (1, "added"),
        (2, "modified"),
    ]
    removed = tree.history(b"var/log/old")
    assert [(one.layer, one.change.value) for one in removed] == [(1, "added"), (2, "removed")]
    assert removed[1].entry.mark is Mark.WHITEOUT
    assert tree.history(b"nothing") == []


def test_an_image_without_layers() -> None:
    view = TreeView(FileTree([], 0))
    assert view.rows == []
    assert view.next_change(-1) is None


def test_only_rows_in_opened_folders_are_made() -> None:
    entries = tuple(
        LayerEntry(b"d%d/f%d" % (n % 100, n), Kind.FILE, 1, 0o644, 0, 0, 0) for n in range(50_000)
    )
    view = TreeView(FileTree([LayerListing("", "", entries)], 1))
    assert len(view.rows) == 100
    view.open(0)
    assert len(view.rows) == 600
    assert not view.expand_all(limit=1_000)
    assert len(view.rows) <= 1_000


def test_work_on_many_entries_can_be_stopped_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.layers.treeview.SLICE", 10)
    entries = tuple(LayerEntry(b"d/%03d" % n, Kind.FILE, n, 0o644, 0, 0, 0) for n in range(100))
    shown = TreeView(FileTree([LayerListing("", "", entries)], 1))
    seen = looked_at(shown, lambda view: view.choose(Choice("d/0")))
    assert seen >= 10
    assert (shown.rows, shown.opened) == ([b"d"], set())
    assert looked_at(shown, lambda view: view.open(0)) >= 10
    assert looked_at(shown, lambda view: view.next_change(-1)) >= 10
    assert shown.rows == [b"d"]

    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        shown.copy(stop).choose(Choice("d/0"))
    assert shown.rows == [b"d"]
    assert shown.choice == Choice()


def looked_at(shown: TreeView, change: Callable[[TreeView], object]) -> int:
    """Change a copy of a view; returns how often it could have been stopped."""
    count = 0

    def check() -> None:
        nonlocal count
        count += 1

    change(shown.copy(check))
    return count


def test_a_filter_keeps_folders_and_no_files() -> None:
    entries = tuple(
        LayerEntry(b"a/b%d/%d" % (n % 7, n), Kind.FILE, 1, 0o644, 0, 0, 0) for n in range(5_000)
    )
    view = TreeView(FileTree([LayerListing("", "", entries)], 1))
    assert view.choose(Choice("a/")) == 5_000
    assert len(view._folders) == 9


@given(st.lists(st.binary(max_size=3), max_size=300))
def test_sorting_in_slices_is_sorting(items: list[bytes]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tui.layers.slices.SLICE", 8)
        assert in_slices(iter(items), lambda: None) == sorted(items)


NAMES = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join)
LAYERS = st.lists(
    st.dictionaries(NAMES, st.sampled_from(["file", "folder", "whiteout", "opaque"]), max_size=6),
    min_size=1,
    max_size=4,
)


@settings(max_examples=200, deadline=None)
@given(LAYERS)
def test_the_tree_holds_what_the_union_shows(layers: list[dict[str, str]]) -> None:
    tree = FileTree([_listing(layer, n) for n, layer in enumerate(layers)], len(layers))
    view = TreeView(tree)
    assert view.expand_all()
    assert len(set(view.rows)) == len(view.rows)
    assert set(tree.union.shown) <= set(view.rows)
    for path in view.rows:
        if path not in tree.union.shown and tree.change_of(path) is not Change.REMOVED:
            assert tree.node(path).entry is None
    assert tree.node(b"").sums.size == tree.union.shown_bytes
    assert tree.node(b"").sums.count == len(tree.union.shown)
    changed = [path for path in view.rows if tree.change_of(path) is not Change.SAME]
    assert _walked(view) == changed
    assert _walked(TreeView(tree)) == changed
    assert _walked(TreeView(tree), back=True) == changed[::-1]


def _walked(view: TreeView, *, back: bool = False) -> list[bytes]:
    """Go from change to change, opening the folders that they are in."""
    found: list[bytes] = []
    index: int | None = len(view.rows) if back else -1
    while index is not None and (path := view.next_change(index, back=back)) is not None:
        found.append(path)
        index = view.reveal(path)
    return found


def _listing(layer: dict[str, str], number: int) -> LayerListing:
    members = []
    for name, kind in layer.items():
        folder, slash, last = name.rpartition("/")
        if kind == "file":
            members.append(member(name, b"x" * (number + len(name))))
        elif kind == "folder":
            members.append(member(f"{name}/"))
        elif kind == "whiteout":
            members.append(member(f"{folder}{slash}.wh.{last}"))
        else:
            members.append(member(f"{name}/.wh..wh..opq"))
    return listing(tar(members))
