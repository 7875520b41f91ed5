"""What a source of listings is, what it costs, and reading the layers of an image from one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from tui.contents.image import ListedImage, ListedLayer
from tui.i18n import N_
from tui.layers.bytesource import Readable, Seekable
from tui.layers.cache import ListingCache
from tui.layers.errors import LayerError
from tui.model.listing import LayerListing, SourceName


class NoSource(LayerError):
    """The files of an image of the Engine cannot be listed from here."""

    TITLE = N_("The files of this image cannot be listed that way.")
    REMEDY = N_(
        "Try another --source; or save the image (docker save IMAGE -o FILE) "
        "and ask for docker-archive:FILE."
    )


class NotInAnswer(LayerError):
    """The source has told all it has, and this layer was not among it."""

    TITLE = N_("The content of this layer is not stored here.")


def _nothing(*_: object) -> None:
    return


@dataclass(frozen=True, slots=True)
class Watch:
    """How a reader is watched: whether it shall go on, and how far it is."""

    check: Callable[[], None] = _nothing
    """Raises `Cancelled` when the reading is to stop."""
    tell: Callable[[int, int], None] = _nothing
    """Takes bytes read and bytes in all; 0 in all: nobody knows."""
    on_cancel: Callable[[Callable[[], None]], None] = _nothing
    """Takes what ends the reading at once, from another thread."""


class Watched:
    """A stream whose reader may be told to stop between any two pieces."""

    def __init__(self, stream: Readable, watch: Watch) -> None:
        """Read a stream."""
        self._stream = stream
        self._watch = watch

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        self._watch.check()
        return self._stream.read(size)


class WatchedFile(Watched):
    """The same, of what can leap."""

    def __init__(self, file: Seekable, watch: Watch) -> None:
        super().__init__(file, watch)
        self._file = file

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go there; returns the position."""
        return self._file.seek(offset, whence)


class Source(Protocol):
    """A way to the files of an image's layers."""

    @property
    def name(self) -> SourceName:
        """What it is called."""

    def read(self, layers: Sequence[ListedLayer], watch: Watch) -> Iterator[ListedLayer]:
        """Yield these layers with their files, each as soon as it is read, in any order.

        A layer that cannot be read is yielded with its error; the others go on. One that is
        never yielded is not there. Of layers with one diff ID only the first is asked for.

        Raises:
            LayerError: nothing at all can be read.
            EngineError: as the Engine tells.
        """


@dataclass(frozen=True, slots=True)
class Offer:
    """A source for one image, or the reason why there is none."""

    name: SourceName
    source: Source | None = None
    why_not: str = ""
    """A sentence; empty where there is a source."""
    cost: str = ""
    """A sentence on what reading costs, to be said before; empty where it costs nothing."""
    asks: bool = False
    """Whether it changes something on the Engine, so that the user must have agreed once."""

    @property
    def is_free(self) -> bool:
        """Whether it can be read from without a word to the user."""
        return not (self.why_not or self.cost or self.asks)

    def told(self) -> Offer:
        """Return the offer as screens may keep it: without the source itself."""
        return replace(self, source=None)


def chosen(offers: Sequence[Offer], wanted: str = "") -> Offer:
    """Return the offer of this name, else the first that can be had without asking.

    Raises:
        NoSource: there is none.
    """
    if wanted:
        for offer in offers:
            if offer.name == wanted and offer.source is not None:
                return offer
        why = (offer.why_not for offer in offers if offer.name == wanted)
        raise NoSource(next(why, wanted))
    for offer in offers:
        if offer.source is not None and not offer.asks:
            return offer
    raise NoSource(" ".join(offer.why_not for offer in offers if offer.why_not))


def free_offer(offers: Sequence[Offer]) -> Offer | None:
    """Return the best offer that costs nothing; None where there is none."""
    return next((offer for offer in offers if offer.is_free and offer.source is not None), None)


def kept_layers(image: ListedImage, cache: ListingCache) -> Iterator[ListedLayer]:
    """Yield the layers that are in the cache."""
    for layer in image.layers:
        kept = cache.get(layer.diff_id)
        if kept is not None:
            yield replace(layer, listing=kept)


def read_layers(
    image: ListedImage, source: Source, cache: ListingCache | None, watch: Watch
) -> Iterator[ListedLayer]:
    """Yield all layers with their files: those in the cache at once, the others as they come.

    A layer that is in the image several times is read once.

    Args:
        image: Its layers, unread.
        source: Where to read those that are not in the cache.
        cache: Listings by diff ID; None where diff IDs are only claimed.
        watch: How the reading is watched.

    Raises:
        LayerError: nothing at all can be read.
        EngineError: as the Engine tells.
    """
    missing: dict[str, list[ListedLayer]] = {}
    for layer in image.layers:
        kept = cache.get(layer.diff_id) if cache is not None else None
        if kept is not None:
            yield replace(layer, listing=kept)
        else:
            missing.setdefault(layer.diff_id or layer.chain_id, []).append(layer)
    if not missing:
        return
    for read in source.read([same[0] for same in missing.values()], watch):
        if cache is not None and read.error is None and not read.is_claimed:
            cache.put(read.listing)
        for layer in missing.pop(read.diff_id or read.chain_id, ()):
            path = read.path if layer.index == read.index else layer.path
            yield replace(layer, listing=read.listing, error=read.error, path=path)
    for layers in missing.values():
        for layer in layers:
            yield replace(layer, error=NotInAnswer())


def listed(layer: ListedLayer, read: Callable[[], LayerListing]) -> ListedLayer:
    """Read a layer's files; what goes wrong stays with the layer."""
    try:
        return replace(layer, listing=read())
    except LayerError as error:
        return replace(layer, error=error)
