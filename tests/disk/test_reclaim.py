from __future__ import annotations

from dataclasses import replace

from tests.disk.worlds import CONTAINERD, PODMAN, Made, container, image_id, world
from tests.engines.images import chain_ids
from tui.disk.inventory import EMPTY_INVENTORY, Inventory, needed_facts
from tui.disk.reclaim import NO_RECLAIM, plan_removal, reclaim_summary
from tui.model.container import ContainerState
from tui.model.image import HistoryStep
from tui.model.removal import (
    EMPTY_PLAN,
    ImagePlan,
    RemovalPlan,
    RemovalStep,
    RemovalTarget,
    Stay,
    StayCause,
)


def whole(name: str) -> RemovalTarget:
    return RemovalTarget(image_id(name))


def named(name: str, reference: str) -> RemovalTarget:
    return RemovalTarget(image_id(name), reference)


def image_of(plan: RemovalPlan, name: str) -> ImagePlan:
    (found,) = (image for image in plan.images if image.image_id == image_id(name))
    return found


def steps(plan: RemovalPlan) -> list[str]:
    return [step.name for step in plan.steps]


def without_facts(inventory: Inventory, *names: str) -> Inventory:
    left = {key: one for key, one in inventory.facts.items() if key not in map(image_id, names)}
    return Inventory(inventory.images, inventory.containers, left, inventory.capabilities)


BASE = Made("base", "ab", tags=("base:1",))
CHILD = Made("child", "abc", tags=("child:1",), parent="base")
FRIEND = Made("friend", "ad", tags=("friend:1",))


def test_no_targets_no_plan() -> None:
    assert plan_removal(world(BASE), []) is EMPTY_PLAN
    assert reclaim_summary(EMPTY_PLAN) == NO_RECLAIM
    assert plan_removal(EMPTY_INVENTORY, [whole("x")]).images == ()


def test_only_layers_that_nobody_else_has_come_back() -> None:
    plan = plan_removal(world(BASE, CHILD, FRIEND), [whole("child")])
    assert plan.is_exact
    assert (plan.freed_min, plan.listed) == (30_000, 1_230_000)
    kept = {layer.size: layer.kept_by for layer in plan.layers}
    assert kept == {1_000_000: ("base:1", "friend:1"), 200_000: ("base:1",), 30_000: ()}


def test_base_and_child_go_children_first_in_any_order() -> None:
    for targets in ([whole("base"), whole("child")], [whole("child"), whole("base")]):
        plan = plan_removal(world(BASE, CHILD), targets)
        assert steps(plan) == ["child:1", "base:1"]
        assert plan.freed_min == 1_230_000


def test_a_name_of_several_takes_only_itself() -> None:
    image = Made("i", "a", tags=("x:1", "x:2", "y:1"), digests=("x@sha256:" + "0" * 64,))
    plan = plan_removal(world(image), [named("i", "x:2")])
    assert image_of(plan, "i").untagged == ("x:2",)
    assert [stay.holder for stay in image_of(plan, "i").stays] == ["x:1", "y:1", *image.digests]
    assert plan.freed_max == 0
    assert plan.layers[0].kept_by == ("x:1",)


def test_digests_go_with_the_last_tag_of_their_repository() -> None:
    image = Made("i", "a", tags=("x:1", "y:1"), digests=("x@sha256:" + "0" * 64,))
    plan = plan_removal(world(image), [named("i", "x:1")])
    assert image_of(plan, "i").untagged == ("x:1", *image.digests)
    assert not image_of(plan, "i").deleted


def test_by_id_is_one_step_a_name_and_by_id_without() -> None:
    digest = "z@sha256:" + "0" * 64
    image = Made("i", "a", tags=("x:1", "y:1"), digests=(digest,))
    plan = plan_removal(world(image, Made("none", "b")), [whole("i"), whole("none")])
    assert plan.steps == (
        RemovalStep(image_id("none"), image_id("none"), by_id=True),
        RemovalStep(image_id("i"), "x:1"),
        RemovalStep(image_id("i"), "y:1"),
        RemovalStep(image_id("i"), digest),
    )
    assert plan.freed_min == 1_200_000


def test_by_id_leaves_all_names_where_the_image_must_stay() -> None:
    plan = plan_removal(world(replace(BASE, tags=("base:1", "base:2")), CHILD), [whole("base")])
    assert plan.steps == ()
    assert image_of(plan, "base").stays == (Stay(StayCause.CHILD, "child:1"),)


