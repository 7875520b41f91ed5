"""Forty images that share layers in every shape, on a real Engine, put back after each set."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.engines.images import ImageSpec, Step, make_layer, runnable
from tests.engines.maker import ImageMaker
from tui.disk.inventory import Inventory
from tui.engine.client import EngineClient
from tui.engine.containers import list_containers
from tui.engine.images import image_facts, list_images
from tui.model.image import ImageFacts, ImageSummary

COUNT = 40
KEPT_ALIVE = 2
"""Containers that run; starting one is slow, and what they use is never removed."""
STOPPED = 5


@dataclass
class Shapes:
    """The images and containers of one seed; `restore` makes good what a removal took."""

    maker: ImageMaker
    client: EngineClient
    random: random.Random
    specs: dict[str, ImageSpec] = field(default_factory=dict)
    """By image ID, parents before children."""
    containers: dict[str, tuple[str, bool]] = field(default_factory=dict)
    """Container name (less the prefix) to image ID and whether it runs."""
    facts: dict[str, ImageFacts] = field(default_factory=dict)

    def make(self) -> None:
        """Draw the images, load them, create the containers."""
        for number in range(COUNT):
            spec = self._draw(number)
            self.specs[spec.image_id] = spec
        self.maker.load(*self.specs.values())
        ids = list(self.specs)
        used = [*ids[:KEPT_ALIVE], *self.random.sample(ids, STOPPED)]
        self.containers = {f"c{at}": (one, at < KEPT_ALIVE) for at, one in enumerate(used)}
        for name in self.containers:
            self._create(name)
        self.facts = {image_id: image_facts(self.client, image_id) for image_id in ids}

    def inventory(self) -> Inventory:
        """Read the Engine; only our images and containers, though others may be there."""
        images = tuple(i for i in list_images(self.client, all=True) if i.image_id in self.specs)
        mine = tuple(c for c in list_containers(self.client) if c.image_id in self.specs)
        return Inventory(images, mine, self.facts, self.client.capabilities)

    def restore(self, before: Inventory) -> None:
        """Load again what is gone, with its parents so that the links come back; then the names."""
        here = {image.image_id: image for image in self.inventory().images}
        gone = [image_id for image_id in self.specs if image_id not in here]
        for name, (image_id, _runs) in self.containers.items():
            if image_id in gone:
                self.maker.api.remove_container(f"{self.maker.prefix}-{name}", force=True)
        if gone:
            self.maker.load(*(self.specs[one] for one in self._with_parents(gone)))
        for image in before.images:
            for tag in image.tags:
                if image.image_id in here and tag not in here[image.image_id].tags:
                    repository, _, name = tag.rpartition(":")
                    self.maker.api.tag(image.image_id, repository, name)
        for name, (image_id, _runs) in self.containers.items():
            if image_id in gone:
                self._create(name)
        assert _as_made(self.inventory().images) == _as_made(before.images)

    def _with_parents(self, image_ids: Iterable[str]) -> list[str]:
        wanted = set(image_ids)
        for image_id in reversed(self.specs):
            if image_id in wanted:
                wanted.add(self.specs[image_id].parent)
        return [image_id for image_id in self.specs if image_id in wanted]

    def _create(self, name: str) -> None:
        image_id, runs = self.containers[name]
        self.maker.container(image_id, name=name, command=["sleep", "3600"], start=runs)

    def _draw(self, number: int) -> ImageSpec:
        """Draw one image: on nothing, on an earlier one's layers, or as its child."""
        tags = self._tags(number)
        config = {"Labels": {"number": str(number)}}
        if number < KEPT_ALIVE:
            return runnable(*tags, layers=[self._layer()], **config)
        base = self.random.choice([ImageSpec(), *self.specs.values()])
        parent = base.image_id if base.layers and self.random.random() < 0.6 else ""
        steps = [self._step(base) for _ in range(1 if parent else self.random.randint(1, 3))]
        if not base.layers and not any(layer for _step, layer in steps):
            steps.append((Step("COPY a /"), self._layer()))
        return ImageSpec(
            (*base.layers, *(layer for _step, layer in steps if layer)),
            (*(base.steps if base.layers else ()), *(step for step, _layer in steps)),
            tags=tags,
            config=config,
            parent=parent,
        )

    def _step(self, base: ImageSpec) -> tuple[Step, bytes]:
        """Draw a step and its layer: its own, one that others have too, one twice, none."""
        kind = self.random.choice(["own", "own", "common", "again", "no bytes", "none"])
        if kind == "none":
            return Step("/bin/sh -c #(nop)  ENV A=b", empty=True), b""
        if kind == "no bytes":
            return Step("/bin/sh -c rm x"), make_layer({".wh.x": b""})
        if kind == "again" and base.layers:
            return Step("COPY again /"), base.layers[-1]
        if kind == "common":
            return Step("COPY common /"), self.maker.layer(
                f"common{self.random.randint(0, 3)}", 777
            )
        return Step("COPY own /"), self._layer()

    def _layer(self) -> bytes:
        size = self.random.randint(1, 5000)
        return self.maker.layer(f"own{self.random.getrandbits(40)}", size)

    def _tags(self, number: int) -> tuple[str, ...]:
        """Draw none to three names, in one or several repositories."""
        count = self.random.choice([0, 1, 1, 1, 2, 3])
        repositories = [self.random.choice("abc") for _ in range(count)]
        return tuple(self.maker.name(f"{one}:{number}-{at}") for at, one in enumerate(repositories))


def _as_made(images: Iterable[ImageSummary]) -> dict[str, tuple[set[str], str, int]]:
    return {image.image_id: (set(image.tags), image.parent_id, image.size) for image in images}
