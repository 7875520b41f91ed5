"""Listing a tar by its headers alone: contents are passed over, and everything is bounded.

Understands ustar, GNU (long names, base-256 numbers, sparse files) and PAX (local and global).
A tar is hostile: whatever is wrong with it is a BadTar, and nothing grows without a limit.
"""

from __future__ import annotations

import gc
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zlib import adler32

from tui.layers.bytesource import BLOCK, ByteSource
from tui.layers.errors import BadTar
from tui.model.listing import Kind, LayerEntry, Mark, mark_of

_HEAD: Final = struct.Struct("100s8s8s8s12s12s8sc100s8s64x16s155s12x")
"""Name, mode, uid, gid, size, mtime, sum, type, link, magic, device, prefix."""

_CHECKSUM: Final = slice(148, 156)
ADLER: Final = 65521
NO_DEVICE: Final = (0, 0)
_NEW: Final = tuple.__new__
_ZERO: Final = bytes(BLOCK)
POSIX: Final = b"ustar\x0000"
_KINDS: Final = {
    b"0": Kind.FILE,
    b"\0": Kind.FILE,
    b"7": Kind.FILE,
    b"S": Kind.FILE,
    b"1": Kind.HARDLINK,
    b"2": Kind.SYMLINK,
    b"3": Kind.CHARACTER,
    b"4": Kind.BLOCK,
    b"5": Kind.DIRECTORY,
    b"D": Kind.DIRECTORY,
    b"6": Kind.FIFO,
}
"""By type flag; any other is a file, as POSIX wants it."""

_BARE: Final = frozenset(b"123456"[i : i + 1] for i in range(6))
"""Types that have no content, whatever size they tell."""

_NO_FILES: Final = frozenset({b"M", b"N", b"V"})
"""GNU's volume labels and continuations."""

_XATTR: Final = b"SCHILY.xattr."
_KEPT: Final = frozenset(
    {
        b"path",
        b"linkpath",
        b"size",
        b"uid",
        b"gid",
        b"mtime",
        b"GNU.sparse.name",
        b"GNU.sparse.size",
        b"GNU.sparse.realsize",
    }
)
_DECIMAL: Final = re.compile(rb"(-?\d{1,20})(\.\d{0,40})?\Z")
_SPARSE_SIZE: Final = slice(483, 495)
_SPARSE_MORE: Final = 482
_SPARSE_MORE_LATER: Final = 504
_LARGEST: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What a tar may hold."""

    entries: int = 4_000_000
    name: int = 1 << 15
    """Bytes of a path or of a link."""
    extension: int = 1 << 20
    """Bytes of one PAX or GNU extension header, as Go's archive/tar allows."""
    kept: int = 1 << 29
    """Bytes of all paths, links and attributes."""
    headers: int = 1 << 16
    """Extension headers without an entry between them."""


LIMITS: Final = Limits()


