"""How far an image's files have been read, and which tree of them can be shown: no widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tui.contents.image import ListedImage
from tui.layers.filetree import FileTree
from tui.layers.treeview import Choice, TreeView
from tui.model.listing import LayerListing
from tui.store.state import Contents, State

QUICK: Final = 20_000
"""Entries whose tree is made, or changed, without anybody noticing."""


@dataclass(slots=True)
class Reading:
    """The files of one image as they come, and the layer that is looked at."""

    image_id: str
    layer: int = 0
    """The layer that is wanted, 1 is the bottom; 0 for the top."""
    contents: Contents | None = None
    """None before the Engine has told of the image."""
    shown: int = 0
    """The layer of the tree in view; 0 before there is one."""

    def take(self, state: State) -> None:
        """Take what the state has of the image."""
        contents = state.contents
        if contents is not None and contents.image.image_id == self.image_id:
            self.contents = contents

    @property
    def is_whole(self) -> bool:
        """Whether somebody has tried to read every layer."""
        return self.contents is not None and self.ready == len(self.contents.image.layers)

    @property
    def ready(self) -> int:
        """How many layers from the bottom on have been read."""
        layers = self.contents.image.layers if self.contents is not None else ()
        return next((n for n, layer in enumerate(layers) if not layer.is_read), len(layers))

    def step(self, step: int) -> None:
        """Want the layer above or below the one in view."""
        if self.contents is not None and self.shown:
            count = len(self.contents.image.layers)
            self.layer = min(max(self.shown + step, 1), count)

    def next_tree(self, *, is_reading: bool) -> int:
        """Return the layer whose tree is to be made now; 0 for none.

        Args:
            is_reading: Whether more layers are on their way.
        """
        if self.contents is None:
            return 0
        image, ready = self.contents.image, self.ready
        target = self.layer or len(image.layers)
        wanted = min(target, ready)
        if wanted == self.shown:
            return 0
        if self.shown and ready < target and is_reading:
            return 0  # the first that came is in view; those on the way would only take time
        if not self.shown and entries(image, wanted) > QUICK:
            return 1  # in sight at once; all of them take a moment
        return wanted


def entries(image: ListedImage, count: int) -> int:
    """Return how many entries the lowest `count` layers have."""
    return sum(len(layer.listing.entries) for layer in image.layers[:count])


def make_view(listings: Sequence[LayerListing], choice: Choice, old: TreeView | None) -> TreeView:
    """Stack layers, and return their tree with the same folders open; of many it takes long."""
    tree = FileTree(listings, len(listings))
    if old is None:
        return TreeView(tree, choice=choice)
    return TreeView(tree, old.order, choice, set(old.opened), is_flat=old.is_flat)
