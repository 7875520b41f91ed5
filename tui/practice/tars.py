"""Writes file trees as tars, byte for byte the same each time, and counts what a layer holds."""

from __future__ import annotations

import posixpath
import tarfile
from typing import TYPE_CHECKING, Final

from tui.practice.nodes import WHITEOUT, Kind, Node, clean
from tui.practice.tarread import BLOCK, BadTar, Entry, read

if TYPE_CHECKING:
    from tui.practice.tree import Tree

__all__ = ["BadTar", "Entry", "read", "size_of", "write_changes", "write_tree"]

END: Final = bytes(2 * BLOCK)
"""What a tar ends with."""

_TYPES: Final = {
    Kind.FILE: tarfile.REGTYPE,
    Kind.DIRECTORY: tarfile.DIRTYPE,
    Kind.SYMLINK: tarfile.SYMTYPE,
    Kind.CHARACTER: tarfile.CHRTYPE,
    Kind.BLOCK: tarfile.BLKTYPE,
    Kind.FIFO: tarfile.FIFOTYPE,
}


def write_tree(tree: Tree, prefix: str = "") -> bytes:
    """Return a tree as an uncompressed tar.

    Args:
        tree: What is written, its root only with a prefix.
        prefix: The name of the folder that the root becomes.
    """
    links: dict[int, str] = {}
    parts: list[bytes] = []
    for path, node in tree.walk():
        name = f"{prefix}/{path}" if prefix and path else prefix or path
        if name:
            parts.append(_entry(name, node, links))
    return b"".join([*parts, END])


def write_changes(lower: Tree, upper: Tree) -> bytes:
    """Return the layer that makes one tree of another: what is new or other, and whiteouts."""
    links: dict[int, str] = {}
    parts: list[bytes] = []
    for path, kind in upper.changes_since(lower):
        node = upper.get(path)
        if kind == 2 or node is None:
            folder, slash, name = path.rpartition("/")
            parts.append(_entry(f"{folder}{slash}.wh.{name}", Node(mode=0), {}))
        else:
            parts.append(_entry(path, node, links))
    return b"".join([*parts, END])


def size_of(tar: bytes) -> int:
    """Return the `size` of a layer: bytes of its files, hard links once, and of links' targets.

    Raises:
        BadTar: it cannot be read, or has a path twice, which no layer may have (tar-split could not
            tell the two apart).
    """
    seen: set[str] = set()
    sizes: dict[str, int] = {}
    for entry in read(tar):
        written = posixpath.normpath(entry.name)
        if written in seen:
            raise BadTar("duplicates of file paths not supported")
        seen.add(written)
        path = clean(entry.path)
        is_whiteout = path.rpartition("/")[2].startswith(WHITEOUT)
        sizes[path] = 0 if entry.link or is_whiteout else entry.node.size
    return sum(sizes.values())


def _entry(path: str, node: Node, links: dict[int, str]) -> bytes:
    """Return the headers and the content of an entry.

    Args:
        path: Its name.
        node: What it is.
        links: The first path of each file written so far, by identity: a second one is a link.
    """
    info = tarfile.TarInfo(path)  # its writer adds the slash of a folder
    info.type = _TYPES[node.kind]
    info.mode = 0o777 if node.kind is Kind.SYMLINK else node.mode  # as Linux tells it
    info.mtime = node.mtime
    info.uid, info.gid = node.uid, node.gid
    info.linkname = node.target
    info.devmajor, info.devminor = node.device
    content = node.content if node.kind is Kind.FILE else b""
    first = links.setdefault(id(node), path)
    if node.kind is Kind.FILE and first != path:
        info.type, info.linkname, content = tarfile.LNKTYPE, first, b""
    info.size = len(content)
    info.pax_headers = {
        f"SCHILY.xattr.{name}": value.decode("utf-8", "surrogateescape")
        for name, value in sorted(node.xattrs.items())
    }
    head = info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
    return head + content + bytes(-len(content) % BLOCK)
