"""Opening the files of what is under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.actions.selection import Selection
from tui.actions.values.reading import ReadWalk
from tui.model.text import short_id
from tui.store.layer_index import LAYER_INDEXES
from tui.ui.panes.layers import LayersPane
from tui.ui.screens.files import FilesScreen
from tui.ui.screens.walk import WalkScreen

if TYPE_CHECKING:
    from tui.ui.screens.main import MainScreen


def open_files(screen: MainScreen, selection: Selection) -> None:
    """Show the whole file system of the first image that is meant."""
    row = selection.images[0]
    name = row.reference or short_id(row.image.image_id)
    screen.orlop.push_screen(FilesScreen(row.image.image_id, name))


def open_walk(screen: MainScreen, here: Selection, selection: Selection) -> None:
    """Show where the image or container under the cursor lies on the disk."""
    if here.containers:
        container = here.containers[0]
        action = ReadWalk(container.container_id, container.name, is_container=True)
    else:
        row = selection.images[0]
        action = ReadWalk(row.image.image_id, row.reference or short_id(row.image.image_id))
    screen.orlop.push_screen(WalkScreen(action))


def open_files_of_layer(screen: MainScreen) -> None:
    """Show what the layer under the cursor brought."""
    pane = screen.query_one(LayersPane)
    stack = LAYER_INDEXES.stack(screen.state, pane.image_id)
    key = pane.rows.cursor_key
    index = next((layer.index for layer in stack.layers if layer.chain_id == key), 0)
    screen.orlop.push_screen(
        FilesScreen(pane.image_id, pane.image_name, layer=index, alone=index > 0)
    )