class TarScanner:
    """Iterates over the entries of a tar.

    While an entry is in hand, `data_at` and `stored` tell where its content lies.
    """

    def __init__(
        self, source: ByteSource, *, contents: bool = True, limits: Limits = LIMITS
    ) -> None:
        """Prepare to read.

        Args:
            source: The tar.
            contents: False where the contents of files were cut out, but not their padding.
            limits: What it may hold.
        """
        self.data_at = 0
        self.stored = 0
        self._source = source
        self._contents = contents
        self._limits = limits
        self._local: dict[bytes, bytes] = {}
        self._global: dict[bytes, bytes] = {}
        self._kept = 0
        self._extensions = 0
        self._global_extensions = 0

    @property
    def has_globals(self) -> bool:
        """Whether a header has told something of all entries that follow."""
        return bool(self._global)

    def __iter__(self) -> Iterator[LayerEntry]:
        """Yield the entries.

        Raises:
            BadTar: it cannot be read, or goes beyond the limits.
        """
        source, limits = self._source, self._limits
        count = headers = 0
        while (head := source.block()) and head != _ZERO:
            entry = self._read(head)
            if entry is None:
                headers += 1
                if headers > limits.headers:
                    raise BadTar("too many extension headers")
                continue
            headers = 0
            count += 1
            self._kept += len(entry.path) + len(entry.link)
            if count > limits.entries or self._kept > limits.kept:
                raise BadTar("too many entries")
            self.data_at = source.tell()
            yield entry
            if self.stored:
                source.skip(self._distance(self.stored))

    def _distance(self, stored: int) -> int:
        padding = -stored % BLOCK
        return stored + padding if self._contents else padding

    def _read(self, head: bytes) -> LayerEntry | None:
        """Return the entry of a header; None for one that belongs to the next."""
        name, mode, uid, gid, size, mtime, check, flag, link, magic, device, prefix = _HEAD.unpack(
            head
        )
        if expected_sum(check) != adler32(head) & 0xFFFF:
            _check_signed(head)
        stored = _number(size)
        if not 0 <= stored <= _LARGEST:
            raise BadTar("a size makes no sense")
        if flag in b"xgXLK":
            self._extend(flag, stored)
            return None
        self.stored = 0 if flag in _BARE else stored
        if flag in _NO_FILES:
            self._source.skip(self._distance(stored))
            self._local = {}
            return None
        path = name.partition(b"\0")[0]
        if magic == POSIX and prefix[0]:
            path = prefix.partition(b"\0")[0] + b"/" + path
        kind = _KINDS.get(flag, Kind.FILE)
        if flag == b"\0" and path[-1:] == b"/":  # as V7 wrote folders
            kind, self.stored = Kind.DIRECTORY, 0
        numbers = (number_of(mode) & 0o7777, number_of(uid), number_of(gid), number_of(mtime))
        real = self._sparse(head) if flag == b"S" else self.stored
        where = NO_DEVICE
        if kind is Kind.CHARACTER or kind is Kind.BLOCK:
            where = (_number(device[:8]), _number(device[8:]))
        target = link.partition(b"\0")[0] if link[0] else b""
        if self._local or self._global:
            return self._extended(path, kind, real, numbers, target, where)
        return _entry(path, kind, real, numbers, target, where)

    def _sparse(self, head: bytes) -> int:
        """Return the size of GNU's sparse file, and pass over the rest of its map."""
        real = _number(head[_SPARSE_SIZE])
        more = head[_SPARSE_MORE]
        blocks = 0
        while more:
            blocks += 1
            if blocks > self._limits.headers:
                raise BadTar("a sparse file has too many pieces")
            more = self._source.take(BLOCK)[_SPARSE_MORE_LATER]
        if not 0 <= real <= _LARGEST:
            raise BadTar("a size makes no sense")
        return real

    def _extend(self, flag: bytes, size: int) -> None:
        """Take in an extension header."""
        self._extensions += size
        if size > self._limits.extension or self._extensions > 8 * self._limits.extension:
            raise BadTar("an extension header is too long")
        data = self._source.take(size)
        if size % BLOCK:
            self._source.skip(-size % BLOCK)
        if flag in b"LK":
            key = b"path" if flag == b"L" else b"linkpath"
            self._local.setdefault(key, data.partition(b"\0")[0])
        elif flag == b"g":
            self._global |= _records(data)
            self._global_extensions += size
        else:
            self._local |= _records(data)

    def _extended(
        self,
        path: bytes,
        kind: Kind,
        size: int,
        numbers: tuple[int, ...],
        target: bytes,
        device: tuple[int, int],
    ) -> LayerEntry:
        """Return an entry with what the extension headers say of it."""
        told = self._global | self._local
        self._local = {}
        self._extensions = self._global_extensions
        path = told.get(b"GNU.sparse.name") or told.get(b"path") or path
        target = told.get(b"linkpath") or target
        if len(path) > self._limits.name or len(target) > self._limits.name:
            raise BadTar("a name is too long")
        if kind is Kind.FILE:
            size = self._told_size(told, size)
        mode, *others = numbers
        uid, gid, mtime = (
            _decimal(told[key]) if told.get(key) else value
            for key, value in zip((b"uid", b"gid", b"mtime"), others, strict=True)
        )
        xattrs = tuple(
            sorted((key[len(_XATTR) :], told[key]) for key in told if key.startswith(_XATTR))
        )
        self._kept += sum(len(key) + len(value) for key, value in xattrs)
        return _entry(path, kind, size, (mode, uid, gid, mtime), target, device, xattrs)

    def _told_size(self, told: dict[bytes, bytes], size: int) -> int:
        """Return a file's size as PAX tells it, and note how much of it is stored."""
        if told.get(b"size"):
            self.stored = size = _decimal(told[b"size"])
        real = told.get(b"GNU.sparse.realsize") or told.get(b"GNU.sparse.size")
        if real:
            size = _decimal(real)
        if min(size, self.stored) < 0 or max(size, self.stored) > _LARGEST:
            raise BadTar("a size makes no sense")
        return size


