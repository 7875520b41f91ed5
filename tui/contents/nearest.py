"""The places that have the contents of an image's layers, the nearest first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.config.settings import load_settings
from tui.contents.content import ContentStore, content_folder
from tui.contents.files import Content, Contents, FolderContents, Wanted
from tui.contents.image import ListedImage
from tui.contents.probefiles import probed_contents
from tui.contents.savedfiles import SavedContents
from tui.contents.source import NoSource, Watch
from tui.contents.stream import stream_cost
from tui.i18n import N_, _
from tui.layers.blobs import Folder
from tui.layers.bytesource import Readable
from tui.layers.errors import LayerError
from tui.model.engine import StoreKind
from tui.model.listing import SourceName

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


class NotNear(NoSource):
    """The contents of an image's layers cannot be read from there, or not without a cost."""

    TITLE = N_("The contents of this image's files cannot be read that way.")
    REMEDY = N_("On the command line: orlop extract IMAGE PATH -o DEST --source stream.")


@dataclass(frozen=True, slots=True)
class Nearness:
    """A place that has contents, or the reason why there is none."""

    name: SourceName
    contents: Contents | None = None
    why_not: str = ""
    cost: str = ""
    """A sentence on what reading costs, to be said before; empty where it costs nothing."""
    asks: bool = False
    """Whether it changes something on the Engine, so that the user must have agreed once."""


def places_of(
    client: EngineClient, image: ListedImage, layers: Collection[int], *, read_only: bool = False
) -> tuple[Nearness, ...]:
    """Return the places that have these layers of an image of the Engine, the nearest first.

    Args:
        client: The Engine; nothing is asked of it yet.
        image: With its listings.
        layers: Those that are needed; 1 is the bottom.
        read_only: Nothing may be changed on the Engine, not even for a moment.
    """
    folders = FolderContents(image.layers)
    if folders.can(layers):
        on_disk = Nearness(SourceName.METADATA, folders)
    else:
        why = _("The layers are not on this disk, or not for this user.")
        on_disk = Nearness(SourceName.METADATA, why_not=why)
    size = sum(max(layer.size, 0) for layer in image.layers)

    saved = SavedContents(image.layers, lambda: _saved(client, image.image_id))
    stream = Nearness(SourceName.STREAM, saved, cost=stream_cost(client, size))
    return on_disk, _stored(client, image), _probed(client, image, read_only=read_only), stream


@contextmanager
def _saved(client: EngineClient, image_id: str) -> Iterator[Readable]:
    from tui.engine.save import saved

    with saved(client, image_id) as body:
        yield body


class StoredContents:
    """containerd's blobs on this disk."""

    def __init__(self, store: ContentStore, image: ListedImage) -> None:
        self._store = store
        self._layers = image.layers

    def read(self, wanted: Wanted, watch: Watch) -> Iterator[Content]:
        """Yield the files, layer by layer."""
        return self._store.contents(self._layers, watch).read(wanted, watch)


def _stored(client: EngineClient, image: ListedImage) -> Nearness:
    name = SourceName.CONTENT
    if client.info.capabilities.store is not StoreKind.CONTAINERD:
        return Nearness(name, why_not=_("This store keeps no blobs of layers."))
    root = Path(client.info.data_root)
    folder = content_folder(root, image.image_id)[0] if client.endpoint.is_local else None
    if folder is None:
        return Nearness(name, why_not=_("The layers are not on this disk, or not for this user."))
    diff_ids = [layer.diff_id for layer in image.layers]
    store = ContentStore(Folder(folder), image.image_id, diff_ids)
    return Nearness(name, StoredContents(store, image))


def _probed(client: EngineClient, image: ListedImage, *, read_only: bool) -> Nearness:
    name = SourceName.PROBE
    if read_only:
        return Nearness(name, why_not=_("It creates a container: not with --read-only."))
    try:
        contents = probed_contents(client, image)
    except LayerError as error:
        return Nearness(name, why_not=str(error))
    is_allowed = load_settings().probe
    cost = _(
        "orlop creates a container from the image, never starts it, reads the files "
        "through it, and removes it."
    )
    return Nearness(name, contents, cost="" if is_allowed else cost, asks=not is_allowed)


def nearest(places: Sequence[Nearness], wanted: str = "", *, free: bool = False) -> Nearness:
    """Return the place of this name, else the nearest that can be had without asking.

    Args:
        places: As `places_of` tells them.
        wanted: One of `SourceName`; empty for the nearest.
        free: Only what costs nothing.

    Raises:
        NotNear: there is none.
    """
    for place in places:
        unasked = not place.asks and not (free and place.cost)
        if place.contents is not None and (place.name == wanted if wanted else unasked):
            return place
    told = [place for place in places if not wanted or place.name == wanted]
    raise NotNear(" ".join(place.why_not for place in told if place.why_not) or wanted)
