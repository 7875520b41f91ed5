"""An image of two gigabytes and more than a hundred thousand files, made without a network."""

from __future__ import annotations

import hashlib
import io
import json
import random
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from docker import APIClient

from tests.engines.images import EPOCH

NAME: Final = "orlop-bench/large:latest"
LAYERS: Final = 14
FILES: Final = 9_000
"""Entries of each layer that hold small files."""

LARGE: Final = 24
"""Large files of each layer."""

LARGE_SIZE: Final = 5_000_000
SEED: Final = 20_261_101


def ensure(api: APIClient) -> str:
    """Return the image's ID; it is made if the Engine does not have it."""
    found = api.images(NAME)
    if not found:
        with tempfile.TemporaryDirectory(prefix="orlop-large-", dir="/var/tmp") as folder:
            _make(Path(folder))
            with (Path(folder) / "image.tar").open("rb") as archive:
                for line in api.load_image(archive):
                    if "error" in line:
                        raise RuntimeError(line["error"])
        found = api.images(NAME)
    return str(found[0]["Id"])


def _make(folder: Path) -> None:
    """Write `image.tar`, layer by layer."""
    chance = random.Random(SEED)
    noise = chance.randbytes(LARGE_SIZE + LAYERS * LARGE * 512)
    diff_ids: list[str] = []
    with tarfile.open(folder / "image.tar", "w") as outer:
        for number in range(LAYERS):
            path = folder / "layer.tar"
            with tarfile.open(path, "w") as tar:
                for info, data in _members(number, chance, noise):
                    tar.addfile(info, io.BytesIO(data) if info.isreg() else None)
            with path.open("rb") as layer:
                diff_ids.append(f"sha256:{hashlib.file_digest(layer, 'sha256').hexdigest()}")
            outer.add(path, f"{number}/layer.tar")
        _add(outer, "config.json", json.dumps(_config(diff_ids)).encode())
        manifest = {
            "Config": "config.json",
            "RepoTags": [NAME],
            "Layers": [f"{number}/layer.tar" for number in range(LAYERS)],
        }
        _add(outer, "manifest.json", json.dumps([manifest]).encode())


def _config(diff_ids: list[str]) -> dict[str, object]:
    return {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": ["sh"]},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [{"created_by": f"COPY part{n} /"} for n in range(LAYERS)],
    }


def _add(outer: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    outer.addfile(info, io.BytesIO(data))


def _members(
    number: int, chance: random.Random, noise: bytes
) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """Yield what a layer holds: new files, files of the layer below again, marks, large files."""
    for n in range(FILES):
        below = number and n % 20 == 0
        owner = number - 1 if below else number
        path = f"srv/part{owner:02}/section{n % 90:02}/component-{n // 90:03}/file-{n:05}.dat"
        folder, _slash, name = path.rpartition("/")
        if below and n % 40 == 0:
            yield _info(f"{folder}/.wh.{name}", 0), b""
            continue
        size = chance.randrange(100, 4000)
        at = chance.randrange(LARGE_SIZE)
        yield _info(path, size), noise[at : at + size]
    for n in range(LARGE):
        at = (number * LARGE + n) * 512
        data = noise[at : at + LARGE_SIZE]
        yield _info(f"srv/part{number:02}/blobs/{n:02}.bin", len(data)), data


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, EPOCH, 0o644
    return info
