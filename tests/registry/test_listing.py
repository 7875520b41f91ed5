"""Tags and repositories as registries tell them: page by page, not at all, in bad faith."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.registry.fakes import FakeRegistry, Handler, gzipped
from tui.credentials.login import Login
from tui.model.reference import ImageReference, parse_reference
from tui.registry import listing
from tui.registry.client import RegistryClient
from tui.registry.errors import LoginRefused, NotARegistry, NotListed, NotThere
from tui.registry.listing import repository_pages, tag_pages


@pytest.fixture
def fake() -> Iterator[FakeRegistry]:
    with FakeRegistry() as made:
        made.add([gzipped(b"")])
        made.name("1", "2", "latest")
        yield made


def _client(fake: FakeRegistry, login: Login | None = None) -> RegistryClient:
    return RegistryClient(parse_reference(fake.reference), lambda: login)


def _registry(fake: FakeRegistry) -> RegistryClient:
    return RegistryClient(ImageReference(fake.host, ""))


def _tags(fake: FakeRegistry) -> list[str]:
    return [name for page in tag_pages(_client(fake)) for name in page]


def _send(fake: FakeRegistry, path: str, body: bytes, **headers: str) -> None:
    headers = {"Content_Type": "application/json", **headers}
    fake.special[path] = lambda handler: handler.answer(200, body, **headers)


TAGS = "/v2/me/app/tags/list"
CATALOG = "/v2/_catalog"


def test_tags_on_one_page(fake: FakeRegistry) -> None:
    assert _tags(fake) == ["1", "2", "latest"]
    assert fake.asked[0].path == f"{TAGS}?n=1000"
    assert len(fake.asked) == 1


def test_tags_on_many_pages(fake: FakeRegistry) -> None:
    every = [f"v{number:03}" for number in range(25)]
    fake.name(*every)
    fake.page = 10
    pages = list(tag_pages(_client(fake)))
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [name for page in pages for name in page] == every


def test_no_tag_is_left(fake: FakeRegistry) -> None:
    fake.name()
    assert _tags(fake) == []


def test_there_is_no_such_repository(fake: FakeRegistry) -> None:
    del fake.names[TAGS]
    with pytest.raises(NotThere):
        _tags(fake)


def test_pages_need_one_token(fake: FakeRegistry) -> None:
    fake.auth = "bearer"
    fake.name("1", "2", "3")
    fake.page = 1
    assert _tags(fake) == ["1", "2", "3"]
    assert len(fake.tokens) == 1


def test_what_is_no_tag_is_left_out(fake: FakeRegistry) -> None:
    names = ["fine", "../../x", "\x1b[31m", "", 7, None, "a" * 129, "-x", "x\n", "ok_1.2-3"]
    _send(fake, TAGS, json.dumps({"tags": names}).encode())
    assert _tags(fake) == ["fine", "ok_1.2-3"]


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'{"tags": {"a": 1}}', b'{"tags": 3}'])
def test_other_shapes_hold_no_tags(fake: FakeRegistry, body: bytes) -> None:
    _send(fake, TAGS, body)
    assert _tags(fake) == []


@pytest.mark.parametrize("body", [b"", b"hello", b"[" * 100_000])
def test_what_is_no_json(fake: FakeRegistry, body: bytes) -> None:
    _send(fake, TAGS, body)
    with pytest.raises(NotARegistry):
        _tags(fake)


def test_a_page_for_people(fake: FakeRegistry) -> None:
    _send(fake, TAGS, b"<html>log in here</html>", Content_Type="text/html; charset=utf-8")
    with pytest.raises(NotARegistry) as caught:
        _tags(fake)
    assert "for people" in caught.value.detail


def test_a_circle_of_pages_ends(fake: FakeRegistry) -> None:
    link = f'<{TAGS}?last=a>; rel="next"'
    _send(fake, TAGS, b'{"tags": ["a"]}', Link=link)
    assert _tags(fake) == ["a", "a"], "the first page, and the one that it names, and no other"
    assert len(fake.asked) == 2


@pytest.mark.parametrize(
    "link",
    [
        '<http://127.0.0.1:1/v2/me/app/tags/list>; rel="next"',
        '<//evil.example/v2/x>; rel="next"',
        '</elsewhere>; rel="next"',
        '<http://[>; rel="next"',
        '</v2/me/app/tags/list?last=a>; rel="prev"',
        "nothing",
    ],
)
def test_a_next_page_elsewhere_is_not_followed(fake: FakeRegistry, link: str) -> None:
    _send(fake, TAGS, b'{"tags": ["a"]}', Link=link)
    assert _tags(fake) == ["a"]
    assert len(fake.asked) == 1


def test_names_without_end_are_cut(fake: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "NAMES_MAX", 25)

    def more(handler: Handler) -> None:
        number = len(fake.asked)
        body = json.dumps({"tags": [f"t{number}-{index}" for index in range(10)]}).encode()
        link = f'<{TAGS}?last={number}>; rel="next"'
        handler.answer(200, body, Content_Type="application/json", Link=link)

    fake.special[TAGS] = more
    assert len(_tags(fake)) == 25
    assert len(fake.asked) == 3


def test_the_repositories_of_a_registry(fake: FakeRegistry) -> None:
    names = ["me/app", "b", "NOT/lower", "../x", "\x1b[1m"]
    fake.names[CATALOG] = ("repositories", names)
    assert list(repository_pages(_registry(fake))) == [("me/app", "b")]


@pytest.mark.parametrize("status", [401, 403, 404, 405])
def test_a_registry_that_does_not_list_itself(fake: FakeRegistry, status: int) -> None:
    fake.special[CATALOG] = lambda handler: handler.refuse(status, "DENIED", "not for you")
    with pytest.raises(NotListed) as caught:
        list(repository_pages(_registry(fake)))
    assert "repository" in caught.value.remedy


def test_the_catalog_is_asked_for_with_its_own_scope(fake: FakeRegistry) -> None:
    scope = "registry:catalog:*"
    told = f'Bearer realm="{fake.realm}",service="s, x",scope="{scope}"'

    def catalog(handler: Handler) -> None:
        if handler.headers.get("Authorization") in fake.tokens:
            handler.answer(200, b'{"repositories": ["a"]}', Content_Type="application/json")
        else:
            handler.refuse(401, "UNAUTHORIZED", WWW_Authenticate=told)

    fake.special[CATALOG] = catalog
    assert list(repository_pages(_registry(fake))) == [("a",)]
    assert "scope=registry%3Acatalog%3A%2A" in fake.asked[1].path


def test_tags_that_want_a_login(fake: FakeRegistry) -> None:
    fake.auth, fake.needs_login = "bearer", True
    with pytest.raises(LoginRefused):
        _tags(fake)
    assert len(fake.asked) == 2, "a refusal is not asked about again"
    pages = tag_pages(_client(fake, Login("me", "secret")))
    assert [name for page in pages for name in page] == ["1", "2", "latest"]
