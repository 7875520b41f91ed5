"""An image of the Engine: which sources can tell its files, the best first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.config.settings import load_settings
from tui.contents.content import ContentStore, content_folder
from tui.contents.image import ListedImage, unread_image
from tui.contents.metadata import ClassicMetadata, PodmanMetadata
from tui.contents.probe import probe_source
from tui.contents.source import Offer
from tui.contents.stream import EngineStream, stream_cost
from tui.i18n import _
from tui.layers.blobs import Folder
from tui.layers.errors import LayerError
from tui.layers.history import stack_of
from tui.model.engine import StoreKind
from tui.model.image import ImageFacts
from tui.model.listing import SourceName
from tui.model.text import visible

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


def offers_for(
    client: EngineClient, facts: ImageFacts, name: str, *, read_only: bool = False
) -> tuple[ListedImage, tuple[Offer, ...]]:
    """Return an image, unread, and its sources, the best first; asks nothing of the Engine.

    Args:
        client: The Engine.
        facts: Inspect and history of the image.
        name: What it is called.
        read_only: Nothing may be changed on the Engine, not even for a moment.
    """
    image = replace(unread_image(name, stack_of(facts), ""), details=facts.details)
    image, on_disk = _on_disk(client, image)
    size = sum(max(layer.size, 0) for layer in image.layers)
    stream = EngineStream(client, image.image_id, size)
    on_socket = Offer(SourceName.STREAM, stream, cost=stream_cost(client, size))
    if on_disk.name is SourceName.METADATA:
        absent = Offer(SourceName.CONTENT, why_not=_("This store keeps no blobs of layers."))
    else:
        absent = Offer(SourceName.METADATA, why_not=_("This store keeps no tar-split metadata."))
    return image, (on_disk, absent, _probe(client, image, read_only=read_only), on_socket)


def _probe(client: EngineClient, image: ListedImage, *, read_only: bool) -> Offer:
    if read_only:
        return Offer(SourceName.PROBE, why_not=_("It creates a container: not with --read-only."))
    try:
        source = probe_source(client, image)
    except LayerError as error:
        return Offer(SourceName.PROBE, why_not=str(error))
    is_allowed = load_settings().probe
    cost = _(
        "orlop creates a container from the image, never starts it, reads what the Engine's disk "
        "has of the layers through it, and removes it."
    )
    return Offer(SourceName.PROBE, source, cost="" if is_allowed else cost, asks=not is_allowed)


def _on_disk(client: EngineClient, image: ListedImage) -> tuple[ListedImage, Offer]:
    """Return what can be read from the Engine's disk, and the layers with their folders there."""
    info = client.info
    name = SourceName.METADATA
    if info.capabilities.store is StoreKind.CONTAINERD:
        name = SourceName.CONTENT
    if not client.endpoint.is_local:
        why = _("It lies on the disk of {host}.").format(host=visible(info.name))
        return image, Offer(name, why_not=why)
    root = Path(info.data_root)
    if name is SourceName.CONTENT:
        return image, _content(root, image)
    try:
        if info.capabilities.store is StoreKind.PODMAN:
            podman = PodmanMetadata(root, info.storage_driver)
            return _metadata(image, podman, podman.find(image.image_id, image.layers))
        classic = ClassicMetadata(root, info.storage_driver)
        return _metadata(image, classic, classic.missing(image.layers))
    except LayerError as error:
        return image, Offer(name, why_not=str(error))


def _metadata(
    image: ListedImage, source: ClassicMetadata | PodmanMetadata, missing: str
) -> tuple[ListedImage, Offer]:
    if missing:
        why = _("{path} cannot be read.").format(path=visible(missing))
        return image, Offer(SourceName.METADATA, why_not=why)
    located = replace(image, layers=tuple(map(source.located, image.layers)))
    return located, Offer(SourceName.METADATA, source)


def _content(root: Path, image: ListedImage) -> Offer:
    folder, unreadable = content_folder(root, image.image_id)
    if folder is not None:
        diff_ids = [layer.diff_id for layer in image.layers]
        return Offer(SourceName.CONTENT, ContentStore(Folder(folder), image.image_id, diff_ids))
    why = _("The image's manifest is in no content store here.")
    if unreadable:
        why = _("{path} cannot be read.").format(path=visible(unreadable))
    return Offer(SourceName.CONTENT, why_not=why)
