"""Extracting from images of a real Engine, through dispatcher and store."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tests.actions.verbs import Verbs
from tests.engines.images import ImageSpec
from tests.layers.tars import member, tar
from tui.actions.values.files import ExtractFiles, SaveLayer
from tui.actions.values.reading import ReadListings
from tui.contents.image import ListedImage
from tui.model.job import Job, JobState
from tui.model.listing import SourceName

BELOW = tar(
    [
        member("etc/", mode=0o755),
        member("etc/one", b"1" * 500),
        member("etc/hard", type=tarfile.LNKTYPE, linkname="etc/one"),
        member("etc/soft", type=tarfile.SYMTYPE, linkname="one"),
        member("etc/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
        member("d" * 150 + "/long", b"l" * 100_000),
    ]
)
ABOVE = tar([member("etc/.wh.one"), member("etc/two", b"2" * 70_000), member("bin/"), member("e")])


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


async def listed(verbs: Verbs) -> ListedImage:
    """Load an image of two layers and read its files; by `docker save` where nothing is free."""
    spec = ImageSpec((BELOW, ABOVE), tags=(verbs.maker.name("extract:1"),))
    image_id = verbs.maker.load(spec)[0]
    await verbs.ended(verbs.submit(ReadListings(image_id, spec.tags[0])))
    assert verbs.state.contents is not None
    if not all(layer.is_read for layer in verbs.state.contents.image.layers):
        await verbs.ended(verbs.submit(ReadListings(image_id, spec.tags[0], SourceName.STREAM)))
    assert verbs.state.contents.image.layers[0].is_read
    return verbs.state.contents.image


async def done(verbs: Verbs, action: ExtractFiles | SaveLayer) -> Job:
    """Do it; where nothing is free the user is asked, and chooses `docker save`."""
    job = await verbs.ended(verbs.submit(action))
    if verbs.state.asked and job.state is JobState.DONE and "chosen first" in job.summary:
        assert any(offer.cost for offer in verbs.state.asked)
        job = await verbs.ended(verbs.submit(action._replace(source=SourceName.STREAM)))
    return job


async def test_a_folder_up_to_a_layer_and_of_it_alone(verbs: Verbs, tmp_path: Path) -> None:
    image = await listed(verbs)
    job = await done(verbs, ExtractFiles(image, 2, False, b"etc", str(tmp_path / "all")))
    assert job.state is JobState.DONE, job.remedy
    assert sorted(one.name for one in (tmp_path / "all").iterdir()) == ["hard", "soft", "two"]
    assert (tmp_path / "all" / "hard").read_bytes() == b"1" * 500
    assert "1 left out: character" in job.summary
    job = await done(verbs, ExtractFiles(image, 2, True, b"", str(tmp_path / "alone")))
    found = sorted(str(one.relative_to(tmp_path)) for one in (tmp_path / "alone").rglob("*"))
    assert found == ["alone/bin", "alone/e", "alone/etc", "alone/etc/two"]
    assert job.summary.startswith("2 files written, 70 kB")


async def test_what_is_there_stays_unless_asked(verbs: Verbs, tmp_path: Path) -> None:
    image = await listed(verbs)
    mine = tmp_path / "two"
    mine.write_bytes(b"precious")
    action = ExtractFiles(image, 2, False, b"etc/two", str(mine))
    job = await done(verbs, action)
    assert mine.read_bytes() == b"precious"
    assert "1 failed" in job.summary
    assert "File exists" in job.outcomes[0].target
    await done(verbs, action._replace(overwrite=True))
    assert mine.read_bytes() == b"2" * 70_000


async def test_each_layers_tar_byte_for_byte(verbs: Verbs, tmp_path: Path) -> None:
    image = await listed(verbs)
    for number, whole in enumerate((BELOW, ABOVE), 1):
        job = await done(verbs, SaveLayer(image, number, str(tmp_path)))
        assert job.state is JobState.DONE, (job.summary, job.remedy)
        assert (tmp_path / f"layer-{number}.tar").read_bytes() == whole
    job = await verbs.ended(
        verbs.submit(SaveLayer(image, 1, str(tmp_path / "s.tar"), source=SourceName.STREAM))
    )
    assert job.state is JobState.DONE, (job.summary, job.remedy)
    assert (tmp_path / "s.tar").read_bytes() == BELOW
    job = await done(verbs, SaveLayer(image, 1, str(tmp_path)))
    assert job.state is JobState.FAILED, "the file is there"
