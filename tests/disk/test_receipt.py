from __future__ import annotations

from tests.disk.worlds import Made, image_id, world
from tui.disk.receipt import Receipt, freed_by_chains, freed_by_usage
from tui.disk.reclaim import plan_removal
from tui.model.removal import RemovalTarget


def test_only_chain_ids_among_the_answers_count_and_each_once() -> None:
    plan = plan_removal(world(Made("i", "ab", tags=("i:1",))), [RemovalTarget(image_id("i"))])
    bottom, top = (layer.chain_id for layer in plan.layers)
    assert freed_by_chains(plan, [image_id("i"), top, top, "sha256:other"]) == 200_000
    assert freed_by_chains(plan, [bottom, top]) == plan.freed_min
    assert freed_by_chains(plan, []) == 0


def test_usage_that_grew_meanwhile_freed_nothing() -> None:
    assert freed_by_usage(10, 4) == 6
    assert freed_by_usage(4, 10) == 0


def test_a_receipt_tells_whether_the_preview_was_right() -> None:
    assert Receipt(5, 9, 9).is_as_predicted
    assert not Receipt(5, 9, 4).is_as_predicted
