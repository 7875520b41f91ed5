"""Reads tars that may be hostile: entries, with everything they tell, and where their bytes lie.

Written by hand rather than with tarfile: a layer is identified by its bytes, so that the place of
each header matters, and a header that lies must end in an error, not in a loop.
Formats: POSIX ustar and PAX (pax(1)), and GNU's long names, binary numbers and sparse files.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tui.practice.nodes import Kind, Node

BLOCK: Final = 512
"""Bytes of a header; contents are filled up to a multiple of it."""

_ZEROS: Final = bytes(BLOCK)
_SPARSE_LIMIT: Final = 1 << 28
"""Bytes that a sparse file may have when its holes are filled."""

_LONGEST: Final = 4096
"""Characters of a path; Linux knows no longer ones."""

_XATTR: Final = "SCHILY.xattr."
_KINDS: Final = {
    b"0": Kind.FILE,
    b"\0": Kind.FILE,
    b"7": Kind.FILE,
    b"S": Kind.FILE,
    b"1": Kind.FILE,
    b"2": Kind.SYMLINK,
    b"3": Kind.CHARACTER,
    b"4": Kind.BLOCK,
    b"5": Kind.DIRECTORY,
    b"6": Kind.FIFO,
}


class BadTar(ValueError):
    """The bytes are no tar, or one that lies."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a tar."""

    name: str
    """As written: a folder's ends in a slash; bytes that are no UTF-8 are surrogate-escaped."""
    node: Node
    link: str
    """The path of the first name of a hard link; empty for all other entries."""
    start: int
    """Where its headers begin, in bytes from the beginning of the tar."""
    data: int
    """Where its content begins."""
    stored: int
    """Bytes of its content in the tar, without filling."""

    @property
    def path(self) -> str:
        """The name without slashes at its end."""
        return self.name.rstrip("/")

    @property
    def end(self) -> int:
        """Where the filling after its content ends."""
        return self.data + -(-self.stored // BLOCK) * BLOCK


@dataclass(slots=True)
class _Extra:
    """What extension headers told about the entry that follows."""

    start: int
    records: dict[str, str] = field(default_factory=dict)


def read(tar: bytes) -> Iterator[Entry]:
    """Iterate over the entries of an uncompressed tar, in order.

    Raises:
        BadTar: a header is wrong, or the end is missing in the middle of an entry.
    """
    at, general = 0, dict[str, str]()
    extra: _Extra | None = None
    while at + BLOCK <= len(tar):
        head = tar[at : at + BLOCK]
        if head == _ZEROS:
            return
        _check_sum(head)
        flag, size = head[156:157], _number(head[124:136])
        if flag in b"xgLK":
            body = _slice(tar, at + BLOCK, size)
            extra = extra or _Extra(at)
            if flag == b"g":
                general |= _records(body)
            else:
                extra.records |= _records(body) if flag == b"x" else _long_name(flag, body)
            at += BLOCK + -(-size // BLOCK) * BLOCK
            continue
        entry = _entry(
            tar, at, extra.start if extra else at, general | (extra.records if extra else {})
        )
        extra, at = None, entry.end
        yield entry
    if tar[at : at + BLOCK].strip(b"\0"):
        raise BadTar("unexpected EOF")


def _entry(tar: bytes, at: int, start: int, records: dict[str, str]) -> Entry:
    """Return the entry whose own header is at a place."""
    head = tar[at : at + BLOCK]
    flag = head[156:157]
    path = records.get("path") or _path(head)
    kind = _KINDS.get(flag, Kind.FILE)
    if flag == b"\0" and path.endswith("/"):
        kind = Kind.DIRECTORY  # as tars older than POSIX write folders
    stored = _decimal(records["size"]) if "size" in records else _number(head[124:136])
    if kind is not Kind.FILE or flag == b"1":
        stored = 0
    data = at + BLOCK
    content = b""
    if _is_sparse(flag, records):
        data = _after_map(tar, at) if flag == b"S" else data
        content = _filled(tar, start, data + -(-stored // BLOCK) * BLOCK)
    elif stored:
        content = _slice(tar, data, stored)
    target = records.get("linkpath") or _text(head[157:257])
    path = records.get("GNU.sparse.name", path)
    if "\0" in path + target:
        raise BadTar("invalid tar header")
    if len(path) > _LONGEST:
        raise BadTar("file name too long")
    node = _node(head, records, kind, content)
    if kind is Kind.SYMLINK:
        node.target, node.mode = target, 0o777  # whatever is written, Linux knows no other
    return Entry(path, node, target if flag == b"1" else "", start, data, stored)


def _node(head: bytes, records: dict[str, str], kind: Kind, content: bytes) -> Node:
    is_device = kind in {Kind.CHARACTER, Kind.BLOCK}
    return Node(
        kind,
        _number(head[100:108]) & 0o7777,
        _decimal(records["uid"]) if "uid" in records else _number(head[108:116]),
        _decimal(records["gid"]) if "gid" in records else _number(head[116:124]),
        _seconds(records["mtime"]) if "mtime" in records else _number(head[136:148], signed=True),
        content,
        device=(_number(head[329:337]), _number(head[337:345])) if is_device else (0, 0),
        xattrs={
            name.removeprefix(_XATTR): value.encode("utf-8", "surrogateescape")
            for name, value in records.items()
            if name.startswith(_XATTR)
        },
    )


def _check_sum(head: bytes) -> None:
    told = _number(head[148:156])
    unsigned = sum(head) - sum(head[148:156]) + 8 * ord(" ")
    if told == unsigned:
        return
    above = sum(1 for byte in head[:148] + head[156:] if byte > 127)
    if told != unsigned - 256 * above:  # as some old tars add: with signed bytes
        raise BadTar("invalid tar header")


def _number(field: bytes, *, signed: bool = False) -> int:
    """Return a number of a header: octal digits, or GNU's big-endian binary.

    Raises:
        BadTar: it is no number, or negative where it cannot be.
    """
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
        if field[0] & 0x40:
            value -= 1 << (8 * len(field) - 1)
        if value < 0 and not signed:
            raise BadTar("invalid tar header")
        return value
    text = field.partition(b"\0")[0].strip(b" ")
    try:
        return int(text, 8) if text else 0
    except ValueError as error:
        raise BadTar("invalid tar header") from error


def _decimal(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise BadTar("invalid tar header")
    return int(text)


def _seconds(text: str) -> int:
    """Return the whole seconds of a PAX time, which may have a fraction and a sign."""
    whole = text.partition(".")[0]
    return -_decimal(whole[1:]) if whole.startswith("-") else _decimal(whole)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _path(head: bytes) -> str:
    name = _text(head[:100])
    is_posix = head[257:263] == b"ustar\0"  # GNU's own headers have times where the prefix is
    prefix = _text(head[345:500]) if is_posix else ""
    return f"{prefix}/{name}" if prefix else name


def _long_name(flag: bytes, body: bytes) -> dict[str, str]:
    return {"path" if flag == b"L" else "linkpath": _text(body)}


def _records(body: bytes) -> dict[str, str]:
    """Return the records of a PAX header: lines `LENGTH NAME=VALUE`, counted in bytes.

    Raises:
        BadTar: a length is wrong.
    """
    found: dict[str, str] = {}
    at = 0
    while at < len(body) and body[at]:
        digits = body[at : at + 20].partition(b" ")[0]
        length = int(digits) if digits.isdigit() else 0
        record = body[at + len(digits) + 1 : at + length]
        name, equals, value = record.partition(b"=")
        if not equals or not record.endswith(b"\n") or at + length > len(body):
            raise BadTar("invalid tar header")
        found[name.decode("utf-8", "surrogateescape")] = value[:-1].decode(
            "utf-8", "surrogateescape"
        )
        at += length
    return found


def _slice(tar: bytes, start: int, size: int) -> bytes:
    if start + size > len(tar):
        raise BadTar("unexpected EOF")
    return tar[start : start + size]


def _is_sparse(flag: bytes, records: dict[str, str]) -> bool:
    return flag == b"S" or any(name.startswith("GNU.sparse.") for name in records)


def _after_map(tar: bytes, at: int) -> int:
    """Return where the content of GNU's old sparse file begins: after the blocks of its map."""
    more = tar[at + 482]
    at += BLOCK
    while more:
        more = _slice(tar, at, BLOCK)[504]
        at += BLOCK
    return at


def _filled(tar: bytes, start: int, end: int) -> bytes:
    """Return the content of a sparse file with its holes; tarfile knows the four ways to tell them.

    Raises:
        BadTar: they make no sense, or the file would be too big.
    """
    piece = _slice(tar, start, end - start) + 2 * _ZEROS
    try:
        with tarfile.open(fileobj=io.BytesIO(piece), mode="r:") as archive:
            member = archive.next()
            if member is None or not 0 <= member.size <= _SPARSE_LIMIT:
                raise BadTar("sparse file is too big")
            content = archive.extractfile(member)
            return content.read() if content else b""
    except (tarfile.TarError, ValueError, OSError) as error:
        raise BadTar(str(error)) from error
