"""Copying into and out of containers: the form, the job, and the question before replacing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tui.actions.action import Action
from tui.actions.forms.copying import copy_in_form
from tui.actions.selection import EMPTY_SELECTION
from tui.actions.values.containerfiles import CopyIn, CopyOut, shown_path
from tui.actions.values.containers import ContainerTarget
from tui.i18n import _
from tui.model.job import JobState
from tui.model.replacing import Replacing
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.form import FormScreen

if TYPE_CHECKING:
    from tui.ui.app import OrlopApp

NAMED: Final = 8
"""Files that would be replaced and are named in the question."""

Began = Callable[[int], None]
"""Takes the number of the job."""

Ended = Callable[[str], None]
"""Takes the sentence on how it ended."""


def begin_copy_out(orlop: OrlopApp, action: Action | None, began: Began, ended: Ended) -> None:
    """Copy out what a form asked for."""
    if isinstance(action, CopyOut):
        job_id = orlop.dispatcher.submit(action)
        began(job_id)
        orlop.after_job(job_id, lambda: ended(sentence(orlop, job_id)))


def begin_copy_in(
    orlop: OrlopApp, container: ContainerTarget, folder: bytes, began: Began, ended: Ended
) -> None:
    """Ask what goes into a folder of a container, and copy it."""

    def chosen(action: Action | None) -> None:
        if isinstance(action, CopyIn):
            copy_in(orlop, action, began, ended)

    orlop.push_screen(FormScreen(copy_in_form(folder, container), EMPTY_SELECTION), chosen)


def copy_in(orlop: OrlopApp, action: CopyIn, began: Began, ended: Ended) -> None:
    """Copy into a container, and ask before anything is replaced."""
    before = orlop.store.state.inside.replacing
    job_id = orlop.dispatcher.submit(action)
    began(job_id)

    def answered(yes: bool | None) -> None:
        if yes:
            copy_in(orlop, action._replace(overwrite=True), began, ended)

    def told() -> None:
        replacing = orlop.store.state.inside.replacing
        is_ours = replacing.container_id == action.container.container_id
        ended(sentence(orlop, job_id))
        if replacing is not before and is_ours and not action.overwrite:
            orlop.push_screen(_question(action, replacing), answered)

    orlop.after_job(job_id, told)


def _question(action: CopyIn, replacing: Replacing) -> ConfirmScreen:
    """Return the question whether files may be replaced."""
    lines = [shown_path(name) for name in replacing.names[:NAMED]]
    more = len(replacing.names) - NAMED
    if more > 0:
        lines.append(_("and {count} more").format(count=more))
    if not replacing.is_all:
        lines.append(_("The first names were looked up; there may be others."))
    return ConfirmScreen(
        _("Replace these files of the container?"),
        _("Replace"),
        text="\n".join(lines),
        docker=action.docker,
    )


def sentence(orlop: OrlopApp, job_id: int) -> str:
    """Return how a job ended, and what to do about it."""
    job = next((job for job in orlop.store.state.jobs if job.job_id == job_id), None)
    if job is None:
        return ""
    text = f"{job.summary} {job.remedy}".strip()
    return text or (_("stopped") if job.state is JobState.CANCELLED else "")
