"""Ways of looking: what the catalogue's verbs without an action do on the main screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from tui.actions.selection import Selection, under_cursor
from tui.actions.spec import ActionSpec
from tui.actions.values.reading import ReadFacts
from tui.i18n import _
from tui.store import events
from tui.store.layer_index import LAYER_INDEXES
from tui.store.rows import (
    CONTAINER_ORDER,
    IMAGE_ORDER,
    SEARCH_ORDER,
    ImageRow,
    container_rows,
    image_rows,
    visible_container_rows,
    visible_image_rows,
)
from tui.store.state import Pane
from tui.ui.appviews import AppViews
from tui.ui.comparing import open_compare
from tui.ui.containerviews import ContainerViews
from tui.ui.fileviews import open_files, open_files_of_layer, open_walk
from tui.ui.panes.layers import LayersPane
from tui.ui.registryviews import RegistryViews
from tui.ui.screens.details import (
    container_fields,
    copy_fields,
    image_fields,
    layer_fields,
    result_fields,
    web_address,
)
from tui.ui.screens.matrix import MatrixScreen
from tui.ui.screens.text import FieldsScreen, FieldValue

SORTS: Final = {
    Pane.IMAGES: tuple(IMAGE_ORDER),
    Pane.CONTAINERS: ("", *CONTAINER_ORDER),
    Pane.HUB: ("", *SEARCH_ORDER),
}
"""The columns that the sort key goes through; empty = the list's own order."""


FIGURE_ORDER: Final = ("cpu", "memory", "pids", "net", "block")
"""And, before the others, of containers while their figures are shown."""


