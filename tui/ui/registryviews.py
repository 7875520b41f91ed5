"""Ways of looking into registries and Docker Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.selection import Selection
from tui.actions.values.registries import ReadRepository
from tui.browsing.newer import names_of
from tui.i18n import _
from tui.model.reference import InvalidReference, parse_reference
from tui.model.text import visible
from tui.store.rows import image_rows
from tui.ui.screens.catalog import CatalogScreen, why_no_host
from tui.ui.screens.newer import NewerScreen
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.repository import RepositoryScreen
from tui.ui.screens.tags import TagsScreen
from tui.ui.screenverbs import ScreenVerbs

if TYPE_CHECKING:
    from tui.ui.screens.main import MainScreen


class RegistryViews(ScreenVerbs):
    """The verbs that look into registries, found by their IDs."""

    def _tags(self, selection: Selection) -> None:
        """Show the tags of the repository under the cursor."""
        name = repository_of(selection)
        if not name:
            self._screen.tell(_("This image has no name, so no repository."), "warn")
        else:
            self._screen.orlop.push_screen(TagsScreen(name))

    def _repository(self, selection: Selection) -> None:
        """Show the page of the result under the cursor."""
        orlop = self._screen.orlop
        name = repository_of(selection)
        if not name:
            return
        self._screen.tell(_("reading the page of {name}...").format(name=visible(name)))
        job_id = orlop.dispatcher.submit(ReadRepository(name))

        def show() -> None:
            page = orlop.store.state.browsed.repository
            failed = any(job.job_id == job_id for job in orlop.store.state.jobs)
            if not failed and page.name == name and orlop.screen is self._screen:
                self._screen.tell("")
                orlop.push_screen(RepositoryScreen(page, orlop.clock()))

        orlop.after_job(job_id, show)

    def _browse(self, _selection: Selection) -> None:
        """Ask for a registry, and show what it has."""
        screen = PromptScreen(
            _("Browse a registry"),
            help_text=_("Its host, or host:port: registry.example, 127.0.0.1:5000."),
            text=_first_host(self._screen),
            judge=why_no_host,
        )
        self._screen.orlop.push_screen(screen, self._browse_host)

    def _browse_host(self, host: str | None) -> None:
        if host:
            self._screen.orlop.push_screen(CatalogScreen(host.strip()))

    def _newer(self, selection: Selection) -> None:
        """Compare the marked images with their registries, else all."""
        state = self._screen.state
        if selection.is_marked:
            wanted = {row.reference for row in selection.images if row.reference}
        else:
            wanted = {row.reference for row in image_rows(state) if row.reference}
        names = tuple(one for one in names_of(state.images) if one.reference in wanted)
        self._screen.orlop.push_screen(NewerScreen(names))


def repository_of(selection: Selection) -> str:
    """Return the repository of the first row that is meant; empty where it has none."""
    if selection.results:
        text = selection.results[0].name
    else:
        text = selection.images[0].reference if selection.images else ""
    try:
        return parse_reference(text).repository
    except InvalidReference:
        return ""


def _first_host(screen: MainScreen) -> str:
    """Return a registry that images here come from: the likeliest to be looked at."""
    for row in image_rows(screen.state):
        first, slash, _rest = row.repository.partition("/")
        if slash and not why_no_host(first) and (":" in first or "." in first):
            return first
    return ""
