"""Reading the beginning of a file of a layer."""

from __future__ import annotations

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.reading import ViewFile
from tui.model.filetext import FileText
from tui.store import events


def view_file(action: ViewFile, context: JobContext) -> Ending:
    """Read from the nearest place that has the layer."""
    from tui.contents.files import contents_of, first_content, place_of

    entries = action.image.layers[action.layer - 1].listing.entries
    at = place_of(entries, action.path)
    data, has_more = first_content(contents_of(action.image, "", (action.layer,)), action.layer, at)
    text = FileText(action.image.image_id, action.layer, action.path, data, has_more)
    context.tell(events.FileRead(text))
    return Ending()
