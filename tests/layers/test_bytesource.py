"""Compressed streams: several members, padding, damage, in pieces of any size."""

from __future__ import annotations

import bz2
import gc
import gzip
import io
import lzma
import random
import shutil
from collections.abc import Callable

import pytest

from tests.waiting import until
from tui.layers.blobs import decompressed, is_compressed
from tui.layers.errors import BadCompression, BadTar, NoZstd
from tui.layers.zstdprogram import PipedZstd

DATA = bytes(range(256)) * 4096


def _zstd(data: bytes) -> bytes:
    from backports import zstd

    return zstd.compress(data)


KINDS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": _zstd,
}


class _Drops:
    """A stream that gives a few bytes at a time."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        return self._data.read(min(size, 7))


def _all(data: bytes) -> bytes:
    stream = decompressed(_Drops(data))
    return b"".join(iter(lambda: stream.read(1 << 16), b""))


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_compressed_comes_back(kind: str) -> None:
    packed = KINDS[kind](DATA)
    assert is_compressed(packed[:4])
    assert _all(packed) == DATA
    assert _all(packed + KINDS[kind](b"more")) == DATA + b"more"
    assert _all(packed + bytes(512)) == DATA


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_damaged_says_so(kind: str) -> None:
    packed = KINDS[kind](DATA)
    for bad in (packed[:-6], packed[:10], packed[:8] + b"\xff" * 40):
        with pytest.raises(BadCompression):
            _all(bad)


def _no_module(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr("tui.layers.bytesource.import_module", missing)


def test_the_program_zstd_where_python_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = _zstd(DATA)
    if shutil.which("zstd") is None:
        pytest.skip("no program zstd")
    _no_module(monkeypatch)
    assert _all(packed) == DATA
    assert _all(packed + packed) == DATA + DATA
    for bad in (packed[:-6], packed[:10], packed[:8] + b"\xff" * 40):
        with pytest.raises(BadCompression):
            _all(bad)


def test_a_reader_that_stops_ends_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = _zstd(random.Random(1).randbytes(3_000_000))
    if shutil.which("zstd") is None:
        pytest.skip("no program zstd")
    _no_module(monkeypatch)
    stream = PipedZstd(io.BytesIO(packed))
    assert stream.read(10)
    process = stream._process
    del stream
    gc.collect()
    until(lambda: process.returncode is not None, "the program has ended")


def test_what_goes_wrong_behind_the_program_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def read(self, _size: int, /) -> bytes:
            raise BadTar("gone")

    if shutil.which("zstd") is None:
        pytest.skip("no program zstd")
    with pytest.raises(BadTar):
        PipedZstd(Broken()).read(10)


def test_with_neither_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = _zstd(DATA)
    _no_module(monkeypatch)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(NoZstd) as caught:
        _all(packed)
    assert "zstd" in caught.value.remedy


def test_what_is_plain_stays() -> None:
    assert not is_compressed(b"a.ta")
    assert _all(DATA) == DATA
    assert _all(b"") == b""
