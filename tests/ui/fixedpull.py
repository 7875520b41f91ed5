"""What the fixed world's registry tells of a pull, and what one of its containers writes."""

from __future__ import annotations

from typing import Final

from tests.ui.fixed import CONTAINERS
from tui.logs.book import LogBook
from tui.logs.line import STDERR, STDOUT, LogLine
from tui.model.pullplan import PlannedLayer, Presence, PullPlan
from tui.store import events, insides

LAYERS: Final = (
    (29_124_000, "ADD rootfs.tar.xz /", Presence.HERE),
    (41_500_000, "RUN apt-get update && apt-get install -y nginx", Presence.MISSING),
    (628, "COPY docker-entrypoint.sh /", Presence.MISSING),
    (955, "COPY 10-listen-on-ipv6-by-default.sh /docker-entrypoint.d/", Presence.MISSING),
    (1_400, "COPY 30-tune-worker-processes.sh /docker-entrypoint.d/", Presence.MISSING),
)

PLANNED: Final = events.PullPlanned(
    PullPlan(
        "nginx:1.27",
        "linux/amd64",
        ("linux/amd64", "linux/arm64/v8"),
        "sha256:" + "6" * 64,
        tuple(
            PlannedLayer(at, f"sha256:{at:x}" + "c7" * 31 + "0", size, command, presence)
            for at, (size, command, presence) in enumerate(LAYERS, 1)
        ),
        config_size=7_700,
        source="docker.io",
    )
)

WRITTEN: Final = (
    (STDOUT, b"/docker-entrypoint.sh: Configuration complete; ready for start up"),
    (STDERR, b"2026/11/24 09:00:01 [notice] 1#1: start worker processes"),
    (STDOUT, b'172.17.0.1 - - "GET / HTTP/1.1" \x1b[32m200\x1b[0m 615'),
    (STDOUT, b'172.17.0.1 - - "GET /favicon.ico HTTP/1.1" \x1b[31m404\x1b[0m 153'),
    (STDERR, b'2026/11/24 09:00:03 [error] open() "/usr/share/nginx/html/favicon.ico" failed'),
    (STDOUT, b'172.17.0.1 - - "GET /health HTTP/1.1" \x1b[32m200\x1b[0m 2'),
)


def logged() -> insides.LogOpened:
    """Return that the log of the first container was opened: it has these lines."""
    book = LogBook()
    book.add(
        [
            LogLine(b"2026-11-24T09:00:%02d.000000000Z" % at, stream, text)
            for at, (stream, text) in enumerate(WRITTEN)
        ]
    )
    first = CONTAINERS[0]
    return insides.LogOpened(insides.OpenLog((first.container_id,), (first.name,), book))
