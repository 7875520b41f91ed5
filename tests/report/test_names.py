from __future__ import annotations

import pytest

from tui.model.image import ImageSummary
from tui.model.removal import RemovalTarget
from tui.report.names import AmbiguousName, NoSuchImage, find_image

DIGEST = "sha256:" + "d" * 64
ID_A = "sha256:ab" + "0" * 62
ID_B = "sha256:ac" + "0" * 62
ID_C = "sha256:ad" + "0" * 62

IMAGES = (
    ImageSummary(ID_A, ("app:latest", "app:1", "reg.example:5000/app:1"), (f"app@{DIGEST}",)),
    ImageSummary(ID_B, ("docker.io/library/redis:7", "localhost/mine:latest")),
    ImageSummary(ID_C, ("ad:latest",)),
    ImageSummary("sha256:" + "e" * 64),
)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("app", RemovalTarget(ID_A, "app:latest")),
        ("app:1", RemovalTarget(ID_A, "app:1")),
        ("docker.io/library/app:1", RemovalTarget(ID_A, "app:1")),
        ("reg.example:5000/app:1", RemovalTarget(ID_A, "reg.example:5000/app:1")),
        (f"app@{DIGEST}", RemovalTarget(ID_A, f"app@{DIGEST}")),
        (f"app:9@{DIGEST}", RemovalTarget(ID_A, f"app@{DIGEST}")),
        ("redis:7", RemovalTarget(ID_B, "docker.io/library/redis:7")),
        ("mine", RemovalTarget(ID_B, "localhost/mine:latest")),
        (ID_B, RemovalTarget(ID_B)),
        ("ac", RemovalTarget(ID_B)),
        ("AC", RemovalTarget(ID_B)),
        ("sha256:ac0", RemovalTarget(ID_B)),
        ("eeee", RemovalTarget("sha256:" + "e" * 64)),
        ("ad", RemovalTarget(ID_C, "ad:latest")),  # a name goes before an ID
    ],
)
def test_an_image_is_found(text: str, target: RemovalTarget) -> None:
    assert find_image(IMAGES, text) == target


@pytest.mark.parametrize("text", ["", "nope", "app:2x", "f", "sha256:", "redis", "[/x]", "-"])
def test_what_is_not_there_is_not_found(text: str) -> None:
    with pytest.raises(NoSuchImage):
        find_image(IMAGES, text)


def test_a_wrong_tag_is_told_the_right_ones() -> None:
    with pytest.raises(NoSuchImage) as caught:
        find_image(IMAGES, "app:2")
    assert caught.value.remedy == "This repository has: app:1, app:latest."


def test_digits_of_several_ids_name_the_candidates() -> None:
    with pytest.raises(AmbiguousName) as caught:
        find_image(IMAGES, "a")
    assert "3 images" in caught.value.title
    assert "ab0000000000 (app:latest)" in caught.value.title
