"""Searching: the class's example, the limits, the filters, and dockerd's words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.practice.engine import call, data, quick_hold, refusal
from tui.practice import seeds
from tui.practice.catalogue import ENTRIES
from tui.practice.registry import HUB, Registry


def _search(query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        data(call(quick_hold(), "GET", f"/images/search?{query}"))
    )
    return found


def test_the_search_of_the_class() -> None:
    found = _search("term=centos")
    assert [entry["name"] for entry in found[:4]] == [
        "centos",
        "ansible/centos7-ansible",
        "consol/centos-xfce-vnc",
        "jdeathe/centos-ssh",
    ]
    assert found[0] == {
        "star_count": 6987,
        "is_official": True,
        "name": "centos",
        "is_automated": False,
        "description": "The official build of CentOS.",
    }
    assert found[1]["is_automated"]
    assert len(found) > 4


def test_the_exact_name_comes_first_and_then_the_stars() -> None:
    names = [entry["name"] for entry in _search("term=nginx&limit=100")]
    assert names[0] == "nginx"
    stars = [
        entry["star_count"] for entry in _search("term=nginx&limit=100") if "nginx" in entry["name"]
    ]
    assert stars[1:] == sorted(stars[1:], reverse=True)
    assert len(names) > 10


@pytest.mark.parametrize(("query", "most"), [("", 25), ("&limit=3", 3), ("&limit=100", 100)])
def test_no_more_than_asked_for(query: str, most: int) -> None:
    assert len(_search(f"term=a{query}")) == most


def test_a_description_is_searched_too() -> None:
    assert "mysql" in {entry["name"] for entry in _search("term=database&limit=100")}
    assert _search("term=no-such-thing-anywhere") == []


def test_filters() -> None:
    official = _search('term=centos&filters={"is-official":["true"]}')
    assert all(entry["is_official"] for entry in official)
    assert official
    loved = _search('term=nginx&limit=100&filters={"stars":["1000"]}')
    assert {entry["name"] for entry in loved} >= {"nginx", "jwilder/nginx-proxy"}
    assert min(entry["star_count"] for entry in loved) >= 1000
    automated = _search('term=centos&filters={"is-automated":{"true":true}}')
    assert all(entry["is_automated"] for entry in automated)
    assert automated
    by_hand = _search('term=centos&filters={"is-automated":["0"],"is-official":["0"]}')
    assert not any(entry["is_automated"] or entry["is_official"] for entry in by_hand)
    assert by_hand


def test_filters_see_only_the_results_that_the_limit_lets_through() -> None:
    assert _search('term=centos&limit=1&filters={"is-official":["false"]}') == []


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("term=x&limit=101", 400, "Limit 101 is outside the range of [1, 100]"),
        ("term=x&limit=0", 400, "Limit 0 is outside the range of [1, 100]"),
        ("term=x&limit=-1", 400, "Limit -1 is outside the range of [1, 100]"),
        ("term=x&limit=abc", 500, 'strconv.Atoi: parsing "abc": invalid syntax'),
        ('term=x&filters={"bogus":["1"]}', 400, "Invalid filter 'bogus'"),
        ('term=x&filters={"stars":["x"]}', 400, "Invalid filter 'stars=x'"),
        ('term=x&filters={"is-official":["x"]}', 400, "Invalid filter 'is-official=[x]'"),
        ("term=127.0.0.1:5000/x", 500, "Unexpected status code 404"),
        (
            "term=http://a/x",
            500,
            'Invalid repository name (ex: "registry.domain.tld/myrepos")',
        ),
    ],
)
def test_dockerds_words(query: str, status: int, words: str) -> None:
    assert refusal(quick_hold(), "GET", f"/images/search?{query}") == (status, words)


def test_a_registry_that_is_not_there() -> None:
    status, words = refusal(quick_hold(), "GET", "/images/search?term=nohost.invalid/x")
    assert status == 500
    assert "lookup nohost.invalid" in words


def test_the_catalogue_is_tidy() -> None:
    names = [entry.name for entry in ENTRIES]
    assert len(names) == len(set(names)) > 250
    assert all(entry.description and entry.stars >= 0 for entry in ENTRIES)
    assert all(entry.is_official == ("/" not in entry.name) for entry in ENTRIES)


def test_what_the_hub_has_can_be_found() -> None:
    registry = Registry()
    seeds.fill_registry(registry)
    known = {entry.name for entry in ENTRIES}
    for repository in registry.repositories():
        assert repository.removeprefix(f"{HUB}/").removeprefix("library/") in known
