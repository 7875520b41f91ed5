"""Compressed streams: several members, padding, damage, in pieces of any size."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable

import pytest

from tui.layers.blobs import decompressed, is_compressed
from tui.layers.errors import BadCompression

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


def test_what_is_plain_stays() -> None:
    assert not is_compressed(b"a.ta")
    assert _all(DATA) == DATA
    assert _all(b"") == b""
