from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

import tui.practice.api.images  # noqa: F401 - fills the routes
from tests.practice.holds import add_image, containers, make_hold, tar_of
from tui.practice import imageviews
from tui.practice.hold import Hold
from tui.practice.wire import ROUTES, ApiError, Request

A, B = tar_of(a=b"1"), tar_of(b=b"22")
DIGEST = "sha256:" + "d" * 64


def ask(hold: Hold, method: str, target: str, version: tuple[int, int] = (1, 41)) -> Any:
    path, _mark, query = target.partition("?")
    values = {name: (value,) for name, value in parse_qsl(query, keep_blank_values=True)}
    found = ROUTES.find(method, path)
    assert found, target
    handler, names = found
    answer = handler(hold, Request(method, path, values, {}, io.BytesIO(), version, names))
    assert isinstance(answer.body, bytes)
    return json.loads(answer.body) if answer.body else answer.status


def filtered(hold: Hold, more: str = "", **filters: Any) -> list[str]:
    """Return the first name of each image that is listed, sorted."""
    query = urlencode({"filters": json.dumps(filters)})
    listed = ask(hold, "GET", f"/images/json?{query}{more}")
    return sorted((image["RepoTags"] or image["RepoDigests"])[0] for image in listed)


def refusal(hold: Hold, method: str, target: str) -> tuple[int, str]:
    with pytest.raises(ApiError) as refused:
        ask(hold, method, target)
    return refused.value.status, refused.value.message


def test_the_list_is_that_of_20_10() -> None:
    hold = make_hold()
    old = add_image(hold, A, names=("web:1", f"web@{DIGEST}"), created="2022-01-02T03:04:05.9Z")
    new = add_image(hold, A, B, created="2022-01-03T03:04:05Z", labels={"a": "b"})
    first, second = ask(hold, "GET", "/images/json")
    assert first == {
        "Containers": -1,
        "Created": 1641179045,
        "Id": new.image_id,
        "Labels": {"a": "b"},
        "ParentId": "",
        "RepoDigests": ["<none>@<none>"],
        "RepoTags": ["<none>:<none>"],
        "SharedSize": -1,
        "Size": 3,
        "VirtualSize": 3,
    }
    assert list(first) == sorted(first)
    assert (second["Id"], second["Labels"], second["Created"]) == (old.image_id, None, 1641092645)
    assert (second["RepoTags"], second["RepoDigests"]) == (["web:1"], [f"web@{DIGEST}"])


@pytest.fixture
def full() -> Hold:
    hold = make_hold()
    step = add_image(hold, A, created="2022-01-01T00:00:00Z")
    add_image(
        hold, A, B, names=("web:1", "me/web:2"), parent=step.image_id, labels={"a": "b"},
        created="2022-01-02T00:00:00Z",
    )  # fmt: skip
    add_image(hold, B, names=(f"dig@{DIGEST}",), created="2022-01-03T00:00:00Z", labels={"a": "c"})
    add_image(hold, created="2022-01-04T00:00:00Z", names=("last",))
    add_image(hold, B, A, created="2022-01-05T00:00:00Z")
    return hold


NONE, WEB, DIG, LAST = "<none>:<none>", "me/web:2", f"dig@{DIGEST}", "last:latest"


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({}, [NONE, DIG, LAST, "web:1"]),
        ({"dangling": ["true"]}, [NONE, DIG]),
        ({"dangling": {"false": True}}, [DIG, LAST, "web:1"]),
        ({"reference": ["me/*"]}, [WEB]),
        ({"reference": ["web", "dig"]}, [DIG, "web:1"]),
        ({"reference": ["nosuch"]}, []),
        ({"label": ["a"]}, [DIG, "web:1"]),
        ({"label": ["a=b"]}, ["web:1"]),
        ({"label": ["a", "x"]}, []),
        ({"before": ["last"]}, [DIG, "web:1"]),
        ({"since": ["web:1"]}, [NONE, DIG, LAST]),
        ({"before": ["last"], "since": ["web:1"]}, [DIG]),
    ],
)
def test_filters_of_the_list(full: Hold, filters: dict[str, Any], wanted: list[str]) -> None:
    assert filtered(full, **filters) == sorted(wanted)


def test_all_tells_the_steps_too(full: Hold) -> None:
    assert filtered(full, "&all=1").count(NONE) == 2
    assert filtered(full, "&all=1", dangling=["true"]).count(NONE) == 1
    assert filtered(full, "&all=1", dangling=["false"]).count(NONE) == 0


def test_the_old_filter_parameter_is_for_old_clients(full: Hold) -> None:
    assert len(ask(full, "GET", "/images/json?filter=web", (1, 40))) == 1
    assert len(ask(full, "GET", "/images/json?filter=web")) == 4


