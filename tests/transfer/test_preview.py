"""What loading would do, told from what is in the archive and what is here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.fakes import FakeEngine
from tests.engines.images import ImageSpec, archive, chain_ids, make_layer
from tests.transfer.archives import as_tar, layout
from tui.contents.source import Watch
from tui.engine.client import EngineClient
from tui.layers.errors import LayerError
from tui.model.engine import StoreKind
from tui.model.image import ImageSummary
from tui.model.loadplan import LoadPlan, Move, TagChange
from tui.transfer.errors import BadArchive, NoFile, NoPlainFile
from tui.transfer.held import Held
from tui.transfer.loading import load_file
from tui.transfer.preview import compared, held_in, suits, whole_name

A, B = (make_layer({name: name.encode() * 2000}) for name in "ab")
SPEC = ImageSpec((A, B), tags=("app:1", "app:2", "app:3"))
OTHER = "sha256:" + "f" * 64


def _held(tmp_path: Path, data: bytes) -> Held:
    path = tmp_path / "archive"
    path.write_bytes(data)
    return held_in(path, Watch())


def test_tags_that_are_new_stay_or_move(tmp_path: Path) -> None:
    held = _held(tmp_path, archive((SPEC,)))
    here = (
        ImageSummary(SPEC.image_id, ("app:1",)),
        ImageSummary(OTHER, ("app:2", "kept:1")),
        ImageSummary("sha256:" + "e" * 64, ("app:3",)),
    )
    (image,) = compared(held, here, frozenset(chain_ids(SPEC.diff_ids)[:1]))
    assert image.tags == (
        TagChange("app:1", Move.SAME, SPEC.image_id),
        TagChange("app:2", Move.MOVES, OTHER),
        TagChange("app:3", Move.MOVES, "sha256:" + "e" * 64, leaves_untagged=True),
    )
    assert (image.is_here, image.layers, image.layers_here) == (True, 2, 1)
    assert (image.size, image.size_here) == (len(A) + len(B), len(A))
    assert [tag.tag for tag in LoadPlan("x", 1, (image,)).moved] == ["app:2", "app:3"]


def test_with_nothing_here_all_is_new(tmp_path: Path) -> None:
    (image,) = compared(_held(tmp_path, archive((SPEC,))), (), frozenset())
    assert {tag.move for tag in image.tags} == {Move.NEW}
    assert (image.is_here, image.layers_here) == (False, 0)


def test_the_containerd_store_knows_an_image_by_its_manifest(tmp_path: Path) -> None:
    held = _held(tmp_path, as_tar(layout((SPEC,))))
    manifest = held.images[0].manifest_id
    (image,) = compared(held, (ImageSummary(manifest, ("app:1",)),), frozenset())
    assert (image.image_id, image.is_here) == (manifest, True)
    assert image.tags[0] == TagChange("app:1", Move.SAME, manifest)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("nginx:1", "docker.io/library/nginx:1", True),
        ("app:1", "localhost/app:1", True),  # as Podman calls it
        ("me/app", "docker.io/me/app:latest", True),
        ("host:5000/app:1", "app:1", False),
        ("app:1", "app:2", False),
        ("NOT A NAME", "app:1", False),
    ],
)
def test_names_of_other_engines(one: str, other: str, same: bool) -> None:
    assert (whole_name(one) == whole_name(other)) is same


def test_the_classic_store_loads_no_bare_layout(tmp_path: Path) -> None:
    held = _held(tmp_path, as_tar(layout((SPEC,), docker=False)))
    with pytest.raises(BadArchive, match="OCI layout"):
        suits(held, StoreKind.CLASSIC)
    suits(held, StoreKind.CONTAINERD)
    suits(_held(tmp_path, archive((SPEC,))), StoreKind.CLASSIC)


def test_what_is_no_file(tmp_path: Path) -> None:
    for path, kind in ((tmp_path, NoPlainFile), (tmp_path / "none", NoFile)):
        with pytest.raises(NoFile) as caught:
            held_in(path, Watch())
        assert type(caught.value) is kind


@pytest.mark.parametrize("data", [b"", b"x" * 5_000, b"\x1f\x8b" + b"x" * 500, b"BZhx" * 200])
def test_what_is_no_archive_never_gets_to_the_engine(tmp_path: Path, data: bytes) -> None:
    """Not even unchecked, as from the standard input."""
    path = tmp_path / "archive"
    path.write_bytes(data)
    with (
        FakeEngine(tmp_path) as engine,
        EngineClient(engine.endpoint, api_version="1.41") as client,
        pytest.raises(LayerError),
    ):
        load_file(client, path, Watch())
    assert not engine.requests
