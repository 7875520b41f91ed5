"""The thin layer between a container's image and its own files: what the Engine mounts over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.practice.nodes import Kind, Node

if TYPE_CHECKING:
    from tui.practice.tree import Tree

_FOLDERS: Final = ("dev", "dev/pts", "dev/shm", "etc", "proc", "sys")
_FILES: Final = (".dockerenv", "dev/console", "etc/hostname", "etc/hosts", "etc/resolv.conf")


def laid_over(image: Tree, made: int) -> Tree:
    """Return an image's tree with the layer that dockerd makes before a container's own.

    Args:
        image: Changed, and returned.
        made: The time of what is new, in seconds of the epoch.
    """
    for path in _FOLDERS:
        if image.get(path) is None:
            image.put(path, Node(Kind.DIRECTORY, 0o755, mtime=made))
    for path in _FILES:
        if image.get(path) is None and _has_folder(image, path):
            image.put(path, Node(Kind.FILE, 0o755, mtime=made))
    if image.get("etc/mtab") is None and _has_folder(image, "etc/mtab"):
        image.put("etc/mtab", Node(Kind.SYMLINK, 0o777, mtime=made, target="/proc/mounts"))
    return image


def _has_folder(tree: Tree, path: str) -> bool:
    folder = tree.get(path.rpartition("/")[0])
    return folder is not None and folder.kind is Kind.DIRECTORY