@pytest.mark.parametrize(
    ("filters", "status", "message"),
    [
        ('{"bogus":["x"]}', 400, "Invalid filter 'bogus'"),
        ('{"dangling":["x"]}', 400, "Invalid filter 'dangling=[x]'"),
        ('{"before":["nosuch"]}', 404, "No such image: nosuch:latest"),
        ('{"reference":["[a"]}', 500, "syntax error in pattern"),
    ],
)
def test_filters_that_are_refused(full: Hold, filters: str, status: int, message: str) -> None:
    target = "/images/json?" + urlencode({"filters": filters})
    assert refusal(full, "GET", target) == (status, message)


def test_inspect_is_that_of_20_10(tmp_path: Path) -> None:
    hold = make_hold(tmp_path)
    image = add_image(
        hold, A, B, names=("web:1",), comment="", author="me",
        config={"Env": ["A=b"], "ExposedPorts": {"80/tcp": {}}, "StopSignal": "SIGQUIT"},
    )  # fmt: skip
    told = ask(hold, "GET", "/images/web:1/json")
    assert list(told) == [
        "Id", "RepoTags", "RepoDigests", "Parent", "Comment", "Created", "Container",
        "ContainerConfig", "DockerVersion", "Author", "Config", "Architecture", "Os", "Size",
        "VirtualSize", "GraphDriver", "RootFS", "Metadata",
    ]  # fmt: skip
    assert list(told["ContainerConfig"]) == [
        "Hostname", "Domainname", "User", "AttachStdin", "AttachStdout", "AttachStderr", "Tty",
        "OpenStdin", "StdinOnce", "Env", "Cmd", "Image", "Volumes", "WorkingDir", "Entrypoint",
        "OnBuild", "Labels",
    ]  # fmt: skip
    assert told["Config"]["ExposedPorts"] == {"80/tcp": {}}
    assert list(told["Config"])[-1] == "StopSignal"
    assert (told["RepoTags"], told["RepoDigests"], told["Author"]) == (["web:1"], [], "me")
    assert told["RootFS"] == {
        "Type": "layers",
        "Layers": [layer.diff_id for layer in hold.layers.stack(image.top)],
    }
    data = told["GraphDriver"]["Data"]
    assert list(data) == ["LowerDir", "MergedDir", "UpperDir", "WorkDir"]
    assert [path.name for path in Path(data["UpperDir"]).iterdir()] == ["b"]
    assert [path.name for path in Path(data["LowerDir"]).iterdir()] == ["a"]
    assert told["Metadata"] == {"LastTagTime": "0001-01-01T00:00:00Z"}


def test_an_image_without_layers_has_no_folders() -> None:
    hold = make_hold()
    add_image(hold, names=("empty",))
    told = ask(hold, "GET", "/images/empty/json")
    assert told["GraphDriver"] == {"Data": None, "Name": "overlay2"}
    assert told["RootFS"] == {"Type": "layers"}
    assert ask(hold, "GET", "/images/empty/history") == []


def test_history_is_told_newest_first_with_the_ids_of_parents() -> None:
    hold = make_hold()
    parent = add_image(hold, A, names=("base",))
    steps = [
        {"created": "2022-01-01T00:00:00Z", "created_by": "COPY a"},
        {"created": "2022-01-02T00:00:00Z", "created_by": "ENV x", "empty_layer": True},
        {"created": "2022-01-03T00:00:00Z", "created_by": "RUN b", "comment": "c"},
    ]
    child = add_image(hold, A, B, names=("web",), parent=parent.image_id, history=steps)
    told = ask(hold, "GET", "/images/web/history")
    assert told[0] == {
        "Comment": "c",
        "Created": 1641168000,
        "CreatedBy": "RUN b",
        "Id": child.image_id,
        "Size": 2,
        "Tags": ["web:latest"],
    }
    assert [(step["Id"], step["Size"], step["Tags"]) for step in told[1:]] == [
        (parent.image_id, 0, ["base:latest"]),
        ("<missing>", 1, None),
    ]


def test_a_history_with_too_many_layers_is_refused() -> None:
    hold = make_hold()
    add_image(hold, A, names=("web",), history=[{}, {}])
    assert refusal(hold, "GET", "/images/web/history") == (
        500,
        "too many non-empty layers in History section",
    )


def test_what_is_not_there() -> None:
    hold = make_hold()
    assert refusal(hold, "GET", "/images/nosuch:1/json") == (
        404,
        "no such image: nosuch:1: No such image: nosuch:1",
    )
    assert refusal(hold, "GET", "/images/No/json")[0] == 400
    assert refusal(hold, "GET", "/images/a/b/history") == (404, "No such image: a/b:latest")
    assert refusal(hold, "POST", "/images/nosuch/tag?repo=x") == (
        404,
        "No such image: nosuch:latest",
    )
    assert refusal(hold, "DELETE", "/images/nosuch") == (404, "No such image: nosuch:latest")
    assert refusal(hold, "DELETE", "/images/ ") == (400, "image name cannot be blank")


