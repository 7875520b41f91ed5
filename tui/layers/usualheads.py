"""The usual headers of a tar, read from base64 without decoding more than is needed.

Nearly all entries of a layer are files and folders whose headers differ in name, size, time and
sum. What stands behind these fields is known again as it is encoded; only what stands before it is
decoded. Whatever is not usual is left to the scanner, which understands all.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar
from zlib import adler32

from tui.layers.bytesource import BLOCK
from tui.layers.tarscan import ADLER, NO_DEVICE, POSIX, clean_path, expected_sum, number_of
from tui.model.listing import Kind, LayerEntry, Mark, mark_of

_KNOWN: Final = 4096
"""Of each kind of field, so many are kept in mind."""

_HEAD: Final = struct.Struct("100s24s11sB12s8s")
"""Name; mode, uid, gid; size, and what ends it; mtime, sum. Then come the type and the rest."""

_TEXT: Final = 208
"""Characters of them in base64."""

_LONGEST: Final = 688
"""Characters of a header, and of up to two bytes before it."""

_ENDS: Final = (0, 32)
"""What ends a number."""

_ODD: Final = frozenset((b"/", b".", b""))
_SLASH: Final = 47

_KINDS: Final = {48: Kind.FILE, 53: Kind.DIRECTORY}
"""By type flag: `0` and `5`."""

_CRC: Final = b'"payload":"'
_CRC_LENGTH: Final = 12


_Value = TypeVar("_Value")


class _Shape(NamedTuple):
    """What stands behind the fields of a header."""

    kind: Kind
    prefix: bytes
    """With a slash at its end, or empty."""
    sum: int
    """Of its bytes that are not decoded with the fields."""


UsualHeader = Callable[[bytes, int, int], LayerEntry | None]
"""Takes base64 with what follows it, where that begins, and how many bytes of padding come first.

Returns the entry, with the CRC that follows as its fingerprint; None where it is not usual.
"""


def usual_headers() -> UsualHeader:
    """Return what reads the usual headers of one layer."""
    shapes: tuple[dict[bytes, _Shape], ...] = ({}, {}, {})
    owners: dict[bytes, tuple[int, int, int]] = {}
    times: dict[bytes, int] = {}
    decode, unpack, new = binascii.a2b_base64, _HEAD.unpack_from, tuple.__new__
    file, none = Kind.FILE, Mark.NONE

    def read(piece: bytes, end: int, padding: int) -> LayerEntry | None:
        start, lead = padding // 3 * 4, padding % 3
        after = start + _TEXT
        tail = piece[after:end]
        shape = shapes[lead].get(tail)
        if shape is None:
            shape = _shape_of(piece[start:end], lead)
            if shape is None:
                return None
            _keep(shapes[lead], tail, shape)
        kind, prefix, tail_sum = shape
        head = decode(piece[start : after + 4 if lead else after])
        name, owned, octal, end_of_it, timed, check = unpack(head, lead)
        owner = owners.get(owned) or _keep(owners, owned, _owner_of(owned))
        time = times.get(timed)
        if time is None:
            time = _keep(times, timed, number_of(timed))
        size = _size_of(octal) if kind is file else 0
        if (
            ((adler32(head) & 0xFFFF) + tail_sum) % ADLER != expected_sum(check)
            or size < 0
            or end_of_it not in _ENDS
        ):
            return None
        path = prefix + name.partition(b"\0")[0]
        mark = none
        if b"/." in path or b"//" in path or path[:1] in _ODD or path[-1] == _SLASH:
            path = clean_path(path)
            mark = mark_of(path)
        crc = b""
        if size:
            at = piece.rfind(_CRC, end) + len(_CRC)
            crc = piece[at : at + _CRC_LENGTH] if at >= end else b""
        mode, uid, gid = owner
        told = (path, kind, size, mode, uid, gid, time, b"", NO_DEVICE, (), mark, crc)
        return new(LayerEntry, told)

    return read


def _keep(known: dict[bytes, _Value], key: bytes, value: _Value) -> _Value:
    """Keep a value in mind; of too many all are forgotten."""
    if len(known) >= _KNOWN:
        known.clear()
    known[key] = value
    return value


def _shape_of(text: bytes, lead: int) -> _Shape | None:
    """Return what stands behind a header's fields; None where it is not usual."""
    if len(text) > _LONGEST:
        return None
    head = binascii.a2b_base64(text)[lead:]
    if len(head) != BLOCK or head[157] or head[156] not in _KINDS:
        return None
    prefix = b""
    if head[257:265] == POSIX and head[345]:
        prefix = head[345:500].partition(b"\0")[0] + b"/"
    decoded_too = -(lead + _HEAD.size) % 3  # bytes of the last four characters
    return _Shape(_KINDS[head[156]], prefix, sum(head[_HEAD.size + decoded_too :]))


def _owner_of(owned: bytes) -> tuple[int, int, int]:
    mode, uid, gid = (number_of(owned[at : at + 8]) for at in (0, 8, 16))
    return mode & 0o7777, uid, gid


def _size_of(octal: bytes) -> int:
    """Return a size; -1 where it is not written the usual way."""
    try:
        return int(octal, 8)
    except ValueError:
        return -1
