"""Importing: an image of one layer from a tar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.exporting import ImportTar
from tui.engine.errors import AddressUnreachable, BadAnswer, RegistryUnreachable
from tui.i18n import _
from tui.model.progress import LayerProgress, Progress, PullNote
from tui.model.reference import parse_reference
from tui.model.text import short_id, visible

if TYPE_CHECKING:
    from tui.engine.client import EngineClient, Params

Line = LayerProgress | PullNote


def import_tar(action: ImportTar, context: JobContext) -> Ending:
    """Look at the tar, then send it; or have the Engine fetch it."""
    from tui.engine.importing import BODY, import_address, import_params

    reference = parse_reference(action.reference).with_default_tag() if action.reference else None
    params = import_params(
        action.source if action.is_address else BODY,
        reference,
        message=action.message,
        platform=action.platform,
        changes=action.changes,
    )
    if action.is_address:
        client = _client(context)
        context.report(Progress(_("The Engine fetches {source}").format(source=action.source)))
        try:
            image_id = _image_id(_watched(import_address(client, params), action, context))
        except RegistryUnreachable as error:
            raise AddressUnreachable(error.detail) from error
    else:
        image_id = _sent(action, context, params)
    name = visible(str(reference)) if reference else short_id(image_id)
    return Ending(
        _("{name} is here, one layer: {image_id}").format(name=name, image_id=image_id),
        facts={"image_id": image_id, "reference": str(reference) if reference else ""},
    )


def _client(context: JobContext) -> EngineClient:
    client = context.client()
    context.on_cancel(client.cut)
    return client


def _sent(action: ImportTar, context: JobContext, params: Params) -> str:
    from tui.engine.importing import import_body
    from tui.transfer.flow import ByteMeter
    from tui.transfer.rootfs import opened_rootfs

    context.report(Progress(_("looking at {source}").format(source=visible(action.source))))
    with opened_rootfs(action.source, context.check) as rootfs:
        context.check()
        meter = ByteMeter(action.title, rootfs.size, context.report)
        pieces = _until_cancelled(rootfs.pieces(meter.add), context)
        return _image_id(import_body(_client(context), pieces, params))


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
    found = [line.text for line in lines if isinstance(line, PullNote)]
    if not found or not found[-1].startswith("sha256:"):
        raise BadAnswer(found[-1] if found else "")
    return found[-1]
