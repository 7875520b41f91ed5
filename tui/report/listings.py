"""The commands about files: `orlop layers SOURCE --files`, `orlop files` and `orlop waste`.

SOURCE is an image of the Engine, or one in a file. The Engine's are read from the metadata that its
store keeps on the disk, where orlop may read them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui.config.paths import cache_directory, home_directory
from tui.i18n import N_
from tui.layers.archives import open_archive
from tui.layers.cache import ListingCache
from tui.layers.errors import LayerError
from tui.layers.history import stack_of
from tui.layers.tarsplit import FILE, SOURCE, cache_id, layer_folder, split_listing
from tui.layers.union import Union, stack
from tui.model.engine import StoreKind
from tui.model.listing import LayerListing

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

Read = Callable[[], LayerListing]


class NoMetadata(LayerError):
    """The files of an image of the Engine cannot be listed from here."""

    TITLE = N_("The files of this image cannot be listed from here.")
    REMEDY = N_(
        "Its metadata are only on the Engine's own disk, for root. Save it "
        "(docker save IMAGE -o FILE) and ask for docker-archive:FILE."
    )


class NoSuchLayer(LayerError):
    """The image has fewer layers."""

    TITLE = N_("The image has no such layer.")
    REMEDY = N_("orlop layers SOURCE lists them; 1 is the bottom.")


@dataclass(frozen=True, slots=True)
class ListedLayer:
    """A layer with its files, or with the reason why they cannot be told."""

    index: int
    diff_id: str
    chain_id: str
    created_by: str
    listing: LayerListing
    error: LayerError | None = None
    path: str = ""
    """Its folder on the Engine's disk, named by its cache ID; empty where that is unknown."""


@dataclass(frozen=True, slots=True)
class ListedImage:
    """An image with its layers' files."""

    name: str
    image_id: str
    source: str
    """`archive` or `metadata`."""
    layers: tuple[ListedLayer, ...]

    def union(self, count: int | None = None) -> Union:
        """Return what the lowest `count` layers make together; all by default.

        A layer that cannot be read counts as empty.
        """
        return stack([layer.listing for layer in self.layers[:count]])

    def check(self, count: int) -> None:
        """Raise what kept the first bad one of the lowest `count` layers from being read.

        Raises:
            LayerError: as it was.
        """
        for layer in self.layers[:count]:
            if layer.error is not None:
                raise layer.error


def listed_archive(source: str) -> ListedImage:
    """Return an image in a file.

    Raises:
        LayerError: there is none, or it cannot be read.
    """
    image = open_archive(source)
    layers = (
        _listed(
            ListedLayer(
                one.index, one.diff_id, one.chain_id, one.created_by, LayerListing(one.diff_id, "")
            ),
            partial(image.listing, one.index),
        )
        for one in image.layers
    )
    return ListedImage(image.name or source, image.image_id, "archive", tuple(layers))


def listed_image(client: EngineClient, image_id: str, name: str) -> ListedImage:
    """Return an image of the Engine, from the metadata on this machine's disk.

    Raises:
        EngineError: as the Engine tells.
        NoMetadata: they are not here, or not for this user.
    """
    from tui.engine import images

    info = client.info
    if info.capabilities.store is not StoreKind.CLASSIC or not client.endpoint.is_local:
        raise NoMetadata
    root = Path(info.data_root)
    cache = ListingCache(cache_directory(os.environ, home_directory()) / "listings")
    layers = []
    for one in stack_of(images.image_facts(client, image_id)).layers:
        folder = layer_folder(root, info.storage_driver, one.chain_id)
        if not os.access(folder / FILE, os.R_OK):
            raise NoMetadata(str(folder / FILE))
        name_there = cache_id(folder)
        bare = ListedLayer(
            one.index,
            one.diff_id,
            one.chain_id,
            one.created_by,
            LayerListing(one.diff_id, ""),
            path=str(root / info.storage_driver / name_there) if name_there else "",
        )
        read = partial(split_listing, folder / FILE, one.diff_id)
        layers.append(_listed(bare, partial(cache.get_or, one.diff_id, read)))
    return ListedImage(name, image_id, SOURCE, tuple(layers))


def _listed(bare: ListedLayer, read: Read) -> ListedLayer:
    """Read a layer's files; what goes wrong stays with the layer."""
    try:
        return replace(bare, listing=read())
    except LayerError as error:
        return replace(bare, error=error)
