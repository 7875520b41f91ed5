"""The matrix: layers against images. Why removing this one frees only so much."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.actions.values.reading import ReadFacts
from tui.i18n import _
from tui.layers.command import clean_command
from tui.layers.sharing import (
    LayerIndex,
    LayerMatrix,
    MatrixColumn,
    MatrixRow,
    keepers,
    matrix_of,
)
from tui.model.text import human_size, short_id, visible
from tui.store.layer_index import LAYER_INDEXES
from tui.store.rows import listed_images
from tui.store.state import State
from tui.ui.screens.base import Sheet
from tui.ui.screens.removal import reading_text
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

IMAGES_MAX = 26
"""Columns of the matrix, one letter each: the image and those it shares most with."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class MatrixScreen(Sheet[None]):
    """One image and those it shares layers with."""

    def __init__(self, image_ids: tuple[str, ...]) -> None:
        super().__init__()
        self._image_ids = image_ids
        self._asked: tuple[str, ...] = ()
        self._asking = 0
        """Number of the job that reads them."""

    def compose(self) -> ComposeResult:
        """Title, rows, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList((), glyphs=glyphs, marking=False)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Follow the store until all facts are there."""
        self.part(".dialog-title", TextLine).show(CellText(_("Layers against images"), "strong"))
        self.part("#sheet-keys", TextLine).show(_(" esc back"))
        self.part("RowList", RowList).focus()
        self.follow(self._show)

    def _show(self, state: State) -> None:
        rows = self.part("RowList", RowList)
        missing = tuple(
            image.image_id
            for image in listed_images(state.images)
            if image.image_id not in state.facts
        )
        if missing:
            if not set(missing) <= set(self._asked):
                self._asked = missing
                self._asking = self.orlop.dispatcher.submit(ReadFacts(missing))
            reading = reading_text(state, self._asking, missing)
            rows.empty_text = visible(reading if isinstance(reading, str) else reading.text)
            return
        index = LAYER_INDEXES.of(state)
        matrix = matrix_of(index, chosen_images(index, self._image_ids))
        names = {
            image.image_id: image.references[0] if image.references else "<none>"
            for image in state.images
        }
        chosen = frozenset(self._image_ids)
        columns, cells = matrix_view(matrix, index, names, chosen, self.orlop.glyphs.check)
        first = not rows.cursor_key
        rows.set_columns(columns)
        rows.set_rows(cells)
        if first:
            rows.move_to_key(f"image {self._image_ids[0]}")


def chosen_images(index: LayerIndex, image_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the images asked for, then those that share most with them, up to IMAGES_MAX."""
    sharing: dict[str, int] = {}
    for image_id in image_ids:
        for other, size in keepers(index, image_id):
            sharing[other] = sharing.get(other, 0) + size
    others = sorted(sharing, key=lambda key: -sharing[key])
    return tuple(dict.fromkeys((*image_ids, *others)))[:IMAGES_MAX]


def matrix_view(
    matrix: LayerMatrix,
    index: LayerIndex,
    names: dict[str, str],
    chosen: frozenset[str],
    check: str,
) -> tuple[tuple[Column, ...], list[Row]]:
    """Return columns and rows: the legend of the images, then the layers."""
    count = len(matrix.columns)
    columns = (
        Column("size", _("SIZE"), 7, align="right", priority=9),
        Column("cells", LETTERS[:count], max(count, 3), priority=8),
        Column("text", _("LAYER OR IMAGE"), 1, min_width=20, flex=True, priority=7),
    )
    rows: list[Row] = []
    for number, column in enumerate(matrix.columns):
        text = answer(column, index, names)
        cells = "".join(LETTERS[i] if i == number else "." for i in range(count))
        rows.append(
            Row(
                f"image {column.image_id}",
                (
                    human_size(column.own + column.shared),
                    CellText(cells, "accent"),
                    CellText(f"> {text}", "strong") if column.image_id in chosen else text,
                ),
            )
        )
    rows += [_layer_row(row, count, check) for row in matrix.rows]
    return columns, rows


def answer(column: MatrixColumn, index: LayerIndex, names: dict[str, str]) -> str:
    """Return why removing one image frees only so much: what stays, and for whom."""
    name = names.get(column.image_id, short_id(column.image_id))
    own = human_size(column.own)
    text = _("{name}: removing it alone frees {own}").format(name=name, own=own)
    kept = keepers(index, column.image_id)
    if not column.shared or not kept:
        return text
    first = names.get(kept[0][0], short_id(kept[0][0]))
    shared = human_size(column.shared)
    text += _("; {shared} stay for {name}").format(shared=shared, name=first)
    more = len(kept) - 1
    return text + (_(" and {count} more").format(count=more) if more else "")


def _layer_row(row: MatrixRow, count: int, check: str) -> Row:
    cells = "".join(check if i in row.columns else "." for i in range(count))
    text = f"{short_id(row.layer.chain_id)}  {clean_command(row.layer.created_by)}"
    size = human_size(max(row.layer.size, 0))
    return Row(row.layer.chain_id, (size, cells, text), dim=len(row.holders) > 1)
