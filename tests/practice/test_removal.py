from __future__ import annotations

from typing import Any

import pytest

from tests.practice.holds import add_image, containers, make_hold, tar_of
from tui.practice import removal
from tui.practice.hold import Hold
from tui.practice.images import Image
from tui.practice.wire import ApiError

A, B, C = tar_of(a=b"1"), tar_of(b=b"22"), tar_of(c=b"333")
DIGEST = "sha256:" + "d" * 64


def _refusal(hold: Hold, name: str, *, force: bool = False) -> str:
    before = [hold.images.names_of(image.image_id) for image in hold.images.all()]
    with pytest.raises(ApiError) as refused:
        hold.images.remove(name, force=force)
    assert refused.value.status == 409
    assert before == [hold.images.names_of(image.image_id) for image in hold.images.all()]
    return refused.value.message


def _untagged(*names: str) -> list[dict[str, str]]:
    return [{"Untagged": name} for name in names]


def _deleted(image: Image, *chains: str) -> list[dict[str, str]]:
    return [{"Deleted": deleted} for deleted in (image.image_id, *chains)]


def _actions(hold: Hold) -> list[tuple[str, str]]:
    return [(event["Action"], event["Actor"]["Attributes"]["name"]) for event in _events(hold)]


def _events(hold: Hold) -> list[dict[str, Any]]:
    return hold.events.since(0)


def test_the_last_name_takes_the_image_and_its_layers_top_first() -> None:
    hold = make_hold()
    image = add_image(hold, A, B, names=("web",))
    bottom, top = (layer.chain_id for layer in hold.layers.stack(image.top))
    assert hold.images.remove("web", force=False) == [
        *_untagged("web:latest"),
        *_deleted(image, top, bottom),
    ]
    assert (hold.images.all(), hold.layers.all()) == ([], [])
    assert _actions(hold) == [("untag", image.image_id), ("delete", image.image_id)]


def test_events_tell_the_labels_as_long_as_the_image_is_there() -> None:
    hold = make_hold()
    image = add_image(hold, A, names=("web",), labels={"a": "b"})
    hold.images.remove("web", force=False)
    untag, delete = _events(hold)
    assert untag["Actor"]["Attributes"] == {"a": "b", "name": image.image_id}
    assert delete["Actor"]["Attributes"] == {"name": image.image_id}


def test_one_of_several_names_is_only_taken_away() -> None:
    hold = make_hold()
    image = add_image(hold, A, names=("web:1", "web:2"))
    containers(hold).add(hold, image.image_id, running=True)
    assert hold.images.remove("web:1", force=False) == _untagged("web:1")
    assert hold.images.names_of(image.image_id) == (["web:2"], [])


def test_with_a_repositorys_last_tag_its_digests_go() -> None:
    hold = make_hold()
    image = add_image(hold, A, names=("web:1", f"web@{DIGEST}", f"me/web@{DIGEST}"))
    assert hold.images.remove("web:1", force=False) == _untagged("web:1", f"web@{DIGEST}")
    assert hold.images.remove(f"me/web@{DIGEST}", force=False) == [
        *_untagged(f"me/web@{DIGEST}"),
        *_deleted(image, image.top),
    ]


def test_a_digest_alone_goes_alone() -> None:
    hold = make_hold()
    add_image(hold, A, names=("web:1", f"web@{DIGEST}"))
    assert hold.images.remove(f"web@{DIGEST}", force=False) == _untagged(f"web@{DIGEST}")
    with pytest.raises(ApiError, match="No such image"):
        hold.images.remove(f"web@{DIGEST}", force=False)


def test_a_tag_and_a_digest_at_once_are_no_reference() -> None:
    hold = make_hold()
    add_image(hold, A, names=("web:1", f"web@{DIGEST}"))
    with pytest.raises(ApiError, match="reference does not exist"):
        hold.images.remove(f"web:1@{DIGEST}", force=False)


def test_by_id_all_names_of_one_repository_go() -> None:
    hold = make_hold()
    image = add_image(hold, A, names=("web:1", f"web@{DIGEST}"))
    short = removal.short(image.image_id)
    assert hold.images.remove(short, force=False) == [
        *_untagged("web:1", f"web@{DIGEST}"),
        *_deleted(image, image.top),
    ]


@pytest.mark.parametrize(
    "names", [("web:1", "web:2"), ("web:1", "me/web:1"), ("web:1", f"me/web@{DIGEST}")]
)
def test_by_id_several_names_need_force(names: tuple[str, ...]) -> None:
    hold = make_hold()
    image = add_image(hold, A, names=names)
    short = removal.short(image.image_id)
    assert _refusal(hold, image.image_id) == (
        f"conflict: unable to delete {short} (must be forced) - "
        "image is referenced in multiple repositories"
    )
    assert hold.images.remove(short, force=True) == [
        *_untagged(*names),
        *_deleted(image, image.top),
    ]


