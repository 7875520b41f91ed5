"""The plan against a store that carries it out: random images, names, containers and sets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.disk.moby import Conflict
from tests.disk.worlds import daemon_of, worlds
from tui.disk.inventory import Inventory
from tui.disk.prune import dangling, unused
from tui.disk.receipt import freed_by_chains
from tui.disk.reclaim import plan_removal
from tui.model.removal import RemovalTarget, StayCause


@st.composite
def removals(draw: st.DrawFn) -> tuple[Inventory, list[RemovalTarget], bool]:
    inventory = draw(worlds())
    every = [RemovalTarget(image.image_id) for image in inventory.images]
    every += [RemovalTarget(i.image_id, name) for i in inventory.images for name in i.references]
    return inventory, draw(st.lists(st.sampled_from(every), max_size=10)), draw(st.booleans())


@settings(max_examples=300)
@given(removals())
def test_the_store_does_what_the_plan_says(
    drawn: tuple[Inventory, list[RemovalTarget], bool],
) -> None:
    inventory, targets, force = drawn
    plan = plan_removal(inventory, targets, force=force)
    daemon = daemon_of(inventory)
    for step in plan.steps:
        target = step.name if step.by_id else daemon.references[step.name]
        assert target == step.image_id
        daemon.delete(step.name, force=force)
    log = daemon.log
    untagged = [name for image in plan.images for name in image.untagged]
    assert sorted(untagged) == sorted(what for verb, what in log if verb == "Untagged")
    deleted = {image.image_id for image in plan.images if image.deleted}
    freed = {layer.chain_id for layer in plan.layers if layer.freed}
    assert deleted | freed == {what for verb, what in log if verb == "Deleted"}
    assert deleted.isdisjoint(daemon.images)
    sizes = {chain_id: layer.size for chain_id, layer in inventory.layers.items()}
    assert plan.freed_min == plan.freed_max == daemon.bytes_gone(sizes)
    assert plan.freed_min == freed_by_chains(plan, [what for _verb, what in log])
    assert plan.freed_max <= plan.listed


@settings(max_examples=300)
@given(removals())
def test_what_the_plan_leaves_the_store_refuses(
    drawn: tuple[Inventory, list[RemovalTarget], bool],
) -> None:
    """Nothing named is left that could have gone; but force does not untag what runs."""
    inventory, targets, force = drawn
    plan = plan_removal(inventory, targets, force=force)
    daemon = daemon_of(inventory)
    for step in plan.steps:
        daemon.delete(step.name, force=force)
    for target in targets:
        request = target.reference or target.image_id
        if request not in daemon.references and request not in daemon.images:
            continue
        (image,) = (one for one in plan.images if one.image_id == target.image_id)
        causes = {stay.cause for stay in image.stays}
        assert causes
        if target.reference and force:
            assert any(
                stay.state and True in daemon.used_by(image.image_id) for stay in image.stays
            )
            continue
        with pytest.raises(Conflict):
            daemon.delete(request, force=force)
        assert causes & {StayCause.CHILD, StayCause.CONTAINER}


@settings(max_examples=100)
@given(removals(), st.data())
def test_the_order_of_the_targets_does_not_matter(
    drawn: tuple[Inventory, list[RemovalTarget], bool], data: st.DataObject
) -> None:
    inventory, targets, force = drawn
    shuffled = data.draw(st.permutations(targets))
    plan = plan_removal(inventory, targets, force=force)
    again = plan_removal(inventory, shuffled, force=force)
    assert replace(plan, targets=()) == replace(again, targets=())


@settings(max_examples=100)
@given(removals())
def test_every_layer_is_freed_or_has_a_keeper(
    drawn: tuple[Inventory, list[RemovalTarget], bool],
) -> None:
    inventory, targets, force = drawn
    plan = plan_removal(inventory, targets, force=force)
    assert all(layer.freed != bool(layer.kept_by) for layer in plan.layers)
    assert len({layer.chain_id for layer in plan.layers}) == len(plan.layers)
    assert all(image.deleted != bool(image.stays) for image in plan.images)


@settings(max_examples=100)
@given(worlds())
def test_prune_sets_go_whole(inventory: Inventory) -> None:
    """Each image of a prune set is deleted, and after `unused` only what is needed is left."""
    for targets in (dangling(inventory), unused(inventory)):
        plan = plan_removal(inventory, targets)
        deleted = {image.image_id for image in plan.images if image.deleted}
        assert {target.image_id for target in targets} <= deleted
    daemon = daemon_of(inventory)
    for step in plan_removal(inventory, unused(inventory)).steps:
        daemon.delete(step.name, force=False)
    for image_id in daemon.images:
        assert daemon.used_by(image_id) or image_id in daemon.parents.values()
