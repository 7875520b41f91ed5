"""The names in a container's folder that reading its tar did not get to.

The image's own list of files has them, where reading that costs nothing. Each is then asked for:
what is told of it is true now. What the container made itself only `docker diff` knows, for which
some Engines walk all files: that would take longer than reading on.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Final

from tui.config.paths import cache_directory, home_directory
from tui.contents.source import Watch
from tui.engine.errors import Cancelled, EngineError, NotFound
from tui.layers.errors import LayerError
from tui.model.folder import UNKNOWN_OWNER, FolderItem, joined
from tui.model.listing import Kind, LayerEntry
from tui.model.pathstat import PathStat

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

LOG: Final = logging.getLogger(__name__)

ASKED_MAX: Final = 2000
"""Names that are asked for over a socket of this machine: about a second."""

ASKED_MAX_FAR: Final = 100
"""The same over a network."""


Names = dict[bytes, LayerEntry | None]
"""Names of a folder; None where nobody tells more than that."""


def image_names(client: EngineClient, image_id: str, path: bytes, watch: Watch) -> Names:
    """Return what an image has in a folder; nothing where it costs something to tell.

    Args:
        client: The Engine.
        image_id: The image that the container was made of.
        path: Absolute; no link is in it.
        watch: How the reading is watched.

    Raises:
        Cancelled: it was stopped.
    """
    try:
        return _of_image(client, image_id, path.strip(b"/"), watch)
    except Cancelled:
        raise
    except (EngineError, LayerError) as error:  # then it is shown as far as it was read
        LOG.info("the files of %s are not known: %s", image_id, error)
        return {}


def _of_image(client: EngineClient, image_id: str, path: bytes, watch: Watch) -> Names:
    from tui.contents.engine import offers_for
    from tui.contents.source import free_offer, kept_layers, read_layers
    from tui.engine import images
    from tui.layers.cache import ListingCache

    facts = images.image_facts(client, image_id)
    image, offers = offers_for(client, facts, image_id, read_only=True)
    cache = ListingCache(cache_directory(os.environ, home_directory()) / "listings")
    offer = free_offer(offers)
    if offer is not None and offer.source is not None:
        layers = tuple(read_layers(image, offer.source, cache, watch))
    else:
        layers = tuple(kept_layers(image, cache))
    image = image.with_layers(layers)
    if any(not layer.is_read or layer.error is not None for layer in image.layers):
        return {}
    watch.check()
    union = image.union()
    found: Names = {}
    for one in union.inside(path):
        shown = union.shown.get(one)
        found[one.rpartition(b"/")[2]] = shown.entry if shown is not None else None
    return found


def asked_for(
    client: EngineClient,
    container_id: str,
    path: bytes,
    names: Names,
    watch: Watch,
) -> tuple[dict[bytes, FolderItem], bool]:
    """Return those of these names that are there, and whether all of them were asked for.

    Raises:
        EngineError: as the Engine tells.
    """
    from tui.engine import archive

    most = ASKED_MAX if client.endpoint.url.startswith("unix:") else ASKED_MAX_FAR
    found: dict[bytes, FolderItem] = {}
    with archive.stats(client, container_id) as asked:
        for name in sorted(names)[:most]:
            watch.check()
            try:
                found[name] = _item(name, asked.stat(joined(path, name)), names[name])
            except NotFound:
                continue
    return found, len(names) <= most


def _item(name: bytes, told: PathStat, known: LayerEntry | None) -> FolderItem:
    """Return an entry; its owner from the image, where it is as the image has it."""
    size = told.size if told.kind is Kind.FILE else 0
    link = os.fsencode(told.target)
    uid = gid = UNKNOWN_OWNER
    if known is not None and (known.kind, known.mode, known.mtime) == (
        told.kind,
        told.mode,
        told.mtime,
    ):
        uid, gid, link = known.uid, known.gid, known.link
    entry = LayerEntry(name, told.kind, size, told.mode, uid, gid, told.mtime, link)
    return FolderItem(entry, size, is_whole=told.kind is not Kind.DIRECTORY)
