"""Which step of an image's history made which layer.

The API tells the steps with their sizes and the layers with their diff IDs,
but not which steps made no layer (`empty_layer` of the image's config). A step
of size 0 may well have made one (`RUN rm`, `RUN chmod` of a directory), and a
RUN may have made none (nothing changed). So each step of size 0 gets a rank of
how likely it made a layer, and as many ranks are taken as there are layers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from tui.layers.chain import chain_ids
from tui.layers.command import clean_command
from tui.model.image import HistoryStep, ImageFacts
from tui.model.layer import EMPTY_STACK, BuildStep, Layer, LayerStack

UNKNOWN_SIZE: Final = -1
"""Size of a layer that no step could be matched to."""

_METADATA: Final = re.compile(
    r"(?:CMD|ENV|LABEL|EXPOSE|ENTRYPOINT|USER|VOLUME|STOPSIGNAL|HEALTHCHECK|ARG|MAINTAINER"
    r"|ONBUILD|SHELL)(?:\s|\Z)"
)
_WORKDIR: Final = re.compile(r"WORKDIR\s+(?P<path>\S.*)")
_ANY_NOP: Final = re.compile(r"[^#]{0,400}#\(nop\)\s+")
"""The classic builder's mark, whatever the shell: PowerShell's comes after its preference."""


_NO_STEP: Final = HistoryStep(created=0, created_by="", size=0)
"""Stands for the step of a layer that no step could be matched to."""


class _Rank(IntEnum):
    """How likely a step made a layer; the lower, the likelier."""

    SIZED = 0
    """It has bytes, so it did."""
    FILES = 1
    """RUN, COPY, ADD, or a commit: it did, unless nothing changed."""
    DIRECTORY = 2
    """BuildKit's WORKDIR, which makes a layer for every path but the root."""
    OPEN = 3
    """WORKDIR of the classic builder (only where the directory was missing)."""
    NEVER = 4
    """It only changed the config."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """The steps (by position) that surely made a layer, and those that may have."""

    sure: frozenset[int] = frozenset()
    open: frozenset[int] = frozenset()
    matches: bool = True
    """False when there are more sure steps than layers, or too few steps."""


@lru_cache(maxsize=4096)
def stack_of(facts: ImageFacts, parent: LayerStack = EMPTY_STACK) -> LayerStack:
    """Return an image as its layers and steps; as many layers as it has diff IDs.

    With the `parent` image's stack only the steps after it are in question,
    which makes images built on this Engine certain. Steps that cannot be
    matched have `layer_index` 0; layers that cannot be matched have no command,
    and size UNKNOWN_SIZE unless all that could have made them are empty.
    """
    below = parent if _continues(facts, parent) else EMPTY_STACK
    height = len(below.layers)
    rest = facts.history[len(below.steps) :]
    count = len(facts.details.diff_ids) - height
    choice = _choose(rest, count)
    made, sizes = _match(rest, choice, count)
    makers = {layer: rest[position] for position, layer in made.items()}
    steps = tuple(
        BuildStep(step.created_by, step.created, step.comment, index)
        for step, index in zip(rest, _layer_indices(made, len(rest), height), strict=True)
    )
    return LayerStack(
        facts.details.image_id,
        below.layers + tuple(_layers(facts.details.diff_ids, height, sizes, makers)),
        below.steps + steps,
        is_certain=below.is_certain and choice.matches and not choice.open,
    )


def _layer_indices(made: Mapping[int, int], count: int, height: int) -> Iterator[int]:
    """Return the layer index (from 1) of each of `count` steps; 0 for those that made none."""
    return (height + made[at] + 1 if at in made else 0 for at in range(count))


def _layers(
    diff_ids: Sequence[str], height: int, sizes: Sequence[int], makers: Mapping[int, HistoryStep]
) -> Iterator[Layer]:
    """Make the layers above `height`; `sizes` and `makers` count from there."""
    chain = chain_ids(diff_ids)
    for index, size in enumerate(sizes):
        maker = makers.get(index, _NO_STEP)
        at = height + index
        yield Layer(at + 1, diff_ids[at], chain[at], size, maker.created_by, maker.created)


def stacks_of(facts: Mapping[str, ImageFacts]) -> dict[str, LayerStack]:
    """Return the stacks of many images by image ID, each with the help of its parent's."""
    stacks: dict[str, LayerStack] = {}
    for image_id in facts:
        line: dict[str, None] = {}
        while image_id in facts and image_id not in stacks and image_id not in line:
            line[image_id] = None
            image_id = facts[image_id].details.parent_id
        for one in reversed(line):
            parent = stacks.get(facts[one].details.parent_id, EMPTY_STACK)
            stacks[one] = stack_of(facts[one], parent)
    return stacks


