"""Comparing images: layers, files, and how they are run."""

from __future__ import annotations

import tarfile

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layers.tars import member, tar
from tests.layers.test_union import listing
from tui.layers.compare import compare_files, config_differences, shared_layers
from tui.layers.difftree import difference_tree
from tui.layers.union import Change, Union, stack
from tui.model.image import ImageDetails

Members = list[tuple[tarfile.TarInfo, bytes]]


def _union(*layers: Members) -> Union:
    return stack([listing(tar(members)) for members in layers])


def test_layers_are_shared_from_the_bottom_or_as_the_same_tar() -> None:
    found = shared_layers(["x", "y", "a", "z", "z"], ["x", "y", "b", "z", "y"])
    assert found.chain == 2
    assert found.pairs == ((4, 4),)
    assert (found.only_a, found.only_b) == ((3, 5), (3, 5))
    assert shared_layers([""], [""]).only_a == (1,)
    assert shared_layers([], []).chain == 0


def test_what_is_the_same_is_left_out_however_it_came() -> None:
    one = _union([member("a", b"old"), member("b/")], [member("a", b"123", mtime=5)])
    other = _union(
        [member("b/"), member("gone")], [member("a", b"123", mtime=5)], [member(".wh.gone")]
    )
    found = compare_files(one, other)
    assert list(found.every()) == []
    assert (found.same_sum.count, found.same_sum.bytes) == (2, 3)


def test_added_removed_content_and_metadata() -> None:
    one = _union(
        [
            member("a", b"12"),
            member("m", b"1"),
            member("t", b"1"),
            member("x/"),
            member("x/y", b"9"),
        ]
    )
    other = _union(
        [
            member("a", b"345"),
            member("m", b"1", mode=0o600),
            member("t", type=tarfile.SYMTYPE, linkname="a"),
            member("n", b"1234"),
        ]
    )
    found = compare_files(one, other)
    assert [(one.path, one.change, one.size) for one in found.changed] == [
        (b"a", Change.CONTENT, 3),
        (b"m", Change.METADATA, 1),
        (b"t", Change.CONTENT, 1),
    ]
    assert [one.path for one in found.added] == [b"n"]
    assert [one.path for one in found.removed] == [b"x", b"x/y"]
    assert (found.added_sum.bytes, found.removed_sum.bytes) == (4, 1)
    assert (found.content_sum.bytes, found.metadata_sum.bytes) == (4, 1)


def test_names_of_one_file_count_once() -> None:
    link = {"type": tarfile.LNKTYPE, "linkname": "a"}
    one = _union([member("a", b"12345")])
    other = _union([member("a", b"12345"), member("b", **link), member("c", **link)])
    found = compare_files(one, other)
    assert [(one.path, one.size) for one in found.added] == [(b"b", 5), (b"c", 5)]
    assert found.added_sum.bytes == 0, "the file was there before by another name"
    assert compare_files(_union([]), other).added_sum.bytes == 5
    swapped = _union([member("b", b"12345"), member("a", type=tarfile.LNKTYPE, linkname="b")])
    assert compare_files(other, swapped).changed == [], "whichever name came first"


def test_fingerprints_go_before_times() -> None:
    entries = listing(tar([member("a", b"1", mtime=1)])).entries
    unions = []
    for mtime, fingerprint in ((1, b"x"), (2, b"x"), (1, b"y")):
        entry = entries[0]._replace(mtime=mtime, fingerprint=fingerprint)
        same = listing(tar([]))
        unions.append(stack([type(same)("", "", (entry,))]))
    assert compare_files(unions[0], unions[1]).changed[0].change is Change.METADATA
    assert compare_files(unions[0], unions[2]).changed[0].change is Change.CONTENT


_NAMES = st.sampled_from(["a", "b", "c", "d/e", "d/f"])
_FILES = st.dictionaries(_NAMES, st.tuples(st.binary(max_size=3), st.booleans()), max_size=5)


@settings(deadline=None, max_examples=200)
@given(st.lists(_FILES, max_size=3), st.lists(_FILES, max_size=3))
def test_any_two_stacks_differ_as_two_dicts_do(
    a: list[dict[str, tuple[bytes, bool]]], b: list[dict[str, tuple[bytes, bool]]]
) -> None:
    """Here a file's time is made of its content, as times say whether contents differ."""
    dicts: list[dict[str, tuple[bytes, bool]]] = []
    unions = []
    for layers in (a, b):
        merged: dict[str, tuple[bytes, bool]] = {}
        tars = []
        for files in layers:
            merged |= files
            tars.append(
                [
                    member(name, content, mtime=int.from_bytes(content), mode=0o600 + 0o44 * mode)
                    for name, (content, mode) in files.items()
                ]
            )
        dicts.append(merged)
        unions.append(_union(*tars))
    one, other = dicts
    found = compare_files(*unions)
    common = one.keys() & other.keys()

    def by(change: Change) -> set[str]:
        return {entry.path.decode() for entry in found.every() if entry.change is change}

    assert by(Change.ADDED) == other.keys() - one.keys()
    assert by(Change.REMOVED) == one.keys() - other.keys()
    assert by(Change.CONTENT) == {name for name in common if one[name][0] != other[name][0]}
    assert by(Change.METADATA) == {
        name for name in common if one[name][0] == other[name][0] and one[name][1] != other[name][1]
    }
    sums = (found.added_sum, found.content_sum, found.metadata_sum, found.same_sum)
    assert sum(one.bytes for one in sums) == sum(len(content) for content, _ in other.values())
    tree = difference_tree(found)
    told = {path: tree.change_of(path) for path in tree.paths()}
    assert told == {one.path: one.change for one in found.every()}


def test_the_tree_of_differences_tells_each_as_it_is() -> None:
    link = {"type": tarfile.LNKTYPE, "linkname": "same"}
    same = member("same", b"12345")
    one = _union([same, member("x/"), member("x/y", b"9"), member("file", b"1"), member("h", b"1")])
    other = _union(
        [same, member("x", b"123"), member("file/"), member("file/in", b"12"), member("h", **link)]
    )
    found = compare_files(one, other)
    tree = difference_tree(found)
    assert {path: tree.change_of(path) for path in tree.paths()} == {
        one.path: one.change for one in found.every()
    }
    assert tree.node(b"x").sums.own == 3
    assert tree.node(b"file").sums.own == 2
    assert tree.node(b"h").sums.size == 5, "a hardlink stands for itself"
    assert b"same" not in set(tree.paths())


def test_configs_differ_by_field_and_by_name() -> None:
    one = ImageDetails("", env=("A=1", "B=2", "C"), cmd=("sh",), labels=(("k", "v"),), os="linux")
    other = ImageDetails("", env=("B=3", "A=1"), cmd=("sh", "-c"), os="linux", user="app")
    assert [tuple(one) for one in config_differences(one, other)] == [
        ("cmd", "", ("sh",), ("sh", "-c")),
        ("user", "", "", "app"),
        ("env", "B", "2", "3"),
        ("env", "C", "", None),
        ("labels", "k", "v", None),
    ]
    assert config_differences(one, one) == ()
