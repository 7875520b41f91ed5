"""A tar's entries, read by their headers, are what tarfile reads; what is broken is a BadTar."""

from __future__ import annotations

import io
import random
import struct
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layers.tars import by_tarfile, hostile_layers, member, tar
from tui.layers.bytesource import ByteSource
from tui.layers.errors import BadTar, LayerError
from tui.layers.tarscan import Limits, TarScanner, scan
from tui.model.listing import Kind, LayerEntry, Mark

LAYERS = hostile_layers()


class Trickle:
    """A pipe that gives a few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        self._stream = io.BytesIO(data)
        self._step = step

    def read(self, size: int, /) -> bytes:
        return self._stream.read(min(size, self._step))


def _scans(data: bytes) -> list[tuple[LayerEntry, ...]]:
    """Read with seeking, without, and in morsels."""
    return [
        scan(ByteSource(None, io.BytesIO(data))),
        scan(ByteSource(io.BytesIO(data))),
        scan(ByteSource(Trickle(data, 300))),
    ]


@pytest.mark.parametrize("name", LAYERS)
def test_rare_things_are_read_as_tarfile_reads_them(name: str) -> None:
    for entries in _scans(LAYERS[name]):
        assert entries == by_tarfile(LAYERS[name])


def test_nothing_at_all_is_an_empty_layer() -> None:
    assert scan(ByteSource(io.BytesIO(b""))) == ()
    assert scan(ByteSource(io.BytesIO(bytes(1024)))) == ()


def test_marks_tell_what_they_hide() -> None:
    entries = scan(ByteSource(io.BytesIO(LAYERS["marks"])))
    assert [(entry.mark, entry.hides) for entry in entries[1:4]] == [
        (Mark.OPAQUE, b"etc"),
        (Mark.WHITEOUT, b"etc/passwd"),
        (Mark.WHITEOUT, b"root"),
    ]
    assert entries[4].mark is Mark.NONE  # the folder is aufs', the file in it is just a file


_NAMES = st.lists(
    st.text(st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1),
    min_size=1,
    max_size=6,
).map("/".join)
_MEMBERS = st.builds(
    lambda name, content, kind, link, uid, mtime, mode: member(
        name,
        content if kind == tarfile.REGTYPE else b"",
        type=kind,
        linkname=link if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else "",
        uid=uid,
        mtime=mtime,
        mode=mode,
    ),
    _NAMES,
    st.binary(max_size=2000),
    st.sampled_from(
        [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE]
    ),
    _NAMES,
    st.integers(0, 1 << 32),
    st.integers(-(1 << 33), 1 << 34),
    st.integers(0, 0o7777),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(_MEMBERS, max_size=12), st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]))
def test_any_tar_is_read_as_tarfile_reads_it(
    members: list[tuple[tarfile.TarInfo, bytes]], form: int
) -> None:
    data = tar(members, form)
    expected = by_tarfile(data)
    for entries in _scans(data):
        assert entries == expected


def _header(name: bytes, flag: bytes, size: int, tail: bytes = b"") -> bytes:
    head = bytearray(512)
    struct.pack_into("100s8s8s8s12s", head, 0, name, b"644", b"0", b"0", b"%o" % size)
    head[136:148] = b"0".ljust(12, b"\0")
    head[156:157] = flag
    head[257:265] = b"ustar  \0"
    head[345 : 345 + len(tail)] = tail
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def test_gnus_sparse_file_counts_whole() -> None:
    """An old GNU sparse file: its map goes on in a block of its own, then come stored bytes."""
    tail = bytearray(155)
    tail[482 - 345] = 1
    tail[483 - 345 : 495 - 345] = b"%011o\0" % 50_000_000
    data = _header(b"hole", b"S", 600, bytes(tail)) + bytes(512) + b"x" * 600 + bytes(424)
    data += _header(b"next", b"0", 0) + bytes(1024)
    for entries in _scans(data):
        assert [(entry.path, entry.size) for entry in entries] == [
            (b"hole", 50_000_000),
            (b"next", 0),
        ]


def test_a_pax_sparse_file_counts_whole() -> None:
    told = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "hole",
        "GNU.sparse.realsize": "50000000",
    }
    data = tar([member("GNUSparseFile.1/hole", b"0\n" + bytes(510), pax_headers=told)])
    assert [(e.path, e.size) for e in scan(ByteSource(io.BytesIO(data)))] == [(b"hole", 50_000_000)]


def test_a_global_header_holds_for_all_that_follow() -> None:
    buffer = io.BytesIO()
    with tarfile.open(
        fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"uid": "77"}
    ) as archive:
        archive.addfile(member("a")[0])
        archive.addfile(member("b")[0])
    assert [entry.uid for entry in scan(ByteSource(io.BytesIO(buffer.getvalue())))] == [77, 77]


def test_old_sums_over_signed_bytes_are_taken() -> None:
    head = bytearray(_header(b"caf\xe9", b"0", 0))
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(b - 256 if b > 127 else b for b in head)
    assert scan(ByteSource(io.BytesIO(bytes(head) + bytes(1024))))[0].path == b"caf\xe9"


@pytest.mark.parametrize(
    "data",
    [
        _header(b"x", b"0", 5),
        _header(b"x", b"0", 1 << 32),
        _header(b"x", b"0", 0)[:300],
        b"\1" * 512,
        _header(b"x", b"x", 1 << 30) + bytes(512),
        _header(b"x", b"x", 512) + b"9999 path=x\n" + bytes(500),
        _header(b"x", b"x", 512) + b"-5 path=x\n" + bytes(502),
        _header(b"x", b"x", 512) + b"12 size=-9\n\n".ljust(512, b"\0") + _header(b"y", b"0", 0),
        _header(b"x", b"L", 1 << 16) + b"n" * (1 << 16) + _header(b"y", b"0", 0),
    ],
)
def test_what_is_broken_is_a_bad_tar(data: bytes) -> None:
    for source in (ByteSource(None, io.BytesIO(data)), ByteSource(io.BytesIO(data))):
        with pytest.raises(BadTar):
            scan(source)


def test_the_limits_hold() -> None:
    many = tar([member(f"f{i}") for i in range(20)])
    with pytest.raises(BadTar):
        scan(ByteSource(io.BytesIO(many)), limits=Limits(entries=19))
    with pytest.raises(BadTar):
        scan(ByteSource(io.BytesIO(many)), limits=Limits(kept=10))
    extensions = (_header(b"x", b"x", 0)) * 20
    with pytest.raises(BadTar):
        scan(ByteSource(io.BytesIO(extensions)), limits=Limits(headers=10))
    record = b"30 SCHILY.xattr.a%04d=1234567\n"
    heads = b"".join(
        _header(b"x", b"x", 30) + (record % index).ljust(512, b"\0") for index in range(50)
    )
    with pytest.raises(BadTar):
        scan(ByteSource(io.BytesIO(heads)), limits=Limits(extension=100))


def test_a_path_stays_inside_the_root() -> None:
    data = tar([member("../../etc/passwd"), member("/abs//x/./y/../z")])
    assert [e.path for e in scan(ByteSource(io.BytesIO(data)))] == [b"etc/passwd", b"abs/x/z"]


def test_where_a_content_lies_is_told() -> None:
    data = tar([member("a", b"first"), member("n" * 200, b"second")])
    scanner = TarScanner(ByteSource(None, io.BytesIO(data)))
    found = [data[scanner.data_at : scanner.data_at + scanner.stored] for _entry in scanner]
    assert found == [b"first", b"second"]


def test_mutated_tars_raise_nothing_but_our_own() -> None:
    chance = random.Random(7)
    seeds = list(LAYERS.values())
    for _round in range(3000):
        data = bytearray(chance.choice(seeds)[:6000])
        for _change in range(chance.randrange(1, 8)):
            if data:
                at = chance.randrange(len(data))
                data[at] = chance.choice(b"\0\xff\x80 01279AgxLKS\n=")
        del data[chance.randrange(len(data) + 1) + 512 :]
        _fix_sums(data)
        try:
            for entry in scan(ByteSource(io.BytesIO(bytes(data)))):
                assert entry.size >= 0
                assert entry.kind in Kind
        except LayerError:
            continue


def _fix_sums(data: bytearray) -> None:
    """Make every block's sum right, so that what is behind it is tried."""
    for at in range(0, len(data) - 511, 512):
        if data[at + 257 : at + 262] == b"ustar":
            data[at + 148 : at + 156] = b" " * 8
            data[at + 148 : at + 156] = b"%06o\0 " % sum(data[at : at + 512])
