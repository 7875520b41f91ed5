"""The keys of the changes of a container, and those that look at what is under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.actions.values.changes import ViewContainerFile
from tui.contents.changes import ContainerDiff, is_told
from tui.i18n import N_, _
from tui.layers.union import Change
from tui.model.job import JobState
from tui.model.listing import Kind, LayerEntry
from tui.model.text import visible
from tui.ui.screens.changerows import change_fields
from tui.ui.screens.filekeys import COPY, FILTER, HELP, NEXT, OPEN, REST, Key
from tui.ui.screens.filerows import key_of
from tui.ui.screens.text import FieldsScreen, FieldValue, TextScreen, copyable

if TYPE_CHECKING:
    from tui.ui.app import OrlopApp
    from tui.ui.screens.changes import ChangesScreen

CHANGE_KEYS: Final = (
    HELP,
    *OPEN,
    NEXT,
    FILTER,
    Key("i", "entry('details')", N_("details"), N_("All of an entry: mode, owner, time, size.")),
    Key("v", "entry('view')", N_("view"), N_("Show the text of the file as it is now.")),
    Key("o", "tree('order')", N_("sort"), N_("Sort by size, or by name again.")),
    Key("r", "again", N_("again"), N_("Read the changes again.")),
    Key("x", "stop", N_("stop"), N_("Ask for no more sizes.")),
    *(key for key in REST if key.shown not in "omr"),
    Key("m", "tree('kinds', 'm')", N_("changed"), N_("Show or hide what was changed.")),
    Key("d", "tree('kinds', 'd')", N_("removed"), N_("Show or hide what was removed.")),
    COPY,
)
"""The keys of this screen; the usual ones first."""

SIZES_HELP: Final = N_(
    "Read from the container's folder where this user may; else the Engine is asked, what is in "
    "sight first. A removed file tells the image's size if the image's files were listed before."
)


class ChangeVerbs:
    """One method for each, found by its name."""

    def __init__(self, screen: ChangesScreen) -> None:
        self._screen = screen

    @property
    def _orlop(self) -> OrlopApp:
        return self._screen.orlop

    def help(self) -> None:
        """Show all keys of this screen."""
        fields = [FieldValue(key.shown, _(key.sentence)) for key in CHANGE_KEYS]
        letters = _("A added, C changed, D removed: as docker diff; . something in it was changed")
        more = (FieldValue(_("Letters"), letters), FieldValue(_("Sizes"), _(SIZES_HELP)))
        self._orlop.push_screen(FieldsScreen(_("Keys of the changes"), [*fields, *more]))

    def details(self) -> None:
        """Show all of an entry, and what the image has there."""
        screen, path = self._screen, self._screen.path
        view, diff = screen.turns.view, screen.shown
        if view is None or diff is None or not path:
            return
        node = view.tree.node(path)
        told = screen.book.get(path) if screen.book is not None else None
        if told is not None and node.change is not Change.REMOVED and not is_told(node.entry):
            node = node._replace(entry=told)
        fields = change_fields(node, _before(diff, path), diff.source)
        self._orlop.push_screen(FieldsScreen("/" + key_of(path), fields))

    def view(self) -> None:
        """Show the text of the file under the cursor, as the container has it now."""
        view, path = self._screen.turns.view, self._screen.path
        if view is None or not path:
            return
        node = view.tree.node(path)
        if node.change is Change.REMOVED:
            self._screen.say(_("the container has removed it"))
        elif node.is_folder or (node.entry and node.entry.kind not in (Kind.FILE, Kind.HARDLINK)):
            self._screen.say(_("only files have a text"))
        else:
            self._view_file(path)

    def _view_file(self, path: bytes) -> None:
        screen, orlop = self._screen, self._orlop
        job_id = orlop.dispatcher.submit(ViewContainerFile(screen.container, path))
        screen.say(_("reading..."))

        def show() -> None:
            if screen not in orlop.screen_stack:
                return
            state = orlop.store.state
            job = next((job for job in state.jobs if job.job_id == job_id), None)
            if job is not None and job.state is JobState.FAILED:
                screen.say(f"{job.summary} {job.remedy}".strip())
                return
            screen.say("")
            text = state.file_text
            title = f"{visible(screen.container.name)}:/{key_of(text.path)}"
            more = "\n" + _("... the file goes on") if text.has_more else ""
            orlop.push_screen(TextScreen(title, text.text + more))

        orlop.after_job(job_id, show)

    def copy_path(self) -> None:
        """Copy the path under the cursor."""
        if self._screen.path:
            self._orlop.copy_text(copyable("/" + key_of(self._screen.path)), _("path"))


def _before(diff: ContainerDiff, path: bytes) -> LayerEntry | None:
    """Return what the image has at a path that is no folder, where that is known."""
    entry = next((entry for entry in diff.before.entries if entry.path == path), None)
    return entry if entry is not None and entry.kind is not Kind.DIRECTORY else None
