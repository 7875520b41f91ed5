"""The form before a program gets the terminal: keys behind its Enter are the program's."""

from __future__ import annotations

from typing import ClassVar

from textual.actions import SkipAction
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.actions.action import Action
from tui.i18n import N_
from tui.ui.screens.form import FormScreen
from tui.ui.widgets.choice import Choice


class ExecScreen(FormScreen):
    """Enter sends before the next key is looked at: it belongs to the program already."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", N_("Run"), show=False, priority=True, id="exec.enter"),
    ]

    def action_send(self) -> None:
        """Send the form, unless Enter is for a button that does something else.

        Letters that came before may still be on their way to their line, so the sending goes the
        same way.
        """
        focused = self.focused
        if focused is None or (focused.id != "send" and not isinstance(focused, Input | Choice)):
            raise SkipAction
        self.orlop.typed_ahead.begin()
        focused.call_later(self._send_what_is_there)

    def _send_what_is_there(self) -> None:
        """Send the form; where it will not do, the keys that follow are its own again."""
        if self._judge() is None:
            self.orlop.typed_ahead.end()
        elif self.is_current:  # not sent twice
            self._send()

    def dismiss(self, result: Action | None = None) -> AwaitComplete:
        """Keep the keys that follow, if a program is to be started."""
        typed = self.orlop.typed_ahead
        if result is None:
            typed.end()
        elif not typed.is_on:
            typed.begin()
        return super().dismiss(result)
