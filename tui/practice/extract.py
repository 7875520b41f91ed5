"""Lays a layer out in a folder, as far as a user may who is not root, and never outside of it."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

from tui.practice.nodes import Kind, Node
from tui.practice.tarread import read
from tui.practice.tree import WHITEOUT, Tree, clean

_REFUSED: Final = frozenset(
    {
        errno.EACCES,
        errno.EEXIST,
        errno.EILSEQ,
        errno.EINVAL,
        errno.EMLINK,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOTSUP,
        errno.EPERM,
    }
)
"""Why a name may not be made on this file system; other errors (no space) end it all."""

_DEEPEST: Final = 200
"""Folders in each other that tools which remove and list them still bear."""

_LATEST: Final = 1 << 33
"""A time that file systems can still keep: seconds of the epoch."""


def extract(tar: bytes, folder: Path) -> bool:
    """Write a layer into a new folder: files, folders, links, pipes; no owners, no devices.

    Whiteouts are left out, as are names that the file system
    refuses, and what is too deep. The layer becomes a tree in memory first, in which each parent is
    a folder; that is then written from the top, and each name must be new. So nothing that a tar
    says leads out of the folder.

    Args:
        tar: Uncompressed.
        folder: Its parent is there, it is not.

    Returns:
        Whether the contents of all files of the tar can be read back by their names.

    Raises:
        BadTar: it cannot be read.
        OSError: the folder cannot be written.
    """
    entries = list(read(tar))
    tree = Tree()
    tree.lay(entries, whiteouts=False)
    folder.mkdir(mode=0o755)
    written = _write(tree, folder)
    return all(
        written.get(clean(entry.path)) is entry.node for entry in entries if entry.node.content
    )


def contents(folder: Path, name: str) -> bytes:
    """Return the content of a file of an extracted layer.

    Args:
        folder: Where it was extracted.
        name: As in its tar.

    Raises:
        OSError: it cannot be read.
    """
    path = folder / clean(name)
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(number, "rb") as file:
        return file.read()


def _write(tree: Tree, folder: Path) -> dict[str, Node]:
    """Write a tree into an empty folder, and return what could be written, by path."""
    written: dict[str, Node] = {"": Node(Kind.DIRECTORY)}
    first: dict[int, Path] = {}
    for path, node in tree.walk():
        parent, _slash, name = path.rpartition("/")
        is_deep = path.count("/") > _DEEPEST
        if not path or parent not in written or is_deep or name.startswith(WHITEOUT):
            continue
        target = folder / path
        try:
            _make(node, target, first.get(id(node)))
        except OSError as error:
            if error.errno not in _REFUSED:
                raise
            continue
        first.setdefault(id(node), target)
        if node.kind not in {Kind.CHARACTER, Kind.BLOCK}:
            written[path] = node
    for path in reversed(written):  # a folder's time after those in it were made
        _set_time(folder / path, tree.get(path))
    return written


def _make(node: Node, target: Path, first: Path | None) -> None:
    """Make one name; the owner may always read it, and nobody becomes another by running it.

    Args:
        node: What it is; a device is not made.
        target: Where, in a folder that was made here.
        first: The same node's first name: this one becomes a hard link to it.

    Raises:
        OSError: the file system refuses.
    """
    mode = node.mode & 0o777
    if first is not None and node.kind is Kind.FILE:
        os.link(first, target)
    elif node.kind is Kind.DIRECTORY:
        target.mkdir()
        target.chmod(mode | 0o700)
    elif node.kind is Kind.SYMLINK:
        os.symlink(node.target, target)
    elif node.kind is Kind.FIFO:
        os.mkfifo(target, mode | 0o600)
    elif node.kind is Kind.FILE:
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(node.content)
            os.fchmod(file.fileno(), mode | 0o600)


def _set_time(path: Path, node: Node | None) -> None:
    if node is not None:
        time = min(max(node.mtime, 0), _LATEST)
        os.utime(path, (time, time), follow_symlinks=False)
