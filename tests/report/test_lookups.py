"""`orlop search`, `tags` and `outdated`: tables, documents, exit codes, and no Engine needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tests.registry.fakes import FakeRegistry, digest, gzipped
from tests.registry.hubs import FakeHub
from tests.test_cli import orlop
from tui.registry.hub import OVERRIDE

NOWHERE = "unix:///nowhere"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub() as made:
        yield made


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with FakeRegistry() as made:
        made.add([gzipped(b"x")], "1.2", created="2026-11-01T10:00:00Z")
        made.add([gzipped(b"y")], "1.10")
        made.name("1.2", "1.10")
        yield made


def _told(environ: dict[str, str], *arguments: str, code: int = 0) -> Any:
    ran = orlop(*arguments, "--json", **environ)
    assert (ran.returncode, ran.stderr) == (code, ""), ran
    return json.loads(ran.stdout)


def _environ(hub: FakeHub) -> dict[str, str]:
    return {OVERRIDE: f"http://{hub.host}", "DOCKER_HOST": NOWHERE}


def test_a_search_needs_no_engine(hub: FakeHub) -> None:
    told = _told(_environ(hub), "search", "nginx")
    assert (told["term"], told["answered_by"]) == ("nginx", "Docker Hub's API")
    first, second, third = told["results"]
    assert first == {
        "name": "nginx",
        "description": "Official build of Nginx.",
        "stars": 20911,
        "pulls": 12345678901,
        "official": True,
        "badge": "official",
    }
    assert (second["badge"], third["pulls"]) == ("verified", 1500)


def test_a_search_with_filters_and_a_limit(hub: FakeHub) -> None:
    filters = ("--filter", "is-official=true", "-f", "stars=5", "--limit", "1")
    ran = orlop("search", "nginx", *filters, **_environ(hub))
    assert ran.returncode == 0
    assert [line.split()[0] for line in ran.stdout.splitlines()] == ["NAME", "nginx"]
    assert "size=1&badges=official" in hub.asked[0].path


@pytest.mark.parametrize(
    "arguments",
    [
        ("x", "--limit", "0"),
        ("x", "--limit", "101"),
        ("x", "--filter", "is-automated=true"),
        ("x", "--filter", "stars=-1"),
        ("https://x",),
    ],
)
def test_a_search_that_makes_no_sense(arguments: tuple[str, ...]) -> None:
    ran = orlop("search", *arguments, DOCKER_HOST=NOWHERE)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


def test_nobody_answers_a_search(hub: FakeHub) -> None:
    hub.blocks()
    ran = orlop("search", "nginx", **_environ(hub))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "Docker Hub cannot be searched from here." in ran.stderr
    assert "HTTP 403" in ran.stderr
    assert "There is no Engine" in ran.stderr


def test_the_practice_engine_searches_its_own_hub(hub: FakeHub) -> None:
    told = _told({OVERRIDE: f"http://{hub.host}"}, "--practice", "search", "nginx")
    assert told["answered_by"] == "the Engine"
    first = told["results"][0]
    assert (first["name"], first["badge"], first["pulls"]) == ("nginx", "official", None)
    assert hub.asked == []


def test_the_practice_engine_has_tags_of_its_own(hub: FakeHub) -> None:
    told = _told({OVERRIDE: f"http://{hub.host}"}, "--practice", "tags", "practice/many-tags")
    assert (told["total"], told["complete"]) == (150, True)
    assert hub.asked == []


def test_tags_of_docker_hub(hub: FakeHub) -> None:
    told = _told(_environ(hub), "tags", "nginx")
    assert (told["repository"], told["total"], told["complete"]) == ("nginx", 3, True)
    assert [tag["name"] for tag in told["tags"]] == ["1.27", "latest", "1.26"]
    assert told["tags"][2]["date"] == "2026-11-01T10:00:00Z"
    assert told["tags"][0]["platforms"][1]["platform"] == "linux/arm64/v8"


def test_tags_of_a_registry(fake: FakeRegistry) -> None:
    name = f"{fake.host}/{fake.path}"
    told = _told({"DOCKER_HOST": NOWHERE}, "tags", name)
    newest, oldest = told["tags"]
    assert newest["name"] == "1.10"
    assert oldest["date"] == "2026-11-01T10:00:00Z"
    assert oldest["digest"] == digest(fake.manifests["1.2"])
    assert oldest["size"] == len(gzipped(b"x").data)
    asked = len(fake.asked)
    ran = orlop("tags", name, "--names", DOCKER_HOST=NOWHERE)
    assert ran.stdout.split() == ["1.10", "1.2"]
    assert len(fake.asked) == asked + 1, "names cost one question"


@pytest.mark.parametrize("name", ["nginx:1", "UPPER", f"a@sha256:{'0' * 64}"])
def test_what_is_no_repository(name: str) -> None:
    ran = orlop("tags", name, DOCKER_HOST=NOWHERE)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


def test_a_repository_that_is_not_there(fake: FakeRegistry) -> None:
    ran = orlop("tags", f"{fake.host}/none", DOCKER_HOST=NOWHERE)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "no such image" in ran.stderr


def test_outdated_ends_with_1_where_one_is(
    engine_host: str, registry: str, maker: ImageMaker
) -> None:
    here = {"DOCKER_HOST": engine_host}
    name = f"{registry}/{maker.name('lookup:1')}"
    made = maker.name("lookup-made:1")
    maker.load(ImageSpec((maker.layer("old", 100),), tags=(name, made)))
    for line in maker.api.push(name, stream=True, decode=True):
        assert "error" not in line
    old = maker.api.inspect_image(name)["Id"]
    same = _told(here, "outdated", name)
    assert same["outdated"] == 0
    assert same["images"][0]["verdict"] == "current"
    maker.load(ImageSpec((maker.layer("new", 100),), tags=(name,)))
    for line in maker.api.push(name, stream=True, decode=True):
        assert "error" not in line
    maker.api.remove_image(name)
    maker.api.tag(old, name.rpartition(":")[0], "1")
    moved, unknown = _told(here, "outdated", name, made, code=1)["images"]
    assert moved["verdict"] == "moved"
    assert moved["here"] == same["images"][0]["there"]
    assert unknown["verdict"] == "unknown"
    ran = orlop("outdated", name, DOCKER_HOST=engine_host)
    assert ran.returncode == 1
    assert "1 of 1 name has a newer image." in ran.stdout


def test_outdated_without_an_engine() -> None:
    assert orlop("outdated", DOCKER_HOST=NOWHERE).returncode == 3
