"""A container's files from outside: `docker cp`, `docker export`, `docker diff`."""

from __future__ import annotations

import base64
import bz2
import gzip
import json
import lzma
import posixpath
import stat
import zlib
from typing import TYPE_CHECKING, Any, Final

from tui.practice.configs import timestamp
from tui.practice.containers.mounted import ReadOnly
from tui.practice.nodes import Kind, Node
from tui.practice.tars import BadTar, read, write_tree
from tui.practice.tree import Tree
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container

_GO_MODES: Final = {
    Kind.FILE: 0,
    Kind.DIRECTORY: 1 << 31,
    Kind.SYMLINK: 1 << 27,
    Kind.CHARACTER: 1 << 26 | 1 << 21,
    Kind.BLOCK: 1 << 26,
    Kind.FIFO: 1 << 25,
}
"""The kinds as Go's FileMode has them."""

_PREFIX: Final = "Error processing tar file(exit status 1)"


def found(container: Container, name: str, path: str) -> tuple[str, Node]:
    """Return the place of a path of `docker cp`, its folders' links followed, and what is there.

    Args:
        container: Whose files.
        name: What the user called the container.
        path: Absolute or from the root.

    Raises:
        ApiError: 404, there is nothing; 500, it goes through a file.
    """
    place = container.files.resolve(path, last=False)
    node = None if place is None else container.files.get(place)
    if place is None or node is None:
        blocked = _through_a_file(container.tree, path)
        if blocked:
            raise ApiError(500, f"lstat /{blocked}: not a directory")
        raise ApiError(404, f"Could not find the file {path} in container {name}")
    is_folder = posixpath.basename(path) in {"", "."}
    if is_folder and node.kind is Kind.SYMLINK:
        place = container.files.resolve(path) or place
        node = container.files.get(place) or node
    if is_folder and node.kind is not Kind.DIRECTORY:
        raise ApiError(500, f"lstat /{place}/: not a directory")
    return place, node


def _through_a_file(tree: Tree, path: str) -> str:
    """Return the first place on a path that would be in a file; empty where there is none."""
    parts = [part for part in path.split("/") if part]
    for count in range(1, len(parts)):
        place = tree.resolve("/".join(parts[:count]))
        node = None if place is None else tree.get(place)
        if node is None:
            return ""
        if node.kind is not Kind.DIRECTORY:
            return f"{place}/{parts[count]}"
    return ""


def path_stat(place: str, node: Node) -> str:
    """Return the header that describes a path: base64 of JSON."""
    target = ""
    if node.kind is Kind.SYMLINK:
        target = posixpath.normpath(posixpath.join("/", posixpath.dirname(place), node.target))
    mode = _GO_MODES[node.kind] | (0o777 if target else node.mode & 0o777)
    mode |= (1 << 23) * bool(node.mode & stat.S_ISUID) | (1 << 22) * bool(node.mode & stat.S_ISGID)
    mode |= (1 << 20) * bool(node.mode & stat.S_ISVTX)
    told = {
        "name": posixpath.basename(place) or "/",
        "size": 4096 if node.kind is Kind.DIRECTORY else node.size,
        "mode": mode,
        "mtime": timestamp(node.mtime),
        "linkTarget": target,
    }
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def packed(container: Container, place: str, path: str) -> bytes:
    """Return a path and all below it as a tar."""
    node = container.files.get(place)
    name = "." if posixpath.basename(path) == "." else posixpath.basename(place)
    if node is not None and node.kind is not Kind.DIRECTORY:
        single = Tree()
        single.put(name, node)
        return write_tree(single)
    part = Tree()
    for below, one in container.files.walk(place):
        part.put(below[len(place) :], one)
    return write_tree(part, name or "/")


def unpack(container: Container, name: str, path: str, data: bytes, *, careful: bool) -> None:
    """Put what a tar holds into a folder of a container.

    Args:
        container: Whose files.
        name: What the user called the container.
        path: Of the folder.
        data: The tar, perhaps compressed.
        careful: Do not put a folder in the place of a file, or a file in that of a folder.

    Raises:
        ApiError: 404, there is no such folder; 500, it is none, or the tar is bad.
    """
    place = container.files.resolve(path)
    node = None if place is None else container.files.get(place)
    if place is None or node is None:
        raise ApiError(404, f"Could not find the file {path} in container {name}")
    if node.kind is not Kind.DIRECTORY:
        raise ApiError(500, "extraction point is not a directory")
    _check_writable(container, f"/{place}")
    tar = _unpacked(data)
    if not tar:
        return
    try:
        files = container.files
        _check(files, place, tar, careful=careful)
        files.unpack(tar, place, whiteouts=False)
    except ReadOnly as error:
        raise ApiError(500, "container rootfs is marked read-only") from error
    except BadTar as error:
        raise ApiError(500, f"{_PREFIX}: archive/tar: invalid tar header") from error


def _check_writable(container: Container, folder: str) -> None:
    """Refuse what is read-only: a mount, or all that is no mount."""
    for mount in sorted(container.mounts, key=lambda mount: -len(mount.target)):
        if f"{folder}/".startswith(f"{mount.target.rstrip('/')}/"):
            if mount.writable:
                return
            raise ApiError(500, "mounted volume is marked read-only")
    if container.host_config.get("ReadonlyRootfs"):
        raise ApiError(500, "container rootfs is marked read-only")


def _check(tree: Tree, place: str, tar: bytes, *, careful: bool) -> None:
    for entry in read(tar):
        if posixpath.normpath(entry.path).startswith(".."):
            raise ApiError(500, f'{_PREFIX}: "{entry.path}" is outside of "/{place}"')
        there = tree.get(posixpath.join(place, entry.path))
        if not careful or there is None or entry.link:
            continue
        is_folder, was_folder = entry.node.kind is Kind.DIRECTORY, there.kind is Kind.DIRECTORY
        if is_folder != was_folder:
            words = ("non-directory", "directory") if is_folder else ("directory", "non-directory")
            at = f'"/{posixpath.join(place, posixpath.normpath(entry.path))}"'
            text = f'cannot overwrite {words[0]} {at} with {words[1]} "/{place}"'
            raise ApiError(500, f"{_PREFIX}: {text}")


def _unpacked(data: bytes) -> bytes:
    """Return a tar without its compression: gzip, bzip2 or xz.

    Raises:
        ApiError: 500, it is damaged.
    """
    try:
        if data.startswith(b"\x1f\x8b"):
            return gzip.decompress(data)
        if data.startswith(b"BZh"):
            return bz2.decompress(data)
        if data.startswith(b"\xfd7zXZ\0"):
            return lzma.decompress(data)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise ApiError(500, f"{_PREFIX}: {error}") from error
    return data


def differences(container: Container) -> list[dict[str, Any]] | None:
    """Return what `docker diff` tells; None if nothing was changed."""
    if not container.has_changes:
        return None
    found = container.tree.changes_since(container.lower)
    told = [{"Path": f"/{path}", "Kind": kind} for path, kind in found]
    return told or None
