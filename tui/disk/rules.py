"""What the Engine does when names and images are removed, followed without asking it.

Rules of the classic store: a name that is removed takes only itself away, but
with the last tag of a repository go the digests of that repository. An image
without a name is deleted unless a container uses it or a child image stays, and
its untagged parents follow it as far as nothing else needs them. Where all
names of an image are one reference and a container uses it, removing that needs
force; force never helps against a running container or a child image.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tui.disk.inventory import Inventory
from tui.model.container import ContainerSummary
from tui.model.engine import StoreKind
from tui.model.reference import split_tag
from tui.model.removal import RemovalStep, RemovalTarget


@dataclass(slots=True)
class Fate:
    """What becomes of one image; changed while the removal is followed."""

    image_id: str
    wanted: set[str] = field(default_factory=set)
    """The names that were asked to go."""
    whole: bool = False
    """Whether it was asked for by its ID."""
    untagged: list[str] = field(default_factory=list)
    deleted: bool = False
    cascade_of: str = ""
    takes: tuple[ContainerSummary, ...] = ()
    """Containers that are removed with it."""
    leaves: tuple[ContainerSummary, ...] = ()
    """Containers that lose it, but keep its layers."""


class Removal:
    """Follows the removal of some targets through the rules of the store.

    The outcome does not depend on the order of the targets: images are taken
    children first, names in the order of `Inventory.names`.
    """

    def __init__(self, inventory: Inventory, *, force: bool) -> None:
        self.inventory = inventory
        self.force = force
        self.steps: list[RemovalStep] = []
        self.fates: dict[str, Fate] = {}
        """By image ID: those asked for, each followed by the parents that go with it."""
        self.gone: set[str] = set()
        self._names: dict[str, tuple[str, ...]] = {}

    def run(self, targets: Iterable[RemovalTarget]) -> None:
        """Follow the removal of all targets; images that are not there are left out."""
        asked = self._asked(targets)
        for image_id in sorted(asked, key=self._rank):
            fate = asked[image_id]
            self.fates.setdefault(image_id, fate)
            if image_id in self.gone:
                continue
            if fate.whole and self._can_go(image_id):
                self._take_whole(fate)
            else:
                self._take(fate, [name for name in self.names(image_id) if name in fate.wanted])
            self._cascade(fate, asked)

    def names(self, image_id: str) -> tuple[str, ...]:
        """Return the names that the image has by now."""
        return self._names.get(image_id, self.inventory.names.get(image_id, ()))

    def children(self, image_id: str) -> tuple[str, ...]:
        """Return the child images that are still there."""
        children = self.inventory.children.get(image_id, ())
        return tuple(child for child in children if child not in self.gone)

    def users(self, image_id: str) -> tuple[ContainerSummary, ...]:
        """Return the containers that use the image."""
        return self.inventory.users.get(image_id, ())

    def _asked(self, targets: Iterable[RemovalTarget]) -> dict[str, Fate]:
        asked: dict[str, Fate] = {}
        for target in targets:
            if target.image_id in self.inventory.by_id:
                fate = asked.setdefault(target.image_id, Fate(target.image_id))
                fate.whole |= not target.reference
                fate.wanted |= {target.reference} - {""}
        return asked

    def _rank(self, image_id: str) -> tuple[int, str, str]:
        """Return the sort key: children before parents, then by name."""
        depth = 0
        seen = {image_id}
        above = self.inventory.by_id[image_id].parent_id
        while above in self.inventory.by_id and above not in seen:
            seen.add(above)
            depth += 1
            above = self.inventory.by_id[above].parent_id
        return -depth, self.inventory.label(image_id), image_id

    def _can_go(self, image_id: str) -> bool:
        """Tell whether the whole image can be deleted, once all its names are gone."""
        users = self.users(image_id)
        if self.children(image_id) or (users and self._only_unties(image_id)):
            return False
        return not users or (self.force and not any(user.state.is_alive for user in users))

    def _only_unties(self, image_id: str) -> bool:
        """Tell whether force could only take names, and there is none (containerd)."""
        is_containerd = self.inventory.capabilities.store is StoreKind.CONTAINERD
        return is_containerd and not self.names(image_id)

    def _take_whole(self, fate: Fate) -> None:
        """Remove every name; by ID only where there is none, for then it is never ambiguous."""
        names = self.names(fate.image_id)
        if names:
            self._take(fate, names)
        else:
            self.steps.append(RemovalStep(fate.image_id, fate.image_id, by_id=True))
            self._let_go(fate)

    def _take(self, fate: Fate, names: Sequence[str]) -> None:
        for name in names:
            if name in self.names(fate.image_id) and not self._is_refused(fate.image_id, name):
                self.steps.append(RemovalStep(fate.image_id, name))
                self._untag(fate, name)
        if fate.untagged and not self.names(fate.image_id):
            self._let_go(fate)

    def _untag(self, fate: Fate, name: str) -> None:
        """Take a name away, and after the last tag of its repository the digests of that."""
        before = self.names(fate.image_id)
        self._names[fate.image_id] = after = without(before, name)
        fate.untagged += [one for one in before if one not in after]

    def _is_refused(self, image_id: str, name: str) -> bool:
        """Tell whether the Engine refuses to take the name because of containers.

        A forced removal of the last name under a running container would pass
        on Docker and leave the image nameless; it is refused here.
        """
        users = self.users(image_id)
        if not users:
            return False
        if self.force:
            left = without(self.names(image_id), name)
            return not left and any(user.state.is_alive for user in users)
        return is_single(self.names(image_id))

    def _let_go(self, fate: Fate) -> None:
        """Delete an image that has no name any more, if nothing else needs it."""
        users, store = self.users(fate.image_id), self.inventory.capabilities
        if self.children(fate.image_id):
            return
        if users and store.force_removes_containers:
            fate.takes = users
        elif users and store.store is StoreKind.CONTAINERD:
            return  # it stays, nameless, until the container goes
        else:
            fate.leaves = users
        fate.deleted = True
        self.gone.add(fate.image_id)

    def _cascade(self, fate: Fate, asked: dict[str, Fate]) -> None:
        """Let the untagged parents follow that nothing else needs."""
        image_id = fate.image_id
        while image_id in self.gone and self.inventory.capabilities.parents_block:
            image_id = self.inventory.by_id[image_id].parent_id
            if image_id not in self.inventory.by_id or image_id in self.gone:
                return
            if self.names(image_id) or self.children(image_id) or self.users(image_id):
                return
            parent = asked.get(image_id) or Fate(image_id, cascade_of=fate.image_id)
            parent.deleted = True
            self.gone.add(image_id)
            self.fates[image_id] = parent


def is_single(names: Sequence[str]) -> bool:
    """Tell whether the names are one reference: at most one tag, all of one repository."""
    tags = [name for name in names if "@" not in name]
    return len(tags) <= 1 and len({split_tag(name)[0] for name in names}) <= 1


def without(names: Sequence[str], name: str) -> tuple[str, ...]:
    """Return the names left when one is removed, and with a last tag its repository's digests."""
    left = tuple(one for one in names if one != name)
    repository = split_tag(name)[0]
    of_repository = [one for one in left if split_tag(one)[0] == repository]
    if "@" in name or any("@" not in one for one in of_repository):
        return left
    return tuple(one for one in left if one not in of_repository)
