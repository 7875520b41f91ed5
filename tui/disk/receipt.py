"""What a removal did, against what its preview said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tui.model.removal import RemovalPlan


@dataclass(frozen=True, slots=True)
class Skipped:
    """One step that was not done."""

    name: str
    why: str
    """A sentence for people."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The end of a removal. Sizes in bytes."""

    predicted_min: int
    predicted_max: int
    measured: int
    """Bytes that came back: see `freed_by_chains` and `freed_by_usage`."""
    seconds: float = 0.0
    untagged: tuple[str, ...] = ()
    """Names, as the Engine answered them."""
    deleted: tuple[str, ...] = ()
    """Image IDs, and on the classic store also chain IDs, as the Engine answered them."""
    skipped: tuple[Skipped, ...] = ()

    @property
    def is_as_predicted(self) -> bool:
        """Whether what came back lies in the range that the preview told."""
        return self.predicted_min <= self.measured <= self.predicted_max


NO_RECEIPT: Final = Receipt(predicted_min=0, predicted_max=0, measured=0)


def freed_by_chains(plan: RemovalPlan, deleted: Iterable[str]) -> int:
    """Return the bytes of the layers among the `Deleted` answers of a classic store.

    The answers name image IDs and chain IDs alike, and only layers that are
    really gone. Layers that the plan does not know count nothing.
    """
    sizes = {layer.chain_id: max(layer.size, 0) for layer in plan.layers}
    return sum(sizes.get(identifier, 0) for identifier in set(deleted))


def freed_by_usage(before: int, after: int) -> int:
    """Return the drop of `LayersSize` in `GET /system/df`; 0 when it grew meanwhile."""
    return max(0, before - after)
