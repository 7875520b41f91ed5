"""Importing: an image of one layer from a tar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.exporting import ImportTar
from tui.engine.errors import AddressUnreachable, BadAnswer, Cancelled, RegistryUnreachable
from tui.i18n import _
from tui.model.progress import LayerProgress, Progress, PullNote
from tui.model.reference import ImageReference, parse_reference
from tui.model.text import short_id, visible

if TYPE_CHECKING:
    from tui.engine.client import Params

Line = LayerProgress | PullNote


def import_tar(action: ImportTar, context: JobContext) -> Ending:
    """Look at the tar, then send it; or have the Engine fetch it."""
    reference = parse_reference(action.reference).with_default_tag() if action.reference else None
    make = _fetched if action.is_address else _sent
    image_id = make(action, reference, context)
    name = visible(str(reference)) if reference else short_id(image_id)
    return Ending(
        _("{name} is here, one layer: {image_id}").format(name=name, image_id=image_id),
        facts={"image_id": image_id, "reference": str(reference) if reference else ""},
    )


def _fetched(action: ImportTar, reference: ImageReference | None, context: JobContext) -> str:
    """Have the Engine fetch the tar; the name comes last.

    The Engine goes on when the client hangs up, so a cancelled import is waited for and undone.
    """
    from tui.engine import images
    from tui.engine.importing import import_address

    client = context.client()
    context.report(Progress(_("The Engine fetches {source}").format(source=action.source)))
    context.on_cancel(
        lambda: context.report(Progress(_("The Engine cannot be stopped at it: then undone.")))
    )
    lines = import_address(client, _params(action, action.source, None))
    try:
        image_id = _image_id(_watched(lines, action, context))
    except RegistryUnreachable as error:
        raise AddressUnreachable(error.detail) from error
    if context.cancelled.is_set():
        images.remove_image(client, image_id, noprune=True)
        raise Cancelled
    if reference is not None:
        images.tag(client, image_id, repository=reference.repository, tag=reference.tag)
    return image_id


def _params(action: ImportTar, source: str, reference: ImageReference | None) -> Params:
    from tui.engine.importing import import_params

    return import_params(
        source,
        reference,
        message=action.message,
        platform=action.platform,
        changes=action.changes,
    )


def _sent(action: ImportTar, reference: ImageReference | None, context: JobContext) -> str:
    """Send the tar; the Engine drops what it has when the sending ends early."""
    from tui.engine.importing import BODY, import_body
    from tui.transfer.flow import ByteMeter
    from tui.transfer.rootfs import opened_rootfs

    context.report(Progress(_("looking at {source}").format(source=visible(action.source))))
    with opened_rootfs(action.source, context.check) as rootfs:
        context.check()
        client = context.client()
        context.on_cancel(client.cut)
        meter = ByteMeter(action.title, rootfs.size, context.report)
        pieces = _until_cancelled(rootfs.pieces(meter.add), context)
        return _image_id(import_body(client, pieces, _params(action, BODY, reference)))


def _until_cancelled(pieces: Iterable[bytes], context: JobContext) -> Iterator[bytes]:
    """Hand pieces on; a pipe that nobody writes to is left between two of them."""
    for piece in pieces:
        context.check()
        yield piece


def _watched(lines: Iterable[Line], action: ImportTar, context: JobContext) -> Iterator[Line]:
    """Report how far the Engine is with fetching."""
    for line in lines:
        if isinstance(line, LayerProgress):
            context.report(Progress(action.title, line.current, line.total, in_bytes=True))
        yield line


def _image_id(lines: Iterable[Line]) -> str:
    """Return the ID that the last line tells.

    Raises:
        BadAnswer: it tells none.
    """
    from tui.engine.importing import id_told

    last: Line = PullNote("")
    for line in lines:
        last = line
    image_id = id_told(last)
    if not image_id:
        raise BadAnswer(str(last))
    return image_id
