"""Tags by Docker Hub's API and by registries; what is behind one; what deleting one takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.registry.fakes import FakeRegistry, digest, gzipped
from tests.registry.hubs import ARM_DIGEST, DIGEST, FakeHub
from tui.browsing import tags as browsing_tags
from tui.browsing.tags import (
    delete,
    plan_deletion,
    pulls_left,
    read_tag,
    read_tag_facts,
    read_tags,
)
from tui.browsing.ways import Ways
from tui.engine.errors import Cancelled
from tui.model.reference import ImageReference, parse_reference
from tui.model.registry import Answerer, Deletion, Quota, RemoteTag, TagList
from tui.registry.errors import (
    HubBlocked,
    NoDeletion,
    NoPlatform,
    NotThere,
    TagMoved,
    Unreachable,
)
from tui.registry.hub import HubMemory

NGINX = parse_reference("nginx")
API = "/v2/namespaces/library/repositories/nginx"


def _nothing() -> None:
    """Nobody cancels."""


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub() as made:
        yield made


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with FakeRegistry() as made:
        for number in range(3):
            made.add([gzipped(b"x" * 100 * number)], f"1.{number}", created="2026-11-01T10:00:00Z")
        made.manifests["latest"] = made.manifests["1.2"]
        made.name("1.0", "latest", "1.2", "1.1")
        yield made


def _ways(hub: FakeHub | None = None) -> Ways:
    return Ways(hub.addresses if hub else None, memory=HubMemory(), login=lambda _: None)


def _repository(fake: FakeRegistry, tag: str = "") -> ImageReference:
    return ImageReference(fake.host, fake.path, tag)


def _last(told: Iterator[TagList]) -> TagList:
    return list(told)[-1]


def _names(tags: TagList) -> list[str]:
    return [tag.name for tag in tags.tags]


# Docker Hub


def test_tags_of_docker_hub_come_with_all_that_is_known(hub: FakeHub) -> None:
    told = _last(read_tags(_ways(hub), NGINX, platform="linux/arm64"))
    assert (told.repository, told.total, told.is_whole) == ("nginx", 3, True)
    assert told.answered_by == Answerer.HUB
    assert _names(told) == ["1.27", "latest", "1.26"]
    assert all(tag.digest == DIGEST and tag.size == 71_000_000 for tag in told.tags)


def test_a_long_list_is_read_up_to_a_bound(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browsing_tags, "HUB_PAGES", 2)
    hub.page = 1
    every = list(read_tags(_ways(hub), NGINX))
    assert [len(told.tags) for told in every] == [1, 2]
    assert (every[-1].is_whole, every[-1].total) == (False, 3)
    assert _names(_last(read_tags(_ways(hub), NGINX, name="26"))) == ["1.26"]


def test_docker_hub_ends_the_list_of_who_has_no_login(hub: FakeHub) -> None:
    hub.page = 2
    first = hub.special[f"{API}/tags"]
    text = b'{"message": "pagination offset too large for anonymous requests"}'

    def tags(handler: object) -> None:
        if "page=1" in handler.path:  # type: ignore[attr-defined]
            first(handler)  # type: ignore[arg-type]
        else:
            handler.answer(403, text, Content_Type="application/json")  # type: ignore[attr-defined]

    hub.special[f"{API}/tags"] = tags
    told = _last(read_tags(_ways(hub), NGINX))
    assert len(told.tags) == 2
    assert not told.is_whole
    assert "without a login" in told.note


def test_where_docker_hubs_api_refuses_its_registry_names_the_tags(hub: FakeHub) -> None:
    hub.blocks(f"{API}/tags")
    hub.name("1.9", "1.10")
    told = _last(read_tags(_ways(hub), NGINX))
    assert told.tags == (RemoteTag("1.10"), RemoteTag("1.9"))
    assert told.answered_by == Answerer.REGISTRY
    assert "automated" in told.note


def test_where_both_refuse_the_first_reason_is_told(hub: FakeHub) -> None:
    hub.blocks(f"{API}/tags", "/v2/library/nginx/tags/list")
    with pytest.raises(HubBlocked):
        list(read_tags(_ways(hub), NGINX))


def test_a_repository_that_is_not_on_docker_hub(hub: FakeHub) -> None:
    hub.refuses(f"{API}/tags", 404, b'{"message": "object not found"}')
    with pytest.raises(NotThere):
        list(read_tags(_ways(hub), NGINX))
    hub.name("private")
    assert _names(_last(read_tags(_ways(hub), NGINX))) == ["private"], "the API hides it"


def test_a_tag_of_docker_hub_is_opened_without_a_pull(hub: FakeHub) -> None:
    details = read_tag(_ways(hub), parse_reference("nginx:latest"), "linux/amd64")
    assert (details.tag.digest, details.platform.platform) == (DIGEST, "linux/amd64")
    assert [layer.digest for layer in details.layers] == [DIGEST, "", ARM_DIGEST]
    assert not [one.path for one in hub.asked if "/manifests/" in one.path]
    with pytest.raises(NoPlatform):
        read_tag(_ways(hub), parse_reference("nginx:latest"), "linux/s390x")


def test_facts_of_docker_hub_cost_no_pull_either(hub: FakeHub) -> None:
    found = list(read_tag_facts(_ways(hub), NGINX, ["1.26", "none"], "linux/amd64", _nothing))
    assert found[0].digest == DIGEST
    assert "no such image" in found[1].trouble
    assert not [one.path for one in hub.asked if "/manifests/" in one.path]


def test_how_many_pulls_are_left(hub: FakeHub) -> None:
    hub.special["/v2/ratelimitpreview/test/manifests/latest"] = lambda handler: handler.answer(
        200, RateLimit_Limit="100;w=21600", RateLimit_Remaining="7;w=21600"
    )
    assert pulls_left(_ways(hub)).remaining == 7
    hub.blocks("/v2/ratelimitpreview/test/manifests/latest")
    assert pulls_left(_ways(hub)) == Quota()


# Any registry


def test_names_alone_and_the_highest_version_first(fake: FakeRegistry) -> None:
    told = _last(read_tags(_ways(), _repository(fake)))
    assert _names(told) == ["latest", "1.2", "1.1", "1.0"]
    assert not any(tag.is_known for tag in told.tags)
    assert len(fake.asked) == 1
    assert _names(_last(read_tags(_ways(), _repository(fake), name="1."))) == ["1.2", "1.1", "1.0"]


def test_a_list_of_several_pages_grows_and_is_put_in_order_at_its_end(fake: FakeRegistry) -> None:
    fake.page = 2
    first, last = read_tags(_ways(), _repository(fake))
    assert (_names(first), first.is_whole) == (["1.0", "latest"], False)
    assert (_names(last), last.is_whole) == (["latest", "1.2", "1.1", "1.0"], True)
    fake.page = 1000
    (only,) = read_tags(_ways(), _repository(fake))
    assert only == last


def test_facts_of_some_tags(fake: FakeRegistry) -> None:
    wanted = ["latest", "1.0", "gone"]
    latest, old, gone = read_tag_facts(_ways(), _repository(fake), wanted, "linux/amd64", _nothing)
    assert latest.digest == digest(fake.manifests["1.2"])
    assert (latest.size, latest.updated) == (len(gzipped(b"x" * 200).data), 1_793_527_200)
    assert [one.platform for one in old.platforms] == ["linux/amd64"]
    assert (gone.name, gone.digest) == ("gone", "")
    assert gone.is_known


def test_facts_of_a_registry_that_is_not_there() -> None:
    nowhere = ImageReference("127.0.0.1:9", "app")
    with pytest.raises(Unreachable):
        list(read_tag_facts(_ways(), nowhere, ["1"] * 50, "", _nothing))


def test_a_cancel_ends_the_reading_of_facts(fake: FakeRegistry) -> None:
    def check() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        list(read_tag_facts(_ways(), _repository(fake), ["1.0"], "", check))


def test_a_tag_is_opened_without_its_layers(fake: FakeRegistry) -> None:
    details = read_tag(_ways(), _repository(fake, "1.2"), "linux/amd64")
    assert details.tag.digest == digest(fake.manifests["1.2"])
    assert [layer.created_by for layer in details.layers] == ["COPY 0"]
    assert details.config.architecture == "amd64"
    assert fake.fetched == [details.config.image_id], "the config alone"


# Deleting


def _plan(fake: FakeRegistry, tag: str) -> Deletion:
    told: list[tuple[int, int]] = []
    plan = plan_deletion(
        _ways(), _repository(fake, tag), _nothing, lambda *numbers: told.append(numbers)
    )
    assert told == [(1, 3), (2, 3), (3, 3)]
    return plan


def test_a_plan_names_every_tag_of_the_digest(fake: FakeRegistry) -> None:
    plan = _plan(fake, "1.2")
    assert (plan.tag, plan.tags, plan.unchecked) == ("1.2", ("1.2", "latest"), 0)
    assert plan.digest == digest(fake.manifests["1.2"])
    assert {one.method for one in fake.asked} == {"HEAD", "GET"}, "nothing is deleted yet"
    assert _plan(fake, "1.0").tags == ("1.0",)


def test_a_plan_compares_a_bounded_number_of_tags(
    fake: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing_tags, "CHECKED_MAX", 1)
    plan = plan_deletion(_ways(), _repository(fake, "1.2"), _nothing, lambda *_numbers: None)
    assert plan.unchecked == 2


def test_a_plan_for_a_tag_that_is_not_there(fake: FakeRegistry) -> None:
    with pytest.raises(NotThere):
        plan_deletion(_ways(), _repository(fake, "9"), _nothing, lambda *_numbers: None)


def test_what_was_planned_is_deleted(fake: FakeRegistry) -> None:
    delete(_ways().registry(_repository(fake)), _plan(fake, "1.2"))
    assert set(fake.manifests) & {"1.2", "latest"} == set()
    assert {"1.0", "1.1"} <= set(fake.manifests)


def test_a_tag_that_moved_meanwhile_is_left_alone(fake: FakeRegistry) -> None:
    plan = _plan(fake, "1.2")
    fake.manifests["1.2"] = fake.manifests["1.0"]
    with pytest.raises(TagMoved):
        delete(_ways().registry(_repository(fake)), plan)
    assert "latest" in fake.manifests
    assert "DELETE" not in {one.method for one in fake.asked}


def test_where_deleting_is_not_allowed(fake: FakeRegistry) -> None:
    fake.deletes = "never"
    with pytest.raises(NoDeletion):
        delete(_ways().registry(_repository(fake)), _plan(fake, "1.2"))
