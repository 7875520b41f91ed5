"""All images and containers of one Engine, and what follows from them: who holds which layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from tui.layers.history import stacks_of
from tui.layers.sharing import LayerIndex, index_of
from tui.model.container import ContainerSummary
from tui.model.engine import Capabilities, StoreKind
from tui.model.image import ImageFacts, ImageSummary
from tui.model.layer import EMPTY_STACK, Layer, LayerStack
from tui.model.reference import split_tag
from tui.model.removal import RemovalTarget
from tui.model.text import short_id


@dataclass(frozen=True, eq=False)
class Inventory:
    """One moment of an Engine. What is derived is worked out once, when first asked for."""

    images: tuple[ImageSummary, ...] = ()
    """All of them (`all=1`): the untagged parents hold layers too."""
    containers: tuple[ContainerSummary, ...] = ()
    """All of them, in any state (`all=1`)."""
    facts: Mapping[str, ImageFacts] = field(default_factory=dict)
    """By image ID. May know more images than there are; see `needed_facts` for what must be."""
    capabilities: Capabilities = field(default_factory=Capabilities)

    @cached_property
    def by_id(self) -> Mapping[str, ImageSummary]:
        """The images by their IDs."""
        return {image.image_id: image for image in self.images}

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Image ID to the names that hold it, tags first."""
        store = self.capabilities.store
        return {image.image_id: holding_names(image, store) for image in self.images}

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Image ID to the IDs of the images made from it, where the store keeps parents."""
        known: dict[str, list[str]] = {}
        if self.capabilities.parents_block:
            for image in self.images:
                if image.parent_id in self.by_id and image.parent_id != image.image_id:
                    known.setdefault(image.parent_id, []).append(image.image_id)
        return {image_id: tuple(sorted(ids)) for image_id, ids in known.items()}

    @cached_property
    def users(self) -> Mapping[str, tuple[ContainerSummary, ...]]:
        """Image ID to the containers made from it, by name; also of images that are gone."""
        known: dict[str, list[ContainerSummary]] = {}
        for container in sorted(self.containers, key=lambda one: (one.name, one.container_id)):
            known.setdefault(container.image_id, []).append(container)
        return {image_id: tuple(users) for image_id, users in known.items()}

    @cached_property
    def stacks(self) -> Mapping[str, LayerStack]:
        """The layers of every image whose facts are known, also of images that are gone."""
        return stacks_of(self.facts)

    @cached_property
    def layers(self) -> Mapping[str, Layer]:
        """Chain ID to the layer, as the image tells it whose history is the clearest."""
        best: dict[str, Layer] = {}
        for stack in self.stacks.values():
            for layer in stack.layers:
                if layer.chain_id not in best or best[layer.chain_id].size < 0:
                    best[layer.chain_id] = layer
        return best

    @cached_property
    def holders(self) -> Mapping[str, tuple[str, ...]]:
        """Chain ID to the IDs of the images here that have it, in the order of `images`."""
        return index_of(self._stacks_of(self.by_id)).holders

    @cached_property
    def index(self) -> LayerIndex:
        """Who shares layers, among the images that a list shows: no untagged parents."""
        return index_of(self._stacks_of(i for i in self.by_id if not self.is_intermediate(i)))

    @cached_property
    def unknown(self) -> frozenset[str]:
        """IDs of images whose layers nobody told, also of gone images that containers use."""
        users = {image_id for image_id in self.users if image_id not in self.by_id}
        return frozenset(i for i in (*self.by_id, *users) if not self._is_told(i))

    def stack(self, image_id: str) -> LayerStack:
        """Return the layers of an image; EMPTY_STACK when they are not known."""
        return self.stacks.get(image_id, EMPTY_STACK)

    def is_intermediate(self, image_id: str) -> bool:
        """Tell whether it is an untagged image that others were made from."""
        return not self.names[image_id] and image_id in self.children

    def label(self, image_id: str) -> str:
        """Return what people call an image: its first name, else its short ID."""
        return next(iter(self.names.get(image_id, ())), "") or short_id(image_id)

    def size_of(self, chain_id: str) -> int:
        """Return the bytes of a layer; -1 when no history tells."""
        layer = self.layers.get(chain_id)
        return layer.size if layer else -1

    def _stacks_of(self, image_ids: Iterable[str]) -> dict[str, LayerStack]:
        return {i: self.stacks[i] for i in image_ids if i in self.stacks}

    def _is_told(self, image_id: str) -> bool:
        """Tell whether facts are there and, where steps have bytes, layers too.

        The containerd store may know an image whose layers it never stored.
        """
        facts = self.facts.get(image_id)
        if facts is None:
            return False
        return bool(facts.details.diff_ids) or not any(step.size for step in facts.history)


EMPTY_INVENTORY: Final = Inventory()


def holding_names(image: ImageSummary, store: StoreKind) -> tuple[str, ...]:
    """Return the names that keep an image from being deleted, tags first.

    On the classic store a digest is a reference of its own. The containerd
    store and Podman put together `digests` from every name and the digest: only
    those of repositories without a tag stand for a reference.
    """
    if store is StoreKind.CLASSIC:
        return tuple(sorted(image.tags)) + tuple(sorted(image.digests))
    tagged = {split_tag(tag)[0] for tag in image.tags}
    rest = (digest for digest in image.digests if split_tag(digest)[0] not in tagged)
    return tuple(sorted(image.tags)) + tuple(sorted(rest))


def needed_facts(inventory: Inventory, targets: Iterable[RemovalTarget]) -> frozenset[str]:
    """Return the IDs of the images whose facts must be read before a plan can tell its bytes.

    Any image may share a layer with those that go, so each that is here counts.
    """
    if not any(True for _target in targets):
        return frozenset()
    return frozenset(image_id for image_id in inventory.by_id if image_id not in inventory.facts)
