"""Comparing images of a real Engine, in files and in a registry, through dispatcher and store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.verbs import Verbs
from tests.engines.images import ImageSpec, archive, make_layer
from tui.actions.values.files import CompareImages, DiffImages
from tui.contents.comparing import ComparedImages, Side
from tui.layers.union import Change
from tui.model.job import JobState
from tui.model.listing import SourceName

BASE = make_layer({"a/one": b"1" * 500, "a/two": b"2" * 700})
OLD = make_layer({"old": b"o"})
NEW = make_layer({"a/one": b"3" * 900, "new": b"n"})


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def _differences(compared: ComparedImages | None) -> dict[bytes, Change]:
    assert compared is not None
    return {path: one.change for path, one in compared.differences.items()}


async def _compared(verbs: Verbs, *sides: Side) -> ComparedImages:
    a, b = sides
    job = await verbs.ended(verbs.submit(CompareImages((a, b))))
    assert job.state is JobState.DONE, (job.summary, job.remedy)
    assert verbs.state.compared is not None
    return verbs.state.compared


async def _diff(verbs: Verbs, found: ComparedImages) -> None:
    """Compare the file that both have."""
    one = found.differences[b"a/one"]
    assert one.a is not None
    assert one.b is not None
    old, new = ((side.layer, side.entry.path) for side in (one.a, one.b))
    action = DiffImages(found.sides, one.path, old, new, read_only=False)
    job = await verbs.ended(verbs.submit(action))
    assert job.state is JobState.DONE, (job.summary, job.remedy)
    diff = verbs.state.file_diff
    assert (diff.old.size, diff.new.size, diff.differs_at) == (500, 900, 0)
    assert diff.old.label == found.sides[0].name
    assert not diff.is_same


async def test_two_images_of_the_engine_and_one_in_a_file(verbs: Verbs, tmp_path: Path) -> None:
    specs = [
        ImageSpec((BASE, top), tags=(verbs.maker.name(name),))
        for top, name in ((OLD, "compare:1"), (NEW, "compare:2"))
    ]
    sides = [Side(verbs.maker.load(spec)[0], spec.tags[0]) for spec in specs]
    found = await _compared(verbs, *sides)
    if found.files is None:  # nothing is free here: the user is asked, and chooses
        assert all(any(offer.cost for offer in offers) for offers in found.asks)
        sides = [side._replace(reading=SourceName.STREAM) for side in sides]
        found = await _compared(verbs, *sides)
    expected = {b"old": Change.REMOVED, b"new": Change.ADDED, b"a/one": Change.CONTENT}
    assert _differences(found) == expected
    assert (found.layers.chain, found.layers.only_a, found.layers.only_b) == (1, (2,), (2,))
    assert found.tree is not None
    assert found.tree.node(b"a").sums.own == 900
    assert not any(layer.listing.entries for image in found.images for layer in image.layers)
    await _diff(verbs, found)
    path = tmp_path / "new.tar"
    path.write_bytes(archive([specs[1]]))
    found = await _compared(verbs, sides[0], Side(f"docker-archive:{path}", "file"))
    assert _differences(found) == expected
    assert found.images[1].source == SourceName.ARCHIVE
    await _diff(verbs, found)
    again = await _compared(verbs, sides[0]._replace(reading=""), sides[1]._replace(reading=""))
    assert _differences(again) == expected, "what was kept needs no source"


async def test_a_file_that_is_no_archive_is_said(verbs: Verbs, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"nothing")
    sides = (Side(f"docker-archive:{tmp_path}/x.tar", "x"), Side("oci:/no/such", "y"))
    job = await verbs.ended(verbs.submit(CompareImages(sides)))
    assert job.state is JobState.FAILED
    assert job.summary
