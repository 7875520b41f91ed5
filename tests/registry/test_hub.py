"""Docker Hub's API by its documented shapes: good answers, strange ones, and refusals."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.registry.hubs import ARM_DIGEST, BLOCKED, DIGEST, JSON, V4_NGINX, FakeHub, tag
from tui.model.registry import Badge, Quota
from tui.registry import hubwire
from tui.registry.client import RegistryClient
from tui.registry.errors import (
    BadManifest,
    EndOfPages,
    HubBlocked,
    HubBusy,
    LoginRefused,
    NotARegistry,
    NotThere,
    RegistryError,
    RegistryRefused,
    Unreachable,
)
from tui.registry.hub import (
    OVERRIDE,
    HubAddresses,
    HubClient,
    HubMemory,
    hub_addresses,
    preview_reference,
    pull_quota,
)

SEARCH = "/api/search/v4"
NGINX = "/v2/namespaces/library/repositories/nginx"
NOVEMBER = 1_793_527_200
"""2026-11-01T10:00:00Z."""


@pytest.fixture
def fake() -> Iterator[FakeHub]:
    with FakeHub() as made:
        yield made


def _hub(fake: FakeHub, memory: HubMemory | None = None, *, anew: bool = False) -> HubClient:
    return HubClient(fake.addresses, memory or HubMemory(), anew=anew)


def test_a_search(fake: FakeHub) -> None:
    nginx, bitnami, mine = _hub(fake).search("nginx", limit=25)
    assert (nginx.name, nginx.stars, nginx.is_official) == ("nginx", 20911, True)
    assert (nginx.badge, nginx.pulls) == (Badge.OFFICIAL, 12345678901)
    assert nginx.description == "Official build of Nginx."
    assert (bitnami.badge, bitnami.pulls) == (Badge.VERIFIED, 500_000_000)
    assert not bitnami.is_official
    assert (mine.name, mine.badge, mine.pulls) == ("me/nginx", Badge.NONE, 1500)
    assert fake.asked[0].path == f"{SEARCH}?query=nginx&type=image&from=0&size=25"
    assert fake.asked[0].headers["User-Agent"].startswith("orlop/")


def test_a_search_for_official_images(fake: FakeHub) -> None:
    assert len(_hub(fake).search("a b&c", limit=1, official=True)) == 1
    assert fake.asked[0].path.endswith("query=a+b%26c&type=image&from=0&size=1&badges=official")


def test_the_old_index(fake: FakeHub) -> None:
    nginx, mine = _hub(fake).search_index("nginx", limit=25)
    assert (nginx.badge, nginx.pulls, mine.stars) == (Badge.OFFICIAL, -1, 3)


def test_answers_are_kept_for_the_session(fake: FakeHub) -> None:
    memory = HubMemory()
    first = _hub(fake, memory).search("nginx", limit=25)
    assert _hub(fake, memory).search("nginx", limit=25) == first
    assert len(fake.asked) == 1
    _hub(fake, memory, anew=True).search("nginx", limit=25)
    assert len(fake.asked) == 2


def test_kept_answers_do_not_grow_without_end() -> None:
    memory = HubMemory()
    for number in range(1000):
        memory.keep(str(number), number)
    assert memory.get("999") == 999
    assert memory.get("1") is None


def test_a_page(fake: FakeHub) -> None:
    fake.limit = {"X_RateLimit_Limit": "180", "X_RateLimit_Remaining": "179"}
    page = _hub(fake).repository("library/nginx")
    assert (page.name, page.stars, page.pulls) == ("nginx", 20911, 12345678901)
    assert (page.updated, page.status) == (NOVEMBER, "active")
    assert page.categories == ("Web servers",)
    assert page.text == (
        "# Quick reference\n\n\n-   **Maintained by**:\n    the team (https://example.org/team)"
        "\n\nlogo\nx"
    ).replace("\n\n\n", "\n\n")
    assert page.quota == Quota(180, 179, 60)


def test_tags_page_by_page(fake: FakeHub) -> None:
    fake.page = 2
    first, second = _hub(fake).tag_pages("library/nginx", platform="linux/arm64")
    assert [one.name for one in first.tags + second.tags] == ["1.27", "latest", "1.26"]
    assert first.total == second.total == 3
    newest = first.tags[0]
    assert (newest.digest, newest.updated) == (DIGEST, NOVEMBER + 2 * 86400)
    assert newest.size == 71_000_000, "that of the platform asked for"
    platforms = [(one.platform, one.digest) for one in newest.platforms]
    assert platforms == [("linux/amd64", DIGEST), ("linux/arm64/v8", ARM_DIGEST)]
    assert "ordering=last_updated" in fake.asked[0].path


def test_tags_by_a_part_of_their_name(fake: FakeHub) -> None:
    (page,) = _hub(fake).tag_pages("library/nginx", name="1.2")
    assert [one.name for one in page.tags] == ["1.27", "1.26"]


def test_one_tag_and_its_layers(fake: FakeHub) -> None:
    assert _hub(fake).tag("library/nginx", "latest").size == 72_000_000
    (image,) = _hub(fake).images("library/nginx", "latest")
    assert image.platform.platform == "linux/amd64"
    assert [(one.digest, one.size) for one in image.layers] == [
        (DIGEST, 71_000_000),
        ("", 0),
        (ARM_DIGEST, 1_000_000),
    ]
    assert image.layers[2].created_by == "RUN apt-get \x1b[31m"


def test_a_robot_check_is_told_and_not_asked_again(fake: FakeHub) -> None:
    fake.blocks(SEARCH)
    memory = HubMemory()
    for _ in range(3):
        with pytest.raises(HubBlocked) as caught:
            _hub(fake, memory).search("nginx", limit=25)
    assert "automated" in caught.value.title
    with pytest.raises(HubBlocked):
        _hub(fake, memory).repository("library/nginx")
    assert len(fake.asked) == 1


@pytest.mark.parametrize(
    ("status", "body", "media", "kind"),
    [
        (200, BLOCKED, "text/html; charset=UTF-8", HubBlocked),
        (403, b"error code: 1010", "text/plain", HubBlocked),
        (503, BLOCKED, "text/html", HubBlocked),
        (404, b'{"message": "object not found"}', JSON, NotThere),
        (401, b'{"detail": "x", "message": "unauthorized"}', JSON, LoginRefused),
        (403, b'{"message": "no access"}', JSON, LoginRefused),
        (403, b'{"message": "pagination offset too large"}', JSON, EndOfPages),
        (500, b"", JSON, RegistryRefused),
        (200, b"not json", JSON, NotARegistry),
        (200, b"[" * 200_000, JSON, NotARegistry),
        (200, b" " * (9 << 20), JSON, BadManifest),
    ],
)  # fmt: skip
def test_refusals_are_told_apart(
    fake: FakeHub, status: int, body: bytes, media: str, kind: type[RegistryError]
) -> None:
    fake.refuses(NGINX, status, body, Content_Type=media)
    with pytest.raises(kind) as caught:
        _hub(fake).repository("library/nginx")
    assert type(caught.value) is kind
    assert len(fake.asked) == 1


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "7"}, {"X_Retry_After": "soon"}])
def test_a_limit_is_respected(fake: FakeHub, headers: dict[str, str]) -> None:
    fake.refuses(SEARCH, 429, b'{"detail": "Rate limit exceeded"}', **headers)
    memory = HubMemory()
    for _ in range(3):
        with pytest.raises(HubBusy):
            _hub(fake, memory).search("nginx", limit=25)
    assert len(fake.asked) == 1


def test_after_the_time_that_it_told_it_is_asked_again(
    fake: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.refuses(SEARCH, 429, b"", X_Retry_After=str(int(time.time()) + 20))
    memory = HubMemory()
    with pytest.raises(HubBusy):
        _hub(fake, memory).search("nginx", limit=25)
    fake.answers(SEARCH, {"results": [V4_NGINX]})
    now = time.monotonic()
    monkeypatch.setattr("tui.registry.hub.time.monotonic", lambda: now + 10)
    with pytest.raises(HubBusy):
        _hub(fake, memory).search("nginx", limit=25)
    monkeypatch.setattr("tui.registry.hub.time.monotonic", lambda: now + 30)
    assert len(_hub(fake, memory).search("nginx", limit=25)) == 1


def test_nobody_is_there() -> None:
    addresses = HubAddresses("http://127.0.0.1:1", "http://127.0.0.1:1", "127.0.0.1:1")
    with pytest.raises(Unreachable):
        HubClient(addresses, HubMemory()).search("nginx", limit=25)


HOSTILE: list[Any] = [
    None, 3, "x", [], {}, {"results": None}, {"results": [None, 3, []]}, {"count": -1},
    {"count": 10**30, "results": [{"name": None}]},
    {"results": [{"name": "a", "images": 3, "full_size": -1, "digest": 4, "last_updated": 7}]},
    {"results": [{"name": "a", "images": [{"os": 3, "architecture": [], "size": "x"}]}]},
    {"results": [{"id": "../../etc", "name": "\x1b[31m", "slug": "A B"}]},
    {"results": [{"id": "evil.example/x", "star_count": True, "pull_count": {}}]},
    {"results": [{"name": "a", "last_updated": "9999-99-99", "tag_last_pushed": "0001-01-01"}]},
    [{"layers": [None, {"size": -5, "digest": "x", "instruction": 3}], "os": "linux"}],
]  # fmt: skip


@pytest.mark.parametrize("told", HOSTILE, ids=lambda told: json.dumps(told)[:40])
def test_no_shape_breaks_it(told: object) -> None:
    assert all(one.name in ("a", "x") for one in hubwire.results(told))
    hubwire.index_results(told)
    hubwire.repository(told)
    hubwire.images(told)
    hubwire.tag(told, "linux/amd64")
    tags, total = hubwire.tags(told, "linux/amd64")
    assert total >= 0
    assert all(one.size >= -1 and one.updated >= 0 for one in tags)


def test_tags_of_other_things_than_images(fake: FakeHub) -> None:
    told = hubwire.tag(tag("1", content_type="helm", images=[], digest=None), "")
    assert (told.trouble, told.digest) == ("helm", "")


def test_pages_that_never_come_end(fake: FakeHub) -> None:
    fake.answers(f"{NGINX}/tags", {"count": 10**9, "results": []})
    assert list(_hub(fake).tag_pages("library/nginx")) == []
    assert len(fake.asked) == 1


def test_how_many_pulls_are_left(fake: FakeHub) -> None:
    fake.auth = "bearer"
    fake.special["/v2/ratelimitpreview/test/manifests/latest"] = lambda handler: handler.answer(
        200,
        RateLimit_Limit="100;w=21600",
        RateLimit_Remaining="76;w=21600",
        Docker_RateLimit_Source="192.0.2.1",
    )
    client = RegistryClient(preview_reference(), hub=fake.host)
    assert pull_quota(client) == Quota(100, 76, 21600, "192.0.2.1")
    assert {one.method for one in fake.asked} == {"HEAD"}


@pytest.mark.parametrize("text", ["", "many", "-1;w=3", "1" * 400, ";w=3"])
def test_limits_that_are_none(text: str) -> None:
    limit, seconds = hubwire.limit(text)
    assert limit < 10**12
    assert seconds == 0


def test_where_the_hub_is() -> None:
    assert hub_addresses({}) == HubAddresses()
    for nonsense in ("file:///etc/passwd", "ftp://x", "x"):
        assert hub_addresses({OVERRIDE: nonsense}) == HubAddresses()
    here = hub_addresses({OVERRIDE: "http://127.0.0.1:7/"})
    assert here == HubAddresses("http://127.0.0.1:7", "http://127.0.0.1:7", "127.0.0.1:7")
