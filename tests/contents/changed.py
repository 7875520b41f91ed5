"""An image, and a script that changes its files in every way; what the Engine says of that."""

from __future__ import annotations

import time
from typing import Any, Final

from tests.engines.images import Link, make_layer, runnable
from tests.engines.maker import ImageMaker, engine_store

LAYER: Final = make_layer(
    {
        "etc/a": b"1" * 100,
        "etc/b": b"2" * 50,
        "opt/old/one": b"1",
        "opt/old/two/x": b"22",
        "opt/gone/x": b"333",
        "opt/gone/y/z": b"4444",
        "opt/empty/x": b"5",
        "srv/file": b"f",
        "srv/dir/x": b"x",
        "srv/chmod/x": b"x",
        "lib/link": Link("m"),
    }
)

FILE_TO_FOLDER: Final = "rm /srv/file; mkdir /srv/file; echo x > /srv/file/in"
"""Podman cannot tell the changes of a container that has done this."""

SCRIPT: Final = r"""
trap 'exit 0' TERM
b=/bin/busybox
echo more >> /etc/a
$b chmod 600 /etc/b
rm -r /opt/old; mkdir /opt/old; echo new > /opt/old/three
rm -r /opt/gone
rm -r /opt/empty; mkdir /opt/empty
rm -r /srv/dir; echo file > /srv/dir
$b chmod 700 /srv/chmod
mkdir -p /new/deep/er; $b dd if=/dev/zero of=/new/big bs=1000 count=100
$b ln /new/big /new/deep/hard; $b ln /new/big /hard2
$b ln -s ../etc/a /new/sym; $b ln -s no/such /dangling
$b mkfifo -m 640 /new/fifo
$b truncate -s 1000000 /new/sparse
echo x > "$($b printf '/new/line\nbreak')"
echo xx > "$($b printf '/new/bad\377name')"
echo yyyy > "$($b printf '/new/bad\376name')"
echo xxx > "$($b printf '/bad\377\376name')"
echo xxxx > "$($b printf '/new/esc\033[31m[bold]red')"
mkdir /new/umlaut-ä; echo xxxxx > /new/umlaut-ä/"o p?q#r%25"
rm /lib/link
echo done
sleep 3600 & wait
"""


def changed_container(maker: ImageMaker, rest: str = "changed:1") -> str:
    """Start a container that changes its files; returns its ID when it has."""
    name = maker.name(rest)
    maker.load(runnable(name, layers=[LAYER]))
    more = "" if engine_store(maker.api) == "podman" else FILE_TO_FOLDER
    container = maker.container(name, command=["sh", "-c", f"{more}\n{SCRIPT}"], start=True)
    for _try in range(500):
        if b"done" in maker.api.logs(container):
            return container
        time.sleep(0.02)
    raise AssertionError(maker.api.logs(container))


def inside(maker: ImageMaker, container: str, paths: list[str]) -> dict[str, tuple[int, ...]]:
    """Return mode, size, owner, group and time of paths as the container itself sees them."""
    stat = ["/bin/busybox", "stat", "-c", "%f %s %u %g %Y", *paths]
    made: dict[str, Any] = maker.api.exec_create(container, stat)
    lines = maker.api.exec_start(made["Id"]).decode().splitlines()
    told = ((int(line.split()[0], 16), *map(int, line.split()[1:])) for line in lines)
    return dict(zip(paths, told, strict=True))
