"""Reading the files of an image's layers, each layer told as soon as it is there."""

from __future__ import annotations

import logging
import os
import time
from typing import Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.reading import ReadListings
from tui.config.paths import cache_directory, home_directory
from tui.config.settings import allow_probe
from tui.contents.image import ListedLayer
from tui.i18n import _
from tui.model.listing import SourceName
from tui.model.progress import Progress
from tui.store import events
from tui.store.state import Contents

LOG: Final = logging.getLogger(__name__)

TOGETHER: Final = 0.2
"""Seconds for which layers are gathered before they are told; the first is told at once."""


def read_listings(action: ReadListings, context: JobContext) -> Ending:
    """Read from the source that is wanted; else what costs nothing, and what was kept.

    Layers that can only be had at a cost stay unread: the user chooses.
    """
    from tui.contents.engine import offers_for
    from tui.contents.source import Watch, chosen, free_offer, kept_layers, read_layers
    from tui.engine import images
    from tui.layers.cache import ListingCache

    client = context.client()
    context.on_cancel(client.cut)
    facts = images.image_facts(client, action.image_id)
    if action.source == SourceName.PROBE and not action.read_only:
        remember_probe()
    image, offers = offers_for(client, facts, action.name, read_only=action.read_only)
    offer = chosen(offers, action.source) if action.source else free_offer(offers)
    told = tuple(one.told() for one in offers)
    if offer is not None:
        image = image.read_from(offer.name)
    context.tell(events.ContentsOpened(Contents(image, told)))
    cache = ListingCache(cache_directory(os.environ, home_directory()) / "listings")
    teller = _Teller(action, context, len(image.layers))
    watch = Watch(context.check, teller.bytes_read, context.on_cancel)
    if offer is not None and offer.source is not None:
        layers = read_layers(image, offer.source, cache, watch)
    else:
        layers = kept_layers(image, cache)
    for layer in layers:
        context.check()
        teller.add(layer)
    teller.flush()
    return Ending()


def remember_probe() -> None:
    """Keep the user's word, which the screen has asked for; only for now if it cannot be kept."""
    try:
        allow_probe()
    except OSError as error:
        LOG.warning("the settings cannot be written: %s", error)


class _Teller:
    """Gathers layers, so that a screen is not drawn anew for each of a hundred."""

    def __init__(self, action: ReadListings, context: JobContext, count: int) -> None:
        self._action = action
        self._context = context
        self._count = count
        self._read = 0
        self._layers: list[ListedLayer] = []
        self._told_at = 0.0

    def add(self, layer: ListedLayer) -> None:
        """Take a layer that was read."""
        self._layers.append(layer)
        self._read += 1
        if time.monotonic() - self._told_at >= TOGETHER:
            self.flush()

    def bytes_read(self, done: int, total: int) -> None:
        """Tell how far a stream is."""
        text = _("{count} of {total} layers").format(count=self._read, total=self._count)
        self._context.report(Progress(text, done, total, in_bytes=True))

    def flush(self) -> None:
        """Tell what was gathered."""
        if self._layers:
            layers, self._layers = tuple(self._layers), []
            self._context.tell(events.LayersListed(self._action.image_id, layers))
        self._told_at = time.monotonic()
