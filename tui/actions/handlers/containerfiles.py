"""Looking into a container's files."""

from __future__ import annotations

from contextlib import suppress

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.containerfiles import OpenPath, shown_path
from tui.i18n import _
from tui.model.filetext import FileText
from tui.model.listing import Kind
from tui.model.progress import Progress
from tui.store import events, insides


def open_path(action: OpenPath, context: JobContext) -> Ending:
    """Find what is there, links followed, and read it as far as wanted."""
    from tui.contents.folders import NoFile, NoFolder, first_bytes, found_at, read_folder
    from tui.contents.source import Watch

    client = context.client()
    context.on_cancel(client.cut)
    container_id = action.container.container_id
    text = _("reading {path}").format(path=shown_path(action.path))

    def tell(done: int, total: int) -> None:
        context.report(Progress(text, done, total, in_bytes=True))

    watch = Watch(context.check, tell)
    if action.mounts is not None:
        with suppress(NoFolder):  # it was one a moment ago
            folder = read_folder(
                client, container_id, action.path, action.mounts, step=action.reach, watch=watch
            )
            context.tell(insides.FolderRead(folder))
            return Ending()
    path, told = found_at(client, container_id, action.path)
    if told.kind is Kind.DIRECTORY:
        folder = read_folder(client, container_id, path, step=action.reach, watch=watch)
        context.tell(insides.FolderRead(folder))
    elif told.kind is Kind.FILE:
        data, has_more = first_bytes(client, container_id, path, watch)
        context.tell(events.FileRead(FileText(container_id, 0, path, data, has_more)))
    else:
        raise NoFile(told.kind.value)
    return Ending()
