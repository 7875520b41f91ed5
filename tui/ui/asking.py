"""What stands between a key and an action: questions, forms, previews.

Imported when the first verb is used: dialogs and what they compute are not part of a start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import singledispatchmethod
from typing import TYPE_CHECKING, Final

from tui.actions.action import Action
from tui.actions.forms import FORMS
from tui.actions.forms.moving import names_of
from tui.actions.preview import RemovalChoice, inventory_of
from tui.actions.selection import Selection, under_cursor
from tui.actions.spec import ActionSpec, Ask
from tui.actions.values.committing import CommitContainer
from tui.actions.values.containerfiles import CopyIn
from tui.actions.values.exec import AttachContainer, ExecCommand
from tui.actions.values.images import PullImage
from tui.actions.values.moving import LoadImages, SendImages
from tui.actions.values.running import RunContainer
from tui.disk.prune import stopped_containers
from tui.i18n import _
from tui.model.engine import Endpoint
from tui.model.job import JobState
from tui.store.state import Pane
from tui.ui.copying import copy_in
from tui.ui.screens.commit import ClaimingScreen, CommitScreen
from tui.ui.screens.committed import CommittedScreen
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.exec import ExecScreen
from tui.ui.screens.form import FormScreen
from tui.ui.screens.limits import LimitsScreen
from tui.ui.screens.moving import (
    LoadPreviewScreen,
    SaveScreen,
    SendPreviewScreen,
    TargetsScreen,
)
from tui.ui.screens.naming import NamingScreen
from tui.ui.screens.pulling import PullPreviewScreen
from tui.ui.screens.removal import RemoveContainersScreen, RemoveImagesScreen
from tui.ui.screens.running import RunScreen, run_and_show
from tui.ui.views import Views

if TYPE_CHECKING:
    from tui.ui.screens.main import MainScreen

_OF_ALL_MARKED: Final = {"search", "save", "update"}
"""Forms that are about all marked rows, or none; others are about the row of the cursor."""

FORM_SCREENS: Final[Mapping[str, type[FormScreen]]] = {
    "commit": CommitScreen,
    "exec": ExecScreen,
    "import": ClaimingScreen,
    "push": NamingScreen,
    "run": RunScreen,
    "save": SaveScreen,
    "tag": NamingScreen,
    "update": LimitsScreen,
}
"""Forms that show more than their fields."""


class Asking:
    """Takes a verb to its action, as its spec says."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._views = Views(screen)

    def ask(self, spec: ActionSpec, selection: Selection) -> None:
        """Do a verb, or ask first."""
        asking: dict[Ask, Callable[[ActionSpec, Selection], None]] = {
            Ask.VIEW: self._views.open,
            Ask.NOTHING: self._at_once,
            Ask.CONFIRM: self._confirm,
            Ask.FORM: self._ask_form,
            Ask.ENGINE: self._ask_engine,
            Ask.PREVIEW_IMAGES: self._preview_images,
            Ask.PREVIEW_CONTAINERS: self._preview_containers,
        }
        asking[spec.ask](spec, selection)

    def _at_once(self, spec: ActionSpec, selection: Selection) -> None:
        self._screen.submit(spec.build(selection))

    def _confirm(self, spec: ActionSpec, selection: Selection) -> None:
        action = spec.build(selection)
        if action is None:
            return
        screen = ConfirmScreen(
            _("{title}?").format(title=action.title),
            _(spec.title),
            text=_(spec.help),
            docker=action.docker,
        )
        self._screen.app.push_screen(
            screen, lambda yes: self._screen.submit(action) if yes else None
        )

    def _ask_form(self, spec: ActionSpec, selection: Selection) -> None:
        if spec.action_id not in _OF_ALL_MARKED:
            selection = under_cursor(self._screen.state, self._screen.pane)
        kind = FORM_SCREENS.get(spec.action_id, FormScreen)
        self._screen.app.push_screen(kind(FORMS[spec.action_id], selection), self._filled_in)

    @singledispatchmethod
    def _filled_in(self, action: Action | None) -> None:
        """Hand in what a form made; for some actions a step comes before."""
        self._screen.submit(action)

    @_filled_in.register
    def _preview_load(self, action: LoadImages) -> None:
        self._screen.app.push_screen(LoadPreviewScreen(action), self._screen.submit)

    @_filled_in.register
    def _run(self, action: RunContainer) -> None:
        run_and_show(self._screen, action)

    @_filled_in.register
    def _start(self, action: ExecCommand | AttachContainer) -> None:
        self._screen.orlop.start_program(action)

    @_filled_in.register
    def _copy_in(self, action: CopyIn) -> None:
        copy_in(self._screen.orlop, action, lambda _job: None, lambda _sentence: None)

    @_filled_in.register
    def _preview_pull(self, action: PullImage) -> None:
        """Show what a pull would fetch; all tags of a repository may be hundreds, so ask again."""
        if not action.all_tags:
            self._screen.app.push_screen(PullPreviewScreen(action), self._screen.submit)
            return
        screen = ConfirmScreen(
            _("Pull every tag of {name}?").format(name=action.reference),
            _("Pull all"),
            text=_("Nobody knows beforehand how many there are, nor how large."),
            docker=action.docker,
        )
        self._screen.app.push_screen(
            screen, lambda yes: self._screen.submit(action) if yes else None
        )

    def _ask_engine(self, _spec: ActionSpec, selection: Selection) -> None:
        """Ask which Engine, and show what would go there."""
        names = names_of(selection)

        def chosen(endpoint: Endpoint | None) -> None:
            if endpoint is not None:
                action = SendImages(names, endpoint.context or endpoint.url)
                self._screen.app.push_screen(SendPreviewScreen(action), self._screen.submit)

        orlop = self._screen.orlop
        current = self._screen.state.connection.endpoint
        others = tuple(one for one in orlop.endpoints() if one.url != current.url)
        self._screen.app.push_screen(TargetsScreen(others, current), chosen)

    @_filled_in.register
    def _commit(self, action: CommitContainer) -> None:
        """Make an image of a container, and show it beside its base."""
        screen = self._screen
        job_id = screen.orlop.dispatcher.submit(action)

        def show() -> None:
            state = screen.state
            job = next((job for job in state.jobs if job.job_id == job_id), None)
            is_free = screen.app.screen is screen  # whoever went elsewhere is not disturbed
            if job is not None and job.state is JobState.DONE and is_free:
                screen.app.push_screen(CommittedScreen(state.inside.committed))

        screen.orlop.after_job(job_id, show)

    def _preview_images(self, spec: ActionSpec, selection: Selection) -> None:
        if self._screen.pane is Pane.LAYERS:
            selection = under_cursor(self._screen.state, Pane.IMAGES)
        choice = RemovalChoice(selection, prune=spec.action_id == "prune_images")
        self._screen.app.push_screen(RemoveImagesScreen(choice), self._screen.submit)

    def _preview_containers(self, spec: ActionSpec, selection: Selection) -> None:
        prune = spec.action_id == "prune_containers"
        containers = (
            stopped_containers(inventory_of(self._screen.state)) if prune else selection.containers
        )
        self._screen.app.push_screen(
            RemoveContainersScreen(containers, prune=prune), self._screen.submit
        )
