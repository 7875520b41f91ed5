from __future__ import annotations

import hashlib
import json

import pytest

from tests.practice.holds import add_image, make_hold, tar_of
from tui.practice.images import Image
from tui.practice.wire import ApiError

A, B = tar_of(a=b"1"), tar_of(b=b"22")
DIGEST = "sha256:" + "d" * 64


def _refusal(name: str) -> tuple[int, str]:
    hold = make_hold()
    with pytest.raises(ApiError) as refused:
        hold.images.find(name)
    return refused.value.status, refused.value.message


def test_an_image_is_known_by_the_digest_of_its_config() -> None:
    hold = make_hold()
    image = add_image(hold, A)
    assert image.image_id == "sha256:" + hashlib.sha256(image.config).hexdigest()
    assert hold.images.add(image.config, image.top) is image
    assert hold.layers.release(image.top) == [image.top], "added twice, retained once"


@pytest.mark.parametrize(
    "config",
    [b"[]", b"{", b'{"rootfs":[]}', b'{"rootfs":{"diff_ids":{}}}', b"{}"],
)
def test_a_config_that_tells_of_other_layers_is_refused(config: bytes) -> None:
    hold = make_hold()
    layer = hold.layers.register(A)
    with pytest.raises(ValueError, match=r"the config|Expecting"):
        hold.images.add(config, layer.chain_id)
    assert hold.images.all() == []


def test_what_a_name_means() -> None:
    hold = make_hold()
    image = add_image(hold, A, names=("web:1", f"me/web@{DIGEST}"))
    other = add_image(hold, B, names=("other",))
    digits = image.image_id.removeprefix("sha256:")
    names = ["web:1", "docker.io/library/web:1", f"me/web@{DIGEST}", f"me/web:9@{DIGEST}"]
    for name in [*names, image.image_id, digits, digits[:12], f"sha256:{digits[:9]}"]:
        assert hold.images.find(name) is image, name
    assert hold.images.find("other") is other
    assert hold.images.reference("other:latest") == other.image_id
    assert hold.images.reference(digits[:12]) is None


def test_a_beginning_that_two_ids_share_means_none() -> None:
    hold = make_hold()
    first, second = "sha256:" + "ab" * 32, "sha256:" + "ac" * 32
    for image_id in (first, second):
        hold.images._enter(Image(image_id, b"{}", ""))
    assert hold.images.find("ab").image_id == first
    with pytest.raises(ApiError, match="No such image: a:latest"):
        hold.images.find("a")


def test_a_name_goes_before_an_id() -> None:
    hold = make_hold()
    image = add_image(hold, A)
    digits = image.image_id.removeprefix("sha256:")
    other = add_image(hold, B, names=(digits[:12],))
    assert hold.images.find(digits[:12]) is other
    assert hold.images.find(digits[:13]) is image


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("nosuch", 404, "No such image: nosuch:latest"),
        ("docker.io/library/nosuch:1", 404, "No such image: nosuch:1"),
        ("sha256:1234", 404, "No such image: sha256:1234"),
        ("a" * 64, 404, f"No such image: sha256:{'a' * 64}"),
        ("NoSuch", 400, "invalid reference format: repository name must be lowercase"),
    ],
)
def test_what_there_is_not(name: str, status: int, message: str) -> None:
    assert _refusal(name) == (status, message)


def test_a_tag_moves_and_goes() -> None:
    hold = make_hold()
    first = add_image(hold, A, names=("web", "web:2"))
    second = add_image(hold, B)
    hold.images.tag(second.image_id, "web:latest")
    assert hold.images.names_of(first.image_id) == (["web:2"], [])
    assert hold.images.names_of(second.image_id) == (["web:latest"], [])
    hold.images.untag("web")
    hold.images.untag("never/was")
    assert hold.images.reference("web") is None


def test_names_are_sorted_as_dockerd_sorts_them() -> None:
    hold = make_hold()
    names = ("z:1", f"a@{DIGEST}", "me/b:1", "a:2", "127.0.0.1:5000/x:1", "a:1")
    image = add_image(hold, A, names=names)
    assert [name.familiar for name in hold.images.references(image.image_id)] == [
        "127.0.0.1:5000/x:1",
        "a:1",
        "a:2",
        f"a@{DIGEST}",
        "z:1",
        "me/b:1",
    ]


def test_children_and_sizes() -> None:
    hold = make_hold()
    parent = add_image(hold, A)
    child = add_image(hold, A, B, parent=parent.image_id)
    assert hold.images.children(parent.image_id) == [child.image_id]
    assert (hold.images.size(parent), hold.images.size(child)) == (1, 3)
    assert hold.images.size(add_image(hold)) == 0
    assert hold.images.drop(child.image_id) == [child.top]
    assert hold.images.children(parent.image_id) == []


def test_parsed_and_labels() -> None:
    image = Image("sha256:0", json.dumps({"config": {"Labels": {"a": "b"}}}).encode(), "")
    assert image.labels() == {"a": "b"}
    assert Image("sha256:0", b'{"config":null}', "").labels() == {}