class Views(RegistryViews, ContainerViews, AppViews):
    """The verbs that only look. One method each, found by the verb's ID."""

    def open(self, spec: ActionSpec, selection: Selection) -> None:
        """Do a verb of the kind `Ask.VIEW`."""
        open_view: Callable[[Selection], None] = getattr(self, f"_{spec.action_id}")
        open_view(selection)

    # Marks and order

    def _mark(self, _selection: Selection) -> None:
        pane, view = self._screen.pane, self._screen.state.view(self._screen.pane)
        if view.cursor:
            self._set_marks(pane, view.marks ^ {view.cursor})
            self._screen.list_pane(pane).rows.action_go("down")

    def _mark_all(self, _selection: Selection) -> None:
        pane, state = self._screen.pane, self._screen.state
        view = state.view(pane)
        if pane is Pane.IMAGES:
            keys = frozenset(row.key for row in visible_image_rows(image_rows(state), view))
        else:
            shown = visible_container_rows(container_rows(state), view)
            keys = frozenset(row.container_id for row in shown)
        self._set_marks(pane, view.marks | keys)

    def _unmark_all(self, _selection: Selection) -> None:
        self._set_marks(self._screen.pane, frozenset())

    def _set_marks(self, pane: Pane, marks: frozenset[str]) -> None:
        self._screen.orlop.store.apply(events.MarksSet(pane, marks))

    def _sort_next(self, _selection: Selection) -> None:
        pane = self._screen.pane
        columns = SORTS[pane]
        if pane is Pane.CONTAINERS and self._screen.state.show_figures:
            columns = (columns[0], *FIGURE_ORDER, *columns[1:])
        current = self._screen.state.view(pane).sort
        place = columns.index(current) if current in columns else -1
        column = columns[(place + 1) % len(columns)]
        self._screen.orlop.store.apply(events.SortSet(pane, column))
        self._screen.tell(_("sorted by {column}").format(column=column or _("the usual order")))

    def _sort_reverse(self, _selection: Selection) -> None:
        pane = self._screen.pane
        view = self._screen.state.view(pane)
        self._screen.orlop.store.apply(
            events.SortSet(pane, view.sort, descending=not view.descending)
        )

    def _filter(self, _selection: Selection) -> None:
        self._screen.filtering.begin(self._screen.pane)

    # Sheets

    def _inspect(self, _selection: Selection) -> None:
        selection = under_cursor(self._screen.state, self._screen.pane)
        if selection.images:
            self._inspect_image(selection.images[0])
        elif selection.containers:
            self._inspect_container(selection)

    def _inspect_image(self, row: ImageRow) -> None:
        orlop = self._screen.orlop
        image_id = row.image.image_id

        def show() -> None:
            facts = self._screen.state.facts.get(image_id)
            if facts is not None:
                names = replace(facts.details, tags=row.image.tags, digests=row.image.digests)
                fields = image_fields(row, replace(facts, details=names))
                title = row.reference or image_id
                docker = ("image inspect", title)
                screen = FieldsScreen(title, fields, raw=facts.details.raw, docker=docker)
                orlop.push_screen(screen)

        # Names may have changed since the facts were kept, so the JSON is read anew.
        orlop.after_job(orlop.dispatcher.submit(ReadFacts((image_id,))), show)

    def _open_layers(self, _selection: Selection) -> None:
        self._screen.show_pane(Pane.LAYERS)

    def _layer_text(self, _selection: Selection) -> None:
        pane = self._screen.query_one(LayersPane)
        key = pane.rows.cursor_key
        state = self._screen.state
        facts = state.facts.get(pane.image_id)
        if key is None or facts is None:
            return
        stack = LAYER_INDEXES.stack(state, pane.image_id)
        layer = next((item for item in stack.layers if item.chain_id == key), None)
        if layer is None:
            step = stack.steps[int(key.split()[1])]
            fields: tuple[FieldValue, ...] = (FieldValue(_("As recorded"), step.created_by),)
            self._screen.orlop.push_screen(FieldsScreen(_("Step without a layer"), fields))
            return
        names = {image.image_id: image for image in state.images}
        others = [
            ", ".join(names[image_id].references) or image_id
            for image_id in LAYER_INDEXES.of(state).images_with(key)
            if image_id in names and image_id != pane.image_id
        ]
        title = _("Layer {index} of {image}").format(index=layer.index, image=pane.image_name)
        self._screen.orlop.push_screen(FieldsScreen(title, layer_fields(layer, stack, others)))

    def _matrix(self, selection: Selection) -> None:
        ids = dict.fromkeys(row.image.image_id for row in selection.images)
        self._screen.orlop.push_screen(MatrixScreen(tuple(ids)))

    def _files(self, selection: Selection) -> None:
        """Open the files at the top; in the layers pane at the layer under the cursor."""
        if self._screen.pane is Pane.LAYERS:
            open_files_of_layer(self._screen)
        else:
            open_files(self._screen, selection)

    def _compare(self, selection: Selection) -> None:
        """Show what differs between two images."""
        open_compare(self._screen, selection)

    def _where(self, selection: Selection) -> None:
        """Show where an image or a container lies on the disk."""
        open_walk(self._screen, under_cursor(self._screen.state, self._screen.pane), selection)

    def _copy(self, _selection: Selection) -> None:
        pane = self._screen.pane
        if pane is Pane.LAYERS:
            self._layer_text(_selection)
            return
        selection = under_cursor(self._screen.state, pane)
        fields: tuple[FieldValue, ...] = ()
        if selection.images:
            fields = copy_fields(selection.images[0])
        elif selection.containers:
            fields = container_fields(selection.containers[0])
        elif selection.results:
            name = selection.results[0].name
            fields = result_fields(selection.results[0], web_address(name))
        if fields:
            self._screen.orlop.push_screen(FieldsScreen(_("Copy: choose a field, then c"), fields))

    def _web(self, selection: Selection) -> None:
        address = web_address(selection.results[0].name)
        if not address:
            self._screen.tell(_("Only repositories of Docker Hub have a known page."), "warn")
            return
        orlop = self._screen.orlop
        orlop.copy_text(address, _("web page"))
        opened = orlop.open_browser(address)
        self._screen.tell(
            _("opened and copied: {address}").format(address=address)
            if opened
            else _("copied: {address}").format(address=address)
        )
