"""The path walk on a real Engine: what each step tells is what its shell line writes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.images import ImageSpec, runnable
from tests.engines.maker import ImageMaker
from tests.test_cli import answer, orlop
from tests.waiting import until
from tui.contents.walk import walk_container, walk_image
from tui.engine import images
from tui.engine.client import EngineClient, connect
from tui.engine.endpoint import resolve_endpoint
from tui.layers.chain import chain_ids
from tui.model.engine import StoreKind
from tui.model.walk import Walk


@pytest.fixture
def client(engine_host: str) -> Iterator[EngineClient]:
    endpoint = resolve_endpoint(engine_host, "", environ={}, home=Path("/nonexistent"))
    with connect(endpoint) as client:
        yield client


def _walk(client: EngineClient, image_id: str, name: str) -> Walk:
    return walk_image(client, images.image_facts(client, image_id), name)


def check_lines(walk: Walk, client: EngineClient) -> int:
    """Run each line whose output is told; returns how many there were."""
    count = 0
    environ = os.environ | {"DOCKER_HOST": client.endpoint.url}
    for step in walk.steps:
        if step.output:
            ran = subprocess.run(
                ["bash", "-c", step.shell], env=environ, capture_output=True, text=True, check=False
            )
            assert ran.stdout == step.output, step.shell
            count += 1
    return count


def test_an_image_step_by_step(client: EngineClient, maker: ImageMaker) -> None:
    layers = tuple(maker.layer(f"walk{n}", 1000 + n) for n in range(3))
    names = (maker.name("walk:1"), maker.name("walk:2"))
    spec = ImageSpec(layers, tags=names)
    (image_id,) = maker.load(spec)
    walk = _walk(client, image_id, names[0])
    assert walk.steps
    assert walk.target_id == image_id
    may_read = os.access(client.info.data_root, os.R_OK | os.X_OK)
    if client.capabilities.store is StoreKind.CLASSIC and may_read:
        assert all(step.read or not step.path for step in walk.steps)
        assert not any(step.error for step in walk.steps)
        found = {value for step in walk.steps for label, value in step.facts if label == "Name"}
        assert found == set(names)
        told = {value for step in walk.steps for label, value in step.facts if label == "Chain ID"}
        assert told == set(chain_ids(spec.diff_ids))
        files = [step for step in walk.steps if step.path.endswith("/diff")]
        assert len(files) == 3
        assert check_lines(walk, client) == 3 + 2 + 3 * 3
    else:
        # what nobody could read comes with the reason, or with the line that shows it
        assert all(step.error or step.read or step.shell or not step.path for step in walk.steps)
        check_lines(walk, client)


@pytest.mark.stores("classic", "podman")
def test_an_untagged_image(client: EngineClient, maker: ImageMaker) -> None:
    (image_id,) = maker.load(ImageSpec((maker.layer("untagged", 700),)))
    walk = _walk(client, image_id, image_id)
    assert walk.steps
    check_lines(walk, client)


def test_a_container_and_what_it_changed(client: EngineClient, maker: ImageMaker) -> None:
    name = maker.name("changed:1")
    maker.load(runnable(name))
    container = maker.container(
        name, name="changed", command=["sh", "-c", "echo x >/new; sleep 99"]
    )
    maker.api.start(container)
    until(lambda: "/new" in str(maker.api.diff(container)), "the container's file")
    walk = walk_container(client, container)
    assert walk.is_container
    changes = {value for step in walk.steps for _label, value in step.facts}
    assert any("/new" in value for value in changes)
    check_lines(walk, client)


def test_the_command(client: EngineClient, maker: ImageMaker, engine_host: str) -> None:
    name = maker.name("path:1")
    (image_id,) = maker.load(ImageSpec((maker.layer("path", 300),), tags=(name,)))
    told = answer("path", name, DOCKER_HOST=engine_host)
    assert told["id"] == image_id
    assert {"title", "path", "readable", "facts", "shell", "error"} <= told["steps"][0].keys()
    ran = orlop("path", name, DOCKER_HOST=engine_host)
    assert ran.returncode == 0
    assert ran.stdout.startswith("1. ")
