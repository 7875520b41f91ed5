"""References: the grammar of the distribution specification, and docker's familiar names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model.reference import (
    ImageReference,
    InvalidReference,
    parse_reference,
    split_tag,
)

DIGEST = "sha256:" + "a1" * 32
HEX = "a1" * 32

ACCEPTED = [
    ("nginx", "docker.io", "library/nginx", "", ""),
    ("nginx:1.27", "docker.io", "library/nginx", "1.27", ""),
    ("me/app", "docker.io", "me/app", "", ""),
    ("me/app:v1", "docker.io", "me/app", "v1", ""),
    ("docker.io/nginx", "docker.io", "library/nginx", "", ""),
    ("docker.io/library/nginx", "docker.io", "library/nginx", "", ""),
    ("index.docker.io/nginx:1", "docker.io", "library/nginx", "1", ""),
    (f"nginx@{DIGEST}", "docker.io", "library/nginx", "", DIGEST),
    (f"nginx:1@{DIGEST}", "docker.io", "library/nginx", "1", DIGEST),
    ("localhost/app", "localhost", "app", "", ""),
    ("localhost:5000/app:1", "localhost:5000", "app", "1", ""),
    ("127.0.0.1:5000/a/b/c:x", "127.0.0.1:5000", "a/b/c", "x", ""),
    ("[::1]:5000/app", "[::1]:5000", "app", "", ""),
    ("[2001:db8::1]/app:1", "[2001:db8::1]", "app", "1", ""),
    ("registry.example/a__b/c-d.e---f", "registry.example", "a__b/c-d.e---f", "", ""),
    ("REGISTRY/app", "REGISTRY", "app", "", ""),
    ("a:_under", "docker.io", "library/a", "_under", ""),
    ("a:" + "t" * 128, "docker.io", "library/a", "t" * 128, ""),
    ("  nginx  ", "docker.io", "library/nginx", "", ""),
    ("x/" + "a" * 253, "docker.io", "x/" + "a" * 253, "", ""),
]

REFUSED = [
    ("", "empty"),
    (":tag", "empty"),
    ("Nginx", "lower case"),
    ("me/App", "lower case"),
    ("a..b", "name"),
    ("a___b", "name"),
    ("-a", "name"),
    ("a-", "name"),
    ("a//b", "name"),
    ("/a", "name"),
    ("a/", "name"),
    ("a b", "name"),
    ("a:", "tag"),
    ("a:-x", "tag"),
    ("a:x y", "tag"),
    ("a:" + "t" * 129, "tag"),
    ("a@", "digest"),
    ("a@sha256:xyz", "digest"),
    ("a@sha256:" + "a" * 31, "digest"),
    ("a@b@c", "digest"),
    ("host_name.x:5000/app", "registry"),
    ("-host.x/app", "registry"),
    ("http://host.x/app", "registry"),
    ("host.x/", "empty"),
    (HEX, "image ID"),
    ("x" * 256, "long"),
    ("a/\x1b[2J", "name"),
    ("é", "name"),
]


@pytest.mark.parametrize(("text", "domain", "path", "tag", "digest"), ACCEPTED)
def test_what_is_accepted(text: str, domain: str, path: str, tag: str, digest: str) -> None:
    assert parse_reference(text) == ImageReference(domain, path, tag, digest)


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=lambda value: ascii(value)[:30])
def test_what_is_refused_and_why(text: str, why: str) -> None:
    with pytest.raises(InvalidReference, match=why):
        parse_reference(text)


@pytest.mark.parametrize(
    ("text", "familiar"),
    [
        ("docker.io/library/nginx:1", "nginx:1"),
        ("index.docker.io/me/app", "me/app"),
        ("localhost:5000/app", "localhost:5000/app"),
        (f"docker.io/nginx@{DIGEST}", f"nginx@{DIGEST}"),
    ],
)
def test_the_familiar_form(text: str, familiar: str) -> None:
    assert str(parse_reference(text)) == familiar


@pytest.mark.parametrize(
    ("text", "whole"),
    [("nginx", "nginx:latest"), ("nginx:1", "nginx:1"), (f"nginx@{DIGEST}", f"nginx@{DIGEST}")],
)
def test_latest_stands_in_where_nothing_is_given(text: str, whole: str) -> None:
    assert str(parse_reference(text).with_default_tag()) == whole


COMPONENT = st.from_regex(
    re.compile(r"[a-z0-9]{1,5}(?:(?:[._]|__|-{1,3})[a-z0-9]{1,5}){0,2}"), fullmatch=True
)
DOMAIN = st.sampled_from(
    ["docker.io", "localhost", "localhost:5000", "r.example", "10.0.0.1:80", "[::1]:5000", "HOST"]
)
TAG = st.from_regex(re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}"), fullmatch=True) | st.just("")
DIGESTS = st.just("") | st.just(DIGEST) | st.just("sha512+b64:" + "0f" * 32)


@st.composite
def references(draw: st.DrawFn) -> ImageReference:
    """Draw any reference that the grammar allows; on the Hub a path has two parts or more."""
    domain = draw(DOMAIN)
    least = 2 if domain == "docker.io" else 1
    parts = draw(st.lists(COMPONENT, min_size=least, max_size=4))
    if domain == "docker.io":
        # A first part with a dot (or `localhost`) would read as a registry.
        parts[0] = parts[0].replace(".", "-").replace("localhost", "local")
    return ImageReference(domain, "/".join(parts), draw(TAG), draw(DIGESTS))


@given(references())
def test_a_reference_reads_back_as_it_was_written(reference: ImageReference) -> None:
    assert parse_reference(str(reference)) == reference


@given(st.text(max_size=60))
def test_any_text_is_a_reference_or_refused_with_a_reason(text: str) -> None:
    why, again = "", ""
    try:
        again = str(parse_reference(text))
    except InvalidReference as error:
        why = str(error)
    assert bool(why) is not bool(again)
    assert why or str(parse_reference(again)) == again


@pytest.mark.parametrize(
    ("listed", "repository", "tag"),
    [
        ("nginx:1", "nginx", "1"),
        ("host:5000/app", "host:5000/app", ""),
        ("host:5000/app:1", "host:5000/app", "1"),
        (f"nginx@{DIGEST}", "nginx", ""),
        (f"nginx:1@{DIGEST}", "nginx", "1"),
        ("", "", ""),
    ],
)
def test_a_listed_name_is_split_at_the_tag(listed: str, repository: str, tag: str) -> None:
    assert split_tag(listed) == (repository, tag)
