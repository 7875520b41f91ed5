"""Reading from the Engine what the reports are made of.

A command makes a fixed number of requests, except where the layers of all images are
needed: those are asked image by image, a few at a time (on the containerd store
one answer takes 17 ms).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tui.disk.inventory import Inventory
from tui.engine.errors import NotFound
from tui.model.image import ImageFacts, ImageSummary

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

AT_A_TIME: Final = 4
"""Requests on their way together."""

Tell = Callable[[int, int], None]
"""Takes how many of how many are done."""


def read_inventory(client: EngineClient, every: tuple[ImageSummary, ...], tell: Tell) -> Inventory:
    """Return everything: images, containers, and the layers of each image.

    Args:
        client: the Engine.
        every: all images, untagged parents too.
        tell: takes how far the reading is.

    Raises:
        EngineError: as the Engine tells.
    """
    from tui.engine import containers

    return Inventory(
        images=every,
        containers=containers.list_containers(client),
        facts=read_facts(client, (image.image_id for image in every), tell),
        capabilities=client.capabilities,
    )


def read_facts(
    client: EngineClient, image_ids: Iterable[str], tell: Tell, *, history: bool = True
) -> dict[str, ImageFacts]:
    """Return inspect, and history if wanted, by image ID; images gone meanwhile are left out.

    Raises:
        EngineError: as the Engine tells.
    """
    wanted = tuple(image_ids)
    facts: dict[str, ImageFacts] = {}
    with _readers(client, history=history) as read, ThreadPoolExecutor(AT_A_TIME) as pool:
        try:
            for done, found in enumerate(pool.map(read, wanted), 1):
                if found is not None:
                    facts[found.details.image_id] = found
                tell(done, len(wanted))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return facts


@contextmanager
def _readers(
    client: EngineClient, *, history: bool
) -> Iterator[Callable[[str], ImageFacts | None]]:
    """Lend a function that reads one image's facts, with a client for each thread."""
    from tui.engine import images

    own = threading.local()
    opened: list[EngineClient] = []

    def read(image_id: str) -> ImageFacts | None:
        if not hasattr(own, "client"):
            own.client = client.for_job()
            opened.append(own.client)
        try:
            if history:
                return images.image_facts(own.client, image_id)
            return ImageFacts(images.inspect_image(own.client, image_id))
        except NotFound:
            return None

    try:
        yield read
    finally:
        for one in opened:
            one.close()
