"""Images go from the practice engine to a real one and back, and are the same images."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.raw import Raw
from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tui.practice.hold import Settings
from tui.practice.serve import build_hold
from tui.practice.server import PracticeServer

pytestmark = [pytest.mark.engine, pytest.mark.stores("classic", "podman")]


@pytest.fixture
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raw]:
    path = tmp_path_factory.mktemp("practice") / "s"
    with PracticeServer(path, build_hold(Settings(speed=0))):
        yield Raw(str(path), "1.41")


@pytest.fixture
def engine(engine_host: str) -> Raw:
    return Raw(engine_host.removeprefix("unix://"), "1.41")


def _identity(raw: Raw, name: str) -> tuple[str, list[str]]:
    found = raw.ask("GET", f"/images/{name}/json").json()
    return found["Id"], found["RootFS"]["Layers"]


def test_docker_loads_what_the_practice_engine_saves(
    practice: Raw, engine: Raw, maker: ImageMaker
) -> None:
    names = [maker.name(f"{name}:1") for name in ("nginx", "centos", "python")]
    for name, of in zip(names, ("nginx", "centos", "python:3.12"), strict=True):
        repository, _, tag = name.rpartition(":")
        practice.ask("POST", f"/images/{of}/tag", {"repo": repository, "tag": tag})
    saved = practice.ask("GET", "/images/get", {"names": tuple(names)})
    loaded = engine.ask("POST", "/images/load", {"quiet": 1}, body=saved.body)
    assert "error" not in loaded.body.decode()
    for name in names:
        assert _identity(engine, name) == _identity(practice, name)


def test_the_practice_engine_loads_what_docker_saves(
    practice: Raw, engine: Raw, maker: ImageMaker
) -> None:
    layers = (maker.layer("a", 5000), maker.layer("b", 70), maker.layer("a", 5000))
    specs = [
        ImageSpec(layers, tags=(maker.name("three:1"),), config={"Labels": {"k": "v"}}),
        ImageSpec(layers[:1], tags=(maker.name("one:1"),)),
    ]
    maker.load(*specs)
    names = tuple(spec.tags[0] for spec in specs)
    saved = engine.ask("GET", "/images/get", {"names": names})
    loaded = practice.ask("POST", "/images/load", {"quiet": 1}, body=saved.body)
    assert "error" not in loaded.body.decode()
    for spec in specs:
        found = _identity(practice, spec.image_id)  # Podman's archives have names in full
        assert found == _identity(engine, spec.image_id) == (spec.image_id, list(spec.diff_ids))
