"""An image with the files of its layers, as far as they have been read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui.i18n import N_
from tui.layers.errors import LayerError
from tui.layers.union import Union, stack
from tui.model.image import EMPTY_DETAILS, ImageDetails
from tui.model.layer import LayerStack
from tui.model.listing import LayerListing


class NoSuchLayer(LayerError):
    """The image has fewer layers."""

    TITLE = N_("The image has no such layer.")
    REMEDY = N_("orlop layers SOURCE lists them; 1 is the bottom.")


@dataclass(frozen=True, slots=True)
class ListedLayer:
    """A layer with its files, with the reason why they cannot be told, or not yet read."""

    index: int
    """1 is the bottom."""
    diff_id: str
    chain_id: str
    created_by: str
    """The command that made it, uncleaned; empty where nobody knows."""
    listing: LayerListing
    error: LayerError | None = None
    path: str = ""
    """Its folder on the Engine's disk, named by its cache ID; empty where that is unknown."""
    size: int = -1
    """Bytes as the Engine tells them; -1 where it does not."""
    blob: str = ""
    """The digest of what a registry stores for it; empty elsewhere."""
    compressed_size: int = -1
    """Bytes of that; -1 where nobody tells."""
    is_claimed: bool = False
    """Whether nobody has checked that its files are those of its diff ID."""

    @property
    def is_read(self) -> bool:
        """Whether somebody has tried to read its files."""
        return bool(self.listing.source) or self.error is not None


@dataclass(frozen=True, slots=True)
class ListedImage:
    """An image with its layers' files."""

    name: str
    image_id: str
    source: str
    """The `SourceName` that its files are read from."""
    layers: tuple[ListedLayer, ...]
    """Bottom first."""
    details: ImageDetails = EMPTY_DETAILS
    """What its config tells."""

    def with_layers(self, read: Iterable[ListedLayer]) -> ListedImage:
        """Return the image with these layers in their places."""
        by_index = {layer.index: layer for layer in read}
        return replace(
            self, layers=tuple(by_index.get(layer.index, layer) for layer in self.layers)
        )

    def read_from(self, source: str) -> ListedImage:
        """Return the image with the source that its files are read from."""
        return replace(self, source=source)

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


def unread_image(name: str, stack: LayerStack, source: str) -> ListedImage:
    """Return an image of the Engine whose files nobody has read yet."""
    layers = (
        ListedLayer(
            layer.index,
            layer.diff_id,
            layer.chain_id,
            layer.created_by,
            LayerListing(layer.diff_id, ""),
            size=layer.size,
        )
        for layer in stack.layers
    )
    return ListedImage(name, stack.image_id, source, tuple(layers))
