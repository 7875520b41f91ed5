"""How a practice image is made: its steps, each with files or without, on another image or none.

Everything that Docker computes is computed here too: the tars, their digests, the config with its
history, the packed layers, the manifest. The same recipe gives the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from tui.practice.configs import VERSION, config_json, container_config, timestamp
from tui.practice.gzips import packed
from tui.practice.registry import (
    HERE,
    Blob,
    Manifest,
    Parcel,
    Platform,
    digest_of,
    list_of,
    manifest_of,
)
from tui.practice.tars import write_tree
from tui.practice.tree import Tree

STEP_SECONDS: Final = 7
"""Between one step of a recipe and the next."""

BUILDKIT: Final = "buildkit.dockerfile.v0"
"""The comment that BuildKit leaves at each of its steps."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One line of a history."""

    created_by: str
    files: Callable[[], Tree] | None = None
    """What it adds, with `.wh.` names for what it removes; None makes no layer."""
    comment: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """One image."""

    created: int
    """When its first own step was made, in seconds of the epoch."""
    steps: tuple[Step, ...]
    base: Recipe | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    """What its containers start with, over what the base says."""
    platform: Platform = HERE
    author: str = ""

    def settings(self) -> dict[str, Any]:
        """Return the config with the base's below it."""
        below = self.base.settings() if self.base else {}
        return {**below, **self.config}


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """An image that was made of a recipe."""

    config: bytes = field(repr=False)
    tars: tuple[bytes, ...] = field(repr=False)
    """Its uncompressed layers, bottom first."""
    diff_ids: tuple[str, ...] = field(repr=False)
    """Their digests."""
    history: tuple[Mapping[str, Any], ...] = field(repr=False)
    platform: Platform

    @property
    def image_id(self) -> str:
        """The digest of its config."""
        return digest_of(self.config)


@cache
def build(recipe: Recipe) -> Built:
    """Make an image; a base is made once for all that stand on it."""
    base = build(recipe.base) if recipe.base else None
    tars = list(base.tars) if base else []
    diff_ids = list(base.diff_ids) if base else []
    history = list(base.history) if base else []
    for number, step in enumerate(recipe.steps):
        entry: dict[str, Any] = {
            "created": timestamp(recipe.created + number * STEP_SECONDS),
            "created_by": step.created_by,
        }
        if step.comment:
            entry["comment"] = step.comment
        if step.files is None:
            entry["empty_layer"] = True
        else:
            tars.append(write_tree(step.files()))
            diff_ids.append(digest_of(tars[-1]))
        history.append(entry)
    more: dict[str, Any] = {"docker_version": VERSION}
    if recipe.author:
        more["author"] = recipe.author
    config = config_json(
        config=container_config(recipe.settings()),
        created=history[-1]["created"],
        history=history,
        diff_ids=diff_ids,
        platform=recipe.platform,
        **more,
    )
    return Built(config, tuple(tars), tuple(diff_ids), tuple(history), recipe.platform)


def parcel(recipes: Sequence[Recipe]) -> Parcel:
    """Return one image, or one list of the images for several platforms, ready for a registry."""
    made = [_single(recipe) for recipe in recipes]
    if len(made) == 1:
        manifest, blobs = made[0]
        return Parcel(manifest, blobs)
    all_blobs = {blob.digest: blob for _manifest, blobs in made for blob in blobs}
    return Parcel(list_of([manifest for manifest, _ in made]), tuple(all_blobs.values()))


@cache
def _single(recipe: Recipe) -> tuple[Manifest, tuple[Blob, ...]]:
    built = build(recipe)
    config = Blob(built.image_id, built.config)
    below = _single(recipe.base)[1][1:] if recipe.base else ()
    layers = [*below, *map(packed_layer, built.tars[len(below) :])]
    return manifest_of(config, layers, recipe.platform), (config, *layers)


def packed_layer(tar: bytes) -> Blob:
    """Return a layer as it is kept in registries."""
    data = packed(tar)
    return Blob(digest_of(data), data)
