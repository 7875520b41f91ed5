"""What layers make together: overlay's rules, the changes of each layer, and waste."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layers.tars import member, tar
from tui.layers.bytesource import ByteSource
from tui.layers.errors import BadTar
from tui.layers.tarscan import scan
from tui.layers.union import Change, Union, stack, worst
from tui.model.listing import Kind, LayerEntry, LayerListing


def listing(layer: bytes) -> LayerListing:
    """Return the listing of a layer's tar."""
    return LayerListing("", "archive", scan(ByteSource(io.BytesIO(layer))))


def _union(*layers: list[tuple[tarfile.TarInfo, bytes]]) -> Union:
    return stack([listing(tar(members)) for members in layers])


def _paths(union: Union) -> set[str]:
    return {path.decode() for path in union.shown}


def test_a_whiteout_hides_a_file_and_a_folder_with_all_in_it() -> None:
    union = _union(
        [member("a/"), member("a/x", b"123"), member("a/b/"), member("a/b/y", b"45"), member("c")],
        [member("a/.wh.x"), member("a/.wh.b"), member(".wh.none")],
    )
    assert _paths(union) == {"a", "c"}
    top = union.layers[1]
    assert top.changes == [Change.REMOVED, Change.REMOVED, Change.SAME]
    assert (top.removed.count, top.removed.bytes) == (3, 5)
    assert (union.total_bytes, union.shown_bytes, union.wasted_bytes) == (5, 0, 5)


def test_a_mark_does_not_hide_what_its_own_layer_has() -> None:
    """Whatever the order in the tar."""
    union = _union(
        [member("a/"), member("a/old", b"1"), member("f", b"22")],
        [
            member("a/"),
            member("a/new", b"3"),
            member("a/.wh..wh..opq"),
            member("f"),
            member(".wh.f"),
        ],
    )
    assert _paths(union) == {"a", "a/new", "f"}
    assert union.wasted_bytes == 3


def test_files_and_folders_take_each_others_place() -> None:
    union = _union(
        [member("x/"), member("x/in", b"12345"), member("y", b"678")],
        [member("x", b"9"), member("y/"), member("y/in", b"10")],
        [member("x/"), member("y/in/"), member("y/in/deep", b"1")],
    )
    assert _paths(union) == {"x", "y", "y/in", "y/in/deep"}
    assert union.shown[b"x"].entry.kind is Kind.DIRECTORY
    assert union.shown_bytes == 1
    assert union.layers[1].changes[:2] == [Change.CONTENT, Change.CONTENT]


def test_a_file_in_the_way_of_a_folder_that_no_entry_names() -> None:
    union = _union([member("a", b"123")], [member("a/b/c", b"4")])
    assert _paths(union) == {"a/b/c"}
    assert union.wasted_bytes == 3


def test_content_and_metadata_are_told_apart() -> None:
    union = _union(
        [member("a", b"1"), member("b", b"1"), member("c", b"1"), member("d/"), member("e/")],
        [
            member("a", b"1", mode=0o600),
            member("b", b"22"),
            member("c", b"2", mtime=1),
            member("d/"),
            member("e/", uid=5),
            member("new", b"333"),
        ],
    )
    top = union.layers[1]
    assert top.changes == [
        Change.METADATA,
        Change.CONTENT,
        Change.CONTENT,
        Change.SAME,
        Change.METADATA,
        Change.ADDED,
    ]
    assert (top.added.count, top.added.bytes) == (1, 3)
    assert (top.content.count, top.metadata.count) == (2, 2)
    assert [(w.path, w.layer, w.hidden_by, w.change) for w in union.wasted] == [
        (b"a", 1, 2, Change.METADATA),
        (b"b", 1, 2, Change.CONTENT),
        (b"c", 1, 2, Change.CONTENT),
    ]


