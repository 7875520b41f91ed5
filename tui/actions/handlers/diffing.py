"""Comparing a file as two layers have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.handlers.asking import CHOOSE, asks_first
from tui.actions.values.files import DiffFile
from tui.i18n import _
from tui.store import events

if TYPE_CHECKING:
    from tui.contents.image import ListedImage
    from tui.model.filediff import FileVersion


def diff_file(action: DiffFile, context: JobContext) -> Ending:
    """Read both versions from the nearest place that has them."""
    from tui.contents.filediff import compare_in_image
    from tui.contents.nearest import nearest, places_of
    from tui.contents.source import Watch
    from tui.model.filediff import FileDiff

    old_at, old = _version(action.image, *action.old)
    new_at, new = _version(action.image, *action.new)
    layers = (action.old[0], action.new[0])
    client = context.client()
    context.on_cancel(client.cut)
    places = places_of(client, action.image, layers, read_only=action.read_only)
    if asks_first(action.source, places, context):
        return Ending(_(CHOOSE))
    contents = nearest(places, action.source, free=True).contents
    assert contents is not None
    diff = compare_in_image(
        contents,
        FileDiff(action.path, old, new),
        (layers[0], old_at),
        (layers[1], new_at),
        Watch(check=context.check),
    )
    context.tell(events.FileDiffed(diff))
    return Ending()


def _version(image: ListedImage, layer: int, path: bytes) -> tuple[int, FileVersion]:
    """Return where a version stands in its layer's listing, and what that tells of it."""
    from tui.contents.filediff import version
    from tui.contents.files import place_of

    entries = image.layers[layer - 1].listing.entries
    at = place_of(entries, path)
    return at, version(_("layer {index}").format(index=layer), entries[at])
