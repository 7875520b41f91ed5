"""An image in a file as a source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from tui.contents.files import TarContents, archive_contents
from tui.contents.image import ListedImage, ListedLayer
from tui.contents.source import Watch, listed
from tui.layers.archives import ArchivedImage, open_archive
from tui.model.listing import LayerListing, SourceName


class ArchiveSource:
    """The layers of an opened archive."""

    name = SourceName.ARCHIVE

    def __init__(self, image: ArchivedImage) -> None:
        self._image = image

    def contents(self, image: ListedImage) -> TarContents:
        """Return the contents of the image, whose layers were listed."""
        return archive_contents(image, self._image)

    def read(self, layers: Sequence[ListedLayer], watch: Watch) -> Iterator[ListedLayer]:
        """Yield the layers, bottom first."""
        for layer in layers:
            watch.check()
            yield listed(layer, partial(self._image.listing, layer.index))


def unread_archive(source: str, platform: str = "") -> tuple[ListedImage, ArchiveSource]:
    """Open `docker-archive:FILE`, `oci-archive:FILE` or `oci:DIR`; its layers are not yet read.

    Args:
        source: As the user writes it.
        platform: `os/architecture[/variant]`, of an index; empty for the nearest to this machine.

    Raises:
        NoPlatform: its index has no such platform.
        LayerError: it cannot be read, or holds no such image.
    """
    image = open_archive(source, platform)
    layers = (
        ListedLayer(
            one.index, one.diff_id, one.chain_id, one.created_by, LayerListing(one.diff_id, "")
        )
        for one in image.layers
    )
    name = image.name or source
    bare = ListedImage(name, image.image_id, SourceName.ARCHIVE, tuple(layers), image.details)
    return bare, ArchiveSource(image)