def test_hardlinks_count_once_and_show_by_any_name() -> None:
    first = [
        member("a", b"12345"),
        member("b", type=tarfile.LNKTYPE, linkname="a"),
        member("c", type=tarfile.LNKTYPE, linkname="a"),
    ]
    assert _union(first).total_bytes == 5
    assert (_union(first).layers[0].added.count, _union(first).layers[0].added.bytes) == (3, 5)
    assert _union(first, [member(".wh.a")]).wasted_bytes == 0
    union = _union(first, [member(".wh.a"), member(".wh.b")], [member("c", b"6")])
    assert [(w.path, w.size, w.hidden_by) for w in union.wasted] == [(b"c", 5, 3)]
    assert _union(first).shown[b"b"].entry.size == 5


def test_the_same_layer_twice_is_there_twice() -> None:
    layer = [member("a", b"12345")]
    union = _union(layer, layer)
    assert (union.total_bytes, union.wasted_bytes, union.efficiency) == (10, 5, 0.5)


def test_symlinks_are_not_followed() -> None:
    union = _union(
        [
            member("real/"),
            member("real/f", b"1"),
            member("l", type=tarfile.SYMTYPE, linkname="real"),
        ],
        [member("l/f", b"2")],
    )
    assert _paths(union) == {"real", "real/f", "l/f"}


def test_a_name_that_stands_for_thousands_of_folders() -> None:
    entry = LayerEntry(b"a/" * 16_000 + b"z", Kind.FILE, 1, 0, 0, 0, 0)
    others = [entry._replace(path=bytes([65 + n]) + entry.path) for n in range(3)]
    assert len(stack([LayerListing("", "", (entry,))]).shown) == 1
    with pytest.raises(BadTar, match="too many folders"):
        stack([LayerListing("", "", tuple(others))])


def test_worst_sums_what_is_at_one_path() -> None:
    union = _union(
        [member("a", b"123"), member("b", b"1234")],
        [member("a", b"56")],
        [member(".wh.a"), member("b")],
    )
    assert [(path, size, len(found)) for path, size, found in worst(union)] == [
        (b"a", 5, 2),
        (b"b", 4, 1),
    ]


def test_an_image_without_bytes_is_efficient() -> None:
    assert _union().efficiency == 1
    assert _union([]).efficiency == 1


_NAMES = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join)
_ENTRIES = st.dictionaries(_NAMES, st.one_of(st.none(), st.binary(max_size=9)), max_size=6)
_LAYERS = st.lists(st.tuples(_ENTRIES, st.sets(_NAMES, max_size=3)), max_size=5)


def _lawful(entries: dict[str, bytes | None]) -> dict[str, bytes | None]:
    """Leave out what lies in a file of the same layer."""
    files = {name for name, content in entries.items() if content is not None}
    return {
        name: content
        for name, content in entries.items()
        if not any(name.startswith(f"{file}/") for file in files)
    }


@settings(deadline=None, max_examples=300)
@given(_LAYERS)
def test_any_stack_is_what_a_plain_model_makes(
    layers: list[tuple[dict[str, bytes | None], set[str]]],
) -> None:
    """The model keeps a dict of paths and looks at all of them for every entry."""
    model: dict[str, bytes | None] = {}
    tars = []
    total = 0
    for drawn, gone in layers:
        entries = _lawful(drawn)
        for name in gone:
            model = {p: c for p, c in model.items() if p != name and not p.startswith(f"{name}/")}
        for name, content in sorted(entries.items()):
            for path in list(model):
                blocks = model[path] is not None and name.startswith(f"{path}/")
                if blocks or (content is not None and path.startswith(f"{name}/")):
                    del model[path]
            model[name] = content
            total += len(content or b"")
        marks = ["/".join([*name.split("/")[:-1], f".wh.{name.split('/')[-1]}"]) for name in gone]
        tars.append(
            [
                *(
                    member(f"{n}/" if c is None else n, c or b"")
                    for n, c in sorted(entries.items())
                ),
                *map(member, marks),
            ]
        )
    union = _union(*tars)
    assert {p.decode(): s.entry.size for p, s in union.shown.items()} == {
        path: len(content or b"") for path, content in model.items()
    }
    assert union.total_bytes == total
    assert union.shown_bytes == sum(len(content or b"") for content in model.values())
