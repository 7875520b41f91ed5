"""Exporting: the files of a container to a tar."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.exporting import STANDARD, ExportContainer
from tui.i18n import _, ngettext
from tui.model.progress import Progress
from tui.model.text import human_size, visible

if TYPE_CHECKING:
    from tui.transfer.writing import Output


def export(action: ExportContainer, context: JobContext) -> Ending:
    """Copy the tar as it flows; what is not whole is not kept."""
    from tui.engine.exporting import exported, files_size
    from tui.transfer.flow import ByteMeter, copy_tar
    from tui.transfer.writing import check_target

    if action.path != STANDARD:
        check_target(Path(action.path), overwrite=action.overwrite)
    client = context.client()
    context.on_cancel(client.cut)
    container = action.container.container_id
    context.report(Progress(_("measuring {name}").format(name=visible(action.container.name))))
    size = files_size(client, container)
    meter = ByteMeter(action.title, size, context.report)
    with exported(client, container) as body, _output(action, size) as output:
        count = copy_tar(body, output, meter)
    entries = ngettext("{count} file", "{count} files", count).format(count=count)
    stored = output.stored or meter.done
    return Ending(
        _("{name} is in {path}: {entries}, {size}.").format(
            name=visible(action.container.name),
            path=visible(action.path),
            entries=entries,
            size=human_size(stored),
        ),
        facts={"path": action.path, "entries": count, "bytes": meter.done, "stored": stored},
    )


def _output(action: ExportContainer, size: int) -> AbstractContextManager[Output]:
    from tui.transfer.writing import standard_output, whole_file

    if action.path == STANDARD:
        return standard_output()
    return whole_file(Path(action.path), overwrite=action.overwrite, needs=size)
