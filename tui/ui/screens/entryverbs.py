"""The keys of the files screen that look at the entry under the cursor, or at the image."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.actions.values.files import DiffFile
from tui.actions.values.reading import ViewFile
from tui.i18n import _
from tui.layers.union import Change
from tui.model.job import JobState
from tui.model.listing import Kind, SourceName
from tui.store.state import State
from tui.ui.screens.extractverb import ask_to_extract
from tui.ui.screens.filediff import FileDiffScreen
from tui.ui.screens.filekeys import FILE_KEYS, Key
from tui.ui.screens.filerows import content_place, entry_fields, key_of
from tui.ui.screens.sources import SourcesScreen, choose_source
from tui.ui.screens.text import FieldsScreen, FieldValue, TextScreen, copyable
from tui.ui.screens.waste import WASTE, WasteScreen, waste_of

if TYPE_CHECKING:
    from tui.ui.screens.files import FilesScreen


class EntryVerbs:
    """One method for each, found by its name."""

    def __init__(self, screen: FilesScreen) -> None:
        self._screen = screen
        self._orlop = screen.orlop

    def help(self) -> None:
        """Show all keys of this screen."""
        self._orlop.push_screen(
            keys_screen(_("Keys of the files"), FILE_KEYS, more=(FieldValue(_("Waste"), _(WASTE)),))
        )

    def details(self) -> None:
        """Show all of an entry, and what each layer did there."""
        path, view, contents = self._screen.path, self._screen.turns.view, self._screen.contents
        if view is None or contents is None or not path:
            return
        commands = [layer.created_by for layer in contents.image.layers]
        fields = entry_fields(view.tree.node(path), view.tree.history(path), commands)
        self._orlop.push_screen(FieldsScreen("/" + key_of(path), fields))

    def view(self) -> None:
        """Show the text of the file under the cursor, from the layer that it comes from."""
        path, view, contents = self._screen.path, self._screen.turns.view, self._screen.contents
        if view is None or contents is None or view.tree.node(path).entry is None:
            return
        entry, layer = content_place(view.tree, path)
        if entry.kind is not Kind.FILE:
            self._screen.say(_("only files have a text"))
            return
        read_only = self._orlop.read_only
        action = ViewFile(contents.image, layer, entry.path, read_only=read_only)
        self._show_after(action, text_screen)

    def diff(self) -> None:
        """Show what differs between the file and the version of it that lies below."""
        path, view, contents = self._screen.path, self._screen.turns.view, self._screen.contents
        if view is None or contents is None or not path:
            return
        versions = view.tree.versions(path)
        if view.tree.change_of(path) is Change.REMOVED:
            self._screen.say(_("this layer removed it; v shows what it was"))
        elif view.tree.node(path).is_folder:
            self._screen.say(_("only files can be compared"))
        elif len(versions) < 2:
            self._screen.say(_("no layer below has another version of this file"))
        else:
            old, new = ((layer, entry.path) for layer, entry in versions[-2:])
            action = DiffFile(contents.image, path, old, new, read_only=self._orlop.read_only)
            self._show_after(action, lambda state: FileDiffScreen(state.file_diff))

    def _show_after(
        self, action: ViewFile | DiffFile, made: Callable[[State], Screen[None]]
    ) -> None:
        """Do what reads something, and show what came; or ask from where, or say why not."""
        before = self._orlop.store.state.asked
        job_id = self._orlop.dispatcher.submit(action)
        self._screen.say(_("reading..."))

        def show() -> None:
            if self._screen not in self._orlop.screen_stack:
                return
            state = self._orlop.store.state
            job = next((job for job in state.jobs if job.job_id == job_id), None)
            self._screen.say("")
            if job is not None and job.state is JobState.FAILED:
                self._screen.say(f"{job.summary} {job.remedy}".strip())
            elif state.asked is not before and not action.source:
                screen = SourcesScreen(state.asked, "", action.image.name)
                choose_source(self._orlop, screen, chosen)
            else:
                self._orlop.push_screen(made(state))

        def chosen(source: SourceName | None) -> None:
            if source is not None:
                self._show_after(action._replace(source=source), made)

        self._orlop.after_job(job_id, show)

    def extract(self) -> None:
        """Write what is under the cursor, or the whole layer, to the disk."""
        ask_to_extract(self._screen)

    def copy_path(self) -> None:
        """Copy the path under the cursor."""
        if self._screen.path:
            self._orlop.copy_text(copyable("/" + key_of(self._screen.path)), _("path"))

    def waste(self) -> None:
        """Show what is in the layers, but does not show."""
        view, contents = self._screen.turns.view, self._screen.contents
        if view is None or contents is None:
            return
        image, union = contents.image, view.tree.union
        self._screen.say(_("adding up..."))

        async def show() -> None:
            waste = await asyncio.to_thread(waste_of, image, union)
            self._screen.say("")
            self._orlop.push_screen(WasteScreen(image, waste))

        self._screen.run_worker(show(), group="waste", exclusive=True)

    def sources(self) -> None:
        """Show where the files can be read from, and let the user choose."""
        contents = self._screen.contents
        if contents is not None:
            screen = SourcesScreen(contents.offers, contents.image.source)
            choose_source(self._orlop, screen, self._source_chosen)

    def _source_chosen(self, source: SourceName | None) -> None:
        if source is not None:
            self._screen.read(source)


def text_screen(state: State) -> TextScreen:
    """Return a view of the file that was read last."""
    text = state.file_text
    title = _("/{path}  layer {layer}").format(path=key_of(text.path), layer=text.layer)
    more = "\n" + _("... the file goes on") if text.has_more else ""
    return TextScreen(title, text.text + more)


def keys_screen(
    title: str, keys: Sequence[Key], *, more: Sequence[FieldValue] = ()
) -> FieldsScreen:
    """Return all keys of a screen, and what its letters mean."""
    fields = [FieldValue(key.shown, _(key.sentence)) for key in keys]
    letters = _("A added, M modified, m only metadata, R removed, . something in it changed")
    return FieldsScreen(title, [*fields, FieldValue(_("Letters"), letters), *more])
