"""A small classic image store that carries out DELETE requests, for tests of the plan.

Written from the daemon's behaviour, not from the planner: three stores that
know nothing of each other (references, images with parents, layers counted by
reference), and one request after another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class Conflict(Exception):
    """The daemon answers 409."""


class Missing(Exception):
    """The daemon answers 404."""


@dataclass
class LayerStore:
    """Layers by chain ID; each holds the one below it."""

    below: dict[str, str] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)

    def get(self, chain: Sequence[str]) -> None:
        """Take a reference on the top of a chain, and register what is not there yet."""
        parent = ""
        for chain_id in chain:
            if chain_id not in self.count:
                self.below[chain_id] = parent
                self.count[chain_id] = 0
                if parent:
                    self.count[parent] += 1
            parent = chain_id
        if parent:
            self.count[parent] += 1

    def release(self, chain: Sequence[str]) -> list[str]:
        """Give a reference on the top back; returns the layers that are gone, top first."""
        gone = []
        top = chain[-1] if chain else ""
        while top:
            self.count[top] -= 1
            if self.count[top]:
                break
            del self.count[top]
            gone.append(top)
            top = self.below.pop(top)
        return gone


@dataclass
class Daemon:
    """One classic store with images, references and containers."""

    layers: LayerStore = field(default_factory=LayerStore)
    images: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Image ID to chain IDs, bottom first."""
    parents: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    """`repository:tag` or `repository@digest` to image ID."""
    containers: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Name to (image ID, runs)."""
    log: list[tuple[str, str]] = field(default_factory=list)
    """(`Untagged` or `Deleted`, what), of all requests."""

    def add_image(self, image_id: str, chain: Sequence[str], parent: str = "") -> None:
        self.layers.get(chain)
        self.images[image_id] = tuple(chain)
        if parent:
            self.parents[image_id] = parent

    def run(self, name: str, image_id: str, *, alive: bool) -> None:
        self.layers.get(self.images[image_id])
        self.containers[name] = (image_id, alive)

    def delete(self, request: str, *, force: bool) -> None:
        """Carry out `DELETE /images/{request}`.

        Raises Conflict or Missing, as the daemon answers.
        """
        if request in self.images:
            self._delete_by_id(request, force)
        elif request in self.references:
            self._delete_by_name(request, force)
        else:
            raise Missing(request)

    def names_of(self, image_id: str) -> list[str]:
        return [name for name, target in self.references.items() if target == image_id]

    def _delete_by_name(self, name: str, force: bool) -> None:
        image_id = self.references[name]
        if not force and self._single(image_id) and self.used_by(image_id):
            raise Conflict(f"container is using {name}")
        self._untag(name)
        repository = self._repository(name)
        if "@" not in name:
            same = [o for o in self.names_of(image_id) if self._repository(o) == repository]
            if all("@" in other for other in same):
                for other in same:
                    self._untag(other)
        if not self.names_of(image_id):
            self._remove(image_id, force=force, quiet=True)

    def _delete_by_id(self, image_id: str, force: bool) -> None:
        if self._single(image_id):
            self._check(image_id, force=force, references=False)
            for name in self.names_of(image_id):
                self._untag(name)
        self._remove(image_id, force=force, quiet=False)

    def _remove(self, image_id: str, *, force: bool, quiet: bool) -> None:
        try:
            self._check(image_id, force=force, references=True)
        except Conflict:
            if quiet:
                return
            raise
        for name in self.names_of(image_id):
            self._untag(name)
        chain = self.images.pop(image_id)
        self.log.append(("Deleted", image_id))
        self.log += [("Deleted", layer) for layer in self.layers.release(chain)]
        parent = self.parents.pop(image_id, "")
        if parent in self.images:
            self._remove(parent, force=False, quiet=True)

    def _check(self, image_id: str, *, force: bool, references: bool) -> None:
        if image_id in self.parents.values():
            raise Conflict("dependent child images")
        if True in self.used_by(image_id):
            raise Conflict("running container")
        if not force and references and self.names_of(image_id):
            raise Conflict("referenced in multiple repositories")
        if not force and self.used_by(image_id):
            raise Conflict("stopped container")

    def used_by(self, image_id: str) -> list[bool]:
        return [alive for image, alive in self.containers.values() if image == image_id]

    def _single(self, image_id: str) -> bool:
        names = self.names_of(image_id)
        if len(names) < 2:
            return True
        tags = [name for name in names if "@" not in name]
        digests = {self._repository(name) for name in names if "@" in name}
        if len(tags) > 1 or len(digests) != 1:
            return False
        return not tags or self._repository(tags[0]) in digests

    def _untag(self, name: str) -> None:
        del self.references[name]
        self.log.append(("Untagged", name))

    @staticmethod
    def _repository(name: str) -> str:
        return (
            name.partition("@")[0].rpartition(":")[0] if "@" not in name else name.partition("@")[0]
        )

    def bytes_gone(self, sizes: Mapping[str, int]) -> int:
        """Return the bytes of all layers that the answers called deleted."""
        return sum(sizes.get(what, 0) for verb, what in self.log if verb == "Deleted")
