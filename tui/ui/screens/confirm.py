"""A question before something that cannot be undone."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from tui.i18n import N_, _
from tui.model.text import visible
from tui.ui.screens.base import Dialog, shown


class ConfirmScreen(Dialog[bool]):
    """Asks; the answer is True only for the verb's own button. Cancel is the default."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", N_("Yes"), show=False, id="confirm.y"),
        Binding("n", "leave", N_("No"), show=False, id="confirm.n"),
        Binding("left", "app.focus_previous", show=False, id="confirm.left"),
        Binding("right", "app.focus_next", show=False, id="confirm.right"),
    ]

    def __init__(self, question: str, verb: str, *, text: str = "", docker: str = "") -> None:
        super().__init__()
        self._question = question
        self._verb = verb
        self._text = text
        self._docker = docker

    def compose(self) -> ComposeResult:
        """Question, text, docker line, buttons."""
        with Vertical(classes="dialog"):
            yield Static(visible(self._question), classes="dialog-title", markup=False)
            if self._text:
                yield Static(self._text, markup=False)
            if self._docker:
                yield Static(shown(f"$ {self._docker}"), classes="docker", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Cancel"), id="cancel", compact=True)
                yield Button(self._verb, id="yes", variant="error", compact=True)

    def on_mount(self) -> None:
        """Put the focus on Cancel."""
        self.query_one("#cancel").focus()

    @on(Button.Pressed, "#yes")
    def action_yes(self) -> None:
        """Answer yes."""
        self.dismiss(True)

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)
