"""The sheets of a container in a real terminal on a real Engine: they keep up by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.images import runnable
from tests.engines.maker import ImageMaker
from tests.ui.tmux import Tmux

if TYPE_CHECKING:
    from docker import APIClient

pytestmark = [pytest.mark.terminal, pytest.mark.stores("classic", "containerd")]

CHECK = {
    "Test": ["CMD-SHELL", "echo 'not \x1b[31myet'; test -e /tmp/fine"],
    "Interval": 1_000_000_000,
    "Retries": 1,
}


def test_what_happens_to_the_container_is_seen(
    engine_host: str, maker: ImageMaker, api: APIClient, tmp_path: Path
) -> None:
    """It falls ill, is healed, paused and removed; no key is pressed to see it."""
    (image,) = maker.load(runnable(maker.name("check:1"), Healthcheck=CHECK))
    container = maker.container(image, name="web", start=True)
    with Tmux(size=(80, 24), home=tmp_path, DOCKER_HOST=engine_host) as terminal:
        terminal.wait("1 Images", "? help")
        terminal.press("2")
        terminal.type(f"/{maker.prefix}-web")
        terminal.press("Enter")
        terminal.wait("unhealthy")
        terminal.press("i")
        terminal.wait("unhealthy, failed", "h health", "esc back")
        terminal.press("h")
        terminal.wait("--health-interval", "failed (1)", "not \\x1b[31myet")
        run = api.exec_create(container, ["touch", "/tmp/fine"])
        api.exec_start(run["Id"])
        terminal.wait("passed", " healthy")
        terminal.press("Escape")
        terminal.wait("Started", " healthy")
        api.pause(container)
        terminal.wait("paused")
        terminal.press("J")
        terminal.wait("State: {", "docker inspect -f")
        terminal.type("/paused")
        terminal.press("Enter")
        terminal.wait('"paused"', "{{.State.Status}}", "1 of")
        terminal.press("Escape")
        api.unpause(container)
        api.remove_container(container, force=True)
        terminal.wait("This container is gone.")
        terminal.press("q")
        terminal.wait("2 Containers")
        terminal.press("q")
        terminal.assert_sane()