def test_tag_names_the_image_and_tells_it() -> None:
    hold = make_hold()
    image = add_image(hold, A, labels={"a": "b"})
    assert ask(hold, "POST", f"/images/{image.image_id}/tag?repo=me/web&tag=2") == 201
    assert ask(hold, "POST", "/images/me/web:2/tag?repo=other:5") == 201
    assert ask(hold, "POST", "/images/me/web:2/tag?repo=other:5&tag=6") == 201
    assert hold.images.names_of(image.image_id)[0] == ["other:5", "other:6", "me/web:2"]
    event = hold.events.since(0)[0]
    assert (event["Action"], event["id"]) == ("tag", image.image_id)
    assert event["Actor"]["Attributes"] == {"a": "b", "name": "me/web:2"}
    told = ask(hold, "GET", "/images/other:5/json")
    assert told["Metadata"] == {"LastTagTime": "2023-11-14T22:13:20Z"}


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("repo=Web", 500, "invalid reference format: repository name must be lowercase"),
        ("repo=web&tag=-x", 500, "invalid tag format"),
        ("tag=x", 500, "invalid reference format"),
        (
            "repo=sha256&tag=x",
            400,
            "refusing to create an ambiguous tag using digest algorithm as name",
        ),
        (f"repo=x@{DIGEST}", 400, "refusing to create a tag with a digest reference"),
    ],
)
def test_tags_that_are_refused(query: str, status: int, message: str) -> None:
    hold = make_hold()
    add_image(hold, A, names=("web",))
    assert refusal(hold, "POST", f"/images/web/tag?{query}") == (status, message)


def test_delete_and_its_flags() -> None:
    hold = make_hold()
    parent = add_image(hold, A)
    image = add_image(hold, A, B, names=("me/web:1", "web"), parent=parent.image_id)
    assert ask(hold, "DELETE", "/images/me/web:1") == [{"Untagged": "me/web:1"}]
    hold.images.tag(image.image_id, "me/web:1")
    assert refusal(hold, "DELETE", f"/images/{image.image_id}?force=0")[0] == 409
    assert ask(hold, "DELETE", f"/images/{image.image_id}?force=1&noprune=1") == [
        {"Untagged": "web:latest"},
        {"Untagged": "me/web:1"},
        {"Deleted": image.image_id},
        {"Deleted": image.top},
    ]
    assert hold.images.all() == [parent]


def test_prune_and_its_filters() -> None:
    hold = make_hold()
    assert ask(hold, "POST", "/images/prune") == {"ImagesDeleted": None, "SpaceReclaimed": 0}
    image = add_image(hold, A, labels={"a": "b"})
    add_image(hold, B, names=("web",), labels={"x": "y"})

    def prune(**filters: Any) -> Any:
        query = urlencode({"filters": json.dumps(filters)})
        return ask(hold, "POST", f"/images/prune?{query}")["ImagesDeleted"]

    assert prune(label=["a=c"]) is None
    assert prune(**{"label!": ["a=b"]}) is None
    assert prune(label=["a=b"], until=["1h"]) is None
    assert prune(label=["a=b"]) == [{"Deleted": image.image_id}, {"Deleted": image.top}]
    assert prune(dangling=["true"]) is None
    assert prune(dangling=["0"])[0] == {"Untagged": "web:latest"}


@pytest.mark.parametrize(
    ("filters", "status", "message"),
    [
        ('{"bogus":["x"]}', 400, "Invalid filter 'bogus'"),
        ('{"dangling":["x"]}', 400, "Invalid filter 'dangling=[x]'"),
        ('{"until":["x"]}', 500, 'failed to parse value as time or duration: "x"'),
        ('{"until":["1h","2h"]}', 500, "more than one until filter specified"),
    ],
)
def test_prunes_that_are_refused(filters: str, status: int, message: str) -> None:
    target = "/images/prune?" + urlencode({"filters": filters})
    assert refusal(make_hold(), "POST", target) == (status, message)


def test_disk_usage_counts_what_listed_images_share(full: Hold) -> None:
    web = full.images.find("web:1")
    containers(full).add(full, web.image_id)
    other = add_image(full, A, names=("other",))
    told = {image["Id"]: image for image in imageviews.summaries(full, usage=True)}
    assert told[web.image_id]["Containers"] == 1
    assert (told[web.image_id]["SharedSize"], told[web.image_id]["Size"]) == (1, 3)
    assert (told[other.image_id]["Containers"], told[other.image_id]["SharedSize"]) == (0, 1)
    before = imageviews.layers_size(full)
    full.images.remove("other", force=False)
    assert imageviews.layers_size(full) == before
    full.images.remove("web:1", force=True)
    full.images.remove("me/web:2", force=True)
    assert imageviews.layers_size(full) == before - 3 == full.layers.total_size() - 3
