"""What a removal would do, computed from the state: for the marks' line and the preview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tui.actions.selection import Selection, select
from tui.disk.inventory import Inventory, needed_facts
from tui.disk.prune import dangling, unused
from tui.disk.reclaim import plan_removal
from tui.model.removal import EMPTY_PLAN, RemovalPlan, RemovalTarget
from tui.store.state import Pane, State


@dataclass(frozen=True, slots=True)
class RemovalChoice:
    """What is to be removed and how; the switches of the preview change it."""

    selection: Selection
    prune: bool = False
    """All images without a name, rather than those selected."""
    unused: bool = False
    """With `prune`: also named images that no container uses."""
    whole: bool = False
    """The selected images with all their names, rather than the names alone."""
    force: bool = False

    def targets(self, inventory: Inventory) -> tuple[RemovalTarget, ...]:
        """Return the names and images that this choice means."""
        if self.prune:
            return unused(inventory) if self.unused else dangling(inventory)
        if self.whole:
            ids = dict.fromkeys(row.image.image_id for row in self.selection.images)
            return tuple(RemovalTarget(image_id) for image_id in ids)
        return self.selection.removal_targets


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan, or which images have to be read before there can be one."""

    plan: RemovalPlan = EMPTY_PLAN
    missing: tuple[str, ...] = ()


class Inventories:
    """Keeps the last inventory: what it works out serves until the Engine changed."""

    def __init__(self) -> None:
        self._made_of: tuple[object, ...] = ()
        self._inventory = Inventory()

    def of(self, state: State) -> Inventory:
        """Return the inventory of a state."""
        made_of = (state.images, state.containers, state.facts, state.engine)
        if not _same(self._made_of, made_of):
            self._made_of = made_of
            self._inventory = Inventory(
                images=state.images,
                containers=state.containers,
                facts=state.facts,
                capabilities=state.engine.capabilities,
            )
        return self._inventory


INVENTORIES: Final = Inventories()
"""The one of the app."""


def inventory_of(state: State) -> Inventory:
    """Return what the accounting needs to know of the Engine."""
    return INVENTORIES.of(state)


def _same(old: tuple[object, ...], new: tuple[object, ...]) -> bool:
    """Tell whether two tuples hold the very same objects."""
    return len(old) == len(new) and all(a is b for a, b in zip(old, new, strict=True))


def preview_removal(state: State, choice: RemovalChoice) -> Preview:
    """Return what `choice` would do now."""
    inventory = inventory_of(state)
    targets = choice.targets(inventory)
    return _preview(inventory, targets, force=choice.force)


def _preview(inventory: Inventory, targets: Sequence[RemovalTarget], *, force: bool) -> Preview:
    missing = needed_facts(inventory, targets)
    if missing:
        return Preview(missing=tuple(sorted(missing)))
    return Preview(plan=plan_removal(inventory, targets, force=force))


class MarkedRemoval:
    """What removing the marked images would do; worked out again only when something changed."""

    def __init__(self) -> None:
        self._made_of: tuple[object, ...] = ()
        self._preview = Preview()

    def of(self, state: State) -> Preview:
        """Return the preview for the marks of the images pane; an empty one without marks."""
        view = state.view(Pane.IMAGES)
        if not view.marks:
            return Preview()
        made_of = (state.images, state.containers, state.facts, state.engine, view.marks)
        if not _same(self._made_of, made_of):
            self._made_of = made_of
            self._preview = preview_removal(state, RemovalChoice(select(state, Pane.IMAGES)))
        return self._preview


MARKED: Final = MarkedRemoval()
"""The one for the marks' line."""
