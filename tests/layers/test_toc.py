"""Tables of contents: what they tell is what the whole layer tells; what is hostile is refused."""

from __future__ import annotations

import io
import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layers.lazies import chunked, estargz, footer, table, zstd
from tests.layers.tars import by_tarfile, hostile_layers, member, tar
from tui.layers.tarscan import Limits
from tui.layers.toc import (
    CHUNKED_DIGEST,
    CHUNKED_PLACE,
    FOOTER,
    STARGZ_DIGEST,
    BadToc,
    Place,
    chunked_entries,
    chunked_place,
    stargz_entries,
    stargz_place,
    toc_entries,
)
from tui.model.listing import LayerEntry

HOSTILE = hostile_layers()
LOST = frozenset({"names", "gnu", "pax", "times"})
"""Layers with names or times that JSON cannot tell."""


def _of_stargz(blob: bytes, annotations: dict[str, str]) -> tuple[LayerEntry, ...]:
    place = stargz_place(blob[-FOOTER:], len(blob))
    return stargz_entries(
        blob[place.offset : place.offset + place.size], annotations[STARGZ_DIGEST]
    )


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - LOST))
def test_an_estargz_table_tells_what_the_layer_tells(name: str) -> None:
    blob, data, annotations = estargz(HOSTILE[name])
    found = _of_stargz(blob, annotations)
    assert found == by_tarfile(data)
    assert found[-1].path == b"stargz.index.json"


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - LOST))
def test_a_chunked_table_tells_what_the_layer_tells(name: str) -> None:
    pytest.importorskip(zstd_or_skip())
    blob, data, annotations = chunked(HOSTILE[name])
    place = chunked_place(annotations[CHUNKED_PLACE], len(blob))
    packed = blob[place.offset : place.offset + place.size]
    assert chunked_entries(packed, place, annotations[CHUNKED_DIGEST]) == by_tarfile(data)
    for wrong in (place._replace(unpacked=place.unpacked - 1), place._replace(unpacked=1 << 20)):
        with pytest.raises(BadToc):
            chunked_entries(packed, wrong, annotations[CHUNKED_DIGEST])
    with pytest.raises(BadToc):
        chunked_entries(packed[:-1] + b"x", place, annotations[CHUNKED_DIGEST])


def zstd_or_skip() -> str:
    try:
        return str(zstd().__name__)
    except ImportError:
        return "backports.zstd"


def test_times_with_fractions_and_zones() -> None:
    def seconds(text: str) -> int:
        (entry,) = toc_entries(_one(modtime=text))
        return entry.mtime

    assert seconds("2023-11-14T22:13:20Z") == 1_700_000_000
    assert seconds("2023-11-15T00:13:20.999999999+02:00") == 1_700_000_000
    assert seconds("1969-12-31T23:59:58.5Z") == -2
    assert seconds("") == 0


def _one(**told: Any) -> bytes:
    entry = {"name": "a", "type": "reg", **told}
    return json.dumps({"version": 1, "entries": [entry]}).encode()


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"entries": 7}',
        b'{"entries": [7]}',
        b"[" * 100_000,
        b'{"entries": [{"name": "a", "type": "reg", "size": ' + b"9" * 5000 + b"}]}",
        _one(type="plugin"),
        _one(type=7),
        _one(name=7),
        _one(name="a\ufffd"),
        _one(name="a\0b"),
        _one(name="\ud800"),
        _one(name="a" * 40_000),
        _one(size=-1),
        _one(size=1 << 63),
        _one(size=1.5),
        _one(size="1"),
        _one(uid=[]),
        _one(modtime="yesterday"),
        _one(modtime="2023-99-14T22:13:20Z"),
        _one(modtime=7),
        _one(xattrs=[1]),
        _one(xattrs={"user.a": "%"}),
        _one(xattrs={"user.a": 7}),
        _one(type="symlink", linkName=["x"]),
    ],
)
def test_a_hostile_table_is_refused(document: bytes) -> None:
    with pytest.raises(BadToc):
        toc_entries(document)


_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
_FIELDS: Final = (
    "name",
    "type",
    "size",
    "modtime",
    "linkName",
    "mode",
    "uid",
    "devMajor",
    "xattrs",
)


@settings(max_examples=400, deadline=None)
@given(
    st.dictionaries(st.sampled_from(_FIELDS), _JSON),
    st.sampled_from(["reg", "symlink", "char", "chunk", None]),
)
def test_any_table_is_read_or_refused(told: dict[str, object], kind: str | None) -> None:
    entry = told | ({"type": kind} if kind else {})
    try:
        found = toc_entries(json.dumps({"entries": [entry]}).encode())
    except BadToc:
        return
    assert all(one.size >= 0 and one.mode <= 0o7777 for one in found)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_any_damage_is_noticed(at: int, noise: bytes) -> None:
    blob, _data, annotations = estargz(HOSTILE["links"])
    place = stargz_place(blob[-FOOTER:], len(blob))
    packed = blob[place.offset : place.offset + place.size]
    damaged = packed[:at] + noise + packed[at + len(noise) :]
    try:
        found = stargz_entries(damaged, annotations[STARGZ_DIGEST])
    except BadToc:
        return
    assert found[:-1] == _of_stargz(blob, annotations)[:-1]


def test_paths_stay_inside() -> None:
    (entry,) = toc_entries(_one(name="/../../etc//passwd", mode=0o100644))
    assert (entry.path, entry.mode) == (b"etc/passwd", 0o644)


def test_a_table_is_bounded() -> None:
    many = table(tar([member(f"f{index}") for index in range(9)]))
    with pytest.raises(BadToc):
        toc_entries(json.dumps(many).encode(), limits=Limits(entries=4))
    for annotation in ("1:2:3:1", "x", "0:1:999999999999:1", "0:0:1:1", "1:1:1:2", "-1:1:1:1"):
        with pytest.raises(BadToc):
            chunked_place(annotation, 2)
    assert chunked_place("8:20:50:1", 28) == Place(8, 20, 50)


def test_a_footer_that_is_none() -> None:
    blob, _data, annotations = estargz(HOSTILE["links"])
    for wrong in (b"", bytes(FOOTER), footer(len(blob)), footer(1 << 60), blob[-FOOTER + 1 :]):
        with pytest.raises(BadToc):
            stargz_place(wrong, len(blob))
    with pytest.raises(BadToc):
        stargz_place(footer(0), 1 << 40)
    with pytest.raises(BadToc):
        _of_stargz(blob, {STARGZ_DIGEST: "sha256:" + "0" * 64})
    place = stargz_place(blob[-FOOTER:], len(blob))
    packed = blob[place.offset : place.offset + place.size]
    for cut in (packed[:40], b"x" + packed, b"", _gzip_of(tar([member("other", b"{}")]))):
        with pytest.raises(BadToc):
            stargz_entries(cut, annotations[STARGZ_DIGEST])


def _gzip_of(data: bytes) -> bytes:
    import gzip

    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb") as file:
        file.write(data)
    return buffer.getvalue()
