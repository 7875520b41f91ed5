"""Files of an image of a real Engine: from every place that has them they come out the same."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tests.layers.tars import member, tar
from tests.test_cli import orlop
from tui.contents.engine import offers_for
from tui.contents.files import first_content, place_of
from tui.contents.image import ListedImage
from tui.contents.nearest import NotNear, nearest, places_of
from tui.contents.source import Watch, chosen, read_layers
from tui.engine import images
from tui.engine.client import EngineClient, connect
from tui.engine.endpoint import resolve_endpoint
from tui.engine.probe import LABEL

SOURCES = ("metadata", "content", "probe", "stream")

BASE = tar(
    [
        member("etc/", mode=0o755),
        member("etc/old", b"old"),
        member("etc/same", b"from below"),
        member("z-first", b"linked" * 1000, mode=0o640),
        member("a-link", type=tarfile.LNKTYPE, linkname="z-first"),
        member("etc/caf\udce9", b"bytes"),
        member("soft", type=tarfile.SYMTYPE, linkname="etc/same"),
        member("empty", b""),
        member("large", bytes(range(256)) * 1000),
    ]
)
ABOVE = tar([member("etc/.wh.old"), member("etc/same", b"from above"), member("etc/new", b"n")])
BEGUN = tar([member("etc/", mode=0o755), member("etc/new", b"N"), member("etc/x", b"x" * 700)])
"""The same first entries as another, but other contents."""
ALIKE = tar([member("etc/", mode=0o755), member("etc/new", b"M"), member("etc/y", b"y" * 700)])
LAYERS = (BASE, ABOVE, BEGUN, ALIKE, BASE, ABOVE)


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def client(engine_host: str) -> Iterator[EngineClient]:
    endpoint = resolve_endpoint(engine_host, "", environ={}, home=Path("/nonexistent"))
    with connect(endpoint) as client:
        yield client


def _tree(root: Path) -> dict[bytes, tuple[object, ...]]:
    """Return all that lies in a folder."""
    found: dict[bytes, tuple[object, ...]] = {}
    for folder, folders, files in os.walk(os.fsencode(root)):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            told = os.lstat(path)
            content: object = ""
            if os.path.islink(path):
                content = os.readlink(path)
            elif os.path.isfile(path):
                content = Path(os.fsdecode(path)).read_bytes()
            found[os.path.relpath(path, os.fsencode(root))] = (told.st_mode, told.st_nlink, content)
    return found


def _listed(client: EngineClient, name: str) -> ListedImage:
    image, offers = offers_for(client, images.image_facts(client, name), name)
    source = chosen(offers, "stream").source
    assert source is not None
    return image.with_layers(read_layers(image, source, None, Watch()))


@pytest.mark.parametrize("more", [("/",), ("/etc",), ("z-first",), ("/", "--layer", "3")])
def test_the_same_from_every_place(
    more: tuple[str, ...], client: EngineClient, maker: ImageMaker, engine_host: str, tmp_path: Path
) -> None:
    name = maker.name("extract:1")
    maker.load(ImageSpec(LAYERS, tags=(name,)))
    saved = tmp_path / "saved.tar"
    saved.write_bytes(b"".join(maker.api.get_image(name)))
    path, *options = more
    ran = orlop("extract", f"docker-archive:{saved}", path, "-o", f"{tmp_path}/saved/", *options)
    assert ran.returncode == 0
    expected = _tree(tmp_path / "saved")
    assert expected
    environ = {"DOCKER_HOST": engine_host, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    had = []
    for source in SOURCES:
        to = f"{tmp_path}/{source}/"
        ran = orlop("extract", name, path, "-o", to, *options, "--source", source, **environ)
        if ran.returncode == 1 and "that way" in ran.stderr:
            assert source not in ("probe", "stream"), ran.stderr
            assert not Path(to).exists()
            continue
        had.append(source)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert _tree(Path(to)) == expected, source
        costs = source in ("probe", "stream")
        assert ran.stderr.startswith("orlop: ") == costs, ran.stderr
    assert "stream" in had
    assert not maker.api.containers(all=True, filters={"label": LABEL})


def test_a_file_of_each_layer(client: EngineClient, maker: ImageMaker) -> None:
    name = maker.name("view:1")
    maker.load(ImageSpec(LAYERS, tags=(name,)))
    image = _listed(client, name)
    wanted = {
        (1, b"etc/same"): b"from below",
        (2, b"etc/same"): b"from above",
        (3, b"etc/new"): b"N",
        (4, b"etc/new"): b"M",
        (5, b"etc/caf\xe9"): b"bytes",
    }
    for (layer, path), content in wanted.items():
        at = place_of(image.layers[layer - 1].listing.entries, path)
        places = places_of(client, image, (layer,))
        for place in places:
            if place.contents is not None:
                read = first_content(place.contents, layer, at, Watch())
                assert read == (content, False), (place.name, layer, path)
        with pytest.raises(NotNear):
            nearest([place for place in places if place.cost], free=True)
    assert not maker.api.containers(all=True, filters={"label": LABEL})


def test_read_only_creates_no_container(
    client: EngineClient, maker: ImageMaker, engine_host: str, tmp_path: Path
) -> None:
    name = maker.name("readonly:1")
    maker.load(ImageSpec((ABOVE,), tags=(name,)))
    for command in (("files", name), ("extract", name, "/", "-o", str(tmp_path / "out"))):
        ran = orlop("--read-only", *command, "--source", "probe", DOCKER_HOST=engine_host)
        assert ran.returncode == 1
        assert "--read-only" in ran.stderr
    (place,) = (
        one
        for one in places_of(client, _listed(client, name), (1,), read_only=True)
        if one.name == "probe"
    )
    assert place.contents is None
