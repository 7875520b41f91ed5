"""Limits of containers: read first, then asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.forms.updating import limits_form, swap_added
from tui.actions.selection import Selection
from tui.actions.values.updating import ReadResources, UpdateContainers
from tui.i18n import _
from tui.model.resources import Resources
from tui.ui.fields import values_of
from tui.ui.screens.form import FormScreen

if TYPE_CHECKING:
    from tui.actions.action import Action
    from tui.ui.screens.main import MainScreen


class LimitsScreen(FormScreen):
    """Shows what is set, and says when memory with swap goes along."""

    def __init__(self, current: tuple[Resources, ...], selection: Selection) -> None:
        super().__init__(limits_form(current), selection)
        self._current = current

    def notice(self, action: Action) -> str:
        """Return that more is set than was typed."""
        if not isinstance(action, UpdateContainers):
            return ""
        values = values_of(self._form.fields, self)
        return swap_added(self._current, values, action.config.memory_swap)


def ask_limits(screen: MainScreen, selection: Selection) -> None:
    """Read what containers may use, and ask what it is to be."""
    before = screen.state.resources
    job_id = screen.orlop.dispatcher.submit(ReadResources(selection.container_targets))
    screen.tell(_("reading what is set..."))

    def show() -> None:
        screen.tell("")
        current = screen.state.resources
        is_free = screen.app.screen is screen  # whoever went elsewhere is not disturbed
        if current is not before and is_free:
            screen.app.push_screen(LimitsScreen(current, selection), screen.submit)

    screen.orlop.after_job(job_id, show)
