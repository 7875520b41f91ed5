"""Tars for the tests of listings, and an independent reading of them by tarfile."""

from __future__ import annotations

import io
import math
import posixpath
import tarfile
from collections.abc import Iterable

from tui.model.listing import Kind, LayerEntry, mark_of

KINDS = {
    tarfile.LNKTYPE: Kind.HARDLINK,
    tarfile.SYMTYPE: Kind.SYMLINK,
    tarfile.CHRTYPE: Kind.CHARACTER,
    tarfile.BLKTYPE: Kind.BLOCK,
    tarfile.DIRTYPE: Kind.DIRECTORY,
    tarfile.FIFOTYPE: Kind.FIFO,
}


CAPABILITY = "\x01\0\0\x02\0\x04" + 14 * "\0"
"""cap_net_bind_service, as the file system keeps it."""


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def clean(text: str) -> bytes:
    return raw(posixpath.normpath("//" + text)).lstrip(b"/")


def by_tarfile(data: bytes) -> tuple[LayerEntry, ...]:
    """List a tar with the standard library."""
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
        return tuple(_entry(member) for member in tar)


def _entry(member: tarfile.TarInfo) -> LayerEntry:
    kind = KINDS.get(member.type, Kind.FILE)
    link = b""
    size = member.size if kind is Kind.FILE else 0
    if kind is Kind.SYMLINK:
        link = raw(member.linkname)
        size = len(link)
    elif kind is Kind.HARDLINK:
        link = clean(member.linkname)
    is_device = kind in (Kind.CHARACTER, Kind.BLOCK)
    prefix = "SCHILY.xattr."
    path = clean(member.name)
    return LayerEntry(
        path,
        kind,
        size,
        member.mode & 0o7777,
        member.uid,
        member.gid,
        math.floor(member.mtime),
        link,
        (member.devmajor, member.devminor) if is_device else (0, 0),
        tuple(
            sorted(
                (raw(key.removeprefix(prefix)), raw(value))
                for key, value in member.pax_headers.items()
                if key.startswith(prefix)
            )
        ),
        mark_of(path),
    )


def member(name: str, content: bytes = b"", /, **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    """Make a member; its type is guessed from what is given."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    info.mtime = 1_700_000_000
    if name.endswith("/"):
        info.type, info.mode = tarfile.DIRTYPE, 0o755
    for key, value in fields.items():
        setattr(info, key, value)
    return info, content


def tar(members: Iterable[tuple[tarfile.TarInfo, bytes]], form: int = tarfile.PAX_FORMAT) -> bytes:
    """Make a tar."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def hostile_layers() -> dict[str, bytes]:
    """Make layers that hold what is rare, all of it lawful."""
    long = "/".join(["d" * 199] * 5) + "/x"
    return {
        "empty": tar([]),
        "marks": tar(
            [
                member("etc/"),
                member("etc/.wh..wh..opq"),
                member("etc/.wh.passwd"),
                member(".wh.root"),
                member(".wh..wh.plnk/x"),
            ]
        ),
        "links": tar(
            [
                member("./"),
                member("./a/"),
                member("./a/file", b"123"),
                member("./b/hard", type=tarfile.LNKTYPE, linkname="./a/file"),
                member("b/soft", type=tarfile.SYMTYPE, linkname="../../a//file"),
            ]
        ),
        "special": tar(
            [
                member("dev/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3, mode=0o666),
                member("dev/far", type=tarfile.BLKTYPE, devmajor=300, devminor=70000),
                member("dev/pipe", type=tarfile.FIFOTYPE),
                member("bin/su", b"x" * 513, mode=0o4755, uid=3_000_000, gid=2),
            ]
        ),
        "names": tar(
            [
                member(long, b"content"),
                member("l", type=tarfile.SYMTYPE, linkname=long),
                member("caf\udce9\udcff", b"1"),
                member("new\nline\x1b[31m", b"2"),
                member("a\u202e\U0001f40b", b"3"),
                member("b" * 250, b""),
            ]
        ),
        "gnu": tar(
            [
                member(long, b"content"),
                member("l", type=tarfile.SYMTYPE, linkname=long),
                member("big", uid=1 << 40, mtime=-86400),
                member("caf\udce9", b"1" * 511),
            ],
            tarfile.GNU_FORMAT,
        ),
        "ustar": tar([member("p" * 90 + "/" + "q" * 90, b"x" * 512)], tarfile.USTAR_FORMAT),
        "times": tar(
            [member("old", mtime=-86400), member("zero", mtime=0), member("f", mtime=1.5)]
        ),
        "pax": tar(
            [
                member("x", b"y", pax_headers={"SCHILY.xattr.security.capability": CAPABILITY}),
                member("u", b"y", pax_headers={"SCHILY.xattr.user.odd": "\x01\udcff"}),
                member("sized", b"z" * 700, pax_headers={"size": "700"}),
                member("before", mtime=-1.5, pax_headers={}),
            ]
        ),
    }
