"""Images, containers and facts of a made-up Engine, by hand or drawn by hypothesis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.disk.moby import Daemon
from tests.engines.images import chain_ids
from tui.disk.inventory import Inventory
from tui.model.container import ContainerState, ContainerSummary
from tui.model.engine import Capabilities, StoreKind
from tui.model.image import HistoryStep, ImageDetails, ImageFacts, ImageSummary

CLASSIC = Capabilities()
CONTAINERD = Capabilities(StoreKind.CONTAINERD, exact_reclaim=False, parents_block=False)
PODMAN = Capabilities(StoreKind.PODMAN, exact_reclaim=False, force_removes_containers=True)

SIZES = {"a": 1_000_000, "b": 200_000, "c": 30_000, "d": 4_000, "e": 500, "f": 60, "z": 0}
"""Bytes of the layers: every sum tells its parts. `z` is a layer without bytes."""


@dataclass(frozen=True)
class Made:
    """One image of a world: `layers` are letters of SIZES, bottom first."""

    name: str
    layers: str = ""
    tags: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    parent: str = ""
    extra: int = 0
    """Bytes of its list size beyond the layers (blobs on the containerd store)."""

    @property
    def image_id(self) -> str:
        return image_id(self.name)

    @property
    def diff_ids(self) -> tuple[str, ...]:
        return tuple(f"sha256:{ord(letter):064x}" for letter in self.layers)

    @property
    def summary(self) -> ImageSummary:
        size = sum(SIZES[letter] for letter in self.layers) + self.extra
        parent = image_id(self.parent) if self.parent else ""
        return ImageSummary(self.image_id, self.tags, self.digests, size=size, parent_id=parent)

    @property
    def facts(self) -> ImageFacts:
        steps = tuple(HistoryStep(0, f"COPY {letter} /", SIZES[letter]) for letter in self.layers)
        parent = image_id(self.parent) if self.parent else ""
        details = ImageDetails(self.image_id, parent_id=parent, diff_ids=self.diff_ids)
        return ImageFacts(details, steps)


def image_id(name: str) -> str:
    return f"sha256:{name.encode().hex():0>64}"


def container(
    name: str, image: str, state: ContainerState = ContainerState.EXITED
) -> ContainerSummary:
    return ContainerSummary(f"id-of-{name}", name, image, image_id(image), state=state)


def world(
    *images: Made,
    containers: Sequence[ContainerSummary] = (),
    capabilities: Capabilities = CLASSIC,
) -> Inventory:
    return Inventory(
        tuple(image.summary for image in images),
        tuple(containers),
        {image.image_id: image.facts for image in images},
        capabilities,
    )


def daemon_of(inventory: Inventory) -> Daemon:
    """Make the store that answers what the inventory says."""
    daemon = Daemon()
    for image in inventory.images:
        facts = inventory.facts[image.image_id]
        daemon.add_image(image.image_id, chain_ids(facts.details.diff_ids), image.parent_id)
        daemon.references |= dict.fromkeys(image.references, image.image_id)
    for one in inventory.containers:
        daemon.run(one.name, one.image_id, alive=one.state.is_alive)
    return daemon


@st.composite
def worlds(draw: st.DrawFn) -> Inventory:
    """Draw images in every shape: children, shared bases, a layer twice, many names or none."""
    made: list[Made] = []
    for number in range(draw(st.integers(1, 8))):
        own = draw(st.text("abcdefz", max_size=3))
        base = draw(st.sampled_from([Made(""), *made]))
        is_child = bool(base.name) and draw(st.booleans())
        made.append(Made(f"i{number}", base.layers + own, parent=base.name if is_child else ""))
    repositories = st.sampled_from(["one", "two", "host:5000/three"])
    names = draw(st.lists(st.tuples(repositories, st.integers(0, 4), st.booleans()), max_size=16))
    for repository, number, is_digest in dict.fromkeys(names):
        at = draw(st.integers(0, len(made) - 1))
        if is_digest:
            digest = f"{repository}@sha256:{number:064x}"
            made[at] = replace(made[at], digests=(*made[at].digests, digest))
        else:
            made[at] = replace(made[at], tags=(*made[at].tags, f"{repository}:{number}"))
    states = st.sampled_from([*ContainerState])
    users = draw(st.lists(st.tuples(st.sampled_from(made), states), max_size=4))
    return world(
        *made,
        containers=[container(f"c{at}", one.name, state) for at, (one, state) in enumerate(users)],
    )
