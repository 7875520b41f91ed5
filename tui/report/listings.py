"""The commands about files: `orlop layers SOURCE --files`, `orlop files` and `orlop waste`.

SOURCE is an image of the Engine, or one in a file.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.config.paths import cache_directory, home_directory
from tui.contents.archive import unread_archive
from tui.contents.engine import offers_for
from tui.contents.image import ListedImage
from tui.contents.source import Watch, chosen, read_layers
from tui.layers.cache import ListingCache

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


def listed_archive(source: str) -> ListedImage:
    """Return an image in a file.

    Raises:
        LayerError: there is none, or it cannot be read.
    """
    image, archive = unread_archive(source)
    return image.with_layers(read_layers(image, archive, None, Watch()))


def listed_image(client: EngineClient, image_id: str, name: str, wanted: str) -> ListedImage:
    """Return an image of the Engine.

    Args:
        client: The Engine.
        image_id: Which image.
        name: What it was called in the question.
        wanted: The source to read from; empty for the best.

    Raises:
        EngineError: as the Engine tells.
        LayerError: there is no such source.
    """
    from tui.engine import images

    image, offers = offers_for(client, images.image_facts(client, image_id), name)
    offer = chosen(offers, wanted)
    assert offer.source is not None
    cache = ListingCache(cache_directory(os.environ, home_directory()) / "listings")
    read = read_layers(image, offer.source, cache, Watch())
    return replace(image.with_layers(read), source=offer.name)


def listed_freely(client: EngineClient, image_id: str, name: str) -> ListedImage | None:
    """Return an image of the Engine if its files can be read without a cost; else None."""
    from tui.engine import images

    _image, offers = offers_for(client, images.image_facts(client, image_id), name)
    for offer in offers:
        if offer.source is not None and not offer.cost and not offer.asks:
            return listed_image(client, image_id, name, offer.name)
    return None
