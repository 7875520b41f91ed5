"""Reading the beginning of a file of a layer."""

from __future__ import annotations

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.handlers.asking import CHOOSE, asks_first
from tui.actions.values.reading import ViewFile
from tui.i18n import _
from tui.model.filetext import FileText
from tui.store import events


def view_file(action: ViewFile, context: JobContext) -> Ending:
    """Read from the nearest place that has the layer and costs nothing, or from the wanted one."""
    from tui.contents.files import first_content, place_of
    from tui.contents.nearest import nearest, places_of
    from tui.contents.source import Watch

    client = context.client()
    context.on_cancel(client.cut)
    entries = action.image.layers[action.layer - 1].listing.entries
    at = place_of(entries, action.path)
    places = places_of(client, action.image, (action.layer,), read_only=action.read_only)
    if asks_first(action.source, places, context):
        return Ending(_(CHOOSE))
    contents = nearest(places, action.source, free=True).contents
    assert contents is not None
    watch = Watch(context.check)
    data, has_more = first_content(contents, action.layer, at, watch)
    text = FileText(action.image.image_id, action.layer, action.path, data, has_more)
    context.tell(events.FileRead(text))
    return Ending()
