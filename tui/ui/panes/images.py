"""The images pane: every name of every image a row."""

from __future__ import annotations

from collections.abc import Callable

from tui.i18n import _
from tui.store.rows import ImageRow, image_rows, visible_image_rows
from tui.store.state import Pane, Phase, State
from tui.ui.imagerows import image_cells, image_columns, images_title
from tui.ui.panes.base import LazyRows, ListPane
from tui.ui.terminal import Glyphs
from tui.ui.widgets.columns import Column


class ImagesPane(ListPane):
    """The images on this Engine."""

    PANE = Pane.IMAGES
    NUMBER = 1

    def __init__(self, glyphs: Glyphs, clock: Callable[[], float]) -> None:
        super().__init__(glyphs)
        self._clock = clock
        self._title_text = _("Images")
        self._visible: tuple[ImageRow, ...] = ()

    def columns(self) -> tuple[Column, ...]:
        """Return the columns before anything is known."""
        return image_columns(())

    def inputs(self, state: State) -> tuple[object, ...]:
        """Images, containers (for their use), facts, the connection and how it is looked at."""
        view = state.view(self.PANE)
        return (
            state.images,
            state.containers,
            state.facts,
            state.connection,
            view.filter,
            view.sort,
            view.descending,
            _is_removing(state),
        )

    def show_rows(self, state: State) -> None:
        """Filter and sort; while a removal runs rows stay where they are and say what went."""
        rows = image_rows(state)
        shown = visible_image_rows(rows, state.view(self.PANE))
        if _is_removing(state) and self._visible:
            shown = _held(self._visible, rows)
        self._visible = shown
        present = frozenset(row.key for row in rows)
        now = self._clock()
        self.rows.empty_text = self._empty_text(state, bool(rows))
        self.rows.set_columns(image_columns(shown))
        self.rows.set_rows(
            LazyRows(shown, lambda row: row.key, lambda row: image_cells(row, now, present))
        )
        self._title_text = images_title(state)

    def visible_ids_without_facts(self, state: State) -> tuple[str, ...]:
        """Return the images in sight whose platform and layers are not known yet."""
        top, height = self.rows.visible_range
        rows = self._visible[top : top + height]
        ids = dict.fromkeys(row.image.image_id for row in rows)
        return tuple(image_id for image_id in ids if image_id not in state.facts)

    def title(self) -> str:
        """`Images  214, 38.1 GB`."""
        return self._title_text

    @staticmethod
    def _empty_text(state: State, any_rows: bool) -> str:
        if any_rows:
            return _("No image matches the filter.\nesc shows all again")
        if not state.images_known:
            if state.connection.phase is Phase.CONNECTING:
                return _("Asking the Engine...")
            return _("No Engine.")
        return _("No images here yet.\np pulls one, 3 searches Docker Hub")


def _is_removing(state: State) -> bool:
    return any(job.kind == "remove_images" and not job.state.is_final for job in state.jobs)


def _held(before: tuple[ImageRow, ...], now: tuple[ImageRow, ...]) -> tuple[ImageRow, ...]:
    """Return the rows as they were, in their places, each with its newest content."""
    newest = {row.key: row for row in now}
    return tuple(newest.get(row.key, row) for row in before)
