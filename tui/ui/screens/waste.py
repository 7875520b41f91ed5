"""What is in the layers of an image, but does not show."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from tui.contents.image import ListedImage
from tui.i18n import N_, _
from tui.layers.advice import Advice, advice
from tui.layers.command import clean_command
from tui.layers.union import Change, Union, Wasted, worst
from tui.model.text import exact_size, human_size
from tui.ui.screens.base import Sheet
from tui.ui.screens.filerows import key_of
from tui.ui.screens.text import FieldsScreen, FieldValue
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

WORST: Final = 1_000
"""Paths that are listed."""


WASTE: Final = N_(
    "Bytes of entries that no longer show in the final file system, as a layer above overwrote or "
    "removed them; a file with several names counts once. Efficiency: shown bytes / all bytes."
)
"""What waste is."""


@dataclass(frozen=True, slots=True)
class Waste:
    """What an image wastes."""

    wasted: int
    """Bytes."""
    total: int
    """Bytes of all layers."""
    efficiency: float
    """Shown bytes / all bytes."""
    advice: tuple[Advice, ...]
    worst: tuple[tuple[bytes, int, list[Wasted]], ...]
    """The WORST paths, their bytes, and how each came about."""
    layers: int
    """How many layers, from the bottom, have been read."""


def waste_of(image: ListedImage, union: Union) -> Waste:
    """Add up what an image wastes; of many files it takes long.

    Args:
        image: With the layers that have been read.
        union: Of some of them: that of all is made if it is another.
    """
    read = next((n for n, one in enumerate(image.layers) if not one.is_read), len(image.layers))
    if len(union.layers) != read:
        union = image.union(read)
    found = tuple(islice(worst(union), WORST))
    return Waste(
        union.wasted_bytes, union.total_bytes, union.efficiency, tuple(advice(union)), found, read
    )


class WasteScreen(Sheet[None]):
    """The worst paths first, and advice."""

    def __init__(self, image: ListedImage, waste: Waste) -> None:
        super().__init__()
        self._image = image
        self._waste = waste
        self._found: dict[str, tuple[int, list[Wasted]]] = {}

    def compose(self) -> ComposeResult:
        """Title, what waste is, rows, keys."""
        glyphs = self.orlop.glyphs
        shown = (
            Column("size", _("WASTED"), 7, align="right", priority=9),
            Column("layers", _("IN LAYER"), 9, align="right", priority=4),
            Column("hidden", _("HIDDEN BY"), 9, align="right", priority=5),
            Column("path", _("PATH"), 2, min_width=24, flex=True, priority=10),
            Column("command", _("COMMAND"), 1, min_width=20, flex=True, priority=3),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield TextLine(glyphs=glyphs, id="waste-what")
            yield RowList(shown, glyphs=glyphs, marking=False)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Fill the rows: advice first, then the worst paths."""
        waste = self._waste
        title = _(" Waste  {name}  {wasted} of {total}, efficiency {share}").format(
            name=self._image.name,
            wasted=human_size(waste.wasted),
            total=human_size(waste.total),
            share=f"{waste.efficiency:.1%}",
        )
        if waste.layers < len(self._image.layers):
            title += _("  only the lowest {count} layers were read").format(count=waste.layers)
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"))
        what = _(" in a layer, but overwritten or removed above; efficiency = shown / all bytes")
        self.part("#waste-what", TextLine).show(CellText(what, "dim"))
        self.part("#sheet-keys", TextLine).show(_(" enter whole text  esc back"))
        rows = [_advice_row(number, one) for number, one in enumerate(waste.advice)]
        for path, size, found in waste.worst:
            self._found[key_of(path)] = (size, found)
            rows.append(self._row(key_of(path), size, found))
        self.part("RowList", RowList).empty_text = _("Nothing is wasted.")
        self.part("RowList", RowList).set_rows(rows)
        self.part("RowList", RowList).focus()

    def _row(self, key: str, size: int, found: list[Wasted]) -> Row:
        layers = ",".join(str(one.layer) for one in found)
        hidden = ",".join(str(one.hidden_by) for one in found)
        return Row(
            f"path {key}", (human_size(size), layers, hidden, f"/{key}", self._command(found[-1]))
        )

    def _command(self, one: Wasted) -> str:
        return clean_command(self._image.layers[one.hidden_by - 1].created_by)

    @on(RowList.RowChosen)
    def _whole(self, event: RowList.RowChosen) -> None:
        kind, _space, key = event.key.partition(" ")
        if kind == "advice":
            field = FieldValue(_("Advice"), self._waste.advice[int(key)].text)
            self.app.push_screen(FieldsScreen(_("Advice"), [field]))
            return
        size, found = self._found[key]
        fields = [FieldValue(_("Path"), f"/{key}"), FieldValue(_("Wasted"), exact_size(size))]
        for one in found:
            fields.append(FieldValue(_("How"), self._story(one)))
        self.app.push_screen(FieldsScreen(f"/{key}", fields))

    def _story(self, one: Wasted) -> str:
        sentences = {
            Change.REMOVED: _("{size} of layer {layer}, removed by layer {by}: {command}"),
            Change.CONTENT: _("{size} of layer {layer}, overwritten by layer {by}: {command}"),
        }
        copied = _("{size} of layer {layer}, copied unchanged by layer {by}: {command}")
        return sentences.get(one.change, copied).format(
            size=human_size(one.size),
            layer=one.layer,
            by=one.hidden_by,
            command=self._command(one),
        )


def _advice_row(number: int, one: Advice) -> Row:
    """Return the short form of an advice; Enter shows it whole."""
    short = _("advice: {pattern} {about}").format(pattern=one.pattern, about=one.about)
    cells = (human_size(one.bytes), "", "", CellText(short, "accent"), one.text)
    return Row(f"advice {number}", cells)