def test_what_a_stopped_container_uses_needs_force() -> None:
    hold = make_hold()
    image = add_image(hold, A, names=("web",))
    container = containers(hold).add(hold, image.image_id)
    short = removal.short(image.image_id)
    assert _refusal(hold, "web") == (
        'conflict: unable to remove repository reference "web" (must force) - container '
        f"{container[:12]} is using its referenced image {short}"
    )
    assert _refusal(hold, short) == (
        f"conflict: unable to delete {short} (must be forced) - "
        f"image is being used by stopped container {container[:12]}"
    )
    assert hold.images.remove(short, force=True) == [*_untagged("web:latest"), *_deleted(image)]
    assert hold.layers.get(image.top), "the container still has its layers"


def test_what_a_running_container_uses_stays() -> None:
    hold = make_hold()
    image = add_image(hold, A, names=("web",))
    container = containers(hold).add(hold, image.image_id, running=True)
    short = removal.short(image.image_id)
    assert _refusal(hold, short, force=True) == (
        f"conflict: unable to delete {short} (cannot be forced) - "
        f"image is being used by running container {container[:12]}"
    )
    assert hold.images.remove("web", force=True) == _untagged("web:latest")
    assert image in hold.images.all(), "force takes the name, quietly leaves the image"


def test_a_parent_stays_as_long_as_it_has_children() -> None:
    hold = make_hold()
    parent = add_image(hold, A, names=("base",))
    child = add_image(hold, A, B, names=("web",), parent=parent.image_id)
    short = removal.short(parent.image_id)
    assert _refusal(hold, short, force=True) == (
        f"conflict: unable to delete {short} (cannot be forced) - image has dependent child images"
    )
    assert hold.images.remove("base", force=False) == _untagged("base:latest")
    assert hold.images.remove("web", force=False) == [
        *_untagged("web:latest"),
        *_deleted(child, child.top),
        *_deleted(parent, parent.top),
    ]


@pytest.mark.parametrize("kept_by", ["name", "container", "child", "noprune"])
def test_a_parent_that_is_wanted_stays(kept_by: str) -> None:
    hold = make_hold()
    parent = add_image(hold, A)
    child = add_image(hold, A, B, names=("web",), parent=parent.image_id)
    if kept_by == "name":
        hold.images.tag(parent.image_id, "base")
    elif kept_by == "container":
        containers(hold).add(hold, parent.image_id)
    elif kept_by == "child":
        add_image(hold, A, C, parent=parent.image_id)
    prune = kept_by != "noprune"
    assert hold.images.remove("web", force=True, prune=prune) == [
        *_untagged("web:latest"),
        *_deleted(child, child.top),
    ]
    assert parent in hold.images.all()


def _prune(hold: Hold, **more: Any) -> removal.Pruned:
    return removal.prune(hold, **{"unused": False, "wanted": lambda _image: True, **more})


def test_a_prune_takes_what_has_no_tag() -> None:
    hold = make_hold()
    keep = add_image(hold, A, names=("keep",))
    step = add_image(hold, A, B)
    dangling = add_image(hold, A, B, C, parent=step.image_id)
    by_digest = add_image(hold, C, names=(f"web@{DIGEST}",))
    used = add_image(hold, B)
    containers(hold).add(hold, used.image_id)
    done = _prune(hold)
    assert done.records == [
        *_deleted(dangling, dangling.top),
        *_deleted(step, step.top),
        *_untagged(f"web@{DIGEST}"),
        *_deleted(by_digest, by_digest.top),
    ]
    assert done.reclaimed == 3 + 2 + 3
    assert hold.images.all() == [keep, used]
    last = _events(hold)[-1]
    assert (last["Action"], last["Actor"]["Attributes"]) == ("prune", {"reclaimed": "8"})
    assert "id" not in last


def test_a_prune_of_all_leaves_what_containers_use() -> None:
    hold = make_hold()
    used = add_image(hold, A, names=("used:1", "used:2"))
    containers(hold).add(hold, used.image_id)
    free = add_image(hold, B, names=("free:1", f"free@{DIGEST}"))
    done = _prune(hold, unused=True)
    assert done.records == [
        *_untagged("used:1"),
        *_untagged("free:1", f"free@{DIGEST}"),
        *_deleted(free, free.top),
    ]
    assert hold.images.names_of(used.image_id) == (["used:2"], [])


def test_a_prune_until() -> None:
    hold = make_hold()
    old = add_image(hold, A, created="2023-11-13T00:00:00Z")
    add_image(hold, B, created="2023-11-14T22:00:00Z")
    assert _prune(hold, until="24h").records == _deleted(old, old.top)
    with pytest.raises(ApiError, match="failed to parse value as time or duration") as refused:
        _prune(hold, until="x")
    assert refused.value.status == 500
