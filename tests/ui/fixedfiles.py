"""The files of the fixed world's nginx: what its layers hold, as if they had been read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from tests.ui.fixed import NGINX_IMAGE
from tests.ui.stage import NOW
from tui.contents.image import unread_image
from tui.contents.source import Offer
from tui.layers.history import stack_of
from tui.model.listing import Kind, LayerEntry, LayerListing, SourceName, mark_of
from tui.store import events
from tui.store.state import Contents

MODES: Final = {Kind.DIRECTORY: 0o755, Kind.SYMLINK: 0o777}

DEBIAN: Final[Mapping[str, int]] = {
    "bin": -1,
    "etc/": 0,
    "etc/passwd": 839,
    "etc/os-release": 267,
    "usr/": 0,
    "usr/bin/": 0,
    "usr/bin/bash": 1_265_648,
    "usr/bin/perl": 3_790_032,
    "usr/lib/x86_64-linux-gnu/libc.so.6": 1_922_136,
    "usr/lib/x86_64-linux-gnu/libcrypto.so.3": 4_709_560,
    "var/lib/dpkg/status": 71_233,
    "var/log/dpkg.log": 190_412,
}
SERVER: Final[Mapping[str, int]] = {
    "etc/passwd": 881,
    "etc/nginx/": 0,
    "etc/nginx/nginx.conf": 648,
    "etc/nginx/mime.types": 5_349,
    "usr/sbin/nginx": 1_441_912,
    "usr/lib/x86_64-linux-gnu/libperl.so.5.36": 3_871_752,
    "var/lib/dpkg/status": 93_380,
    "var/lib/apt/lists/deb.debian.org_dists_bookworm_main": 8_791_402,
    "var/log/.wh.dpkg.log": 0,
}
ENTRYPOINT: Final[Mapping[str, int]] = {"docker-entrypoint.sh": 1_620}
SCRIPTS: Final[Mapping[str, int]] = {
    "docker-entrypoint.d/": 0,
    "docker-entrypoint.d/30-tune-worker-processes.sh": 4_619,
}


def _entry(path: str, size: int) -> LayerEntry:
    kind = Kind.DIRECTORY if path.endswith("/") else Kind.SYMLINK if size < 0 else Kind.FILE
    name = path.rstrip("/").encode()
    mode = 0o755 if "/bin/" in path or path.endswith(".sh") else 0o644
    return LayerEntry(
        name,
        kind,
        7 if size < 0 else size,
        MODES.get(kind, mode),
        0,
        0,
        int(NOW),
        b"usr/bin" if size < 0 else b"",
        mark=mark_of(name),
    )


def _opened(layers: Sequence[Mapping[str, int]]) -> Contents:
    image = unread_image("nginx:1.27", stack_of(NGINX_IMAGE), SourceName.METADATA)
    read = tuple(
        replace(
            layer,
            listing=LayerListing(
                layer.diff_id,
                SourceName.METADATA,
                tuple(_entry(*one) for one in (layers[n] if n < len(layers) else {}).items()),
            ),
        )
        for n, layer in enumerate(image.layers)
    )
    return Contents(image.with_layers(read), (Offer(SourceName.METADATA),))


FILES: Final = events.ContentsOpened(_opened((DEBIAN, SERVER, ENTRYPOINT, SCRIPTS)))
"""Everything of it is read."""
