"""Verbs on a real Engine."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.actions.verbs import Verbs
from tests.engines.maker import ImageMaker
from tui.engine.client import connect
from tui.engine.endpoint import resolve_endpoint
from tui.model.engine import Endpoint


@pytest.fixture
def endpoint(engine_host: str) -> Endpoint:
    """The Engine's address, as orlop reads it."""
    return resolve_endpoint(engine_host, "", environ={}, home=Path("/nonexistent"))


@pytest_asyncio.fixture
async def verbs(endpoint: Endpoint, maker: ImageMaker) -> AsyncIterator[Verbs]:
    """The actions on the Engine; whatever still runs at the end is stopped."""
    with connect(endpoint) as client:
        made = Verbs(client, maker)
        yield made
        await made.dispatcher.close()


@pytest.fixture
def docker_cli(engine_host: str) -> str:
    """The DOCKER_HOST for the docker command, which has to be there."""
    if not shutil.which("docker"):
        pytest.skip("no docker command")
    return engine_host
