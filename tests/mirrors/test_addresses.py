"""Which addresses an Engine takes as mirrors."""

from __future__ import annotations

import pytest

from tui.mirrors.addresses import check_mirror, normal, normals, version_of, why_not_mirror
from tui.mirrors.change import moved, without
from tui.mirrors.errors import BadMirror, NotListed


def test_addresses_end_with_a_slash() -> None:
    assert normal("https://a") == normal("https://a/") == "https://a/"
    assert normals(["https://b", "https://a/", "https://b/"]) == ("https://b/", "https://a/")


@pytest.mark.parametrize("text", ["20.10.24+dfsg1", "20.10.24", "20.10"])
def test_versions(text: str) -> None:
    assert version_of(text)[:2] == (20, 10)


def test_what_is_no_version() -> None:
    assert version_of("dev") == version_of("") == (0, 0, 0)


@pytest.mark.parametrize(
    "mirror",
    ["https://a.example", "http://10.0.0.5:5000/", "https://[::1]:5000", "http://localhost"],
)
def test_every_engine_takes_these(mirror: str) -> None:
    assert why_not_mirror(mirror, "20.10.24") == ""
    assert why_not_mirror(mirror, "28.5.2") == ""


@pytest.mark.parametrize(
    "mirror",
    [
        "",
        "a.example",
        "127.0.0.1:5000",
        "ftp://a",
        "https:///x",
        "https://",
        "https:a.example",
        "https://a?x=1",
        "https://a#x",
        "https://a/?",
        "https://me:secret@a",
        "https://a b",
        "https://a\n",
        "https://a:99999",
        "https://[::1",
        "https://ä.example",
        "https://" + "a" * 3000,
    ],
)
def test_no_engine_takes_these(mirror: str) -> None:
    with pytest.raises(BadMirror) as caught:
        check_mirror(mirror, "28.5.2")
    assert caught.value.detail
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("version", "takes"),
    [("20.10.24", False), ("24.0.8", False), ("24.0.9", True), ("28.5.2", True), ("dev", False)],
)
def test_a_path_is_for_newer_engines(version: str, takes: bool) -> None:
    assert (why_not_mirror("https://a/hub", version) == "") is takes


def test_moving_and_taking_out() -> None:
    mirrors = ("https://a", "https://b", "https://c")
    assert moved(mirrors, 2, -1) == ("https://a", "https://c", "https://b")
    assert moved(mirrors, 0, -1) == moved(mirrors, 2, 1) == mirrors
    assert without(mirrors, "https://b/", "https://a") == ("https://c",)
    with pytest.raises(NotListed, match=r"https://d"):
        without(mirrors, "https://d")
