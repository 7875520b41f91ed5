"""What a pull would fetch, as it can be told before; and what it did fetch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ID_DIGITS: Final = 12
"""Digits by which an Engine names a layer while it pulls."""


class Presence(StrEnum):
    """Whether a layer is here already."""

    HERE = "here"
    """It will not be fetched."""
    MAYBE = "maybe"
    """An image here has it; whether it is known by this blob, only the Engine's disk tells."""
    MISSING = "missing"
    """It will be fetched."""


@dataclass(frozen=True, slots=True)
class PlannedLayer:
    """One layer of the image in the registry."""

    index: int
    """1 is the bottom."""
    digest: str
    """Of the blob."""
    size: int
    """Bytes of the blob: what is fetched."""
    created_by: str
    presence: Presence


@dataclass(frozen=True, slots=True)
class PullPlan:
    """What a pull would fetch."""

    reference: str
    platform: str
    """`os/architecture[/variant]` of the image that was looked at."""
    platforms: tuple[str, ...]
    """All that the registry has under this name; empty where it does not tell."""
    digest: str
    """Of the manifest; empty where it is not told."""
    layers: tuple[PlannedLayer, ...]
    """Bottom first."""
    config_size: int = 0
    """Bytes of the config."""
    image_here: str = ""
    """ID of the very image, where it is here: then only a name is added."""
    source: str = ""
    """Who was asked: the registry's host."""

    @property
    def total(self) -> int:
        """Bytes of the whole image in the registry."""
        return self.config_size + sum(layer.size for layer in self.layers)

    @property
    def least(self) -> int:
        """Bytes that are fetched for certain."""
        return self._bytes({Presence.MISSING})

    @property
    def most(self) -> int:
        """Bytes that are fetched at most."""
        return self._bytes({Presence.MISSING, Presence.MAYBE})

    @property
    def is_exact(self) -> bool:
        """Whether the bytes to fetch are known."""
        return self.least == self.most

    def fetched(self, kept: Collection[str]) -> int:
        """Return the bytes of layers that were fetched, given the Engine's names of the others.

        The Engine names a layer by the first digits of its blob's digest. A quick pull may never
        tell a layer's size, so the sizes are those of the registry.
        """
        if self.image_here:
            return 0
        return sum(layer.size for layer in self.layers if short_digest(layer.digest) not in kept)

    def _bytes(self, presences: Collection[Presence]) -> int:
        if self.image_here:
            return 0
        return sum(layer.size for layer in self.layers if layer.presence in presences)


def short_digest(digest: str) -> str:
    """Return the digits by which an Engine names a blob while it pulls."""
    return digest.rpartition(":")[2][:ID_DIGITS]


NO_PULL_PLAN: Final = PullPlan("", "", (), "", ())
