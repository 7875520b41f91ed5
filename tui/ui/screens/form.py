"""A form: fields to fill in, the docker line they make, and why they do not do yet."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from tui.actions.action import Action
from tui.actions.forms.form import Field, Form, NotYet
from tui.actions.selection import Selection
from tui.i18n import _
from tui.model.text import visible
from tui.ui.screens.base import Dialog
from tui.ui.widgets.tick import Tick


class FormScreen(Dialog[Action]):
    """Asks for what an action needs; the result is the action itself."""

    def __init__(self, form: Form, selection: Selection) -> None:
        super().__init__()
        self._form = form
        self._selection = selection

    def compose(self) -> ComposeResult:
        """Title, fields, docker line, buttons."""
        with Vertical(classes="dialog"):
            yield Static(_(self._form.title), classes="dialog-title", markup=False)
            for field in self._form.fields:
                yield from self._compose_field(field)
            yield Static("", id="docker", classes="docker", markup=False)
            yield Static("", id="problem", classes="problem", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Cancel"), id="cancel", compact=True)
                yield Button(_(self._form.verb), id="send", variant="primary", compact=True)

    def _compose_field(self, field: Field) -> ComposeResult:
        label = _(field.label)
        if field.is_switch:
            yield Tick(label, glyphs=self.orlop.glyphs, id=f"field-{field.key}")
            return
        help_text = f"  {_(field.help)}" if field.help else ""
        yield Static(f"{label}{help_text}", markup=False)
        yield Input(visible(field.initial(self._selection)), id=f"field-{field.key}", compact=True)

    def on_mount(self) -> None:
        """Begin in the first field."""
        self.set_focus(self.query(Input).first())  # at once: keys may be on their way
        self._judge()

    def _values(self) -> dict[str, str]:
        values: dict[str, str] = {}
        for field in self._form.fields:
            widget = self.query_one(f"#field-{field.key}")
            if isinstance(widget, Tick):
                values[field.key] = "yes" if widget.value else ""
            elif isinstance(widget, Input):
                values[field.key] = widget.value
        return values

    def _judge(self) -> Action | None:
        """Build the action from what is typed; show its docker line or what is missing."""
        docker, problem, action = "", "", None
        try:
            action = self._form.build(self._selection, self._values())
            docker = f"$ {action.docker}"
        except NotYet as error:
            problem = str(error)
        self.query_one("#docker", Static).update(docker)
        self.query_one("#problem", Static).update(visible(problem))
        self.query_one("#send", Button).disabled = action is None
        return action

    @on(Input.Changed)
    @on(Tick.Changed)
    def _changed(self) -> None:
        self._judge()

    @on(Input.Submitted)
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        action = self._judge()
        if action is not None:
            self.dismiss(action)

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)
