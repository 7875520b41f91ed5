"""Gzip as a registry wants it: the same bytes give the same blob on every machine.

`zlib.compress` does not promise that: zlib and zlib-ng find different matches, and then the digest
of a blob would depend on where it was made. So layers are packed here, and only what is mostly
empty in them gets smaller: runs of zero bytes become matches, everything else is stored as it is
(RFC 1951 deflate, RFC 1952 gzip). Unpacking is left to zlib, since it reads any gzip.
"""

from __future__ import annotations

import re
import struct
import zlib
from functools import lru_cache
from typing import Final

_HEAD: Final = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF])
"""Deflate, no name, time 0, an unknown operating system."""

_LAST: Final = b"\x01\x00\x00\xff\xff"
"""The last block: stored, and empty."""

_RUN: Final = 32
"""Zero bytes from which on a run pays."""

_STORED: Final = 0xFFFF
"""Bytes that one stored block takes."""

_NO_ZERO: Final = re.compile(rb"[^\0]")

# The fixed Huffman codes of RFC 1951, 3.2.6, each written in the order of its bits.
_ZERO: Final = "00110000"  # the literal 0
_TEN: Final = "0001000" + "00000"  # 10 more of the byte before
_MANY: Final = "11000101" + "00000"  # 258 more of it
_END: Final = "0000000"


def packed(data: bytes) -> bytes:
    """Return a gzip stream of the data."""
    parts = [_HEAD]
    at = 0
    while (run := data.find(b"\0" * _RUN, at)) >= 0:
        found = _NO_ZERO.search(data, run)
        end = found.start() if found else len(data)
        parts += _stored(data[at:run])
        parts.append(_zeros(end - run))
        at = end
    parts += _stored(data[at:])
    return b"".join([*parts, _LAST, struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)])


def _stored(data: bytes) -> list[bytes]:
    """Return stored blocks; each begins at the beginning of a byte, as the one before ended."""
    blocks: list[bytes] = []
    for at in range(0, len(data), _STORED):
        piece = data[at : at + _STORED]
        length = len(piece)
        blocks.append(struct.pack("<BHH", 0, length, length ^ 0xFFFF))
        blocks.append(piece)
    return blocks


@lru_cache(maxsize=4096)
def _zeros(count: int) -> bytes:
    """Return a block of fixed codes for a run, and an empty stored one that fills its last byte."""
    many, rest = divmod(count - 1, 258)
    tens, ones = divmod(rest, 10)
    bits = "010" + _ZERO + _MANY * many + _TEN * tens + _ZERO * ones + _END + "000"
    bits += "0" * (-len(bits) % 8)
    # deflate fills each byte from its lowest bit
    return int(bits[::-1], 2).to_bytes(len(bits) // 8, "little") + b"\0\0\xff\xff"
