"""The form of a run: what the image says, more fields on demand, the whole docker line."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from tui.actions.action import Action
from tui.actions.forms.running import LATER, MORE, image_of, shell_words
from tui.actions.selection import Selection
from tui.actions.values.reading import ReadFacts
from tui.actions.values.running import ReadNetworks, RunContainer
from tui.i18n import N_, _
from tui.model.engine import StoreKind
from tui.model.image import ImageDetails
from tui.model.job import JobState
from tui.model.runspec import RunMode
from tui.model.text import visible
from tui.store.state import Pane, State
from tui.ui.fields import values_of
from tui.ui.screens.form import FormScreen
from tui.ui.widgets.tick import Tick

if TYPE_CHECKING:
    from tui.ui.screens.main import MainScreen

SHOWN_MAX: Final = 6
"""Ports, volumes or networks that are named."""

LINE_MAX: Final = 6
"""Lines of the docker line that are in sight at a time."""

TEXT_WIDTH: Final = 72
"""Cells of a line in the dialog."""

MOST: Final = 10
"""Lines of the form that must stay beside its docker line, three of fields with them."""

AROUND: Final = 7
"""Lines of the form beside its fields and its docker line."""


_MACHINES: Final = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}
"""The kernel's name of a machine → the one in images."""


class RunScreen(FormScreen):
    """Asks how a container is to be run.

    Textual calls the handlers of every class by itself: none here calls its parent's.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", N_("Run"), show=False, id="run.enter"),
    ]

    _jobs: tuple[int, ...] = ()

    def more(self) -> Iterable[Widget]:
        """Return the lines of what the image says."""
        yield Static("", id="run-image", classes="form-about", markup=False)

    def compose(self) -> ComposeResult:
        """Begin with what was filled in for this image and did not become a container."""
        values = self.orlop.drafts.get(self._image, {})
        fields = tuple(
            replace(field, initial=_always(values[field.key])) if field.key in values else field
            for field in self._form.fields
        )
        self._form = replace(self._form, fields=fields)
        yield from super().compose()

    @property
    def _image(self) -> str:
        return image_of(self._selection) if self._selection.images else ""

    def on_mount(self) -> None:
        """Hide what is asked for less often, and have read what the image says."""
        self._show_later(shown=self.query_one(f"#field-{MORE}", Tick).value)
        images = self._selection.images
        if not images:
            return
        wanted: list[int] = [self.orlop.dispatcher.submit(ReadNetworks())]
        image_id = images[0].image.image_id
        if image_id not in self.orlop.store.state.facts:
            wanted.append(self.orlop.dispatcher.submit(ReadFacts((image_id,))))
        self._jobs = tuple(wanted)
        self.follow(self._show)

    def on_unmount(self) -> None:
        """Stop what is still being read."""
        for job_id in self._jobs:
            self.orlop.dispatcher.cancel(job_id)

    def action_send(self) -> None:
        """Run it, from a choice too; ticks and lines of text have another use for the key."""
        self.query_one("#send", Button).press()

    def line(self) -> Widget:
        """Return the docker line with room for all of it."""
        line = Static("", id="docker", classes="docker", markup=False)
        return VerticalScroll(line, id="run-line", can_focus=False)

    def shown_line(self, docker: str) -> str:
        """Return the whole line: nothing of it may be hidden."""
        return docker

    def judged(self) -> None:
        """Share the screen's lines between fields and docker line; keep what is filled in."""
        self._share(self.app.size.height)
        self.orlop.drafts[self._image] = values_of(self._form.fields, self)

    @on(Resize)
    def _resized_too(self, event: Resize) -> None:
        self._share(event.size.height)

    def _share(self, height: int) -> None:
        """Show as much of the line as there is room for; the focus can go to a longer one."""
        width = min(TEXT_WIDTH, self.app.size.width - 4)
        lines = self.part("#docker", Static).visual.get_height({}, width)
        line, room = self.part("#run-line", VerticalScroll), max(min(LINE_MAX, height - MOST), 1)
        line.styles.max_height = room
        line.can_focus = lines > room
        problem = self.part("#problem", Static)
        if line.can_focus and not problem.content:
            problem.update(_("The line is longer: tab to it, then down."))
        fields = self.part(".form-fields", VerticalScroll)
        fields.styles.max_height = max(height - AROUND - min(lines, room), 3)

    def notice(self, action: Action) -> str:
        """Return what docker does beside what was asked for."""
        if not isinstance(action, RunContainer):
            return ""
        said: list[str] = []
        folder = next((one.source for one in action.spec.mounts if one.makes_folder), "")
        if folder:
            text = _("If {folder} is missing, the Engine makes it, as root.")
            said.append(text.format(folder=folder))
            if self.orlop.store.state.engine.capabilities.store is not StoreKind.PODMAN:
                said.append(_("Written as type=bind,... it does not."))
        missing = [name for name in action.spec.environment if _is_missing(name)]
        if missing:
            text = _("Not set in this shell, and so not in the container: {names}.")
            said.append(text.format(names=some(tuple(missing))))
        return " ".join(said)

    def _show(self, state: State) -> None:
        facts = state.facts.get(self._selection.images[0].image.image_id)
        details = facts.details if facts else None
        text = _("Reading what the image says...")
        if details:
            text = image_text(details, state.engine.architecture)
        said = self.part("#run-image", Static)
        said.update(text)
        said.display = bool(text)
        if self.focused is self.part("#field-name", Input):
            self.part(".form-fields", VerticalScroll).scroll_home(animate=False)
        if details:
            words = visible(shell_words(details.cmd))
            self.part("#field-command", Input).placeholder = words
        self.part("#field-network", Input).placeholder = some(state.inside.networks)

    @on(Tick.Changed)
    def _ticked(self, event: Tick.Changed) -> None:
        if event.tick.id == f"field-{MORE}":
            self._show_later(shown=event.value)

    def _show_later(self, *, shown: bool) -> None:
        """Show or hide the fields that are asked for less often, with what they are called."""
        for field in LATER:
            widget = self.query_one(f"#field-{field.key}")
            widget.display = shown
            if not isinstance(widget, Tick):
                self._name_of(widget).display = shown

    def _name_of(self, widget: Widget) -> Widget:
        """Return what stands above a field: what it is called."""
        around = self.query_one(".form-fields").children
        return around[around.index(widget) - 1]


