"""A new image beside the one that its container was made of: which layers are the same."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.i18n import _, ngettext
from tui.layers.command import clean_command
from tui.layers.compare import shared_layers
from tui.model.commit import Committed
from tui.model.layer import LayerStack
from tui.model.text import human_size, short_id, visible
from tui.store.layer_index import LAYER_INDEXES
from tui.store.state import State
from tui.ui.screens.base import Sheet
from tui.ui.screens.files import FilesScreen
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine


class CommittedScreen(Sheet[None]):
    """The layers of the new image, bottom first; Enter opens the files of one."""

    def __init__(self, made: Committed) -> None:
        super().__init__()
        self._made = made
        self._is_new: frozenset[int] = frozenset()

    @property
    def _image(self) -> str:
        return self._made.reference or short_id(self._made.image_id)

    def compose(self) -> ComposeResult:
        """Title, what it means, rows, keys."""
        glyphs = self.orlop.glyphs
        columns = (
            Column("index", "#", 3, align="right", priority=9),
            Column("size", _("SIZE"), 8, align="right", priority=8),
            Column("where", _("OF"), 5, priority=10),
            Column("diff", _("DIFF ID"), 12, priority=6),
            Column("text", _("CREATED BY"), 1, min_width=16, flex=True, priority=7),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield Static("", id="committed-text", markup=False)
            yield RowList(columns, glyphs=glyphs, marking=False)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Name the sheet; the layers come with the facts of both images."""
        title = _(" {image}, made of {container}").format(
            image=self._image, container=self._made.container
        )
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"))
        self.part("#sheet-keys", TextLine).show(_(" enter files of the layer  esc back"))
        self.part("RowList", RowList).focus()
        self.follow(self._show)

    def _show(self, state: State) -> None:
        stack = LAYER_INDEXES.stack(state, self._made.image_id)
        base = state.facts.get(self._made.base_id)
        rows = self.part("RowList", RowList)
        if not stack.layers:
            rows.empty_text = _("Reading the layers...")
            return
        diff_ids = [layer.diff_id for layer in stack.layers]
        shared = shared_layers(base.details.diff_ids if base else (), diff_ids)
        self._is_new = frozenset(shared.only_b)
        first = not rows.cursor_key
        rows.set_rows(self._rows(stack))
        if first:
            rows.move_to(len(stack.layers) - 1)
        text = meaning(stack, shared.chain, self._is_new, has_base=base is not None)
        self.part("#committed-text", Static).update(text)

    def _rows(self, stack: LayerStack) -> list[Row]:
        return [
            Row(
                str(layer.index),
                (
                    str(layer.index),
                    human_size(layer.size) if layer.size >= 0 else "?",
                    CellText(_("new"), "good") if layer.index in self._is_new else _("base"),
                    short_id(layer.diff_id),
                    clean_command(layer.created_by),
                ),
                dim=layer.index not in self._is_new,
            )
            for layer in stack.layers
        ]

    @on(RowList.RowChosen)
    def _files(self, event: RowList.RowChosen) -> None:
        screen = FilesScreen(
            self._made.image_id, visible(self._image), layer=int(event.key), alone=True
        )
        self.app.push_screen(screen)


def meaning(stack: LayerStack, shared: int, new: frozenset[int], *, has_base: bool) -> str:
    """Return what the layers tell, in a sentence or two."""
    if not has_base:
        return _("The image that the container was made of is gone: all layers seem new.")
    if not new:
        return _("Nothing had changed: the layers are those of the base, the config is new.")
    size = sum(max(layer.size, 0) for layer in stack.layers if layer.index in new)
    same = ngettext(
        "{count} layer is the base's own, stored once;",
        "{count} layers are the base's own, stored once;",
        shared,
    ).format(count=shared)
    more = ngettext("{count} is new: {size}.", "{count} are new: {size}.", len(new)).format(
        count=len(new), size=human_size(size)
    )
    return f"{same} {more}"
