"""What a container has changed, as if it had been read."""

from __future__ import annotations

from typing import Final

from tests.ui.stage import NOW
from tui.contents.changes import Changes, ContainerDiff
from tui.contents.changesizes import SizesBook, SizeSource
from tui.layers.union import stack
from tui.model.listing import Kind, LayerEntry, LayerListing

LINES: Final = (
    ("C", "/etc"),
    ("C", "/etc/nginx"),
    ("C", "/etc/nginx/nginx.conf"),
    ("D", "/etc/nginx/mime.types"),
    ("C", "/run"),
    ("A", "/run/nginx.pid"),
    ("C", "/var"),
    ("C", "/var/cache"),
    ("A", "/var/cache/nginx"),
    ("A", "/var/cache/nginx/proxy_temp"),
    ("A", "/var/cache/nginx/proxy_temp/0000000001"),
    ("A", "/var/cache/nginx/proxy_temp/\x1b[31mred"),
    ("A", "/var/cache/nginx/linked"),
    ("C", "/var/log"),
    ("A", "/var/log/core.dump"),
)
_SIZES: Final = {
    "etc/nginx/nginx.conf": 702,
    "run/nginx.pid": 2,
    "var/cache/nginx/proxy_temp/0000000001": 48_200_000,
    "var/cache/nginx/proxy_temp/\x1b[31mred": 5,
    "var/log/core.dump": 1_240_000_000,
}
_FOLDERS: Final = ("etc", "etc/nginx", "run", "var", "var/cache", "var/cache/nginx", "var/log")
_NOW: Final = int(NOW)


def _entry(path: str, size: int = 0, kind: Kind = Kind.FILE, link: str = "") -> LayerEntry:
    mode = 0o755 if kind is Kind.DIRECTORY else 0o644
    return LayerEntry(path.encode(), kind, size, mode, 0, 0, _NOW, link.encode())


ENTRIES: Final = {
    entry.path: entry
    for entry in (
        *(_entry(path, size) for path, size in _SIZES.items()),
        *(_entry(path, kind=Kind.DIRECTORY) for path in _FOLDERS),
        _entry("var/cache/nginx/proxy_temp", kind=Kind.DIRECTORY),
        _entry(
            "var/cache/nginx/linked",
            kind=Kind.HARDLINK,
            link="var/cache/nginx/proxy_temp/0000000001",
        ),
    )
}
IMAGE: Final = stack(
    [
        LayerListing(
            "", "", (_entry("etc/nginx/nginx.conf", 648), _entry("etc/nginx/mime.types", 5349))
        )
    ]
)


def changes_of(container_id: str) -> Changes:
    """Return the lines of `docker diff`."""
    return Changes(container_id, "web", LINES)


def whole_diff(container_id: str) -> ContainerDiff:
    """Return the changes, all sizes known."""
    return changes_of(container_id).diff(
        ENTRIES, IMAGE, source=SizeSource.DISK, size_rw=1_288_200_709
    )


def filled_book() -> SizesBook:
    """Return the book of it."""
    book = SizesBook()
    book.told.update(ENTRIES)
    return book