def image_text(details: ImageDetails, architecture: str = "") -> str:
    """Return what an image says of how it is run; `architecture` is the Engine's."""
    said: list[str] = []
    if "" not in (details.architecture, architecture) and not _alike(details, architecture):
        said.append(
            _("It is made for {theirs}, and this Engine's machine is {ours}.").format(
                theirs=visible(details.platform), ours=visible(architecture)
            )
        )
    if details.entrypoint:
        entrypoint = visible(shell_words(details.entrypoint))
        said.append(_("Its entrypoint gets the command: {words}.").format(words=entrypoint))
    elif not details.cmd:
        said.append(_("It names no command: type one."))
    if details.exposed_ports:
        said.append(_("Ports it names: {ports}.").format(ports=some(details.exposed_ports)))
    if details.volumes:
        said.append(
            _("Volumes, a new one without a name each: {places}.").format(
                places=some(details.volumes)
            )
        )
    return " ".join(said)


def _is_missing(variable: str) -> bool:
    """Tell whether a variable is to have the value of this shell, which has none."""
    return "=" not in variable and variable not in os.environ


def _alike(details: ImageDetails, architecture: str) -> bool:
    """Tell whether an image is made for a machine; the kernel has names of its own."""
    return details.architecture in (architecture, _MACHINES.get(architecture, ""))


def _always(value: str) -> Callable[[Selection], str]:
    return lambda _selection: value


def some(names: tuple[str, ...]) -> str:
    """Return a few names, and how many more there are."""
    text = ", ".join(visible(name) for name in names[:SHOWN_MAX])
    more = len(names) - SHOWN_MAX
    return _("{names} and {count} more").format(names=text, count=more) if more > 0 else text


def run_and_show(screen: MainScreen, action: RunContainer) -> None:
    """Run a container, and go to it unless somebody went elsewhere meanwhile."""
    pane, app = screen.pane, screen.orlop
    before = screen.state.inside.ran
    if action.spec.mode is RunMode.INTERACTIVE:
        app.typed_ahead.begin()  # what is typed from now on is for the program
        job_id = app.start_program(action)
    else:
        job_id = app.dispatcher.submit(action)

    def show() -> None:
        job = next((job for job in screen.state.jobs if job.job_id == job_id), None)
        if job is not None and job.state is JobState.DONE:
            app.drafts.pop(action.spec.image, None)
        container_id = screen.state.inside.ran
        is_free = app.screen is screen and screen.pane is pane and not screen.filtering.is_on
        if container_id in ("", before) or not is_free:
            return
        if any(one.container_id == container_id for one in screen.state.containers):
            screen.show_pane(Pane.CONTAINERS)
            screen.list_pane(Pane.CONTAINERS).rows.move_to_key(container_id)

    app.after_job(job_id, show)
