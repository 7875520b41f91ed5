"""Copying files out of containers and into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.containerfiles import CopyIn, CopyOut, place_of, shown_path
from tui.engine.errors import Cancelled, EngineError
from tui.i18n import _, ngettext
from tui.model.folder import joined
from tui.model.progress import Outcome, Progress, TargetOutcome
from tui.model.replacing import Replacing
from tui.model.text import exact_size, visible
from tui.store import insides

if TYPE_CHECKING:
    from tui.contents.beneath import Extracted
    from tui.contents.copyin import Landing, Packed
    from tui.contents.copyout import Source
    from tui.contents.source import Watch
    from tui.engine.client import EngineClient
    from tui.transfer.flow import ByteMeter

TOLD: Final = 20
"""Files that were not copied and are named."""


def copy_out(action: CopyOut, context: JobContext) -> Ending:
    """Write what the Engine sends of a path: as files, or as the tar that it is."""
    from tui.contents.copyout import source_of

    client = context.client()
    context.on_cancel(client.cut)
    context.report(Progress(action.title))
    container_id = action.container.container_id
    source = source_of(client, container_id, action.path, follow=action.follow)
    if action.as_tar:
        return _write_tar(action, source, client, context)
    return _write_files(action, source, client, context)


def _write_tar(
    action: CopyOut, source: Source, client: EngineClient, context: JobContext
) -> Ending:
    from tui.engine.archive import read_tar
    from tui.transfer.flow import ByteMeter, copy_tar
    from tui.transfer.writing import whole_file

    meter = ByteMeter(action.title, 0, context.report)
    path = source.path if source.name else source.path.rstrip(b"/") + b"/."
    with (
        whole_file(Path(action.destination), overwrite=action.overwrite) as output,
        read_tar(client, action.container.container_id, path) as body,
    ):
        count = copy_tar(body, output, meter)
    entries = ngettext("{count} entry", "{count} entries", count).format(count=count)
    return Ending(
        _("{place} is in {path}: {entries}, {size}.").format(
            place=visible(place_of(action.container, action.path)),
            path=visible(action.destination),
            entries=entries,
            size=exact_size(output.stored),
        ),
        facts={"path": action.destination, "entries": count, "bytes": output.stored},
    )


def _write_files(
    action: CopyOut, source: Source, client: EngineClient, context: JobContext
) -> Ending:
    import os

    from tui.contents.copyout import Unpacking, place_for
    from tui.engine.archive import read_tar
    from tui.transfer.flow import ByteMeter

    meter = ByteMeter(action.title, 0, context.report)
    container_id = action.container.container_id
    with read_tar(client, container_id, source.path) as body:
        root, name = place_for(source, action.destination)
        unpacking = Unpacking(root, name, overwrite=action.overwrite)
        try:
            done = unpacking.take(body, _watch(context, meter, lambda: unpacking.done.files))
        except Cancelled:
            return Ending(_("Stopped; what is written so far is whole."))
        finally:
            os.close(root)
    return _written(action, done)


def _written(action: CopyOut, done: Extracted) -> Ending:
    from tui.contents.extracting import extracted_sentences, failed_lines

    failed = tuple(TargetOutcome(line, Outcome.FAILED) for line in failed_lines(done, TOLD))
    sentences = [*extracted_sentences(done)[::-1], *(one.target for one in failed[:1])]
    where = _("in {destination}").format(destination=visible(action.destination))
    facts = {"files": done.files, "folders": done.folders, "bytes": done.size}
    return Ending(f"{'; '.join(sentences)} {where}", failed, facts)


def _watch(context: JobContext, meter: ByteMeter, count: Callable[[], int]) -> Watch:
    """Return what reports bytes and files."""
    from tui.contents.source import Watch

    title = meter.text

    def tell(done: int, _total: int) -> None:
        files = ngettext("{count} file", "{count} files", count()).format(count=count())
        meter.text = f"{title}  {files}"
        meter.add(done - meter.done)

    return Watch(context.check, tell, context.on_cancel)


def copy_in(action: CopyIn, context: JobContext) -> Ending:
    """Send a source as a tar; of what would be replaced the user is asked first."""
    from tui.contents.copyin import Packed, landing_of, measured, replaced_by
    from tui.transfer.flow import ByteMeter

    client = context.client()
    context.on_cancel(client.cut)
    container_id, source = action.container.container_id, action.source
    context.report(Progress(_("looking at {source}").format(source=visible(source))))
    landing = landing_of(client, container_id, source, action.path)
    if not action.overwrite:
        found, is_all = replaced_by(client, container_id, source, landing)
        if found:
            context.tell(insides.ReplacingAsked(Replacing(container_id, tuple(found), is_all)))
            return Ending(_("Nothing is copied yet: files of these names are there."))
    total = measured(source, context.check)
    packed = Packed(source, landing.name, context.check)
    pieces = _counted(packed.pieces(), ByteMeter(action.title, total, context.report))
    return _send(action, landing, packed, pieces, client, context)


def _send(
    action: CopyIn,
    landing: Landing,
    packed: Packed,
    pieces: Iterable[bytes],
    client: EngineClient,
    context: JobContext,
) -> Ending:
    """Send the pieces; what is stopped then has been unpacked in part."""
    from tui.engine.archive import put_tar

    try:
        put_tar(client, action.container.container_id, landing.folder, pieces)
    except Cancelled:
        return Ending(_("Stopped; a part of it may be in the container already."))
    except EngineError:
        if context.cancelled.is_set():
            return Ending(_("Stopped; a part of it may be in the container already."))
        raise
    return _sent(action, landing, packed)


def _counted(pieces: Iterable[bytes], meter: ByteMeter) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        meter.add(len(piece))


def _sent(action: CopyIn, landing: Landing, packed: Packed) -> Ending:
    sent = packed.sent
    told = ngettext("{count} file copied, {size}", "{count} files copied, {size}", sent.files)
    parts = [told.format(count=sent.files, size=exact_size(sent.size))]
    if sent.skipped:
        kinds = ", ".join(sorted({kind for _path, kind in sent.skipped}))
        count = len(sent.skipped)
        left = ngettext("{count} left out: {kinds}", "{count} left out: {kinds}", count)
        parts.append(left.format(count=count, kinds=kinds))
    lines = [
        _("{path}: {why}").format(path=visible(path), why=visible(why))
        for path, why in sent.failed[:TOLD]
    ]
    if lines:
        count = len(sent.failed)
        parts.append(ngettext("{count} failed", "{count} failed", count).format(count=count))
    target = joined(landing.folder, landing.name) if landing.name else landing.folder
    where = _("as {place}").format(place=f"{visible(action.container.name)}:{shown_path(target)}")
    failed = tuple(TargetOutcome(line, Outcome.FAILED) for line in lines)
    facts = {"files": sent.files, "bytes": sent.size}
    return Ending(f"{'; '.join([*parts, *lines[:1]])} {where}", failed, facts)
