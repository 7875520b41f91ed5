"""Advice: each known pattern is found, and nothing is said of what is small or clean."""

from __future__ import annotations

import pytest

from tests.layers.tars import member, tar
from tests.layers.test_union import listing
from tui.layers.advice import advice
from tui.layers.union import stack

MUCH = b"x" * 150_000


@pytest.mark.parametrize(
    ("path", "pattern", "about"),
    [
        ("var/lib/apt/lists/deb.debian.org_x", "package cache", "apt"),
        ("var/cache/apt/archives/a.deb", "package cache", "apt"),
        ("var/cache/dnf/x/repodata", "package cache", "dnf"),
        ("var/cache/apk/APKINDEX", "package cache", "apk"),
        ("root/.cache/pip/http/a", "package cache", "pip"),
        ("home/me/.npm/_cacache/x", "package cache", "npm"),
        ("opt/miniconda3/pkgs/a.tar", "package cache", "conda"),
        ("root/go/pkg/mod/cache/x", "package cache", "go"),
        ("srv/app/.git/objects/pack/p", "version control", ""),
        ("usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", "build tools", ""),
    ],
)
def test_what_is_left_in_is_named(path: str, pattern: str, about: str) -> None:
    (found,) = advice(stack([listing(tar([member(path, MUCH)]))]))
    assert (found.pattern, found.about, found.bytes) == (pattern, about, len(MUCH))
    assert "150 kB" in found.text


def test_what_layers_hide_is_said_by_layer() -> None:
    below = listing(tar([member("a", MUCH), member("b", MUCH + b"1"), member("c", MUCH + b"22")]))
    above = listing(
        tar([member(".wh.a"), member("b", MUCH + b"1", mode=0o600), member("c", MUCH + b"333")])
    )
    found = advice(stack([below, above]))
    assert [(one.pattern, one.about, one.bytes) for one in found] == [
        ("overwritten", "2", 150_002),
        ("copied", "2", 150_001),
        ("removed later", "2", 150_000),
    ]


def test_little_and_clean_images_get_no_advice() -> None:
    clean = listing(tar([member("usr/bin/tool", MUCH), member("var/lib/apt/lists/x", b"1")]))
    assert advice(stack([clean])) == []
