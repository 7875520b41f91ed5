"""Extracting what is under the cursor of the files screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.action import Action
from tui.actions.forms.extracting import Extractable, extract_form
from tui.actions.selection import EMPTY_SELECTION
from tui.actions.values.files import ExtractFiles, SaveLayer
from tui.i18n import _
from tui.model.job import JobState
from tui.model.listing import SourceName
from tui.ui.screens.form import FormScreen
from tui.ui.screens.sources import SourcesScreen, choose_source

if TYPE_CHECKING:
    from tui.ui.screens.files import FilesScreen


def ask_to_extract(screen: FilesScreen) -> None:
    """Ask where to, and begin."""
    view, contents = screen.turns.view, screen.contents
    if view is None or contents is None:
        return
    path = screen.path
    what = Extractable(
        contents.image,
        view.tree.layer,
        screen.choice.alone,
        path,
        bool(path) and view.tree.node(path).is_folder,
        screen.orlop.read_only,
    )
    form = FormScreen(extract_form(what), EMPTY_SELECTION)
    screen.app.push_screen(form, lambda action: _begin(screen, action))


def _begin(screen: FilesScreen, action: Action | None) -> None:
    if not isinstance(action, ExtractFiles | SaveLayer):
        return
    orlop = screen.orlop
    before = orlop.store.state.asked
    job_id = orlop.dispatcher.submit(action)
    screen.follow_job(job_id)

    def chosen(source: SourceName | None) -> None:
        if source is not None:
            _begin(screen, action._replace(source=source))

    def ended() -> None:
        asked = orlop.store.state.asked
        if asked is not before and asked and not action.source:
            choose_source(orlop, SourcesScreen(asked, "", action.image.name), chosen)
            return
        job = next((job for job in orlop.store.state.jobs if job.job_id == job_id), None)
        if job is None or screen not in orlop.screen_stack:
            return
        text = f"{job.summary} {job.remedy}".strip()
        screen.say(_("stopped") if job.state is JobState.CANCELLED and not text else text)

    orlop.after_job(job_id, ended)
