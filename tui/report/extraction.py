"""`orlop extract SOURCE PATH -o DEST`, and a whole layer: `--layer N --tar -o FILE`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.contents.beneath import Extracted, destination
from tui.contents.extract import extract
from tui.contents.extracting import extracted_sentences, failed_lines, prepare
from tui.contents.image import NoSuchLayer
from tui.contents.layertar import TarPlace, chosen_place, copied, engine_places, places_apart
from tui.contents.source import Watch
from tui.i18n import N_, _
from tui.layers.errors import LayerError
from tui.layers.tarscan import clean_path
from tui.model.text import exact_size, visible
from tui.report.documents import Document
from tui.report.filelines import path_document
from tui.report.listings import Speaker, is_apart, opened_source, unread_source
from tui.report.output import write_json, write_lines
from tui.report.request import Request

if TYPE_CHECKING:
    from tui.engine.client import EngineClient
    from tui.transfer.writing import Output

TOLD: Final = 20
"""Files that were not written and are named."""

STANDARD: Final = "-"
"""Instead of a file: standard output."""


class NotAll(LayerError):
    """Some files were not written."""

    TITLE = N_("Not everything was extracted.")


def run_extract(client: EngineClient | None, request: Request) -> None:
    """Extract, and tell what became of it.

    Raises:
        LayerError: it cannot be done, or not all of it.
    """
    if request.tar:
        _write_tar(client, request)
        return
    image, contents_of = opened_source(client, request.names[0], request)
    path = clean_path(request.path.encode("utf-8", "surrogateescape"))
    prepared = prepare(image, path, request.layer, alone=not request.stacked)
    contents, cost = contents_of([*prepared.places])
    where = destination(request.output, path, is_folder=prepared.is_folder)
    speaker = Speaker(cost, _("extracting: {done} of {total} bytes"))
    try:
        done = extract(
            dict(prepared.places),
            prepared.plan,
            contents,
            where,
            overwrite=request.overwrite,
            watch=Watch(tell=speaker.tell),
        )
    finally:
        speaker.wipe()
    if request.json:
        write_json(extracted_document(done))
    else:
        lines = [*failed_lines(done, TOLD), *extracted_sentences(done)]
        write_lines(lines, unicode=request.unicode)
    if done.failed or (done.skipped and not (done.files or done.folders)):
        raise NotAll


def extracted_document(done: Extracted) -> Document:
    """Return what was written, and what was not."""
    return {
        "files": done.files,
        "folders": done.folders,
        "bytes": done.size,
        "skipped": [{**path_document(path), "reason": why} for path, why in done.skipped],
        "failed": [{**path_document(path), "reason": why} for path, why in done.failed],
    }


def _write_tar(client: EngineClient | None, request: Request) -> None:
    """Write a layer's tar as it is; it is kept only if it is what its diff ID says."""
    source = request.names[0]
    image = unread_source(client, source, request)
    if not 1 <= request.layer <= len(image.layers):
        raise NoSuchLayer(str(request.layer) if request.layer else _("--tar needs --layer N"))
    layer = image.layers[request.layer - 1]
    if is_apart(source):
        places: tuple[TarPlace, ...] = places_apart(source, layer)
    else:
        assert client is not None
        places = engine_places(client, image, layer)
    place = chosen_place(places, request.source)
    speaker = Speaker(place.cost, _("extracting: {done} of {total} bytes"))
    try:
        watch = Watch(tell=speaker.tell)
        with _output(request) as output, place.opened(watch) as pieces:
            size = copied(pieces, output.write, layer, watch)
    finally:
        speaker.wipe()
    if request.json:
        write_json({"path": request.output, "bytes": size, "diff_id": layer.diff_id})
    elif request.output != STANDARD:
        told = _("layer {index} is in {path}: {size}, {diff_id}").format(
            index=layer.index,
            path=visible(request.output),
            size=exact_size(size),
            diff_id=layer.diff_id,
        )
        write_lines([told], unicode=request.unicode)


def _output(request: Request) -> AbstractContextManager[Output]:
    from tui.transfer.writing import standard_output, whole_file

    if request.output == STANDARD:
        return standard_output()
    return whole_file(Path(request.output), overwrite=request.overwrite)
