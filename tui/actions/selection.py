"""What an action would work on: the marked rows of the pane in use, else the row of the cursor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from tui.actions.values.containers import ContainerTarget
from tui.model.container import ContainerSummary
from tui.model.image import SearchResult
from tui.model.removal import RemovalTarget
from tui.store.rows import ImageRow, container_rows, image_rows
from tui.store.state import Pane, State


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows picked in the pane in use. At most one of the three tuples is filled."""

    pane: Pane = Pane.IMAGES
    images: tuple[ImageRow, ...] = ()
    containers: tuple[ContainerSummary, ...] = ()
    results: tuple[SearchResult, ...] = ()
    is_marked: bool = False
    """Whether the rows were marked, rather than being under the cursor."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to work on."""
        return not (self.images or self.containers or self.results)

    @property
    def container_targets(self) -> tuple[ContainerTarget, ...]:
        """The containers as actions name them."""
        return tuple(ContainerTarget(item.container_id, item.name) for item in self.containers)

    @property
    def removal_targets(self) -> tuple[RemovalTarget, ...]:
        """The images as a removal names them: by name, or by ID where there is none."""
        return tuple(RemovalTarget(row.image.image_id, row.reference) for row in self.images)


EMPTY_SELECTION: Final = Selection()


def select(state: State, pane: Pane) -> Selection:
    """Return what an action in `pane` would work on; the layers are those of an image."""
    if pane is Pane.CONTAINERS:
        return _containers(state)
    if pane is Pane.HUB:
        cursor = state.view(pane).cursor
        found = tuple(item for item in state.search.results if item.name == cursor)
        return Selection(pane, results=found)
    return _images(state, pane)


def _images(state: State, pane: Pane) -> Selection:
    view = state.view(Pane.IMAGES)
    keys = view.marks or frozenset({view.cursor})
    rows = tuple(row for row in image_rows(state) if row.key in keys)
    return Selection(pane, images=rows, is_marked=bool(view.marks))


def _containers(state: State) -> Selection:
    view = state.view(Pane.CONTAINERS)
    keys = view.marks or frozenset({view.cursor})
    every = state if state.all_containers or not view.marks else _with_all(state)
    rows = tuple(row for row in container_rows(every) if row.container_id in keys)
    return Selection(Pane.CONTAINERS, containers=rows, is_marked=bool(view.marks))


def _with_all(state: State) -> State:
    """Return the state with stopped containers shown: marked ones count even when hidden."""
    return replace(state, all_containers=True)


def under_cursor(state: State, pane: Pane) -> Selection:
    """Return the row of the cursor alone, whatever is marked."""
    if pane is Pane.CONTAINERS:
        cursor = state.view(pane).cursor
        return Selection(
            pane, containers=tuple(c for c in state.containers if c.container_id == cursor)
        )
    if pane is Pane.HUB:
        return select(state, pane)
    cursor = state.view(Pane.IMAGES).cursor
    return Selection(pane, images=tuple(row for row in image_rows(state) if row.key == cursor))
