"""A form: fields to fill in, the docker line they make, and why they do not do yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Button, Input, Static, TextArea

from tui.actions.action import Action
from tui.actions.forms.form import Form, NotYet
from tui.actions.selection import Selection
from tui.i18n import N_, _
from tui.model.text import visible
from tui.ui.fields import field_widgets, replaced_path, values_of
from tui.ui.screens.base import Dialog, shown
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.widgets.choice import Choice
from tui.ui.widgets.pathinput import PathInput
from tui.ui.widgets.tick import Tick

AROUND: Final = 8
"""Lines of a form beside its fields: title, docker line, problem, buttons, border."""


class FormScreen(Dialog[Action]):
    """Asks for what an action needs; the result is the action itself.

    Tab moves the focus before the next key is looked at: of words that come in one burst, as a
    slow line or a password manager brings them, none may land in the field before.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "go(1)", N_("Next field"), show=False, priority=True, id="form.tab"),
        Binding("shift+tab", "go(-1)", N_("Field before"), show=False, priority=True, id="form.up"),
    ]

    def __init__(self, form: Form, selection: Selection) -> None:
        super().__init__()
        self._form = form
        self._selection = selection

    def compose(self) -> ComposeResult:
        """Title, what is to be known, fields, docker line, buttons."""
        with Vertical(classes="dialog form"):
            yield Static(_(self._form.title), classes="dialog-title", markup=False)
            with VerticalScroll(classes="form-fields", can_focus=False):
                about = self._form.about(self._selection)
                if about:
                    yield Static(shown_lines(about), classes="form-about", markup=False)
                yield from self.more()
                for field in self._form.fields:
                    initial = field.initial(self._selection)
                    yield from field_widgets(field, initial, self.orlop.glyphs)
            yield self.line()
            yield Static("", id="problem", classes="problem", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Cancel"), id="cancel", compact=True)
                yield Button(_(self._form.verb), id="send", variant="primary", compact=True)

    @property
    def selection(self) -> Selection:
        """What the action works on."""
        return self._selection

    def more(self) -> Iterable[Widget]:
        """Return what a form of one kind shows above its fields."""
        return ()

    def line(self) -> Widget:
        """Return what holds the docker line, a Static of the ID `docker`."""
        return Static("", id="docker", classes="docker", markup=False)

    def shown_line(self, docker: str) -> str:
        """Return the docker line as it is shown."""
        return shown(docker)

    def judged(self) -> None:
        """Do what follows when the docker line or the problem is another."""

    def action_go(self, step: int) -> None:
        """Go to the next field, or back; in a path, Tab is for its completion first."""
        focused = self.focused
        if step > 0 and focused and any(isinstance(one, PathInput) for one in focused.ancestors):
            raise SkipAction
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def notice(self, _action: Action) -> str:
        """Return what is to be known of an action that could be sent."""
        return ""

    def first_line(self) -> Input:
        """Return the line to begin in."""
        return self.query(Input).first()

    def on_mount(self) -> None:
        """Begin in the first line, at once: keys may be on their way."""
        self.set_focus(self.first_line())
        self._judge()

    @on(Resize)
    def _resized(self, event: Resize) -> None:
        """Let the fields scroll where they are too many: the rest stays in sight."""
        fields = self.query_one(".form-fields")
        fields.styles.max_height = max(event.size.height - AROUND, 3)

    def _judge(self) -> Action | None:
        """Build the action from what is typed; show its docker line or what is missing."""
        docker, problem, action = "", "", None
        try:
            action = self._form.build(self._selection, values_of(self._form.fields, self))
            problem = self.notice(action)
            docker = f"$ {action.docker}" if action.docker else ""
        except NotYet as error:
            problem = str(error)
        self.query_one("#docker", Static).update(self.shown_line(docker))
        self.query_one("#problem", Static).update(visible(problem))
        self.query_one("#send", Button).disabled = action is None
        self.judged()
        return action

    @on(Input.Changed)
    @on(Tick.Changed)
    @on(Choice.Changed)
    @on(TextArea.Changed)
    @on(PathInput.Changed)
    def _changed(self) -> None:
        self._judge()

    @on(Input.Submitted)
    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        action = self._judge()
        if action is None:
            return
        replaced = replaced_path(self._form.fields, values_of(self._form.fields, self))
        if not replaced:
            self.dismiss(action)
            return
        screen = ConfirmScreen(
            _("Replace {path}?").format(path=visible(replaced)),
            _("Replace"),
            text=_("The file that is there stays until the new one is whole; then it is gone."),
            docker=action.docker,
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self.dismiss(action)

        self.app.push_screen(screen, answered)

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)


def shown_lines(text: str) -> str:
    """Return text of several lines, made harmless."""
    return "\n".join(visible(line) for line in text.split("\n"))
