"""The image maker against a real Engine: what it predicts is what the Engine computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engines.images import (
    ImageSpec,
    Link,
    Step,
    chain_ids,
    make_layer,
    parented_chain,
    runnable,
)
from tests.engines.maker import ImageMaker

if TYPE_CHECKING:
    from docker import APIClient


def test_a_spec_refuses_a_history_that_does_not_fit_its_layers() -> None:
    with pytest.raises(ValueError, match="1 steps with a layer, but 2 layers"):
        ImageSpec((make_layer({"a": b""}), make_layer({"b": b""})), (Step("COPY a"),))


@pytest.mark.stores("classic", "podman")
def test_the_engine_computes_the_same_ids(api: APIClient, maker: ImageMaker) -> None:
    base, top = maker.layer("base", 3000), maker.layer("top", 200)
    steps = (Step("ADD base in /"), Step('CMD ["sh"]', empty=True), Step("COPY top in /"))
    spec = ImageSpec((base, top), steps, (maker.name("ids:1"),), {"Labels": {"a": "b"}})
    (image,) = maker.load(spec)
    seen = api.inspect_image(maker.name("ids:1"))
    assert seen["Id"].removeprefix("sha256:") == image.removeprefix("sha256:")
    assert seen["RootFS"]["Layers"] == list(spec.diff_ids)
    assert seen["Config"]["Labels"] == {"a": "b"}
    history = api.history(image)
    assert [line["CreatedBy"] for line in reversed(history)] == [step.created_by for step in steps]


@pytest.mark.stores("classic")
def test_sizes_are_those_of_files_and_link_targets(api: APIClient, maker: ImageMaker) -> None:
    layer = make_layer({"etc/a": b"12345", "etc/b": Link("abc"), "var/empty/": b""})
    twice = maker.layer("twice", 100)
    (image,) = maker.load(ImageSpec((layer, twice, twice), tags=(maker.name("sizes:1"),)))
    seen = api.inspect_image(image)
    assert seen["Size"] == 8 + 100 + 100
    assert len(set(chain_ids(seen["RootFS"]["Layers"]))) == 3


@pytest.mark.stores("classic")
def test_chain_ids_are_those_of_the_engine(api: APIClient, maker: ImageMaker) -> None:
    """The classic store names the layers that it deletes by their chain IDs."""
    spec = ImageSpec(tuple(maker.layer(str(size), size) for size in (10, 20, 30)))
    (image,) = maker.load(spec)
    gone = {line["Deleted"] for line in api.remove_image(image)}
    assert gone == {image, *chain_ids(spec.diff_ids)}


@pytest.mark.stores("classic")
def test_a_parented_chain_goes_with_its_last_tag(api: APIClient, maker: ImageMaker) -> None:
    layers = tuple(maker.layer(f"step {number}", number) for number in (1, 2, 3))
    images = maker.load(*parented_chain(layers, tags=(maker.name("chain:1"),)))
    assert [api.inspect_image(image)["Parent"] for image in images] == ["", *images[:2]]
    gone = {line.get("Deleted") for line in api.remove_image(maker.name("chain:1"))}
    assert gone >= set(images)


def test_containers_run_and_are_committed(
    api: APIClient, maker: ImageMaker, engine_kind: str
) -> None:
    maker.load(runnable(maker.name("box:1")))
    said = maker.container(maker.name("box:1"), command=["echo", "hello"], start=True)
    assert api.wait(said)["StatusCode"] == 0
    assert api.logs(said) == b"hello\n"
    child = maker.commit(maker.name("box:1"), {"etc/new": b"1234"}, rest="box:2", message="more")
    if engine_kind != "podman":  # it writes a comment of its own
        assert api.history(child)[0]["Comment"] == "more"
    assert len(api.inspect_image(child)["RootFS"]["Layers"]) == 2


@pytest.mark.stores("classic")  # the other stores take a minute and more for so many
def test_a_thousand_images_fit_in_one_archive(api: APIClient, maker: ImageMaker) -> None:
    shared, apart = maker.layer("shared", 1000), [maker.layer(str(n), 10) for n in range(20)]
    tags = [maker.name(f"many:{number}") for number in range(1000)]
    specs = [
        ImageSpec((shared, apart[number % 20]), tags=(tag,), config={"Labels": {"n": str(number)}})
        for number, tag in enumerate(tags)
    ]
    maker.load(*specs)
    seen = api.images(name=maker.name("many"))
    assert len({image["Id"] for image in seen}) == 1000


def test_clean_leaves_nothing(api: APIClient, maker: ImageMaker) -> None:
    layer = maker.layer("any", 50)
    with ImageMaker(api, f"{maker.prefix}-inner") as inner:
        chain = inner.load(
            *parented_chain((layer, layer), tags=(inner.name("b:1"), inner.name("a:1")))
        )
        inner.tag(inner.name("a:1"), "other:2")
        box = runnable(inner.name("box:1"), layers=(layer,))
        made = [*chain, *inner.load(box)]
        made.append(inner.commit(inner.name("box:1"), {"x": b""}))
        container = inner.container(inner.name("box:1"), start=True, name="up")
    assert not {image["Id"] for image in api.images(all=True)} & set(made)
    assert container not in {each["Id"] for each in api.containers(all=True)}
