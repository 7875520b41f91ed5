"""Layers of an image, bottom first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of an image: a diff on top of those below it."""

    index: int
    """1 is the bottom."""
    diff_id: str
    """`sha256:...` of the layer's uncompressed tar."""
    chain_id: str
    """`sha256:...` over this layer and all below it (OCI image specification, layer ChainID)."""
    size: int
    """Bytes as history tells them; -1 where history cannot be matched to layers."""
    created_by: str
    """The command that made it, uncleaned; empty where history tells none."""
    created: int = 0
    """Seconds of the epoch."""


@dataclass(frozen=True, slots=True)
class BuildStep:
    """One step of the history, in build order."""

    created_by: str
    created: int
    comment: str
    layer_index: int = 0
    """The layer that the step made; 0 for a step without one (an *empty step*)."""


@dataclass(frozen=True, slots=True)
class LayerStack:
    """An image as its layers and the steps that made them."""

    image_id: str
    layers: tuple[Layer, ...] = ()
    steps: tuple[BuildStep, ...] = ()
    is_certain: bool = True
    """False where some zero-size steps could not be told from empty steps.

    Sizes other than 0 are right even then."""

    @property
    def total(self) -> int:
        """Bytes of all layers together (each chain ID is its own)."""
        return sum(max(layer.size, 0) for layer in self.layers)


EMPTY_STACK: Final = LayerStack(image_id="")
