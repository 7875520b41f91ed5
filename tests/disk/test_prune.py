from __future__ import annotations

from tests.disk.worlds import CONTAINERD, Made, container, image_id, world
from tui.disk.prune import dangling, stopped_containers, unused
from tui.model.container import ContainerState


def ids(*names: str) -> list[str]:
    return [image_id(name) for name in names]


IMAGES = (
    Made("base", "a", tags=("base:1",)),
    Made("step", "ab", parent="base"),
    Made("top", "abc", tags=("top:1",), parent="step"),
    Made("loose", "d"),
    Made("held", "e"),
    Made("pulled", "f", digests=("p@sha256:" + "0" * 64,)),
)
HELD = container("c", "held")


def test_dangling_has_no_name_no_child_and_no_container() -> None:
    assert [one.image_id for one in dangling(world(*IMAGES, containers=[HELD]))] == ids("loose")


def test_unused_leaves_what_a_container_needs_further_up() -> None:
    free = world(*IMAGES, containers=[HELD])
    assert [one.image_id for one in unused(free)] == ids("base", "top", "loose", "pulled")
    used = world(*IMAGES, containers=[HELD, container("d", "top")])
    assert [one.image_id for one in unused(used)] == ids("loose", "pulled")


def test_containerd_keeps_no_parents() -> None:
    used = world(*IMAGES, containers=[container("d", "top")], capabilities=CONTAINERD)
    assert image_id("base") in {one.image_id for one in unused(used)}


def test_stopped_containers_are_those_in_which_nothing_runs() -> None:
    every = [container(state.value, "base", state) for state in ContainerState]
    stopped = {one.name for one in stopped_containers(world(*IMAGES, containers=every))}
    assert stopped == {"created", "exited", "dead", "removing", "unknown"}
