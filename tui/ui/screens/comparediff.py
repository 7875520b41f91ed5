"""What differs in a file of two images that are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.values.files import DiffImages
from tui.contents.comparing import ComparedImages
from tui.i18n import _
from tui.layers.compare import FileDifference
from tui.layers.union import Shown
from tui.model.job import JobState
from tui.model.listing import Kind
from tui.ui.screens.filediff import FileDiffScreen

if TYPE_CHECKING:
    from tui.ui.screens.compare import CompareScreen


def show_difference(
    screen: CompareScreen, compared: ComparedImages, one: FileDifference | None
) -> None:
    """Read both versions of a file, and show what differs."""
    places = [_place(side) for side in (one.a, one.b)] if one is not None else []
    old, new = places if places else (None, None)
    if one is None or old is None or new is None:
        screen.say(_("only files that both images have can be compared"))
        return
    orlop = screen.orlop
    action = DiffImages(compared.sides, one.path, old, new, read_only=orlop.read_only)
    job_id = orlop.dispatcher.submit(action)
    screen.say(_("reading..."))

    def show() -> None:
        if screen not in orlop.screen_stack:
            return
        state = orlop.store.state
        job = next((job for job in state.jobs if job.job_id == job_id), None)
        if job is not None and job.state is JobState.FAILED:
            screen.say(f"{job.summary} {job.remedy}".strip())
            return
        screen.say("")
        orlop.push_screen(FileDiffScreen(state.file_diff))

    orlop.after_job(job_id, show)


def _place(side: Shown | None) -> tuple[int, bytes] | None:
    """Return where the content of a file is; of a hardlink, its file's."""
    if side is None:
        return None
    entry, layer = (side.file.entry, side.file.layer) if side.file else (side.entry, side.layer)
    return (layer, entry.path) if entry.kind is Kind.FILE else None