def _continues(facts: ImageFacts, parent: LayerStack) -> bool:
    """Tell whether the image's layers and steps begin with its parent's."""
    layers, steps = parent.layers, parent.steps
    return (
        bool(parent.image_id)
        and parent.image_id == facts.details.parent_id
        and facts.details.diff_ids[: len(layers)] == tuple(layer.diff_id for layer in layers)
        and len(facts.history) >= len(steps)
        and all(a.created_by == b.created_by for a, b in zip(facts.history, steps, strict=False))
    )


def _choose(history: Sequence[HistoryStep], count: int) -> _Choice:
    """Take as many ranks as give `count` layers; a rank that is taken in part stays open."""
    ranks = [_rank(step) for step in history]
    sure: frozenset[int] = frozenset()
    for rank in (_Rank.SIZED, _Rank.FILES, _Rank.DIRECTORY, _Rank.OPEN):
        of_rank = frozenset(index for index, own in enumerate(ranks) if own is rank)
        if len(sure) == count and rank is not _Rank.SIZED:
            break
        if len(sure | of_rank) > count:
            if rank is _Rank.SIZED:
                return _Choice(matches=False)
            # Nothing tells which; and where some of these made none, less likely ones may have.
            maybe = (i for i, own in enumerate(ranks) if rank <= own < _Rank.NEVER)
            return _Choice(sure, frozenset(maybe))
        sure |= of_rank
    return _Choice(sure, matches=len(sure) == count)


def _rank(step: HistoryStep) -> _Rank:
    if step.size > 0:
        return _Rank.SIZED
    line = clean_command(step.created_by)
    if nop := _ANY_NOP.match(line):
        line = line[nop.end() :]
    if _METADATA.match(line):
        return _Rank.NEVER
    if workdir := _WORKDIR.match(line):
        is_buildkit = step.comment.startswith("buildkit.")
        return _Rank.DIRECTORY if is_buildkit and workdir["path"] != "/" else _Rank.OPEN
    if not line and not step.comment:
        return _Rank.OPEN
    return _Rank.FILES


def _match(
    history: Sequence[HistoryStep], choice: _Choice, count: int
) -> tuple[dict[int, int], list[int]]:
    """Return the layer (from 0) of each step whose layer is sure, and the size of each layer.

    Of the open steps `missing` made a layer. So a sure step stands at least as
    high as when all open steps above it did, and at most as when all below did.
    """
    if not choice.matches:
        return {}, [UNKNOWN_SIZE] * count
    missing = count - len(choice.sure)
    made: dict[int, int] = {}
    sizes = [0] * count
    sure_below, open_below = 0, 0
    for position, step in enumerate(history):
        if position in choice.open:
            open_below += 1
        elif position in choice.sure:
            open_above = len(choice.open) - open_below
            lowest = sure_below + max(0, missing - open_above)
            highest = sure_below + min(missing, open_below)
            if lowest == highest:
                made[position] = lowest
                sizes[lowest] = step.size
            elif step.size:
                sizes[lowest : highest + 1] = [UNKNOWN_SIZE] * (highest + 1 - lowest)
            sure_below += 1
    return made, sizes
