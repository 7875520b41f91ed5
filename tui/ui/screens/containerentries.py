"""The keys of a container's files that look at the entry under the cursor, or copy it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.forms.copying import copy_out_form
from tui.actions.selection import EMPTY_SELECTION
from tui.i18n import _
from tui.model.folder import joined
from tui.model.listing import Kind
from tui.ui.copying import begin_copy_in, begin_copy_out
from tui.ui.screens.containerfilerows import KEYS, READ_ONLY, item_fields
from tui.ui.screens.filerows import key_of
from tui.ui.screens.form import FormScreen
from tui.ui.screens.text import FieldsScreen, FieldValue, copyable

if TYPE_CHECKING:
    from tui.ui.screens.containerfiles import ContainerFilesScreen


class Entries:
    """One method for each, found by its name."""

    def __init__(self, screen: ContainerFilesScreen) -> None:
        self._screen = screen
        self._orlop = screen.orlop

    @property
    def _path(self) -> bytes:
        """The path under the cursor; of an empty folder the folder itself."""
        item = self._screen.item
        return joined(self._screen.path, item.name) if item is not None else self._screen.path

    def help(self) -> None:
        """Show all keys of this screen, and what its words mean."""
        keys = [key for key in KEYS if not (self._orlop.read_only and READ_ONLY in key.action)]
        fields = [FieldValue(key.shown, _(key.sentence)) for key in keys]
        sizes = _(
            "Sizes and entries of a folder are of all below it; > marks what was not read to its "
            "end, a question mark what was only asked for by its name."
        )
        how = _(
            "The Engine cannot list a folder: it sends a tar of all below, of which the beginning "
            "is read. Volumes are in it; what lies in memory (/proc, /sys, a tmpfs) is not."
        )
        more = (FieldValue(_("Sizes"), sizes), FieldValue(_("How"), how))
        self._orlop.push_screen(FieldsScreen(_("Keys of a container's files"), [*fields, *more]))

    def open(self) -> None:
        """Open a folder, or show a file; a link is followed in the container."""
        item = self._screen.item
        if item is None:
            return
        if item.entry.kind in (Kind.DIRECTORY, Kind.FILE, Kind.HARDLINK, Kind.SYMLINK):
            self._screen.read(self._path, anew=not item.is_folder)
        else:
            self.details()

    def view(self) -> None:
        """Show the text of a file."""
        item = self._screen.item
        if item is not None and item.is_folder:
            self._screen.say(_("only files have a text"))
        else:
            self.open()

    def details(self) -> None:
        """Show all that is known of an entry."""
        item, folder = self._screen.item, self._screen.folder
        if item is not None and folder is not None:
            fields = item_fields(folder, item)
            self._orlop.push_screen(FieldsScreen(key_of(self._path), fields))

    def copy_path(self) -> None:
        """Copy the path under the cursor."""
        self._orlop.copy_text(copyable(key_of(self._path)), _("path"))
        self._screen.say(_("copied the path"))

    def copy_out(self) -> None:
        """Ask where to, and copy what is under the cursor."""
        screen, item = self._screen, self._screen.item
        form = copy_out_form(
            screen.container,
            self._path,
            is_folder=item is None or item.is_folder,
            is_link=item is not None and item.entry.kind is Kind.SYMLINK,
        )
        self._orlop.push_screen(
            FormScreen(form, EMPTY_SELECTION),
            lambda action: begin_copy_out(self._orlop, action, self._began, self._ended),
        )

    def copy_in(self) -> None:
        """Ask what, and copy it into the folder in view."""
        if self._orlop.read_only:
            self._screen.say(_("this session changes nothing (--read-only)"))
            return
        screen = self._screen
        begin_copy_in(self._orlop, screen.container, screen.path, self._began, self._copied_in)

    def _began(self, job_id: int) -> None:
        self._screen.copying = job_id

    def _ended(self, text: str) -> None:
        if self._screen in self._orlop.screen_stack:
            self._screen.say(text)

    def _copied_in(self, text: str) -> None:
        """Show the folder as it is now."""
        if self._screen in self._orlop.screen_stack:
            self._screen.action_again()
            self._screen.say(text)
