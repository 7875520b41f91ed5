"""Comparing two images wherever they are: each is read from its best source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from tui.contents.archive import unread_archive
from tui.contents.image import ListedImage, ListedLayer
from tui.contents.source import (
    Offer,
    Source,
    Watch,
    chosen,
    free_offer,
    kept_layers,
    read_layers,
)
from tui.i18n import _
from tui.layers.archives import is_archive
from tui.layers.cache import ListingCache
from tui.layers.compare import (
    ConfigDifference,
    FileComparison,
    FileDifference,
    SharedLayers,
    compare_files,
    config_differences,
    shared_layers,
)
from tui.layers.difftree import difference_tree
from tui.layers.filetree import FileTree
from tui.model.listing import LayerListing, SourceName
from tui.model.reference import is_remote
from tui.model.text import human_size

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


NO_LAYERS: Final = SharedLayers(0, (), (), ())


class Side(NamedTuple):
    """One of two images that are compared."""

    source: str
    """The ID of an image of the Engine; or `docker-archive:FILE`, `oci:DIR`, `registry:REF`..."""
    name: str
    """What it is called."""
    reading: str = ""
    """The `SourceName` that its files shall be read from; empty for one that costs nothing."""

    @property
    def is_apart(self) -> bool:
        """Whether it is in a file or in a registry: no Engine is needed."""
        return is_archive(self.source) or is_remote(self.source)


@dataclass(frozen=True, slots=True)
class OpenSide:
    """An image whose layers are known, and what its files can be read from."""

    image: ListedImage
    offers: tuple[Offer, ...]
    source: Source | None
    """None where all was read before, or the user has to agree to one first."""
    cache: ListingCache | None
    """Listings by diff ID; None where diff IDs are only claimed."""

    @property
    def asks(self) -> tuple[Offer, ...]:
        """What the user has to choose from before it can be read."""
        if self.source is not None or all(layer.is_read for layer in self.image.layers):
            return ()
        return tuple(offer.told() for offer in self.offers)


@dataclass(frozen=True, slots=True)
class ComparedImages:
    """What differs between two images."""

    sides: tuple[Side, Side]
    images: tuple[ListedImage, ListedImage]
    """With their layers, whose files are left out: they would take half a gigabyte."""
    asks: tuple[tuple[Offer, ...], tuple[Offer, ...]] = ((), ())
    """Where an image cannot be read without a cost: what the user may choose from."""
    layers: SharedLayers = NO_LAYERS
    files: FileComparison | None = None
    """None before both were read."""
    tree: FileTree | None = None
    """The files that differ."""
    differences: Mapping[bytes, FileDifference] = field(default_factory=dict)
    """The same by path."""
    config: tuple[ConfigDifference, ...] = ()


def open_side(
    side: Side, client: Callable[[], EngineClient], cache: ListingCache, *, read_only: bool
) -> OpenSide:
    """Find an image and what its files can be read from.

    Raises:
        EngineError: as the Engine tells.
        LayerError: there is none, or the source that is wanted is not to be had.
    """
    if is_archive(side.source):
        image, archive = unread_archive(side.source)
        return OpenSide(image, (Offer(SourceName.ARCHIVE, archive),), archive, None)
    if is_remote(side.source):
        image, offers = _in_registry(side.source)
    else:
        image, offers = _in_engine(side, client(), read_only=read_only)
    offer = chosen(offers, side.reading) if side.reading else free_offer(offers)
    if offer is None:
        kept = list(kept_layers(image, cache))  # it may be that nothing has to be read
        is_whole = len(kept) == len(image.layers)
        image = image.read_from(SourceName.CACHE).with_layers(kept) if is_whole else image
        return OpenSide(image, offers, None, cache)
    return OpenSide(image.read_from(offer.name), offers, offer.source, cache)


def _in_registry(source: str) -> tuple[ListedImage, tuple[Offer, ...]]:
    from tui.contents.registry import unread_registry  # brings HTTP and TLS along

    image, registry = unread_registry(source)
    size = sum(max(layer.compressed_size, 0) for layer in image.layers)
    cost = _(
        "Up to {size} flow from the registry and are not stored; on Docker Hub it counts as a pull."
    ).format(size=human_size(size))
    return image, (Offer(SourceName.REGISTRY, registry, cost=cost),)


def _in_engine(
    side: Side, client: EngineClient, *, read_only: bool
) -> tuple[ListedImage, tuple[Offer, ...]]:
    from tui.contents.engine import offers_for
    from tui.engine import images

    facts = images.image_facts(client, side.source)
    return offers_for(client, facts, side.name, read_only=read_only)


def read_side(opened: OpenSide, watch: Watch) -> ListedImage:
    """Read all files of an image.

    Raises:
        EngineError: as the Engine tells.
        LayerError: a layer cannot be read.
    """
    image = opened.image
    if opened.source is not None:
        image = image.with_layers(read_layers(image, opened.source, opened.cache, watch))
    image.check(len(image.layers))
    return image


def compare_images(sides: tuple[Side, Side], a: ListedImage, b: ListedImage) -> ComparedImages:
    """Compare two images that were read."""
    files = compare_files(a.union(), b.union())
    return ComparedImages(
        sides,
        (bare(a), bare(b)),
        layers=shared_layers(*([one.diff_id for one in image.layers] for image in (a, b))),
        files=files,
        tree=difference_tree(files),
        differences={one.path: one for one in files.every()},
        config=config_differences(a.details, b.details),
    )


def bare(image: ListedImage) -> ListedImage:
    """Return an image without the files of its layers."""
    layers = (
        replace(layer, listing=LayerListing(layer.diff_id, layer.listing.source), size=_size(layer))
        for layer in image.layers
    )
    return replace(image, layers=tuple(layers))


def _size(layer: ListedLayer) -> int:
    """Return a layer's bytes as its files tell them, if nobody else has."""
    if layer.size >= 0:
        return layer.size
    return sum(entry.size for entry in layer.listing.entries)