def scan(source: ByteSource, *, limits: Limits = LIMITS) -> tuple[LayerEntry, ...]:
    """Return the entries of a layer's tar.

    Raises:
        BadTar: it cannot be read, or goes beyond the limits.
    """
    with collecting_later():
        return tuple(TarScanner(source, limits=limits))


@contextmanager
def collecting_later() -> Iterator[None]:
    """Put off Python's search for cycles, of which a listing makes none: it takes a tenth more."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def clean_path(name: bytes) -> bytes:
    """Return a path as the listings write it: relative, inside the root, nothing superfluous."""
    if name[-1:] == b"/":
        name = name[:-1]
    if name[:1] not in (b"/", b".", b"") and b"//" not in name and b"/." not in name:
        return name
    parts: list[bytes] = []
    for part in name.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)


def _entry(
    path: bytes,
    kind: Kind,
    size: int,
    numbers: tuple[int, ...],
    target: bytes,
    device: tuple[int, int],
    xattrs: tuple[tuple[bytes, bytes], ...] = (),
) -> LayerEntry:
    path = clean_path(path)
    if kind is Kind.FILE:
        target = b""
    elif kind is Kind.SYMLINK:
        size = len(target)
    elif kind is Kind.HARDLINK:
        size, target = 0, clean_path(target)
    else:
        size, target = 0, b""
    mark = mark_of(path) if b".wh." in path else Mark.NONE
    # As LayerEntry(...) does it, in half the time.
    return _NEW(LayerEntry, (path, kind, size, *numbers, target, device, xattrs, mark, b""))


def _number(field: bytes) -> int:
    """Return an octal number, or GNU's base-256 one."""
    try:
        return int(field.rstrip(b" \0") or b"0", 8)
    except ValueError:
        if field[0] & 0x80:
            value = int.from_bytes(field, "big") & ~(0x80 << 8 * (len(field) - 1))
            return value - (1 << 8 * len(field) - 1) if field[0] & 0x40 else value
        try:
            return int(field.partition(b"\0")[0].strip() or b"0", 8)
        except ValueError:
            raise BadTar("a number makes no sense") from None


number_of: Final = lru_cache(4096)(_number)
"""For numbers that most entries of a layer have in common."""


@lru_cache(8192)
def expected_sum(check: bytes) -> int:
    """Return what the low half of Adler-32 is for a header whose sum stands in this field."""
    return (_number(check) - 255 + sum(check)) % ADLER


def _check_signed(head: bytes) -> None:
    """Accept the sums of old tars, which took bytes for signed.

    Raises:
        BadTar: the header is damaged.
    """
    plain = head[:148] + b" " * 8 + head[156:]
    signed = sum(byte - 256 if byte > 127 else byte for byte in plain)
    if _number(head[_CHECKSUM]) != signed:
        raise BadTar("a header is damaged")


def _decimal(text: bytes) -> int:
    """Return a PAX number, rounded down."""
    match = _DECIMAL.match(text)
    if match is None:
        raise BadTar("a number makes no sense")
    whole, fraction = match.groups()
    below = whole.startswith(b"-") and fraction and fraction.strip(b".0")
    return int(whole) - bool(below)


def _records(data: bytes) -> dict[bytes, bytes]:
    """Return the records of a PAX header that matter here."""
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(data) and data[at]:
        space = data.find(b" ", at, at + 10)
        digits = data[at:space] if space > 0 else b""
        end = at + int(digits) if digits.isdigit() else 0
        if end <= space + 1 or end > len(data) or data[end - 1 : end] != b"\n":
            raise BadTar("a PAX record makes no sense")
        key, equals, value = data[space + 1 : end - 1].partition(b"=")
        if not equals:
            raise BadTar("a PAX record makes no sense")
        if key in _KEPT or key.startswith(_XATTR):
            found[key] = value
        at = end
    return found
