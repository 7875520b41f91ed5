"""Listing the files of a large image: each source against the floors of the same run."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

from docker import APIClient

from tests.bench.figures import Line, Series, line
from tests.bench.largeimage import LAYERS, NAME, ensure
from tests.bench.measures import REST, orlop
from tests.engines.images import EPOCH
from tui.layers.chain import chain_ids
from tui.layers.tarsplit import FILE, layer_folder

MANY: Final = 500_000
"""Entries of the archive that memory is measured with."""

MANY_LAYERS: Final = 10
SOURCES: Final = ("metadata", "probe", "stream", "cache")
MEGABYTE: Final = 1_000_000


class Told(NamedTuple):
    """What `tests.bench.reader` tells."""

    wall: float
    cpu: float
    entries: int
    peak: int
    stack: float


def lines_of_layers(socket: str, *, runs: int) -> list[Line]:
    """Measure on an Engine that keeps its data root on this machine."""
    api = APIClient(f"unix://{socket}", version="auto", timeout=900)
    try:
        ensure(api)
        splits = _splits(api)
    finally:
        api.close()
    floors = Series(), Series()
    told: dict[str, list[Told]] = {}
    for _ in range(runs):
        floors[0].values.append(_seconds(f"docker -H unix://{socket} save {NAME} >/dev/null"))
        floors[1].values.append(_seconds(f"cat {' '.join(map(str, splits))} | zcat >/dev/null"))
        for source in SOURCES:
            told.setdefault(source, []).append(_read(source, NAME, f"unix://{socket}"))
    return [*_lines(floors, told), *_on_screen(socket, runs), *_memory()]


def _lines(floors: tuple[Series, Series], told: dict[str, list[Told]]) -> list[Line]:
    save, zcat = floors
    found = [
        line("docker save IMAGE > /dev/null", save, "s"),
        line("zcat tar-split... > /dev/null", zcat, "s"),
    ]
    goals = {"metadata": 0.05, "probe": 0.12, "stream": 1.10}
    for source, values in told.items():
        walls = Series([one.wall for one in values])
        each = Series([one.cpu / one.entries * 1e6 for one in values])
        peaks = Series([one.peak / MEGABYTE for one in values])
        goal = 8.0 if source == "metadata" else None
        found.append(line(f"{source}: {values[0].entries:,} entries", walls, "s"))
        found.append(line(f"{source}: CPU for an entry", each, "us", goal=goal))
        found.append(line(f"{source}: peak memory", peaks, "MB"))
        if source in goals:
            ratio = walls.median / save.median
            shown = f"{ratio:.3f}"
            found.append(Line(f"{source} / docker save", shown, ratio, goals[source]))
    return found


def _on_screen(socket: str, runs: int) -> list[Line]:
    """Measure from the key to the tree, every layer being in the cache."""
    first, whole = Series(), Series()
    last = f"layer {LAYERS} of {LAYERS}"
    with orlop(socket, (80, 24)) as terminal:
        terminal.wait(lambda text: "orlop-bench/large" in text)
        terminal.settle(REST)
        for run in range(runs + 1):
            sent = terminal.press(b"f")
            tree = terminal.wait(lambda text: "srv/" in text)
            done = tree if last in terminal.text else terminal.wait(lambda text: last in text)
            if run:  # the first has filled the cache
                first.values.append(tree - sent)
                whole.values.append(done - sent)
            terminal.settle(REST)
            terminal.press(b"q")
            terminal.settle(REST)
    return [
        line("cache: from the key to a tree on the screen", first, "s", goal=0.3),
        line("... of all layers", whole, "s"),
    ]


def _memory() -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="orlop-many-", dir="/var/tmp") as folder:
        path = Path(folder) / "many.tar"
        _many(path)
        told = _read("archive", f"docker-archive:{path}", "")
    peaks = Series([told.peak / MEGABYTE])
    return [
        line(f"{told.entries:,} entries, listed and stacked: peak memory", peaks, "MB", goal=250.0),
        line("... stacked in", Series([told.stack]), "s"),
    ]


def _many(path: Path) -> None:
    """Write an archive of MANY empty files in MANY_LAYERS layers; its diff IDs are not checked."""
    each = MANY // MANY_LAYERS
    with tarfile.open(path, "w") as outer:
        for number in range(MANY_LAYERS):
            data = io.BytesIO()
            with tarfile.open(fileobj=data, mode="w") as tar:
                for n in range(each):
                    info = tarfile.TarInfo(f"usr/lib{number}/module{n // 100:03}/file{n:06}.py")
                    info.mtime = EPOCH
                    tar.addfile(info)
            _add(outer, f"{number}.tar", data.getvalue())
        digests = [f"sha256:{number:064x}" for number in range(MANY_LAYERS)]
        _add(outer, "config.json", json.dumps({"rootfs": {"diff_ids": digests}}).encode())
        layers = [f"{number}.tar" for number in range(MANY_LAYERS)]
        manifest = [{"Config": "config.json", "RepoTags": ["many:1"], "Layers": layers}]
        _add(outer, "manifest.json", json.dumps(manifest).encode())


def _add(outer: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    outer.addfile(info, io.BytesIO(data))


def _splits(api: APIClient) -> list[Path]:
    info = api.info()
    chains = chain_ids(api.inspect_image(NAME)["RootFS"]["Layers"])
    root = Path(info["DockerRootDir"])
    return [layer_folder(root, info["Driver"], chain) / FILE for chain in chains]


def _seconds(command: str) -> float:
    began = time.monotonic()
    subprocess.run(command, shell=True, check=True)
    return time.monotonic() - began


def _read(source: str, name: str, host: str) -> Told:
    command = [sys.executable, "-m", "tests.bench.reader", source, name]
    environ = os.environ | ({"DOCKER_HOST": host} if host else {})
    ran = subprocess.run(command, env=environ, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(ran.stdout)
    return Told(told["wall"], told["cpu"], told["entries"], told["peak"], told["stack"])
