"""One file of two images that are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from tui.contents.archive import ArchiveSource, unread_archive
from tui.contents.comparing import Side
from tui.contents.filediff import Comparison, version
from tui.contents.files import Content, Contents, place_of
from tui.contents.image import ListedImage
from tui.contents.nearest import nearest, places_of
from tui.contents.source import (
    NoSource,
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
from tui.model.filediff import FileDiff, FileVersion
from tui.model.listing import LayerEntry
from tui.model.reference import is_remote

if TYPE_CHECKING:
    from tui.contents.registry import RegistrySource
    from tui.engine.client import EngineClient

Place = tuple[int, bytes]
"""Layer (1 is the bottom), and the path of the content there."""


class SideReader:
    """Reads files of the two sides of a comparison."""

    def __init__(
        self,
        client: Callable[[], EngineClient],
        cache: ListingCache,
        watch: Watch,
        *,
        read_only: bool,
    ) -> None:
        """Prepare.

        Args:
            client: The Engine, where an image is there.
            cache: Listings by diff ID: they were put there when the images were compared.
            watch: How the reading is watched.
            read_only: Nothing may be changed on the Engine, not even for a moment.
        """
        self._client = client
        self._cache = cache
        self._watch = watch
        self._read_only = read_only

    def diff(self, path: bytes, sides: tuple[Side, Side], places: tuple[Place, Place]) -> FileDiff:
        """Compare a file of two images.

        Raises:
            EngineError: as the Engine tells.
            LayerError: one of them is not there, or cannot be read.
        """
        empty = FileVersion("", b"")
        with TemporaryFile(prefix="orlop-") as kept:  # has no name: nothing can stay behind
            comparison = Comparison(path, empty, empty, kept, self._watch)
            versions = []
            for is_old, side, place in zip((True, False), sides, places, strict=True):
                for entry, content in self._contents(side, place):
                    versions.append(version(side.name, entry))
                    comparison.take(content, is_old=is_old)
            if len(versions) == len(sides):
                comparison.old, comparison.new = versions
            return comparison.result()

    def _contents(self, side: Side, place: Place) -> Iterator[tuple[LayerEntry, Content]]:
        layer, path = place
        if side.is_apart:
            image, contents = self._apart(side, layer)
        else:
            image, contents = self._of_engine(side, layer)
        entries = image.layers[layer - 1].listing.entries
        at = place_of(entries, path)
        for content in contents.read({layer: (at,)}, self._watch):
            yield entries[at], content

    def _apart(self, side: Side, layer: int) -> tuple[ListedImage, Contents]:
        source: ArchiveSource | RegistrySource
        if is_archive(side.source):
            image, source = unread_archive(side.source)
            image = self._listed(image, layer, source, None)
            return image, source.contents(image)
        assert is_remote(side.source)
        from tui.contents.registry import unread_registry  # brings HTTP and TLS along

        image, source = unread_registry(side.source)
        image = self._listed(image, layer, source, self._cache)
        return image, source.contents(image)

    def _of_engine(self, side: Side, layer: int) -> tuple[ListedImage, Contents]:
        from tui.contents.engine import offers_for
        from tui.engine import images

        client = self._client()
        facts = images.image_facts(client, side.source)
        image, offers = offers_for(client, facts, side.name, read_only=self._read_only)
        offer = chosen(offers, side.reading) if side.reading else free_offer(offers)
        image = self._listed(image, layer, offer.source if offer else None, self._cache)
        places = places_of(client, image, (layer,), read_only=self._read_only)
        contents = nearest(places, side.reading, free=not side.reading).contents
        assert contents is not None
        return image, contents

    def _listed(
        self, image: ListedImage, layer: int, source: Source | None, cache: ListingCache | None
    ) -> ListedImage:
        """Return an image with the files of one layer, from the cache if they are there."""
        one = replace(image, layers=(image.layers[layer - 1],))
        read = list(kept_layers(one, cache)) if cache is not None else []
        if not read:
            if source is None:
                raise NoSource(_("Compare the images again: the listing of a layer was dropped."))
            read = list(read_layers(one, source, cache, self._watch))
        image = image.with_layers(read)
        if (error := image.layers[layer - 1].error) is not None:
            raise error
        return image
