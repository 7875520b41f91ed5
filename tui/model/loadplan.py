"""What loading an archive would do: which images come, which are here, which tags would move."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Move(StrEnum):
    """What becomes of a tag."""

    NEW = "new"
    SAME = "same"
    MOVES = "moves"


@dataclass(frozen=True, slots=True)
class TagChange:
    """One tag of an archive."""

    tag: str
    move: Move
    before: str = ""
    """The ID of the image that has it now; empty for none."""
    leaves_untagged: bool = False
    """Whether that image then has no name any more."""


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """One image of an archive."""

    image_id: str
    platform: str
    size: int
    """Bytes of its layers in the archive."""
    is_here: bool
    layers: int
    layers_here: int
    size_here: int
    """Bytes of the layers that are here already."""
    tags: tuple[TagChange, ...]


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What loading an archive would do."""

    path: str
    size: int
    """Bytes of the file."""
    images: tuple[LoadedImage, ...]

    @property
    def moved(self) -> tuple[TagChange, ...]:
        """The tags that would be taken from another image."""
        tags = (tag for image in self.images for tag in image.tags)
        return tuple(tag for tag in tags if tag.move is Move.MOVES)


NO_LOAD_PLAN: Final = LoadPlan("", 0, ())
