"""A question that is answered by one line of text."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui.model.text import visible
from tui.ui.screens.base import Dialog

Judge = Callable[[str], str]
"""Takes what is typed; returns why it will not do, empty where it will."""


class PromptScreen(Dialog[str]):
    """Asks for a line; Enter answers, Escape leaves without an answer."""

    def __init__(self, title: str, *, help_text: str, text: str, judge: Judge) -> None:
        super().__init__()
        self._heading = title
        self._help = help_text
        self._text = text
        self._judge = judge

    def compose(self) -> ComposeResult:
        """Title, help, the line, why it will not do."""
        with Vertical(classes="dialog"):
            yield Static(visible(self._heading), classes="dialog-title", markup=False)
            yield Static(self._help, markup=False)
            yield Input(visible(self._text), id="answer", compact=True)
            yield Static("", id="problem", classes="problem", markup=False)

    def on_mount(self) -> None:
        """Begin to type at once."""
        self.set_focus(self.query_one(Input))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.part("#problem", Static).update(visible(self._judge(event.value)))

    @on(Input.Submitted)
    def _send(self, event: Input.Submitted) -> None:
        if not self._judge(event.value):
            self.dismiss(event.value)
