"""The repositories of a registry, where it tells them; else the name of one is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import ClassVar, Final

from textual import on
from textual.binding import BindingType

from tui.actions.action import Action
from tui.actions.values.registries import ReadCatalog
from tui.i18n import N_, _
from tui.model.image import ImageSummary
from tui.model.reference import HUB, InvalidReference, parse_reference
from tui.model.registry import RepositoryList
from tui.store.state import State
from tui.ui.panes.base import LazyRows
from tui.ui.screens.lookup import Key, LookupSheet, bindings
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.tags import TagsScreen
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece

KEYS: Final = (
    Key("enter", "T", "tags", N_("tags"), N_("Show the tags of the repository.")),
    Key("n", "n", "name", N_("name"), N_("Type the name of a repository.")),
    Key("c", "c", "copy", N_("copy"), N_("Copy the repository's name.")),
)


class CatalogScreen(LookupSheet):
    """Repositories; Enter shows the tags of one."""

    KEYS = KEYS
    SORTS = ("", "name")
    BINDINGS: ClassVar[list[BindingType]] = bindings("catalog", KEYS)

    def __init__(self, host: str) -> None:
        """Prepare for `host[:port]`."""
        super().__init__()
        self._host = host
        self._shown_of: tuple[object, ...] = ()
        self._has_asked = False

    def columns(self) -> tuple[Column, ...]:
        """Return the one column, the name."""
        return (Column("name", _("REPOSITORY"), 1, min_width=20, flex=True, priority=1),)

    def question(self, *, anew: bool) -> Action:  # noqa: ARG002 (nothing is kept)
        """Ask for the repositories."""
        self._has_asked = False
        return ReadCatalog(self._host)

    def _catalog(self, state: State) -> RepositoryList:
        told = state.browsed.catalog
        return told if told.host == self._host else RepositoryList(self._host, is_whole=False)

    def show_rows(self, state: State) -> None:
        """Filter and sort; ask for a name where the registry tells none."""
        catalog = self._catalog(state)
        self.rows.empty_text = self._empty_text(state, catalog)
        known = catalog.names if catalog.is_told else repositories_here(state.images, self._host)
        made_of = (known, self._filter, self._sort)
        if made_of != self._shown_of:
            self._shown_of = made_of
            names = [name for name in known if self._filter.lower() in name]
            column, descending = self._sort
            if column or descending:
                names.sort(reverse=descending)
            self.rows.set_rows(LazyRows(names, str, lambda name: Row(name, (name,))))
        if not (catalog.is_told or known or self._has_asked or self.is_asking(state)):
            self._has_asked = True
            self.call_later(self.action_name)

    def _empty_text(self, state: State, catalog: RepositoryList) -> str:
        if self.is_asking(state):
            return _("Asking the registry...")
        if trouble := self.trouble(state):
            return trouble
        if not catalog.is_told:
            return _("This registry does not tell what it has.\nn asks for a repository by name")
        return _("Nothing matches the filter.") if catalog.names else _("The registry is empty.")

    def heading(self, state: State) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """`Registry host:5000  12 repositories`."""
        catalog = self._catalog(state)
        count = f"  {len(catalog.names):,}" if catalog.names else ""
        what = CellText(_(" Registry {host}").format(host=self._host), "strong")
        about = _("  filter: {text}").format(text=self._filter) if self._filter else ""
        return (what, count, CellText(about, "warn")), ()

    def note(self, state: State) -> tuple[str, str]:
        """Say why these are not all."""
        catalog = self._catalog(state)
        if self._shown_of and self._shown_of[0] and not catalog.is_told:
            return _("it does not tell what it has; these are of images here"), "warn"
        return (catalog.why, "warn") if catalog.why else ("", "")

    @on(RowList.RowChosen)
    def action_tags(self) -> None:
        """Show the tags of the repository under the cursor."""
        if (name := self.rows.cursor_key) is not None:
            self._open(name)

    def action_copy(self) -> None:
        """Copy the name of the repository under the cursor."""
        if (name := self.rows.cursor_key) is not None:
            self.orlop.copy_text(f"{self._host}/{name}", _("name"))

    def action_name(self) -> None:
        """Ask for the name of a repository."""
        if not self.is_current:
            return
        screen = PromptScreen(
            _("Repository of {host}").format(host=self._host),
            help_text=_("Its name, as in team/app."),
            text="",
            judge=self._judge,
        )
        self.app.push_screen(screen, lambda name: self._open(name) if name else None)

    def _judge(self, text: str) -> str:
        return why_no_repository(f"{self._host}/{text.strip()}")

    def _open(self, name: str) -> None:
        self.app.push_screen(TagsScreen(f"{self._host}/{name.strip()}"))


def repositories_here(images: Iterable[ImageSummary], host: str) -> tuple[str, ...]:
    """Return the repositories of a registry that images here come from, without the host."""
    found: dict[str, None] = {}
    for image in images:
        for name in image.references:
            with suppress(InvalidReference):
                reference = parse_reference(name)
                if reference.domain == host:
                    found[reference.path] = None
    return tuple(sorted(found))


def why_no_repository(text: str) -> str:
    """Return why a text is no repository's name, as a sentence; empty where it is one."""
    try:
        reference = parse_reference(text)
    except InvalidReference as error:
        return _("Not a repository: {why}.").format(why=error)
    if reference.tag or reference.digest:
        return _("Leave out the tag.")
    return ""


def why_no_host(text: str) -> str:
    """Return why a text is no address of a registry, as a sentence; empty where it is one."""
    text = text.strip()
    if not text:
        return _("Type a host, or host:port.")
    if "/" in text:
        return _("Leave out the scheme and the path: registry.example:5000.")
    try:
        reference = parse_reference(f"{text}/x")
    except InvalidReference as error:
        return _("Not a host: {why}.").format(why=error)
    if reference.domain == HUB:
        return _("Write host:port, or a name with a dot. Docker Hub tells no catalog: search it.")
    return ""
