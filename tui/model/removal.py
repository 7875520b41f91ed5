"""What removing a set of images would do: the preview, and afterwards the receipt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class RemovalTarget:
    """One thing to remove: a name, or an image by its ID.

    By name it takes that name away, and the image with it when it was the last.
    By ID it means the whole image, whatever names it has.
    """

    image_id: str
    reference: str = ""
    """`repository:tag` or `repository@sha256:...`; empty for "by ID"."""


class StayCause(StrEnum):
    """Why an image stays although it was named."""

    TAG = "tag"
    """Another name, not in the set, still holds it."""
    CHILD = "child"
    """An image that stays was made from it."""
    CONTAINER = "container"
    """A container uses it."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One reason why an image stays."""

    cause: StayCause
    holder: str
    """The tag, the child image (its name or short ID) or the container's name."""
    state: str = ""
    """State of the container that holds it (`running`, `exited`...)."""


@dataclass(frozen=True, slots=True)
class RemovalStep:
    """One request `DELETE /images/{name}`, in the order in which they are made."""

    image_id: str
    """The image that `name` must still point to; if it does not, the step is skipped."""
    name: str
    """What is removed: a reference, or the image ID."""
    by_id: bool = False


@dataclass(frozen=True, slots=True)
class DeleteAnswer:
    """What `DELETE /images/{name}` says it did, in its order."""

    lines: tuple[tuple[str, str], ...] = ()
    """Pairs of `Untagged` or `Deleted` and what: a name, an image ID or (classic) a chain ID."""

    @property
    def untagged(self) -> tuple[str, ...]:
        """The names that are gone."""
        return tuple(what for word, what in self.lines if word == "Untagged")

    @property
    def deleted(self) -> tuple[str, ...]:
        """IDs of what is gone: images, on the classic store also chain IDs of layers."""
        return tuple(what for word, what in self.lines if word == "Deleted")


@dataclass(frozen=True, slots=True)
class ImagePlan:
    """What becomes of one image of the set (or of one that goes with it)."""

    image_id: str
    label: str
    """A name for people: its first name, else the short ID."""
    untagged: tuple[str, ...] = ()
    deleted: bool = False
    cascade_of: str = ""
    """ID of the image whose removal takes this untagged parent along; empty if it was named."""
    stays: tuple[Stay, ...] = ()
    """Why it stays; empty when `deleted`."""
    takes_containers: tuple[str, ...] = ()
    """Names of stopped containers that are removed with it (Podman, forced)."""
    leaves_containers: tuple[str, ...] = ()
    """Names of stopped containers that lose their image but keep its layers (Docker, forced)."""


@dataclass(frozen=True, slots=True)
class LayerFate:
    """One layer of the images named, each chain ID once."""

    chain_id: str
    diff_id: str
    size: int
    """Bytes; -1 where history cannot be matched to layers."""
    freed: bool
    kept_by: tuple[str, ...] = ()
    """Labels of the images (and `container NAME`) that keep it; empty when freed."""


@dataclass(frozen=True, slots=True)
class RemovalPlan:
    """The preview of a removal: what goes, what stays and why, and the bytes that come back."""

    targets: tuple[RemovalTarget, ...] = ()
    force: bool = False
    steps: tuple[RemovalStep, ...] = ()
    images: tuple[ImagePlan, ...] = ()
    layers: tuple[LayerFate, ...] = ()
    freed_min: int = 0
    """Bytes that surely come back."""
    freed_max: int = 0
    """Bytes that come back at most; equal to `freed_min` where the store tells exactly."""
    listed: int = 0
    """Bytes the images named hold, each layer once: what one might expect to come back."""

    @property
    def is_exact(self) -> bool:
        """Whether the freed bytes are told to the byte."""
        return self.freed_min == self.freed_max


EMPTY_PLAN: Final = RemovalPlan()
