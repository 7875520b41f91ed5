"""Predicted bytes against a real Engine, to the byte."""

from __future__ import annotations

import os
import random
import secrets

import pytest

from tests.disk.shapes import Shapes
from tests.engines.maker import ImageMaker
from tui.disk.receipt import freed_by_chains, freed_by_usage
from tui.disk.reclaim import plan_removal
from tui.engine.client import EngineClient, connect
from tui.engine.errors import Conflict
from tui.engine.images import remove_image
from tui.engine.system import layers_size
from tui.model.engine import Endpoint
from tui.model.removal import RemovalPlan, RemovalTarget

SETS = 50
FORCED = 5
"""Every so many sets one is forced."""


@pytest.mark.stores("classic")
@pytest.mark.timeout(300)
def test_fifty_random_sets_free_what_was_predicted(engine_host: str, maker: ImageMaker) -> None:
    """The bytes of the preview are those of the answers and the drop of LayersSize.

    ORLOP_SEED repeats a failure. Nobody else may change the Engine's images meanwhile.
    """
    seed = os.environ.get("ORLOP_SEED") or secrets.token_hex(4)
    rng = random.Random(seed)
    with connect(Endpoint(engine_host, "test")) as client:
        shapes = Shapes(maker, client, rng)
        shapes.make()
        freed = [_remove_a_set(shapes, f"ORLOP_SEED={seed}, set {n}", n) for n in range(SETS)]
    assert len(set(freed)) > SETS // 4, f"ORLOP_SEED={seed}: hardly any set freed anything"


def _remove_a_set(shapes: Shapes, which: str, number: int) -> int:
    """Remove one random set as planned, compare everything, put it back; returns bytes freed."""
    inventory = shapes.inventory()
    every = [RemovalTarget(image.image_id) for image in inventory.images]
    every += [RemovalTarget(i.image_id, tag) for i in inventory.images for tag in i.tags]
    targets = shapes.random.sample(every, shapes.random.randint(1, 16))
    force = number % FORCED == 0
    plan = plan_removal(inventory, targets, force=force)
    before = layers_size(shapes.client)
    untagged, deleted = _carry_out(shapes.client, plan)
    dropped = freed_by_usage(before, layers_size(shapes.client))
    assert plan.is_exact, which
    assert untagged == {name for image in plan.images for name in image.untagged}, which
    images = {image.image_id for image in plan.images if image.deleted}
    assert deleted == images | {layer.chain_id for layer in plan.layers if layer.freed}, which
    assert freed_by_chains(plan, deleted) == plan.freed_min, which
    assert dropped == plan.freed_min + _only_containers_keep(plan), which
    _check_refusals(shapes.client, plan, which)
    shapes.restore(inventory)
    return dropped


def _carry_out(client: EngineClient, plan: RemovalPlan) -> tuple[set[str], set[str]]:
    untagged: set[str] = set()
    deleted: set[str] = set()
    for step in plan.steps:
        answer = remove_image(client, step.name, force=plan.force)
        untagged.update(answer.untagged)
        deleted.update(answer.deleted)
    return untagged, deleted


def _only_containers_keep(plan: RemovalPlan) -> int:
    """Return the bytes that LayersSize leaves out: layers of no image, only of containers."""
    unlinked = [name for image in plan.images for name in image.leaves_containers]
    labels = {f"container {name}" for name in unlinked}
    return sum(
        layer.size for layer in plan.layers if layer.kept_by and labels.issuperset(layer.kept_by)
    )


def _check_refusals(client: EngineClient, plan: RemovalPlan, which: str) -> None:
    """Whatever was named and is still there is indeed refused (a running one also by name)."""
    deleted = {image.image_id for image in plan.images if image.deleted}
    untagged = {name for image in plan.images for name in image.untagged}
    for target in plan.targets:
        if target.image_id in deleted or target.reference in untagged:
            continue
        if target.reference and plan.force:
            continue  # Docker would untag it under the running container
        request = target.reference or target.image_id
        assert _is_refused(client, request, force=plan.force), f"{which}: {request} went"


def _is_refused(client: EngineClient, request: str, *, force: bool) -> bool:
    try:
        remove_image(client, request, force=force)
    except Conflict:
        return True
    return False
