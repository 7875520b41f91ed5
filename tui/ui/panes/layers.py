"""The layers pane: the image under the cursor, bottom to top."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult

from tui.i18n import _, ngettext
from tui.layers.command import clean_command
from tui.model.layer import BuildStep, Layer, LayerStack
from tui.model.text import human_size, short_id
from tui.store.layer_index import LAYER_INDEXES
from tui.store.state import EMPTY, Pane, Phase, State
from tui.ui.panes.base import ListPane
from tui.ui.terminal import Glyphs
from tui.ui.widgets.bar import bar
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

BAR_WIDTH = 8


class LayersPane(ListPane):
    """The layers of one image, each with the step that made it."""

    PANE = Pane.LAYERS
    NUMBER = 4
    MARKING = False

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._title_text = _("Layers")
        self._state = EMPTY
        self._detail = [TextLine(glyphs=glyphs, classes="detail") for _line in range(3)]
        self.image_id = ""
        self.image_name = ""

    def compose(self) -> ComposeResult:
        """Lay out the list, and below it three lines on the layer under the cursor."""
        yield from super().compose()
        yield from self._detail

    def columns(self) -> tuple[Column, ...]:
        """Return number, size and its bar, sharing, the command; the IDs where there is room."""
        return (
            Column("index", "#", 3, align="right", priority=8),
            Column("size", _("SIZE"), 7, align="right", priority=9),
            Column("bar", "", BAR_WIDTH, priority=5),
            Column("shared", _("SHARED"), 6, align="right", priority=7),
            Column("command", _("CREATED BY"), 1, min_width=16, flex=True, priority=6),
            Column("diff", _("DIFF ID"), 12, priority=2),
            Column("chain", _("CHAIN ID"), 12, priority=1),
        )

    def inputs(self, state: State) -> tuple[object, ...]:
        """Return the image and all facts: they tell who shares."""
        return (state.facts, self.image_id, state.images, state.connection.phase)

    def show_image(self, image_id: str, name: str, state: State) -> None:
        """Show another image's layers, or a word while they are read."""
        self.image_id, self.image_name = image_id, name
        self.show(state)

    def show_rows(self, state: State) -> None:
        """Make one row a step, bottom to top."""
        self._state = state
        if self.image_id not in state.facts:
            self._title_text = _("Layers  {name}").format(name=self.image_name)
            self.rows.empty_text = self._why_empty(state)
            self.rows.set_rows(())
        else:
            stack = LAYER_INDEXES.stack(state, self.image_id)
            self._title_text = ngettext(
                "Layers  {name}  {count} layer, {size}",
                "Layers  {name}  {count} layers, {size}",
                len(stack.layers),
            ).format(name=self.image_name, count=len(stack.layers), size=human_size(stack.total))
            self.rows.empty_text = _("This image has no layers.")
            self.rows.set_rows(layer_rows(stack, sharers(state, stack), self.glyphs))
        self._show_detail()

    def _why_empty(self, state: State) -> str:
        if not self.image_id:
            return _("No image chosen.")
        return _("Reading...") if state.connection.phase is Phase.CONNECTED else _("No Engine.")

    def title(self) -> str:
        """`Layers  nginx:1.27  6 layers, 187 MB`."""
        return self._title_text

    @on(RowList.RowHighlighted)
    def _show_detail(self) -> None:
        """Tell of the layer under the cursor what the columns have no room for."""
        lines = layer_detail(self._state, self.image_id, self.rows.cursor_key or "")
        for line, text in zip(self._detail, lines, strict=True):
            line.show(CellText(text, "dim"))


def sharers(state: State, stack: LayerStack) -> dict[str, str]:
    """Return, for each chain ID, how many other images have it, as the column shows it.

    Until the layers of all images are known it is "at least so many".
    """
    index, complete = LAYER_INDEXES.of(state), LAYER_INDEXES.is_complete(state)
    counts = {layer.chain_id: 0 for layer in stack.layers}
    for chain_id in counts:
        holders = index.images_with(chain_id)
        counts[chain_id] = sum(image_id != stack.image_id for image_id in holders)
    return {
        chain_id: (str(count) if count else "-") if complete else (f"{count}+" if count else "?")
        for chain_id, count in counts.items()
    }


def layer_detail(state: State, image_id: str, chain_id: str) -> tuple[str, str, str]:
    """Return three lines on a layer: diff ID, chain ID, which other images have it."""
    stack = LAYER_INDEXES.stack(state, image_id)
    layer = next((item for item in stack.layers if item.chain_id == chain_id), None)
    if layer is None:
        return "", "", ""
    names = {image.image_id: image for image in state.images}
    others = [
        names[other].references[0] if names[other].references else short_id(other)
        for other in LAYER_INDEXES.of(state).images_with(chain_id)
        if other in names and other != image_id
    ]
    also = ", ".join(others) or _("no other image known")
    return (
        _(" diff   {digest}").format(digest=layer.diff_id),
        _(" chain  {digest}").format(digest=layer.chain_id),
        _(" also in  {names}").format(names=also),
    )


def layer_rows(stack: LayerStack, shared_by: dict[str, str], glyphs: Glyphs) -> Sequence[Row]:
    """Return the rows of a stack: steps without a layer are shown dim."""
    biggest = max((layer.size for layer in stack.layers), default=0)
    if not stack.steps:
        return [_layer_row(layer, shared_by, biggest, glyphs) for layer in stack.layers]
    layers = {layer.index: layer for layer in stack.layers}
    return [
        _layer_row(layers[step.layer_index], shared_by, biggest, glyphs)
        if step.layer_index in layers
        else _empty_row(number, step)
        for number, step in enumerate(stack.steps)
    ]


def _layer_row(layer: Layer, shared_by: dict[str, str], biggest: int, glyphs: Glyphs) -> Row:
    return Row(
        layer.chain_id,
        (
            str(layer.index),
            human_size(layer.size) if layer.size >= 0 else "?",
            bar(layer.size / biggest if biggest else 0, BAR_WIDTH, glyphs).rstrip(glyphs.bar_empty),
            shared_by.get(layer.chain_id, "?"),
            clean_command(layer.created_by) or _("(no record)"),
            short_id(layer.diff_id),
            short_id(layer.chain_id),
        ),
    )


def _empty_row(number: int, step: BuildStep) -> Row:
    return Row(
        f"step {number}",
        ("", "", "", "", clean_command(step.created_by), "", ""),
        dim=True,
    )
