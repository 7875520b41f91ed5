"""The layers that a real dockerd keeps, and what the practice engine would have kept of them."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.practice.test_dataroot import HOSTILE
from tests.practice.test_tars import LIES, tar_with, trees
from tui.practice.nodes import Node
from tui.practice.tars import BadTar, size_of, write_tree
from tui.practice.tarsplit import join, split
from tui.practice.tree import Tree

if TYPE_CHECKING:
    from docker import APIClient

    from tests.engines.maker import ImageMaker

pytestmark = [pytest.mark.engine, pytest.mark.stores("classic")]

PLAIN = ("modes", "devices", "times", "no end", "nothing", "more after the end")
"""The hostile layers that both take for the same."""


class Importer:
    """Makes layers of tars in the Engine, and finds what it wrote of them."""

    def __init__(self, api: APIClient, maker: ImageMaker, layerdb: Path) -> None:
        self.api = api
        self.maker = maker
        self.layerdb = layerdb

    def kept(self, tar: bytes) -> tuple[bytes, int]:
        """Return the tar-split and the size of a layer; BadTar as the Engine says."""
        from docker.errors import APIError

        try:
            (line,) = self.api.import_image_from_data(tar).splitlines()
        except APIError as error:
            raise BadTar(error.explanation) from error
        image = json.loads(line)["status"]
        self.maker.adopt(images=[image])
        (layer,) = self.api.inspect_image(image)["RootFS"]["Layers"]
        folder = self.layerdb / str(layer).removeprefix("sha256:")
        found = (folder / "tar-split.json.gz").read_bytes(), int((folder / "size").read_text())
        self.api.remove_image(image)
        return found


@pytest.fixture
def importer(api: APIClient, maker: ImageMaker) -> Importer:
    info = api.info()
    layerdb = Path(info["DockerRootDir"]) / "image" / info["Driver"] / "layerdb" / "sha256"
    try:
        layerdb.stat()
    except OSError as error:
        pytest.skip(f"not on this Engine: its data root cannot be read ({error})")
    return Importer(api, maker, layerdb)


def _pieces(split: bytes) -> Iterator[Any]:
    """Iterate over the files and the raw bytes between them, however these are cut."""
    raw = b""
    for line in gzip.decompress(split).splitlines():
        piece = json.loads(line)
        if piece["type"] == 2:
            raw += base64.b64decode(piece["payload"])
        else:
            del piece["position"]
            yield raw
            yield piece
            raw = b""
    yield raw


def _same(importer: Importer, tar: bytes) -> None:
    kept, size = importer.kept(tar)
    assert list(_pieces(split(tar))) == list(_pieces(kept))
    assert size_of(tar) == size


@pytest.mark.parametrize("name", PLAIN)
def test_hostile_layers_are_split_as_dockerd_splits_them(importer: Importer, name: str) -> None:
    _same(importer, HOSTILE[name])


@settings(
    max_examples=40,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(trees())
def test_trees_are_split_as_dockerd_splits_them(importer: Importer, tree: Tree) -> None:
    plain = Tree()
    copies: dict[int, Node] = {}  # without capabilities: the kernel takes only well-formed ones
    for path, node in tree.walk():
        plain.put(path, copies.setdefault(id(node), replace(node, xattrs={})))
    _same(importer, write_tree(plain))


def test_a_tar_is_put_together_from_what_dockerd_wrote(importer: Importer) -> None:
    files = {"bin/sh": b"#!sh\n" * 200, "bad\udcff": b"hello", "a<b>": b"\x00\x01"}
    tar = tar_with(*((name, content, {}) for name, content in files.items()))
    assert join(importer.kept(tar)[0], files.__getitem__) == tar


@pytest.mark.parametrize("name", LIES)
def test_what_is_refused_dockerd_refuses_too(importer: Importer, name: str) -> None:
    with pytest.raises(BadTar, match="Error processing tar file"):
        importer.kept(LIES[name])


def test_a_path_twice_is_refused_by_both(importer: Importer) -> None:
    tar = tar_with(("a", b"1", {}), ("./a", b"2", {}))
    for refuse in (size_of, importer.kept):
        with pytest.raises(BadTar, match="duplicates of file paths not supported"):
            refuse(tar)
