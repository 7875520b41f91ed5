"""The help: every verb of the catalogue with its keys, its sentence and its docker command."""

from __future__ import annotations

from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize

from tui.actions.spec import EVERYWHERE, ActionSpec
from tui.i18n import _
from tui.store.state import Pane
from tui.ui.keys import shown_key
from tui.ui.screens.base import Sheet
from tui.ui.widgets.columns import CellText, Column, Row, wrap
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

KEYS_WIDTH: Final = 12
TITLE_WIDTH: Final = 11


class HelpScreen(Sheet[None]):
    """All keys, pane by pane."""

    def __init__(self, specs: tuple[ActionSpec, ...]) -> None:
        super().__init__()
        self._specs = specs

    def compose(self) -> ComposeResult:
        """Title, rows, keys."""
        glyphs = self.orlop.glyphs
        columns = (
            Column("keys", _("KEY"), KEYS_WIDTH, priority=9),
            Column("title", _("DOES"), TITLE_WIDTH, priority=8),
            Column("help", _("DOCKER COMMAND, WHAT IT IS"), 1, min_width=20, flex=True, priority=7),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(columns, glyphs=glyphs, marking=False)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Fill the rows."""
        self.query_one(".dialog-title", TextLine).show(CellText(_("Keys"), "strong"))
        self.query_one("#sheet-keys", TextLine).show(_(" esc back"))
        self.query_one(RowList).focus()

    @on(Resize)
    def _wrap(self) -> None:
        width = max(self.size.width - KEYS_WIDTH - TITLE_WIDTH - 4, 20)
        self.query_one(RowList).set_rows(help_rows(self._specs, width))


def help_rows(specs: tuple[ActionSpec, ...], width: int) -> list[Row]:
    """Return the rows of the help, in sections; sentences are wrapped to `width` cells."""
    names = {
        Pane.IMAGES: _("Images (1)"),
        Pane.CONTAINERS: _("Containers (2)"),
        Pane.HUB: _("Hub search (3)"),
        Pane.LAYERS: _("Layers (4)"),
    }
    rows: list[Row] = []
    for pane, name in names.items():
        here = [spec for spec in specs if pane in spec.panes and spec.panes != EVERYWHERE]
        rows += _section(name, here, str(pane), width)
    rows += _section(
        _("Everywhere"), [s for s in specs if s.panes == EVERYWHERE], "everywhere", width
    )
    moves = (
        ("j k g G", _("Move"), _("Arrows, page up and down, home and end do the same.")),
        ("tab 1..4", _("Panes"), _("Go to the next pane, or to the one with that number.")),
        ("esc", _("Back"), _("Leave a view, drop the filter.")),
    )
    rows += [Row(keys, (CellText(keys, "accent"), title, text)) for keys, title, text in moves]
    return rows


def _section(name: str, specs: list[ActionSpec], key: str, width: int) -> list[Row]:
    rows = [Row(f"section {key}", ("", "", CellText(name, "strong")))]
    for spec in specs:
        keys = " ".join(shown_key(item) for item in spec.keys)
        lines = [*([spec.docker] if spec.docker else []), *wrap(_(spec.help), width)]
        row_key = f"{key} {spec.action_id}"
        rows.append(Row(row_key, (CellText(keys, "accent"), _(spec.title), lines[0])))
        rows += [Row(f"{row_key} {n}", ("", "", line)) for n, line in enumerate(lines[1:])]
    return rows
