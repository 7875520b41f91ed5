"""Writing files of an image, or a layer's tar, to the disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.handlers.asking import CHOOSE, asks_first
from tui.actions.values.files import ExtractFiles, SaveLayer
from tui.engine.errors import Cancelled
from tui.i18n import _
from tui.model.progress import Outcome, Progress, TargetOutcome
from tui.model.text import exact_size, visible

if TYPE_CHECKING:
    from tui.contents.beneath import Extracted
    from tui.contents.source import Watch

TOLD: Final = 20
"""Files that were not written and are named."""


def extract_files(action: ExtractFiles, context: JobContext) -> Ending:
    """Write what lies at a path; of a source that costs something the user is asked first."""
    from tui.contents.beneath import destination
    from tui.contents.extract import extract
    from tui.contents.extracting import prepare
    from tui.contents.nearest import nearest, places_of

    prepared = prepare(action.image, action.path, action.layer, alone=action.alone)
    client = context.client()
    context.on_cancel(client.cut)
    layers = [*prepared.places]
    places = places_of(client, action.image, layers, read_only=action.read_only)
    if asks_first(action.source, places, context):
        return Ending(_(CHOOSE))
    contents = nearest(places, action.source, free=not action.source).contents
    assert contents is not None
    where = destination(action.destination, action.path, is_folder=prepared.is_folder)
    try:
        done = extract(
            dict(prepared.places),
            prepared.plan,
            contents,
            where,
            overwrite=action.overwrite,
            watch=_watch(context),
        )
    except Cancelled:
        return Ending(_("Stopped; what is written so far is whole."))
    return _ending(action, done)


def _ending(action: ExtractFiles, done: Extracted) -> Ending:
    from tui.contents.extracting import extracted_sentences, failed_lines

    failed = tuple(TargetOutcome(line, Outcome.FAILED) for line in failed_lines(done, TOLD))
    sentences = [*extracted_sentences(done)[::-1], *(one.target for one in failed[:1])]
    where = _("in {destination}").format(destination=visible(action.destination))
    facts = {"files": done.files, "folders": done.folders, "bytes": done.size}
    return Ending(f"{'; '.join(sentences)} {where}", failed, facts)


def save_layer(action: SaveLayer, context: JobContext) -> Ending:
    """Write the tar; a file that is not what the diff ID says is not kept."""
    from tui.contents.layertar import chosen_place, copied, engine_places
    from tui.transfer.writing import whole_file

    layer = action.image.layers[action.layer - 1]
    client = context.client()
    context.on_cancel(client.cut)
    places = engine_places(client, action.image, layer)
    if asks_first(action.source, places, context):
        return Ending(_(CHOOSE))
    place = chosen_place(places, action.source, free=not action.source)
    path = Path(action.path)
    if path.is_dir():
        path /= f"layer-{action.layer}.tar"
    watch = _watch(context)
    with whole_file(path, overwrite=action.overwrite) as output, place.opened(watch) as pieces:
        size = copied(pieces, output.write, layer, watch)
    return Ending(
        _("layer {layer} is in {path}: {size}, checked against its diff ID.").format(
            layer=action.layer, path=visible(str(path)), size=exact_size(size)
        ),
        facts={"path": str(path), "bytes": size, "diff_id": layer.diff_id},
    )


def _watch(context: JobContext) -> Watch:
    from tui.contents.source import Watch

    def tell(done: int, total: int) -> None:
        context.report(Progress(_("writing"), done, total, in_bytes=True))

    context.report(Progress(_("writing")))
    return Watch(context.check, tell, context.on_cancel)
