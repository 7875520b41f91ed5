"""A folder of a container for pictures: one of everything, and the rest cut off."""

from __future__ import annotations

from typing import Final

from tests.ui.fixed import CONTAINERS
from tui.model.folder import UNKNOWN_OWNER, Folder, FolderItem
from tui.model.listing import Kind, LayerEntry
from tui.store import insides

_TIME: Final = 1_789_000_000


def _entry(name: bytes, kind: Kind, mode: int = 0o755, link: bytes = b"") -> LayerEntry:
    return LayerEntry(name, kind, 0, mode, 0, 0, _TIME, link)


_ITEMS: Final = (
    FolderItem(_entry(b"bin", Kind.SYMLINK, 0o777, b"usr/bin"), 7),
    FolderItem(_entry(b"data", Kind.DIRECTORY, 0o750)._replace(uid=999, gid=999), 81_000_000, 412)
    ._replace(is_mount=True),
    FolderItem(_entry(b"docker-entrypoint.sh", Kind.FILE, 0o775), 1_620),
    FolderItem(_entry(b"etc", Kind.DIRECTORY), 512_300, 214),
    FolderItem(_entry(b"evil\x1b[31m\nname", Kind.FILE, 0o644), 12),
    FolderItem(_entry(b"tmp", Kind.DIRECTORY, 0o1777), 0, 0),
    FolderItem(_entry(b"usr", Kind.DIRECTORY), 64_000_000, 1_900, is_whole=False),
    FolderItem(_entry(b"var", Kind.DIRECTORY)._replace(uid=UNKNOWN_OWNER), 0, is_whole=False),
)  # fmt: skip
FOLDER: Final = insides.FolderRead(
    Folder(
        next(one.container_id for one in CONTAINERS if one.name == "api"),
        b"/",
        _ITEMS,
        is_cut=True,
        read=64_000_000,
        note="Cut in usr; of the rest only usual names are here.",
    )
)