def test_an_untagged_base_stays_for_its_child() -> None:
    plan = plan_removal(world(BASE, CHILD), [named("base", "base:1")])
    assert image_of(plan, "base").untagged == ("base:1",)
    assert not image_of(plan, "base").deleted
    assert plan.layers[0].kept_by == ("child:1",)


def test_untagged_parents_follow_the_last_child() -> None:
    step = Made("step", "ab", parent="base")
    top = Made("top", "abc", tags=("top:1",), parent="step")
    plan = plan_removal(world(replace(BASE, tags=()), step, top), [whole("top")])
    assert steps(plan) == ["top:1"]
    assert [(i.image_id, i.cascade_of) for i in plan.images] == [
        (image_id("top"), ""),
        (image_id("step"), image_id("top")),
        (image_id("base"), image_id("top")),
    ]
    assert plan.freed_min == 1_230_000


def test_a_child_without_a_name_is_told_by_its_descendant() -> None:
    step = Made("step", "ab", parent="base")
    top = Made("top", "abc", tags=("top:1",), parent="step")
    plan = plan_removal(world(BASE, step, top), [whole("base")])
    assert image_of(plan, "base").stays == (Stay(StayCause.CHILD, "top:1"),)


def test_a_container_keeps_the_image_unless_forced() -> None:
    inventory = world(BASE, containers=[container("web", "base")])
    plan = plan_removal(inventory, [named("base", "base:1")])
    assert plan.steps == ()
    assert image_of(plan, "base").stays == (Stay(StayCause.CONTAINER, "web", "exited"),)
    forced = plan_removal(inventory, [named("base", "base:1")], force=True)
    assert image_of(forced, "base").deleted
    assert image_of(forced, "base").leaves_containers == ("web",)
    assert forced.freed_max == 0
    assert {layer.kept_by for layer in forced.layers} == {("container web",)}


def test_nothing_forces_a_running_container() -> None:
    inventory = world(BASE, containers=[container("web", "base", ContainerState.PAUSED)])
    for target in (named("base", "base:1"), whole("base")):
        plan = plan_removal(inventory, [target], force=True)
        assert plan.steps == ()
        assert image_of(plan, "base").stays == (Stay(StayCause.CONTAINER, "web", "paused"),)


def test_two_names_under_a_container_leave_one() -> None:
    image = Made("i", "a", tags=("x:1", "y:1"))
    inventory = world(image, containers=[container("web", "i")])
    plan = plan_removal(inventory, [named("i", "y:1"), named("i", "x:1")])
    assert steps(plan) == ["x:1"]
    assert image_of(plan, "i").stays == (Stay(StayCause.CONTAINER, "web", "exited"),)


def test_the_same_layer_twice_is_two_layers() -> None:
    twice = Made("twice", "aa", tags=("twice:1",))
    once = Made("once", "a", tags=("once:1",))
    plan = plan_removal(world(twice, once), [whole("twice")])
    assert plan.freed_min == 1_000_000
    assert [layer.freed for layer in plan.layers] == [False, True]


def test_missing_facts_widen_the_range() -> None:
    both = world(BASE, FRIEND)
    target = [whole("base")]
    assert needed_facts(both, target) == frozenset()
    assert needed_facts(without_facts(both, "friend"), []) == frozenset()
    unknown_other = without_facts(both, "friend")
    assert needed_facts(unknown_other, target) == {image_id("friend")}
    plan = plan_removal(unknown_other, target)
    assert (plan.freed_min, plan.freed_max) == (0, 1_200_000)
    plan = plan_removal(without_facts(both, "base"), target)
    assert (plan.freed_min, plan.freed_max, plan.listed) == (0, 1_200_000, 1_200_000)


def test_a_container_whose_image_is_gone_may_keep_anything() -> None:
    """A forced removal before this one left it; only facts read before that tell its layers."""
    orphan = container("old", "gone")
    plan = plan_removal(world(BASE, containers=[orphan]), [whole("base")])
    assert (plan.freed_min, plan.freed_max) == (0, 1_200_000)
    gone = Made("gone", "af")
    remembered = world(BASE, containers=[orphan])
    facts = {**remembered.facts, gone.image_id: gone.facts}
    plan = plan_removal(Inventory(remembered.images, (orphan,), facts), [whole("base")])
    assert (plan.freed_min, plan.freed_max) == (200_000, 200_000)
    assert plan.layers[0].kept_by == ("container old",)


