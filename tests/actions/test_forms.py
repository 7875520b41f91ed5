"""Forms: what they start with, what they build, what they refuse and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.actions.action import Action
from tui.actions.forms import FORMS
from tui.actions.forms.form import EXISTS, NotYet
from tui.actions.selection import EMPTY_SELECTION, Selection
from tui.actions.values.accounts import PushImage
from tui.actions.values.containers import RenameContainer
from tui.actions.values.images import PullImage, SearchImages, TagImage
from tui.actions.values.moving import LoadImages, SaveImages
from tui.model.container import ContainerSummary
from tui.model.image import ImageSummary, SearchResult
from tui.store.rows import ImageRow
from tui.store.state import Pane

IMAGE_ID = "sha256:" + "ab" * 32
ROW = ImageRow("k", ImageSummary(IMAGE_ID, tags=("host:5000/a:1",)), "host:5000/a:1", 0)
NAMELESS = ImageRow("n", ImageSummary(IMAGE_ID), "", 0)
IMAGES = Selection(Pane.IMAGES, images=(ROW,))
CONTAINERS = Selection(
    Pane.CONTAINERS, containers=(ContainerSummary("c1", "web", "a:1", IMAGE_ID),)
)
RESULTS = Selection(Pane.HUB, results=(SearchResult("me/app", "", 1, is_official=False),))
SELECTIONS = {"rename": CONTAINERS, "pull_result": RESULTS}


def build(form_id: str, values: dict[str, str], selection: Selection | None = None) -> Action:
    form = FORMS[form_id]
    chosen = SELECTIONS.get(form_id, IMAGES) if selection is None else selection
    return form.build(chosen, {field.key: "" for field in form.fields} | values)


@pytest.mark.parametrize(
    ("form_id", "key", "initial"),
    [
        ("pull", "reference", "host:5000/a:1"),
        ("pull_result", "reference", "me/app"),
        ("tag", "reference", "host:5000/a"),
        ("rename", "name", "web"),
        ("search", "term", ""),
        ("save", "path", "a-1.tar"),
        ("load", "path", ""),
        ("push", "reference", "host:5000/a:1"),
    ],
)
def test_a_form_starts_with_what_is_selected(form_id: str, key: str, initial: str) -> None:
    fields = {field.key: field for field in FORMS[form_id].fields}
    assert fields[key].initial(SELECTIONS.get(form_id, IMAGES)) == initial


@pytest.mark.parametrize("form_id", FORMS)
def test_with_nothing_selected_a_form_starts_empty(form_id: str) -> None:
    assert {field.initial(EMPTY_SELECTION) for field in FORMS[form_id].fields} == {""}


@pytest.mark.parametrize(
    ("form_id", "values", "action"),
    [
        ("pull", {"reference": "nginx"}, PullImage("nginx")),
        ("pull", {"reference": "docker.io/library/nginx:1"}, PullImage("nginx:1")),
        ("pull", {"reference": "a", "all_tags": "yes"}, PullImage("a", all_tags=True)),
        (
            "pull",
            {"reference": "a", "platform": " linux/arm/v7 "},
            PullImage("a", "linux/arm/v7"),
        ),
        ("pull_result", {"reference": "me/app"}, PullImage("me/app")),
        ("tag", {"reference": "b:2"}, TagImage(IMAGE_ID, "host:5000/a:1", "b:2")),
        (
            "push",
            {"reference": "host:5000/a:1"},
            PushImage(IMAGE_ID, "host:5000/a:1", "host:5000/a:1"),
        ),
        (
            "push",
            {"reference": "me/a"},
            PushImage(IMAGE_ID, "host:5000/a:1", "me/a:latest", tags_first=True),
        ),
        (
            "push",
            {"reference": "host:5000/a", "all_tags": "yes"},
            PushImage(IMAGE_ID, "host:5000/a:1", "host:5000/a", all_tags=True),
        ),
        ("rename", {"name": " web-2 "}, RenameContainer(CONTAINERS.container_targets[0], "web-2")),
        ("search", {"term": " r.example:5000/x "}, SearchImages("r.example:5000/x")),
    ],
)
def test_what_a_form_builds(form_id: str, values: dict[str, str], action: Action) -> None:
    assert build(form_id, values) == action


def test_an_image_without_a_name_is_tagged_by_its_id() -> None:
    action = build("tag", {"reference": "b:2"}, Selection(Pane.IMAGES, images=(NAMELESS,)))
    assert action.docker == "docker tag abababababab b:2"


@pytest.mark.parametrize(
    ("form_id", "values", "why"),
    [
        ("pull", {"reference": " "}, "Type an image reference"),
        ("pull", {"reference": "UPPER"}, "Not an image reference: .*lower case"),
        ("pull", {"reference": "a; rm -rf /"}, "Not an image reference"),
        ("pull", {"reference": "a:1", "all_tags": "yes"}, "leave out the tag"),
        ("pull", {"reference": "a@sha256:" + "0" * 64, "all_tags": "yes"}, "leave out the tag"),
        ("pull", {"reference": "a", "platform": "--all-tags"}, "platform looks like"),
        ("pull", {"reference": "a", "platform": "linux/"}, "platform looks like"),
        ("push", {"reference": ""}, "Type an image reference"),
        ("push", {"reference": "nginx:1"}, "USER/nginx"),
        ("push", {"reference": "me/a@sha256:" + "0" * 64}, "cannot hold a digest"),
        ("push", {"reference": "host:5000/a:1", "all_tags": "yes"}, "leave out the tag"),
        ("push", {"reference": "host:5000/b", "all_tags": "yes"}, "that the image is in"),
        ("tag", {"reference": ""}, "Type an image reference"),
        ("tag", {"reference": "a@sha256:" + "0" * 64}, "cannot hold a digest"),
        ("rename", {"name": CONTAINERS.containers[0].name}, "its name already"),
        ("rename", {"name": "x"}, "two or more"),
        ("rename", {"name": "-web"}, "two or more"),
        ("rename", {"name": "a b"}, "two or more"),
        ("search", {"term": "  "}, "Type what to search for"),
        ("search", {"term": "https://r.example/x"}, "Leave out the scheme"),
    ],
)
def test_what_a_form_refuses_and_why(form_id: str, values: dict[str, str], why: str) -> None:
    with pytest.raises(NotYet, match=why):
        build(form_id, values)


@pytest.mark.parametrize(("form_id", "key"), [("tag", "reference"), ("rename", "name")])
def test_what_needs_a_row_says_so(form_id: str, key: str) -> None:
    with pytest.raises(NotYet, match="Nothing is selected"):
        build(form_id, {key: "abc"}, EMPTY_SELECTION)


def test_saving_takes_names_and_the_ids_of_what_has_none() -> None:
    both = Selection(Pane.IMAGES, images=(ROW, NAMELESS, ROW))
    names = ("host:5000/a:1", IMAGE_ID)
    assert build("save", {"path": "/tmp/x.tar.zst"}, both) == SaveImages(
        names, "/tmp/x.tar.zst", "zstd"
    )
    replacing = build("save", {"path": "x.tar", "path" + EXISTS: "yes", "no_check": "yes"}, both)
    assert replacing == SaveImages(names, "x.tar", overwrite=True, check=False)
    (path, _check) = FORMS["save"].fields
    assert path.initial(both) == "images.tar"
    assert path.initial(Selection(Pane.IMAGES, images=(NAMELESS,))) == "ab" * 32 + ".tar"


@pytest.mark.parametrize("path", ["", " ", "/tmp/", "/tmp"])
def test_saving_needs_the_name_of_a_file(path: str) -> None:
    with pytest.raises(NotYet):
        build("save", {"path": path})


def test_loading_needs_a_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.tar").touch()
    assert build("load", {"path": str(tmp_path / "a.tar")}) == LoadImages(str(tmp_path / "a.tar"))
    for path in ("", str(tmp_path), str(tmp_path / "none")):
        with pytest.raises(NotYet):
            build("load", {"path": path})
