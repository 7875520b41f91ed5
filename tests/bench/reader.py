"""Reads all files of an image from one source and says what that took: a process of its own.

python -m tests.bench.reader SOURCE IMAGE     (an image of the Engine at DOCKER_HOST)
python -m tests.bench.reader archive docker-archive:FILE

"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from tui.config.paths import home_directory
from tui.contents.archive import unread_archive
from tui.contents.engine import offers_for
from tui.contents.image import ListedImage
from tui.contents.source import Source, Watch, chosen, read_layers
from tui.engine import images
from tui.engine.client import EngineClient, connect
from tui.engine.endpoint import resolve_endpoint
from tui.layers.cache import ListingCache


def main() -> None:
    """Print one JSON object: wall and CPU seconds, entries, peak resident bytes."""
    wanted, name = sys.argv[1:]
    if wanted == "archive":
        tell(*unread_archive(name), None)
        return
    endpoint = resolve_endpoint("", "", environ=os.environ, home=home_directory())
    with connect(endpoint) as client:
        image, source = opened(client, name, "metadata" if wanted == "cache" else wanted)
        if wanted != "cache":
            tell(image, source, None)
            return
        with tempfile.TemporaryDirectory() as folder:
            cache = ListingCache(Path(folder))
            for layer in read_layers(image, source, cache, Watch()):
                assert layer.error is None
            tell(image, source, cache)


def opened(client: EngineClient, name: str, wanted: str) -> tuple[ListedImage, Source]:
    """Return an image of the Engine and the source that is wanted."""
    facts = images.image_facts(client, name)
    image, offers = offers_for(client, facts, name)
    source = chosen(offers, wanted).source
    assert source is not None
    return image, source


def tell(image: ListedImage, source: Source, cache: ListingCache | None) -> None:
    """Read and stack the layers, and print what it took."""
    cpu, wall = time.process_time(), time.perf_counter()
    read = image.with_layers(read_layers(image, source, cache, Watch()))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    read.check(len(read.layers))
    entries = sum(len(layer.listing.entries) for layer in read.layers)
    begun = time.perf_counter()
    union = read.union()
    stacked = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    told = {"wall": wall, "cpu": cpu, "entries": entries, "peak": peak, "stack": stacked}
    print(json.dumps({**told, "shown": len(union.shown)}))  # noqa: T201


if __name__ == "__main__":
    main()
