"""The Hub pane: what a search found."""

from __future__ import annotations

from typing import Final

from tui.i18n import N_, _, ngettext
from tui.model.image import SearchResult
from tui.model.registry import Badge
from tui.model.text import visible
from tui.store.rows import visible_search_rows
from tui.store.state import NO_TROUBLE, Pane, SearchState, State
from tui.ui.panes.base import LazyRows, ListPane
from tui.ui.terminal import Glyphs
from tui.ui.widgets.columns import CellText, Column, Row


class HubPane(ListPane):
    """Results of the last search."""

    PANE = Pane.HUB
    NUMBER = 3
    MARKING = False

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._title_text = _("Hub")

    def columns(self) -> tuple[Column, ...]:
        """Name, stars, pulls, badge, description."""
        return (
            Column("name", _("NAME"), 2, min_width=16, flex=True, priority=9),
            Column("stars", _("STARS"), 6, align="right", priority=7),
            Column("pulls", _("PULLS"), 6, align="right", priority=4),
            Column("official", _("BADGE"), 11, priority=8),
            Column("description", _("DESCRIPTION"), 3, min_width=12, flex=True, priority=5),
        )

    def inputs(self, state: State) -> tuple[object, ...]:
        """Return the search and how its results are looked at."""
        view = state.view(self.PANE)
        return (state.search, view.filter, view.sort, view.descending)

    def show_rows(self, state: State) -> None:
        """Filter and sort."""
        search = state.search
        shown = visible_search_rows(search.results, state.view(self.PANE))
        self.rows.empty_text = self._empty_text(state)
        self.rows.set_rows(LazyRows(shown, lambda row: row.name, search_cells))
        self._title_text = _hub_title(search)

    def title(self) -> str:
        """`Hub  "centos"  25 found`."""
        return self._title_text

    @staticmethod
    def _empty_text(state: State) -> str:
        search = state.search
        if search.is_running:
            return _("Searching...")
        if search.trouble != NO_TROUBLE:
            trouble = search.trouble
            told = (trouble.title, trouble.detail, trouble.remedy)
            return "\n".join(visible(text) for text in told if text)
        if search.results:
            return _("No result matches the filter.\nesc shows all again")
        if search.term:
            return _("Nothing found.\nn searches for something else")
        return _("n searches Docker Hub or a registry")


def _hub_title(search: SearchState) -> str:
    if not search.term:
        return _("Hub")
    count = len(search.results)
    title = ngettext('Hub  "{term}"  {count} found', 'Hub  "{term}"  {count} found', count).format(
        term=search.term, count=count
    )
    if not search.answered_by:
        return title
    return _("{title}, told by {who}").format(title=title, who=_(search.answered_by))


BADGES: Final = {
    Badge.OFFICIAL: (N_("official"), "good"),
    Badge.VERIFIED: (N_("verified"), "accent"),
    Badge.OPEN_SOURCE: (N_("open source"), ""),
}
"""Badge → its word and the style of that."""


def search_cells(row: SearchResult) -> Row:
    """Return one row as the list shows it."""
    badge = Badge(row.badge) if row.badge else Badge.OFFICIAL if row.is_official else Badge.NONE
    word, style = BADGES.get(badge, ("", ""))
    pulls = short_count(row.pulls) if row.pulls >= 0 else ""
    shown = CellText(_(word) if word else "", style)
    return Row(row.name, (row.name, f"{row.stars:,}", pulls, shown, row.description))


def short_count(count: int) -> str:
    """Return a number in at most five characters: 950, 12.3k, 1.2B."""
    for power, letter in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k")):
        if count >= power:
            number = count / power
            return f"{number:.1f}{letter}" if number < 100 else f"{number:.0f}{letter}"
    return str(count)
