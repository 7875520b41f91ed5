"""The registries inside the practice engine, asked as Docker Hub and other registries are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.practice.engine import quick_hold
from tests.practice.talk import ask
from tui.browsing.pullplan import plan_of
from tui.browsing.tags import pulls_left, read_tag, read_tags
from tui.browsing.ways import Ways
from tui.engine.client import connect
from tui.model.engine import Endpoint
from tui.model.pullplan import Presence
from tui.model.reference import ImageReference, parse_reference
from tui.model.registry import NO_QUOTA
from tui.practice import seeds
from tui.practice.hold import Hold
from tui.practice.registry import HERE, Blob, digest_of, manifest_of
from tui.practice.server import PracticeServer
from tui.registry.errors import NotThere
from tui.registry.hub import HubMemory
from tui.registry.listing import repository_pages, tag_pages
from tui.registry.remote import read_image

MANY = parse_reference("practice/many-tags")


@pytest.fixture
def hold(tmp_path: Path) -> Hold:
    made = quick_hold(data_root=tmp_path / "root")
    seeds.fill(made)
    return made


@pytest.fixture
def server(hold: Hold, tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path / "s", hold) as made:
        yield made


@pytest.fixture
def ways(server: PracticeServer) -> Ways:
    return Ways(memory=HubMemory(), login=lambda _reference: None, inside=str(server.path))


def test_tags_come_in_pages_those_pushed_last_first(ways: Ways) -> None:
    *_pages, told = read_tags(ways, MANY)
    assert (len(told.tags), told.total, told.is_whole) == (150, 150, True)
    assert [tag.name for tag in told.tags[:2]] == ["v150", "v149"]
    *_pages, some = read_tags(ways, MANY, name="v15")
    assert [tag.name for tag in some.tags] == ["v150", "v15"]


def test_a_tag_tells_what_a_pull_of_it_would_bring(ways: Ways, hold: Hold) -> None:
    *_pages, told = read_tags(ways, parse_reference("alpine"), platform="linux/arm64/v8")
    tag = next(tag for tag in told.tags if tag.name == "3.22")
    manifest = hold.registry.resolve("docker.io/library/alpine", "3.22")
    assert manifest is not None
    assert tag.digest == manifest.digest
    assert [one.platform for one in tag.platforms] == [str(one.platform) for one in manifest.listed]
    arm = manifest.listed[1]
    blobs = (hold.registry.blob("docker.io/library/alpine", digest) for digest in arm.layers)
    assert tag.size == sum(blob.size for blob in blobs if blob)
    opened = read_tag(ways, parse_reference("alpine:3.22"), "linux/arm64/v8")
    assert [layer.digest for layer in opened.layers if layer.digest] == list(arm.layers)


def test_a_page_of_what_is_there_and_of_what_is_only_found(ways: Ways) -> None:
    page = ways.hub().repository("library/nginx")
    assert (page.name, page.stars) == ("nginx", 20100)
    assert "docker pull nginx:latest" in page.text
    found = ways.hub().repository("library/adminer")
    assert "has no image of it" in found.text
    assert list(read_tags(ways, parse_reference("adminer")))[-1].tags == ()


def test_what_is_not_there_is_the_hubs_404(ways: Ways) -> None:
    with pytest.raises(NotThere):
        ways.hub().repository("me/nothing")
    with pytest.raises(NotThere):
        list(read_tags(ways, parse_reference("me/nothing")))
    with pytest.raises(NotThere):
        read_tag(ways, parse_reference("nginx:nothing"), "")
    assert pulls_left(ways) == NO_QUOTA


def test_the_private_registry_is_another_host(ways: Ways, hold: Hold) -> None:
    config = Blob(digest_of(b"{}"), b"{}")
    for name in ("127.0.0.1:5000/class/one", "docker.io/class/two"):
        hold.registry.put_blob(name, config)
        hold.registry.put_manifest(name, "1", manifest_of(config, (), HERE))
    client = ways.registry(ImageReference("localhost:5000", ""))
    assert [name for page in repository_pages(client) for name in page] == ["class/one"]
    own = ways.registry(parse_reference("localhost:5000/class/one:1"))
    assert [name for page in tag_pages(own) for name in page] == ["1"]
    assert own.head("1").size == len(own.manifest("1").data)
    with pytest.raises(NotThere):
        own.manifest("2")
    with pytest.raises(NotThere):
        own.small_blob(digest_of(b"other"), 100)


def test_an_image_is_read_without_pulling_it(ways: Ways) -> None:
    image = read_image(ways.registry(parse_reference("nginx:1.28")), "linux/amd64")
    assert [layer.index for layer in image.layers] == [1, 2, 3, 4, 5, 6]


def test_the_hub_does_not_tell_all_its_repositories(server: PracticeServer) -> None:
    answer = ask(server.path, "GET", "/hub/v2/_catalog")
    assert answer.status == 401
    assert json.loads(answer.body)["errors"][0]["code"] == "UNAUTHORIZED"


def test_a_pull_plan_says_what_the_engine_then_fetches(ways: Ways, server: PracticeServer) -> None:
    """Steps without a layer, which Docker Hub tells too, do not end what is here already."""
    with connect(Endpoint(server.url, "test")) as client:
        plan = plan_of(client, ways, parse_reference("nginx:1.28"), "", lambda: None)
    kinds = [layer.presence for layer in plan.layers]
    assert all(layer.digest for layer in plan.layers)
    assert kinds[0] is Presence.HERE
    again = parse_reference("nginx:latest")
    with connect(Endpoint(server.url, "test")) as client:
        whole = plan_of(client, ways, again, "", lambda: None)
    assert [layer.presence for layer in whole.layers] == [Presence.HERE] * len(whole.layers)
    assert whole.most == 0
