"""Kept listings: equal to what was kept, absent when damaged, the least recently used go first."""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from pathlib import Path

import pytest

from tests.layers.tars import hostile_layers
from tui.layers.bytesource import ByteSource
from tui.layers.cache import ListingCache
from tui.layers.tarscan import scan
from tui.layers.tarsplit import read_split
from tui.model.listing import LayerListing
from tui.practice.tarsplit import split

LAYERS = hostile_layers()
MAGIC = b"orlop listing 1\n"


def _listing(name: str) -> LayerListing:
    diff_id = f"sha256:{hashlib.sha256(LAYERS[name]).hexdigest()}"
    return LayerListing(diff_id, "metadata", scan(ByteSource(io.BytesIO(LAYERS[name]))))


@pytest.mark.parametrize("name", LAYERS)
def test_what_was_kept_comes_back(name: str, tmp_path: Path) -> None:
    cache = ListingCache(tmp_path / "made" / "here")
    listing = _listing(name)
    assert cache.get(listing.diff_id) is None
    cache.put(listing)
    found = cache.get(listing.diff_id)
    assert found == LayerListing(listing.diff_id, "cache", listing.entries)
    assert [entry.kind.value for entry in found.entries] == [
        entry.kind.value for entry in listing.entries
    ]


def test_fingerprints_come_back(tmp_path: Path) -> None:
    cache = ListingCache(tmp_path)
    entries = read_split(io.BytesIO(split(LAYERS["special"])))
    cache.put(LayerListing("sha256:" + "a" * 64, "metadata", entries))
    found = cache.get("sha256:" + "a" * 64)
    assert found is not None
    assert found.entries == entries


def test_it_is_read_once(tmp_path: Path) -> None:
    cache = ListingCache(tmp_path)
    listing = _listing("links")
    asked = []

    def read() -> LayerListing:
        asked.append(1)
        return listing

    for _time in range(3):
        assert cache.get_or(listing.diff_id, read).entries == listing.entries
    assert len(asked) == 1


def test_damage_counts_as_absent(tmp_path: Path) -> None:
    cache = ListingCache(tmp_path)
    listing = _listing("links")
    cache.put(listing)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        assert cache.get(listing.diff_id) is None
        path.write_bytes(whole[:at])
        assert cache.get(listing.diff_id) is None
    for body in (b"", zlib.compress(b""), zlib.compress(b"[\x02\0\0\0i\1\0\0\0i\1\0\0\0")):
        path.write_bytes(MAGIC + hashlib.sha256(body).digest() + body)
        assert cache.get(listing.diff_id) is None
    path.write_bytes(whole)
    assert cache.get(listing.diff_id) is not None


def test_the_least_recently_used_go(tmp_path: Path) -> None:
    names = ["links", "names", "special", "gnu"]
    cache = ListingCache(tmp_path)
    for age, name in enumerate(names):
        cache.put(_listing(name))
        path = tmp_path / _listing(name).diff_id[7:]
        os.utime(path, (1000 + age, 1000 + age))
    assert cache.get(_listing("links").diff_id) is not None  # used now
    total = sum(path.stat().st_size for path in tmp_path.iterdir())
    ListingCache(tmp_path, limit=total).put(_listing("marks"))
    kept = {name for name in names if cache.get(_listing(name).diff_id) is not None}
    assert "names" not in kept
    assert "links" in kept
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= total


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = ListingCache(tmp_path / "file" / "folder")
    listing = _listing("links")
    assert cache.get_or(listing.diff_id, lambda: listing) == listing
    assert cache.get(listing.diff_id) is None


def test_only_a_diff_id_names_an_entry(tmp_path: Path) -> None:
    cache = ListingCache(tmp_path)
    for wrong in ("", "sha256:../../x", "sha256:" + "A" * 64):
        cache.put(LayerListing(wrong, "metadata", ()))
        assert cache.get(wrong) is None
    assert not list(tmp_path.iterdir())


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: str, target: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", full)
    ListingCache(tmp_path).put(_listing("links"))
    assert not list(tmp_path.iterdir())
