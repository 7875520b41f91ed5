"""What the measurements run on: two private Engines, one with few images, one with many."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from docker import APIClient

from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tests.engines.sources import SCRIPT

FEW: Final = 10
MANY: Final = 1000
CONTAINERS: Final = 500
STACKS: Final = 50
"""How many different stacks of layers the images are made of."""

PREFIX: Final = "orlop-bench"
PATTERN: Final = rf"{PREFIX}/img-\d{{4}}"
"""How a row of an image looks on the screen."""


@dataclass(frozen=True, slots=True)
class World:
    """Two Engines, by their sockets' paths."""

    few: str
    many: str


@contextmanager
def world() -> Iterator[World]:
    """Start both Engines and fill them.

    Where ORLOP_ENGINE_DIR names a folder they stay up in `few` and `many` below it for the next
    run (`ORLOP_ENGINE_DIR=.../many engine.sh stop` ends one); otherwise they are gone afterwards.
    """
    kept = os.environ.get("ORLOP_ENGINE_DIR")
    folder = kept or tempfile.mkdtemp(prefix="orlop-", dir="/tmp")
    try:
        yield World(few=_engine(f"{folder}/few", FEW, 0), many=_engine(f"{folder}/many", MANY))
    finally:
        if not kept:
            for name in ("few", "many"):
                engine_script(f"{folder}/{name}", "stop")
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def engine_for_layers() -> Iterator[str]:
    """Start an Engine for one large image, in `large`; yields the path of its socket."""
    kept = os.environ.get("ORLOP_ENGINE_DIR")
    folder = kept or tempfile.mkdtemp(prefix="orlop-", dir="/tmp")
    try:
        yield engine_socket(f"{folder}/large")
    finally:
        if not kept:
            engine_script(f"{folder}/large", "stop")
            shutil.rmtree(folder, ignore_errors=True)


def engine_socket(folder: str) -> str:
    """Start the Engine in a folder; returns the path of its socket."""
    found = re.search(r"DOCKER_HOST=unix://(\S+)", engine_script(folder, "start"))
    assert found
    return found[1]


def engine_script(folder: str, verb: str) -> str:
    """Run `engine.sh VERB` for an Engine in a folder; returns what it prints."""
    environ = os.environ | {"ORLOP_ENGINE_DIR": folder}
    ran = subprocess.run([SCRIPT, verb], env=environ, stdout=subprocess.PIPE, text=True, check=True)
    return ran.stdout


def _engine(folder: str, images: int, containers: int = CONTAINERS) -> str:
    """Return the path of the socket of an Engine with exactly so many images and containers."""
    socket = engine_socket(folder)
    api = APIClient(f"unix://{socket}", version="auto", timeout=300)
    try:
        if (len(api.images()), len(api.containers(all=True))) != (images, containers):
            _fill(api, images, containers)
    finally:
        api.close()
    return socket


def _fill(api: APIClient, images: int, containers: int) -> None:
    for container in api.containers(all=True):
        api.remove_container(container["Id"], force=True)
    for image in api.images():
        api.remove_image(image["Id"], force=True)
    maker = ImageMaker(api, PREFIX)  # never cleaned: the whole Engine is ours
    layers = [maker.layer(f"layer-{n}", 2000 + n) for n in range(STACKS)]
    names = [maker.name(f"img-{n:04}:latest") for n in range(images)]
    maker.load(
        *(
            ImageSpec(
                (*layers[: 3 + n % 5], layers[n % STACKS]),
                tags=(name,),
                config={"Cmd": ["sleep", "3600"], "Labels": {"n": str(n)}},
            )
            for n, name in enumerate(names)
        )
    )
    for n in range(containers):
        maker.container(names[n % images], name=f"box-{n:03}")
