"""An image of the Engine: which sources can tell its files, the best first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.contents.image import ListedImage, unread_image
from tui.contents.metadata import ClassicMetadata
from tui.contents.source import Offer
from tui.contents.stream import EngineStream, stream_cost
from tui.i18n import _
from tui.layers.history import stack_of
from tui.model.engine import StoreKind
from tui.model.image import ImageFacts
from tui.model.listing import SourceName
from tui.model.text import visible

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


def offers_for(
    client: EngineClient, facts: ImageFacts, name: str
) -> tuple[ListedImage, tuple[Offer, ...]]:
    """Return an image, unread, and its sources, the best first; asks nothing of the Engine.

    Args:
        client: The Engine.
        facts: Inspect and history of the image.
        name: What it is called.
    """
    image = replace(unread_image(name, stack_of(facts), ""), details=facts.details)
    info = client.info
    metadata = ClassicMetadata(Path(info.data_root), info.storage_driver)
    if info.capabilities.store is not StoreKind.CLASSIC:
        offer = Offer(SourceName.METADATA, why_not=_("This store keeps no tar-split metadata."))
    elif not client.endpoint.is_local:
        why = _("The metadata lie on the disk of {host}.").format(host=visible(info.name))
        offer = Offer(SourceName.METADATA, why_not=why)
    elif missing := metadata.missing(image.layers):
        why = _("{path} cannot be read.").format(path=visible(missing))
        offer = Offer(SourceName.METADATA, why_not=why)
    else:
        offer = Offer(SourceName.METADATA, metadata)
        image = replace(image, layers=tuple(map(metadata.located, image.layers)))
    size = sum(max(layer.size, 0) for layer in image.layers)
    stream = EngineStream(client, image.image_id, size)
    return image, (offer, Offer(SourceName.STREAM, stream, cost=stream_cost(client, size)))
