"""What a container has changed, and the beginning of one of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.changes import ReadDiff, ViewContainerFile
from tui.model.filetext import FileText
from tui.model.progress import Progress
from tui.store import events, insides

if TYPE_CHECKING:
    from tui.contents.changes import ContainerDiff
    from tui.contents.changesizes import SizesBook

READ: Final = 1_000_000
"""Bytes of a file that are shown."""


def read_diff(action: ReadDiff, context: JobContext) -> Ending:
    """Read the changes, then their sizes from the disk or from the Engine."""
    from tui.contents.changesreading import DiffReading, DiffWatch

    client = context.client()
    context.on_cancel(client.cut)

    def report(text: str, done: int, total: int) -> None:
        context.report(Progress(text, done, total))

    def tell(diff: ContainerDiff, book: SizesBook) -> None:
        context.tell(insides.DiffRead(diff, book))

    watch = DiffWatch(context.check, report, tell, context.on_cancel)
    container = action.container
    DiffReading(client, container.container_id, container.name, watch).read()
    return Ending()


def view_container_file(action: ViewContainerFile, context: JobContext) -> Ending:
    """Read the beginning of a file, as the container has it now."""
    from tui.contents.containerfile import first_bytes

    client = context.client()
    context.on_cancel(client.cut)
    data, has_more = first_bytes(client, action.container.container_id, action.path, READ)
    text = FileText(action.container.container_id, 0, action.path, data, has_more)
    context.tell(events.FileRead(text))
    return Ending()