def test_sizes_that_history_does_not_tell_widen_the_range() -> None:
    image = Made("i", "ab", tags=("i:1",))
    inventory = world(image, FRIEND)
    facts = replace(image.facts, history=(HistoryStep(0, "COPY", 1_200_000),))
    inventory = Inventory(inventory.images, (), {**inventory.facts, image.image_id: facts})
    plan = plan_removal(inventory, [whole("i")])
    assert (plan.freed_min, plan.freed_max) == (0, 200_000)
    assert plan.listed == 1_200_000
    assert [layer.size for layer in plan.layers] == [1_000_000, -1]


def test_containerd_is_exact_for_what_shares_nothing() -> None:
    image = Made("i", "ab", tags=("i:1",), digests=("i@sha256:" + "0" * 64,), extra=77)
    plan = plan_removal(world(image, Made("o", "c"), capabilities=CONTAINERD), [whole("i")])
    assert plan.freed_min == plan.freed_max == plan.listed == 1_200_077
    assert image_of(plan, "i").untagged == ("i:1",)


def test_containerd_gives_a_range_for_shared_blobs() -> None:
    image = Made("i", "ab", tags=("i:1",), extra=77)
    other = Made("o", "ac", tags=("o:1",), extra=55)
    plan = plan_removal(world(image, other, capabilities=CONTAINERD), [whole("i")])
    assert (plan.freed_min, plan.freed_max) == (200_000, 200_077)
    both = plan_removal(world(image, other, capabilities=CONTAINERD), [whole("i"), whole("o")])
    assert (both.freed_min, both.freed_max) == (1_230_000 + 77, 1_230_000 + 77 + 55)


def test_containerd_knows_no_parents_and_only_unties_under_force() -> None:
    inventory = world(BASE, CHILD, capabilities=CONTAINERD)
    plan = plan_removal(inventory, [whole("base")])
    assert image_of(plan, "base").deleted
    assert plan.freed_max == 0
    used = world(BASE, containers=[container("web", "base")], capabilities=CONTAINERD)
    plan = plan_removal(used, [whole("base")], force=True)
    assert image_of(plan, "base").untagged == ("base:1",)
    assert image_of(plan, "base").stays == (Stay(StayCause.CONTAINER, "web", "exited"),)
    assert plan.freed_max == 0


def test_containerd_without_stored_layers_tells_nothing_for_sure() -> None:
    broken = Made("broken", "", tags=("broken:1",), extra=2980)
    inventory = world(BASE, broken, capabilities=CONTAINERD)
    history = (HistoryStep(0, "COPY", 5),)
    facts = {**inventory.facts, broken.image_id: replace(broken.facts, history=history)}
    inventory = Inventory(inventory.images, (), facts, CONTAINERD)
    assert plan_removal(inventory, [whole("base")]).freed_min == 0
    plan = plan_removal(inventory, [whole("broken")])
    assert (plan.freed_min, plan.freed_max) == (0, 2980)


def test_podman_takes_the_containers_along_and_is_nearly_exact() -> None:
    digests = ("base@sha256:" + "0" * 64,)
    inventory = world(
        replace(BASE, digests=digests), containers=[container("web", "base")], capabilities=PODMAN
    )
    assert plan_removal(inventory, [whole("base")]).steps == ()
    plan = plan_removal(inventory, [whole("base")], force=True)
    assert image_of(plan, "base").takes_containers == ("web",)
    assert image_of(plan, "base").untagged == ("base:1",)
    assert plan.freed_min < 1_200_000 < plan.freed_max
    assert plan.freed_max - plan.freed_min < 0.01 * 1_200_000


def test_the_summary_names_the_top_holders() -> None:
    others = [Made(f"o{n}", "ab"[: 1 + n % 2], tags=(f"o{n}:1",)) for n in range(5)]
    plan = plan_removal(world(CHILD, *others), [whole("child")])
    summary = reclaim_summary(plan)
    assert (summary.images_deleted, summary.names_removed) == (1, 1)
    assert (summary.freed_min, summary.kept, summary.listed) == (30_000, 1_200_000, 1_230_000)
    assert summary.holders == (("o1:1", 1_200_000), ("o3:1", 1_200_000), ("o0:1", 1_000_000))
    assert summary.other_holders == 2


def test_unknown_names_and_parents_in_a_circle_do_no_harm() -> None:
    one, two = Made("one", "a", tags=("one:1",), parent="two"), Made("two", "a", parent="one")
    plan = plan_removal(world(one, two), [named("one", "other:1"), whole("two"), whole("one")])
    assert plan.steps == ()
    assert {image.deleted for image in plan.images} == {False}


def test_layers_are_told_bottom_first_by_chain() -> None:
    plan = plan_removal(world(CHILD), [whole("child")])
    assert tuple(layer.chain_id for layer in plan.layers) == chain_ids(CHILD.diff_ids)
