"""The palette: every verb that can be used now, found by typing, with key and docker command."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.fuzzy import Matcher
from textual.widgets import Input

from tui.actions.selection import Selection
from tui.actions.spec import ActionSpec, why_not
from tui.i18n import N_, _
from tui.ui.keys import shown_key
from tui.ui.screens.base import Dialog
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine


class PaletteScreen(Dialog[ActionSpec]):
    """A line to type into above the verbs; the result is the verb chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move('up')", N_("Up"), show=False, id="palette.up"),
        Binding("down", "move('down')", N_("Down"), show=False, id="palette.down"),
        Binding("pageup", "move('pageup')", N_("Page up"), show=False, id="palette.pageup"),
        Binding("pagedown", "move('pagedown')", N_("Page down"), show=False, id="palette.pagedown"),
    ]

    def __init__(self, specs: tuple[ActionSpec, ...], selection: Selection) -> None:
        super().__init__()
        self._specs = {
            spec.action_id: spec
            for spec in specs
            if spec.action_id != "palette" and not why_not(spec, selection)
        }
        self._selection = selection

    def compose(self) -> ComposeResult:
        """Lay out the line to type into, the verbs and what the one under the cursor does."""
        glyphs = self.orlop.glyphs
        columns = (
            Column("title", _("COMMAND"), 12, priority=9),
            Column("keys", _("KEY"), 13, priority=8),
            Column("docker", _("DOCKER COMMAND"), 1, min_width=20, flex=True, priority=7),
        )
        with Vertical(classes="sheet"):
            yield Input(placeholder=_("type to find a command"), compact=True)
            yield RowList(
                columns, glyphs=glyphs, marking=False, empty_text=_("No command matches.")
            )
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Begin with all verbs."""
        self.query_one(RowList).can_focus = False
        self.query_one(Input).focus()
        self._find("")

    def action_move(self, where: str) -> None:
        """Move the cursor of the list while the focus stays in the line."""
        self.query_one(RowList).action_go(where)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._find(event.value)

    def _find(self, query: str) -> None:
        """Show the verbs that match, the best first."""
        matcher = Matcher(query)

        def score(spec: ActionSpec) -> float:
            return matcher.match(f"{_(spec.title)} {spec.docker} {_(spec.help)}") if query else 1.0

        found = [(score(spec), spec) for spec in self._specs.values()]
        best = sorted((pair for pair in found if pair[0] > 0), key=lambda pair: -pair[0])
        rows = self.query_one(RowList)
        rows.set_rows([palette_row(spec, self._selection) for _score, spec in best])
        rows.move_to(0)
        self._tell(rows.cursor_key)

    @on(RowList.RowHighlighted)
    def _moved(self, event: RowList.RowHighlighted) -> None:
        self._tell(event.key)

    def _tell(self, action_id: str | None) -> None:
        text = _(self._specs[action_id].help) if action_id else ""
        self.query_one("#sheet-keys", TextLine).show(f" {text}")

    @on(Input.Submitted)
    @on(RowList.RowChosen)
    def _chosen(self) -> None:
        action_id = self.query_one(RowList).cursor_key
        self.dismiss(self._specs[action_id] if action_id else None)


def palette_row(spec: ActionSpec, selection: Selection) -> Row:
    """Return a verb as the palette shows it: the docker line is that of the selection."""
    keys = " ".join(shown_key(key) for key in spec.keys)
    docker = spec.docker_for(selection)
    line = f"$ {docker}" if docker else _(spec.help)
    return Row(spec.action_id, (CellText(_(spec.title), "strong"), CellText(keys, "accent"), line))
