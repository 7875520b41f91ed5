"""What the engine knows of blobs, in memory and in a data root laid out as dockerd's."""

from __future__ import annotations

import json
from pathlib import Path

from tests.practice.engine import call, data, lines, quick_hold
from tui.practice import seeds
from tui.practice.distribution import Distribution

BLOB, OTHER_BLOB, DIFF = (f"sha256:{digit * 64}" for digit in "123")


def test_what_was_noted() -> None:
    notes = Distribution()
    notes.note(BLOB, DIFF, "docker.io/library/a")
    notes.note(BLOB, DIFF, "docker.io/library/a")
    notes.note(OTHER_BLOB, DIFF, "127.0.0.1:5000/b")
    assert notes.diff_id(BLOB) == DIFF
    assert notes.diff_id(DIFF) is None
    assert notes.sources(DIFF) == [(BLOB, "docker.io/library/a"), (OTHER_BLOB, "localhost:5000/b")]


def test_the_files_are_dockerds(tmp_path: Path) -> None:
    Distribution(tmp_path).note(BLOB, DIFF, "docker.io/library/a")
    folder = tmp_path / "image/overlay2/distribution"
    assert (folder / "diffid-by-digest/sha256" / BLOB[7:]).read_text() == DIFF
    told = json.loads((folder / "v2metadata-by-diffid/sha256" / DIFF[7:]).read_text())
    assert told == [{"Digest": BLOB, "SourceRepository": "docker.io/library/a", "HMAC": ""}]


def test_they_are_read_again(tmp_path: Path) -> None:
    Distribution(tmp_path).note(BLOB, DIFF, "docker.io/library/a")
    again = Distribution(tmp_path)
    assert again.diff_id(BLOB) == DIFF
    assert again.sources(DIFF) == [(BLOB, "docker.io/library/a")]


def test_after_a_restart_a_pull_knows_what_is_here(tmp_path: Path) -> None:
    first = quick_hold(data_root=tmp_path)
    seeds.fill_registry(first.registry)
    data(call(first, "POST", "/images/create?fromImage=debian&tag=12"))
    again = quick_hold(data_root=tmp_path)
    seeds.fill_registry(again.registry)
    assert again.images.find("debian:12").image_id == first.images.find("debian:12").image_id
    told = lines(data(call(again, "POST", "/images/create?fromImage=redis&tag=7")))
    assert told[1]["status"] == "Already exists"
    third = quick_hold(data_root=tmp_path)
    saved = data(call(third, "GET", "/images/redis:7/get"))
    fresh = quick_hold()
    assert "error" not in lines(data(call(fresh, "POST", "/images/load", saved)))[-1]
    assert fresh.images.find("redis:7").image_id == again.images.find("redis:7").image_id
