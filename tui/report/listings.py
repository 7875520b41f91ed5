"""The commands about files: `orlop layers SOURCE --files`, `orlop files` and `orlop waste`.

SOURCE is an image of the Engine, in a file, or in a registry.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from tui.config.paths import cache_directory, home_directory
from tui.contents.archive import unread_archive
from tui.contents.engine import offers_for
from tui.contents.files import Contents
from tui.contents.image import ListedImage, ListedLayer
from tui.contents.nearest import nearest, places_of
from tui.contents.source import Watch, chosen, read_layers
from tui.i18n import _
from tui.layers.archives import is_archive
from tui.layers.cache import ListingCache
from tui.layers.errors import NoPlatform
from tui.layers.manifests import fits
from tui.model.image import ImageDetails
from tui.model.listing import SourceName
from tui.model.reference import is_remote
from tui.report.names import find_image
from tui.report.output import Meter
from tui.report.request import Request

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

EVERY: Final = slice(None)
"""All layers of an image."""


def is_apart(source: str) -> bool:
    """Tell whether a source is an image in a file or in a registry: no Engine is needed."""
    return is_archive(source) or is_remote(source)


class Apart(Protocol):
    """An image in a file or in a registry, as a source."""

    @property
    def name(self) -> SourceName:
        """What it is called."""

    def read(self, layers: Sequence[ListedLayer], watch: Watch) -> Iterator[ListedLayer]:
        """Yield these layers with their files."""

    def contents(self, image: ListedImage) -> Contents:
        """Return the contents of the image, whose layers were listed."""


def opened_apart(source: str, platform: str, wanted: slice = EVERY) -> tuple[ListedImage, Apart]:
    """Return an image in a file, or of one in a registry the layers that are wanted.

    Raises:
        LayerError: there is none, or it cannot be read.
    """
    if is_archive(source):
        image, archive = unread_archive(source, platform)
        check_platform(image.details, platform)
        return image.with_layers(read_layers(image, archive, None, Watch())), archive
    from tui.contents.registry import unread_registry  # brings HTTP and TLS along

    image, registry = unread_registry(source, platform)
    check_platform(image.details, platform)
    meter = Meter(sys.stderr, _("reading layers: {done} of {total} bytes"))
    some = replace(image, layers=image.layers[wanted])
    try:
        read = read_layers(some, registry, _cache(), Watch(tell=meter.tell))
        return image.with_layers(read), registry
    finally:
        meter.wipe()


def listed_apart(source: str, platform: str, wanted: slice = EVERY) -> ListedImage:
    """Return an image in a file, or of one in a registry the layers that are wanted.

    Raises:
        LayerError: there is none, or it cannot be read.
    """
    return opened_apart(source, platform, wanted)[0]


def _cache() -> ListingCache:
    return ListingCache(cache_directory(os.environ, home_directory()) / "listings")


def listed_image(
    client: EngineClient, image_id: str, name: str, wanted: str, *, read_only: bool
) -> ListedImage:
    """Return an image of the Engine.

    Args:
        client: The Engine.
        image_id: Which image.
        name: What it was called in the question.
        wanted: The source to read from; empty for the best.
        read_only: Nothing may be changed on the Engine, not even for a moment.

    Raises:
        EngineError: as the Engine tells.
        LayerError: there is no such source.
    """
    from tui.engine import images

    facts = images.image_facts(client, image_id)
    image, offers = offers_for(client, facts, name, read_only=read_only)
    offer = chosen(offers, wanted)
    assert offer.source is not None
    speaker = Speaker(offer.cost)
    try:
        read = read_layers(image, offer.source, _cache(), Watch(tell=speaker.tell))
        return replace(image.with_layers(read), source=offer.name)
    finally:
        speaker.wipe()


class Speaker:
    """Says what reading costs when it begins, and how far it is; on standard error."""

    def __init__(self, cost: str, sentence: str = "") -> None:
        """Prepare; the sentence has the fields `done` and `total`."""
        self._cost = cost
        sentence = sentence or _("reading layers: {done} of {total} bytes")
        self._meter = Meter(sys.stderr, sentence)

    def tell(self, done: int, total: int) -> None:
        """Note that something is being read."""
        if self._cost:
            cost, self._cost = self._cost, ""
            sys.stderr.write(f"orlop: {cost}\n")
            sys.stderr.flush()
        self._meter.tell(done, total)

    def wipe(self) -> None:
        """Remove what shows how far it is."""
        self._meter.wipe()


def listed_source(client: EngineClient | None, source: str, request: Request) -> ListedImage:
    """Return an image of the Engine, or one in a file, for which no Engine is needed.

    Raises:
        EngineError: as the Engine tells.
        LayerError: its files cannot be read.
    """
    if is_apart(source):
        return listed_apart(source, request.platform)
    assert client is not None
    from tui.engine import images

    target = find_image(images.list_images(client, all=True), source)
    check_platform(images.inspect_image(client, target.image_id), request.platform)
    name = target.reference or target.image_id
    read_only = request.read_only
    return listed_image(client, target.image_id, name, request.source, read_only=read_only)


def unread_source(client: EngineClient | None, source: str, request: Request) -> ListedImage:
    """Return an image with its layers, whose files nobody has read.

    Raises:
        EngineError: as the Engine tells.
        LayerError: there is none.
    """
    if is_archive(source):
        return unread_archive(source)[0]
    if is_remote(source):
        from tui.contents.registry import unread_registry  # brings HTTP and TLS along

        return unread_registry(source)[0]
    assert client is not None
    from tui.engine import images

    target = find_image(images.list_images(client, all=True), source)
    facts = images.image_facts(client, target.image_id)
    name = target.reference or target.image_id
    return offers_for(client, facts, name, read_only=request.read_only)[0]


ContentsOf = Callable[[Collection[int]], tuple[Contents, str]]
"""Takes layers; returns the place that has their contents, and what reading from it costs."""


def opened_source(
    client: EngineClient | None, source: str, request: Request
) -> tuple[ListedImage, ContentsOf]:
    """Return an image with its files, and what finds their contents.

    Raises:
        EngineError: as the Engine tells.
        LayerError: its files cannot be read.
    """
    if is_apart(source):
        layer = request.layer
        wanted = slice(layer - 1, layer) if layer > 0 and not request.stacked else EVERY
        image, apart = opened_apart(source, request.platform, wanted)
        return image, lambda _layers: (apart.contents(image), "")
    assert client is not None
    image = listed_source(client, source, request)

    def contents_of(layers: Collection[int]) -> tuple[Contents, str]:
        places = places_of(client, image, layers, read_only=request.read_only)
        place = nearest(places, request.source)
        assert place.contents is not None
        cost = _("For the files' contents: {cost}").format(cost=place.cost) if place.cost else ""
        return place.contents, cost

    return image, contents_of


def check_platform(details: ImageDetails, wanted: str) -> None:
    """Make sure that an image is for the platform that is wanted, where it tells its own.

    Raises:
        NoPlatform: it is for another.
    """
    if wanted and details.platform and not fits(details.platform, wanted):
        raise NoPlatform(details.platform)


def listed_freely(
    client: EngineClient, image_id: str, name: str, *, read_only: bool
) -> ListedImage | None:
    """Return an image of the Engine if its files can be read without a cost; else None."""
    from tui.engine import images

    facts = images.image_facts(client, image_id)
    _image, offers = offers_for(client, facts, name, read_only=read_only)
    for offer in offers:
        if offer.source is not None and not offer.cost and not offer.asks:
            return listed_image(client, image_id, name, offer.name, read_only=read_only)
    return None
