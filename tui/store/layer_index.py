"""The layers of all listed images, kept until images or facts change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tui.layers.history import stack_of, stacks_of
from tui.layers.sharing import EMPTY_INDEX, LayerIndex, index_of
from tui.model.engine import StoreKind
from tui.model.image import ImageFacts, ImageSummary
from tui.model.layer import EMPTY_STACK, LayerStack
from tui.store.rows import listed_images
from tui.store.state import NO_FACTS, State


class LayerIndexes:
    """Builds the index of a state once, and again only when what it is made of changed."""

    def __init__(self) -> None:
        self._images: tuple[ImageSummary, ...] = ()
        self._facts: Mapping[str, ImageFacts] = NO_FACTS
        self._index: LayerIndex = EMPTY_INDEX

    def of(self, state: State) -> LayerIndex:
        """Return the index of the images that are listed and whose facts are known."""
        if state.images is not self._images or state.facts is not self._facts:
            self._images, self._facts = state.images, state.facts
            listed = [image.image_id for image in listed_images(state.images)]
            stacks = stacks_of(state.facts)
            self._index = index_of({key: stacks[key] for key in listed if key in stacks})
        return self._index

    def is_complete(self, state: State) -> bool:
        """Whether the layers of all listed images are known, so that sharers can be counted."""
        index = self.of(state)
        return all(image.image_id in index.stacks for image in listed_images(state.images))

    def stack(self, state: State, image_id: str) -> LayerStack:
        """Return the layers of one image, EMPTY_STACK while they are not known."""
        stack = self.of(state).stack(image_id)
        facts = state.facts.get(image_id)
        return stack_of(facts) if stack is EMPTY_STACK and facts else stack

    def total(self, state: State) -> int:
        """Return the bytes of all listed images, each layer once; -1 while not all are known.

        On the containerd store the layers' blobs come on top, which nobody tells: -1.
        """
        if state.engine.capabilities.store is StoreKind.CONTAINERD:
            return -1
        if not self.is_complete(state):
            return -1
        index = self.of(state)
        sizes = {
            layer.chain_id: max(layer.size, 0)
            for stack in index.stacks.values()
            for layer in stack.layers
        }
        return sum(sizes.values())


LAYER_INDEXES: Final = LayerIndexes()
"""The one index of the app."""
