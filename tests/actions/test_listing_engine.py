"""The files of an image of a real Engine, through dispatcher and store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.verbs import Verbs
from tests.engines.images import ImageSpec, make_layer
from tui.actions.values.reading import ReadListings, ViewFile
from tui.layers.filetree import FileTree
from tui.model.job import JobState
from tui.model.listing import SourceName
from tui.store import events


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def _image(verbs: Verbs) -> str:
    """Load an image of two layers; return its ID."""
    below = make_layer({"a/one": b"1" * 500, "a/two": b"2" * 700})
    above = make_layer({"a/.wh.one": b"", "b/three": b"3" * 900})
    spec = ImageSpec((below, above), tags=(verbs.maker.name("files:1"),))
    return verbs.maker.load(spec)[0]


async def test_layers_come_and_make_a_tree(verbs: Verbs) -> None:
    action = ReadListings(_image(verbs), "files:1")
    job = await verbs.ended(verbs.submit(action))
    assert job.state is JobState.DONE
    contents = verbs.state.contents
    assert contents is not None
    if not any(offer.is_free for offer in contents.offers):  # the user has to choose
        assert all(offer.why_not or offer.cost for offer in contents.offers)
        assert not any(layer.is_read for layer in contents.image.layers)
        return
    assert contents.image.source in (SourceName.METADATA, SourceName.CONTENT)
    listings = [layer.listing for layer in contents.image.layers]
    tree = FileTree(listings, 2)
    assert sorted(tree.union.shown) == [b"a", b"a/two", b"b", b"b/three"]
    assert tree.node(b"a").sums.size == 700
    assert (tree.union.layers[1].removed.count, tree.union.layers[1].removed.bytes) == (1, 500)


async def test_the_second_time_nothing_is_read_but_the_cache(verbs: Verbs) -> None:
    action = ReadListings(_image(verbs), "files:1")
    await verbs.ended(verbs.submit(action))
    await verbs.ended(verbs.submit(action))
    contents = verbs.state.contents
    assert contents is not None
    if any(offer.is_free for offer in contents.offers):
        sources = {layer.listing.source for layer in contents.image.layers}
        assert sources == {SourceName.CACHE}


async def test_the_text_of_a_file(verbs: Verbs) -> None:
    await verbs.ended(verbs.submit(ReadListings(_image(verbs), "files:1")))
    contents = verbs.state.contents
    assert contents is not None
    if not contents.image.layers[0].path:  # the layers are not on this disk, or not as folders
        return
    job = await verbs.ended(verbs.submit(ViewFile(contents.image, 1, b"a/two")))
    assert job.state is JobState.DONE
    assert verbs.state.file_text.data == b"2" * 700
    job = await verbs.ended(verbs.submit(ViewFile(contents.image, 2, b"a/two")))
    assert job.state is JobState.FAILED


async def test_a_source_that_cannot_be_had_says_why(verbs: Verbs) -> None:
    image_id = _image(verbs)
    job = await verbs.ended(verbs.submit(ReadListings(image_id, "files:1", "registry")))
    assert job.state is JobState.FAILED
    assert job.summary.startswith("The files of this image cannot be listed that way.")
    assert not any(isinstance(event, events.LayersListed) for event in verbs.told)
