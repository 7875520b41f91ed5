"""The form of limits: it opens at once, and is filled in when the Engine has told what is set."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Input, Static

from tui.actions.action import Action
from tui.actions.forms.updating import differing, initial_of, limits_form, swap_added
from tui.actions.values.updating import ReadResources, UpdateContainers
from tui.i18n import _
from tui.model.job import JobState
from tui.model.resources import Resources
from tui.model.text import visible
from tui.store.state import State
from tui.ui.fields import values_of
from tui.ui.screens.form import FormScreen
from tui.ui.widgets.choice import Choice


class LimitsScreen(FormScreen):
    """Shows what is set, and says when memory with swap goes along.

    What was typed before the Engine has answered stays. Textual calls the handlers of every
    class by itself: none here calls its parent's.
    """

    _reading = 0
    """Number of the job that reads; 0 before."""
    _current: tuple[Resources, ...] | None = None
    """What is set; None until it is known."""
    _before: tuple[Resources, ...] = ()
    """What was read for those who looked before."""

    def more(self) -> Iterable[Widget]:
        """Return the line above the fields."""
        yield Static("", id="limits-about", classes="form-about", markup=False)

    def on_mount(self) -> None:
        """Have it read, and follow the store until it is."""
        if self._selection.containers:
            self._before = self.orlop.store.state.inside.resources
            action = ReadResources(self._selection.container_targets)
            self._reading = self.orlop.dispatcher.submit(action)
            self.follow(self._show)

    def on_unmount(self) -> None:
        """Stop reading."""
        self.orlop.dispatcher.cancel(self._reading)

    def notice(self, action: Action) -> str:
        """Return that more is set than was typed."""
        if not isinstance(action, UpdateContainers) or self._current is None:
            return ""
        values = values_of(self._form.fields, self)
        return swap_added(self._current, values, action.config.memory_swap)

    def _show(self, state: State) -> None:
        if self._current is not None:
            return
        job = next((job for job in state.jobs if job.job_id == self._reading), None)
        if job is not None and job.state is JobState.FAILED:
            self._form = limits_form(None, visible(f"{job.summary} {job.remedy}".strip()))
        elif state.inside.resources is not self._before:
            self._fill_in(state.inside.resources)
        self._judge()

    def _fill_in(self, current: tuple[Resources, ...]) -> None:
        """Show what is set, wherever nothing was typed yet."""
        self._current = current
        self._form = limits_form(current)
        self.part("#limits-about", Static).update(visible(self._form.about(self._selection)))
        for field in self._form.fields:
            widget = self.query_one(f"#field-{field.key}")
            initial = initial_of(current, field.key)
            if isinstance(widget, Choice):
                if not widget.value:
                    widget.take(initial)
            elif isinstance(widget, Input):
                if differing(current, field.key):
                    widget.placeholder = _("they differ")
                if not widget.value:
                    widget.value = visible(initial)
                    if widget.has_focus:
                        widget.action_select_all()  # as in a form that opens with a value
