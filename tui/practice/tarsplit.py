"""tar-split.json.gz: a layer's tar without the contents of its files, as dockerd keeps it.

A line of JSON for each piece: raw bytes (headers, padding) as base64, or a file, whose bytes lie in
the layer's folder, with their CRC. Both together give the tar again, byte for byte.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final

from tui.practice.tarread import BLOCK, Entry, read

FILE: Final = 1
RAW: Final = 2

_ONES: Final = (1 << 64) - 1
_ENDS: Final = 2 * BLOCK
"""Bytes of zeros that a tar ends with; what follows is a piece of its own."""

_CHUNK: Final = 1 << 20
_LEVEL: Final = 6

_GO: Final = {char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"} | {
    r"\b": r"\u0008",
    r"\f": r"\u000c",
}
"""What Go's JSON writes another way than Python's."""

_OTHERWISE: Final = re.compile(r"\\.|[<>&\u2028\u2029]")
"""An escape of two characters (an escaped backslash is one of them), or one of `_GO`."""


class BadSplit(ValueError):
    """A tar cannot be put together again: the pieces are damaged, or do not fit."""


def split(tar: bytes) -> bytes:
    """Return the tar-split.json.gz of an uncompressed tar.

    Raises:
        BadTar: it cannot be read.
    """
    pieces = list(_pieces(tar))
    lines = [_line(piece, position) for position, piece in enumerate(pieces)]
    return gzip.compress(b"".join(lines), _LEVEL, mtime=0)


def join(split: bytes, content: Callable[[str], bytes]) -> bytes:
    """Return the tar that was split.

    Args:
        split: What `split` returned, or dockerd wrote.
        content: Returns what is in a file, by the name that the tar gives it.

    Raises:
        BadSplit: a piece cannot be read, or a file is not what it was.
        OSError: as `content` raises.
    """
    try:
        lines = gzip.decompress(split).splitlines()
        return b"".join(_piece(json.loads(line), content) for line in lines)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadSplit(f"tar-split: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise error if isinstance(error, BadSplit) else BadSplit(f"tar-split: {error}") from error


def crc64(data: bytes) -> int:
    """Return the CRC-64 of ISO 3309, bits reversed, as Go's hash/crc64 computes it.

    The polynomial x^64 + x^4 + x^3 + x + 1 has few terms, and squaring keeps them few: x^(64q) is
    x^(4q) + x^(3q) + x^q + 1 for each power of two q. So half of a long number is folded onto the
    other half at once, and the work is done by shifts of big integers: bit 0 of the first byte
    is the highest power.
    """
    bits = 8 * len(data) + 64
    value = int.from_bytes(data, "little") ^ _ONES
    while bits > 64:
        q = 1 << ((bits - 1) // 64).bit_length() - 1
        low = min(bits - 64 * q, 60 * q)
        part = value & ((1 << low) - 1)
        value >>= low
        for power in (60, 61, 63, 64):
            value ^= part << (power * q - low)
        bits -= low
    return value ^ _ONES


def _pieces(tar: bytes) -> Iterator[bytes | Entry]:
    """Iterate over raw pieces and entries, cut where dockerd cuts."""
    at = 0
    for entry in read(tar):
        yield tar[at : entry.data]
        yield entry
        at = entry.data + entry.stored
    padding = -at % BLOCK
    if tar[at : at + padding + _ENDS]:
        yield tar[at : at + padding + _ENDS]
    for start in range(at + padding + _ENDS, len(tar), _CHUNK):
        yield tar[start : start + _CHUNK]
    yield b""


def _line(piece: bytes | Entry, position: int) -> bytes:
    if isinstance(piece, bytes):
        payload = base64.b64encode(piece).decode()
        return f'{{"type":{RAW},"payload":"{payload}","position":{position}}}\n'.encode()
    told: dict[str, Any] = {"type": FILE}
    try:
        piece.name.encode()
        told["name"] = piece.name
    except UnicodeEncodeError:
        raw = piece.name.encode("utf-8", "surrogateescape")
        told["name_raw"] = base64.b64encode(raw).decode()
    content = piece.node.content
    if content:
        told["size"] = len(content)
    crc = base64.b64encode(crc64(content).to_bytes(8, "big")).decode() if content else None
    text = json.dumps(
        {**told, "payload": crc, "position": position}, ensure_ascii=False, separators=(",", ":")
    )
    text = _OTHERWISE.sub(lambda found: _GO.get(found[0], found[0]), text)
    return text.encode() + b"\n"


def _piece(told: Any, content: Callable[[str], bytes]) -> bytes:
    """Return the bytes that a line stands for.

    Raises:
        BadSplit: a file is not what it was.
    """
    if told["type"] == RAW:
        return base64.b64decode(told["payload"], validate=True)
    if not told.get("size"):
        return b""
    raw = told.get("name_raw")
    name = base64.b64decode(raw).decode("utf-8", "surrogateescape") if raw else told["name"]
    data = content(name)
    if len(data) != told["size"] or crc64(data) != int.from_bytes(
        binascii.a2b_base64(told["payload"]), "big"
    ):
        raise BadSplit(f"tar-split: {name!r} has changed")
    return data
