"""`orlop extract SOURCE PATH -o DEST`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tui.contents.extract import Extracted, destination, extract, plan_of
from tui.contents.image import ListedImage, NoSuchLayer
from tui.contents.source import Watch
from tui.i18n import N_, _, ngettext
from tui.layers.errors import LayerError
from tui.layers.tarscan import clean_path
from tui.layers.union import Union, stack
from tui.model.listing import Kind, Mark
from tui.model.text import exact_size, visible
from tui.report.documents import Document
from tui.report.filelines import path_document, text_of
from tui.report.listings import Speaker, opened_source
from tui.report.output import write_json, write_lines
from tui.report.request import Request

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

TOLD: Final = 20
"""Files that were not written and are named."""


class NotAll(LayerError):
    """Some files were not written."""

    TITLE = N_("Not everything was extracted.")


def run_extract(client: EngineClient | None, request: Request) -> None:
    """Extract, and tell what became of it.

    Raises:
        LayerError: it cannot be done, or not all of it.
    """
    image, contents_of = opened_source(client, request.names[0], request)
    path = clean_path(request.path.encode("utf-8", "surrogateescape"))
    union = _union(image, request)
    plan = plan_of(union, path)
    if request.layer and not request.stacked:  # its union counts from 1
        lift = request.layer - 1
        plan.files = {(layer + lift, name): names for (layer, name), names in plan.files.items()}
    places = {layer: _places(image, layer) for layer, _path in plan.files}
    contents, cost = contents_of([*places])
    where = destination(request.output, path, is_folder=b"" in plan.folders)
    speaker = Speaker(cost, _("extracting: {done} of {total} bytes"))
    try:
        done = extract(
            places,
            plan,
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
        write_lines(extracted_lines(done), unicode=request.unicode)
    if done.failed:
        raise NotAll


def _union(image: ListedImage, request: Request) -> Union:
    if not 0 <= request.layer <= len(image.layers):
        raise NoSuchLayer(str(request.layer))
    if request.layer and not request.stacked:
        layer = image.layers[request.layer - 1]
        if layer.error is not None:
            raise layer.error
        return stack([replace(layer.listing)])
    count = request.layer or len(image.layers)
    image.check(count)
    return image.union(count)


def _places(image: ListedImage, layer: int) -> dict[bytes, int]:
    """Return where each file of a layer stands; of a path that comes twice the later counts."""
    entries = image.layers[layer - 1].listing.entries
    return {
        entry.path: at
        for at, entry in enumerate(entries)
        if entry.kind is Kind.FILE and entry.mark is Mark.NONE
    }


def extracted_document(done: Extracted) -> Document:
    """Return what was written, and what was not."""
    return {
        "files": done.files,
        "folders": done.folders,
        "bytes": done.size,
        "skipped": [{**path_document(path), "reason": why} for path, why in done.skipped],
        "failed": [{**path_document(path), "reason": why} for path, why in done.failed],
    }


def extracted_lines(done: Extracted) -> list[str]:
    """Return the same as sentences."""
    lines = [
        _("{path}: {why}").format(path=visible(text_of(path) or "/"), why=visible(why))
        for path, why in done.failed[:TOLD]
    ]
    if done.skipped:
        kinds = ", ".join(sorted({why for _path, why in done.skipped}))
        lines.append(
            ngettext(
                "{count} left out: {kinds}", "{count} left out: {kinds}", len(done.skipped)
            ).format(count=len(done.skipped), kinds=kinds)
        )
    if done.failed:
        count = len(done.failed)
        lines.append(ngettext("{count} failed", "{count} failed", count).format(count=count))
    told = ngettext("{count} file written, {size}", "{count} files written, {size}", done.files)
    return [*lines, told.format(count=done.files, size=exact_size(done.size))]
