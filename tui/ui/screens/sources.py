"""Where the files of an image can be read from: a list to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.contents.source import Offer
from tui.i18n import N_, _
from tui.model.listing import SourceName
from tui.model.text import visible
from tui.ui.screens.base import Sheet
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

if TYPE_CHECKING:
    from tui.ui.app import OrlopApp

ABOUT: Final = {
    SourceName.METADATA: N_("metadata on this disk; no content is touched"),
    SourceName.CONTENT: N_("the layers' blobs on this disk"),
    SourceName.PROBE: N_("the same metadata, through a container that is never started"),
    SourceName.STREAM: N_("docker save, read as it flows"),
    SourceName.REGISTRY: N_("the registry, without pulling"),
}
"""What each source is, in a few words."""


class SourcesScreen(Sheet[Offer]):
    """All sources, those too that cannot be had, with the reason."""

    def __init__(self, offers: Sequence[Offer], current: str, name: str = "") -> None:
        """Prepare to ask.

        Args:
            offers: All sources.
            current: The one that is read from; empty for none.
            name: The image, where it is not clear which is meant.
        """
        super().__init__()
        self._image_name = name
        self._offers = {str(offer.name): offer for offer in offers}
        self._current = current

    def compose(self) -> ComposeResult:
        """Title, rows, keys."""
        glyphs = self.orlop.glyphs
        shown = (
            Column("mark", "", 1, priority=9),
            Column("name", _("SOURCE"), 9, priority=10),
            Column("text", _("WHAT IT IS, WHAT IT COSTS"), 1, min_width=20, flex=True, priority=8),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(shown, glyphs=glyphs, marking=False)
            yield Static("", id="sheet-reason", markup=False)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Fill the rows."""
        title = _(" Where to read the files from")
        if self._image_name:
            title = _(" Where to read the files of {name} from").format(name=self._image_name)
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"))
        self.part("#sheet-keys", TextLine).show(_(" enter read from there  esc back"))
        rows = self.part("RowList", RowList)
        rows.set_rows([self._row(offer) for offer in self._offers.values()])
        rows.focus()

    def _row(self, offer: Offer) -> Row:
        text = _(ABOUT[offer.name]) if offer.name in ABOUT else ""
        more = offer.why_not or offer.cost
        glyph = self.orlop.glyphs.check if offer.name == self._current else ""
        cells = (glyph, offer.name.value, f"{text}. {more}" if more else text)
        return Row(offer.name.value, cells, dim=bool(offer.why_not))

    @on(RowList.RowHighlighted)
    def _show_reason(self) -> None:
        """Show whole what the row may have no room for."""
        offer = self._offers.get(self.part("RowList", RowList).cursor_key or "")
        text = (offer.why_not or offer.cost) if offer is not None else ""
        self.part("#sheet-reason", Static).update(visible(text))

    @on(RowList.RowChosen)
    def _choose(self, event: RowList.RowChosen) -> None:
        offer = self._offers[event.key]
        if not offer.why_not:
            self.dismiss(offer)


def choose_source(
    orlop: OrlopApp, screen: SourcesScreen, chosen: Callable[[SourceName | None], None]
) -> None:
    """Ask where to read from, and again where that costs something; None: not at all."""

    def confirmed(offer: Offer | None) -> None:
        if offer is None or offer.is_free:
            chosen(offer.name if offer is not None else None)
            return
        text = offer.cost
        if offer.asks:
            text += " " + _("This is asked once: orlop keeps the answer in its settings.")
        question = ConfirmScreen(_("Read the files that way?"), _("Read"), text=text)
        orlop.push_screen(question, lambda yes: chosen(offer.name if yes else None))

    orlop.push_screen(screen, confirmed)
