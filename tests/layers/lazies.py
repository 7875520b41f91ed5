"""Layers that carry a table of contents, as eStargz and zstd:chunked are described."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import struct
import tarfile
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from tests.layers.tars import member, tar
from tui.layers.toc import CHUNKED_DIGEST, CHUNKED_PLACE, STARGZ_DIGEST

TYPES = {
    tarfile.LNKTYPE: "hardlink",
    tarfile.SYMTYPE: "symlink",
    tarfile.CHRTYPE: "char",
    tarfile.BLKTYPE: "block",
    tarfile.DIRTYPE: "dir",
    tarfile.FIFOTYPE: "fifo",
}
END = bytes(1024)


def table(data: bytes) -> dict[str, Any]:
    """Return the table of contents of a tar."""
    entries = []
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            entries.append(_entry(info))
            if info.size > 1000:
                entries.append({"name": info.name, "type": "chunk", "chunkOffset": 1000})
    return {"version": 1, "entries": entries}


def _entry(info: tarfile.TarInfo) -> dict[str, Any]:
    slash = "/" if info.isdir() else ""
    told: dict[str, Any] = {"name": info.name + slash, "type": TYPES.get(info.type, "reg")}
    xattrs = {
        name.removeprefix("SCHILY.xattr."): base64.b64encode(text.encode()).decode()
        for name, text in info.pax_headers.items()
        if name.startswith("SCHILY.xattr.")
    }
    numbers = {
        "size": info.size,
        "mode": info.mode,
        "uid": info.uid,
        "gid": info.gid,
        "devMajor": info.devmajor if info.isdev() else 0,
        "devMinor": info.devminor if info.isdev() else 0,
    }
    told |= {name: number for name, number in numbers.items() if number}
    if info.linkname:
        told["linkName"] = info.linkname
    if info.mtime:
        time = datetime.fromtimestamp(int(info.mtime), UTC)
        told["modtime"] = time.isoformat().replace("+00:00", "Z")
    if xattrs:
        told["xattrs"] = xattrs
    return told


def footer(offset: int) -> bytes:
    head = b"\x1f\x8b\x08\x04" + bytes(4) + b"\x00\xff"
    extra = b"SG" + struct.pack("<H", 22) + f"{offset:016x}STARGZ".encode()
    return head + struct.pack("<H", len(extra)) + extra + b"\x01\x00\x00\xff\xff" + bytes(8)


def estargz(data: bytes, told: object = None) -> tuple[bytes, bytes, dict[str, str]]:
    """Return the blob, its tar and its annotations; `data` is a tar whose table may be another."""
    body = data[: tarfile.BLOCKSIZE * _used(data)]
    document = json.dumps(told if told is not None else table(data)).encode()
    own = tar([member("stargz.index.json", document, mtime=0, mode=0)], tarfile.USTAR_FORMAT)
    front = b"".join(gzip.compress(body[at : at + 700], mtime=0) for at in range(0, len(body), 700))
    blob = front + gzip.compress(own, mtime=0) + footer(len(front))
    told_digest = f"sha256:{hashlib.sha256(document).hexdigest()}"
    return blob, body + own, {STARGZ_DIGEST: told_digest}


def _used(data: bytes) -> int:
    """Return the blocks before the end of a tar."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        list(archive)
        return archive.offset // tarfile.BLOCKSIZE


def zstd() -> Any:
    """Return Python's zstd; ImportError where there is none."""
    try:
        return import_module("compression.zstd")
    except ImportError:
        return import_module("backports.zstd")


def chunked(data: bytes, told: object = None) -> tuple[bytes, bytes, dict[str, str]]:
    """Return the blob, its tar and its annotations."""
    document = json.dumps(told if told is not None else table(data)).encode()
    packed = zstd().compress(document)
    front = b"".join(zstd().compress(data[at : at + 700]) for at in range(0, len(data), 700))
    offset = len(front) + 8
    frame = struct.pack("<II", 0x184D2A50, len(packed)) + packed
    tail = (
        struct.pack("<QQQQQQ", offset, len(packed), len(document), 1, 0, 0) + bytes(8) + b"GNUlInUx"
    )
    blob = front + frame + struct.pack("<II", 0x184D2A50, len(tail)) + tail
    annotations = {
        CHUNKED_PLACE: f"{offset}:{len(packed)}:{len(document)}:1",
        CHUNKED_DIGEST: f"sha256:{hashlib.sha256(packed).hexdigest()}",
    }
    return blob, data, annotations
