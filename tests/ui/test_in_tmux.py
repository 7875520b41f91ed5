"""The main job in a real terminal on a real Engine: start, filter, mark, preview, pull, layers."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.images import ImageSpec
from tests.engines.maker import ImageMaker
from tests.engines.registries import push_seeded
from tests.engines.sources import SCRIPT, NotHere
from tests.ui.tmux import Tmux
from tests.waiting import until

if TYPE_CHECKING:
    from docker import APIClient

pytestmark = pytest.mark.terminal

SMALL, LARGE = (80, 24), (120, 40)
COLOUR = re.compile(r"\x1b\[(?:[0-9;:]*[;:])?(?:[34][0-8]|9[0-7]|10[0-7])(?:[;:][0-9;:]*)?m")
"""Any SGR that chooses a colour; those that take the default one (39, 49) do no harm."""


@pytest.mark.parametrize(
    ("size", "environ"),
    [
        (SMALL, {"TERM": "screen-256color"}),
        (LARGE, {"TERM": "screen-256color"}),
        (SMALL, {"TERM": "linux"}),
        (LARGE, {"LANG": "C"}),
        (SMALL, {"NO_COLOR": "1"}),
    ],
    ids=["80x24", "120x40", "console", "C locale", "no colour"],
)
def test_the_main_job(
    size: tuple[int, int],
    environ: dict[str, str],
    engine_host: str,
    engine_kind: str,
    registry: str,
    maker: ImageMaker,
    api: APIClient,
    tmp_path: Path,
) -> None:
    """Each step is on the screen, readable, and true on the Engine."""
    one, two = maker.name("one:1"), maker.name("two:1")
    shared, own = maker.layer("shared", 3_000_000), maker.layer("own", 200_000)
    maker.load(ImageSpec((shared,), tags=(one,)), ImageSpec((shared, own), tags=(two,)))
    seeded = push_seeded(maker, registry)
    seen: list[str] = []
    product = "Podman" if engine_kind == "podman" else "Docker"
    exact = ["frees 3.2"] if engine_kind == "classic" else []
    with Tmux(size=size, home=tmp_path, DOCKER_HOST=engine_host, **environ) as terminal:
        terminal.wait("1 Images", product, "? help")
        terminal.type(f"/{maker.prefix}")
        seen.append(terminal.wait(f"/{maker.prefix}", "keep the filter"))
        terminal.press("Enter")
        seen.append(terminal.wait(f"filter: {maker.prefix}", "SIZE"))
        terminal.press("a")
        seen.append(terminal.wait("2 marked: frees", *exact))
        terminal.press("d")
        seen.append(terminal.wait("Remove images", *exact, f"{one}", "docker rmi", "Cancel"))
        terminal.press("Enter")
        terminal.wait_gone("Remove images")
        assert {one, two} <= names(api)

        terminal.press("p")
        terminal.wait("Pull an image", "Reference")
        terminal.press("C-u")
        terminal.wait("Type an image reference")
        terminal.type(seeded.reference)
        seen.append(terminal.wait(f"$ docker pull {seeded.reference[:20]}"))
        terminal.press("Enter")
        seen.append(terminal.wait("Pull (y)", "fetches"))
        terminal.press("Enter")
        until(lambda: seeded.reference in names(api), "the Engine has the image")
        seen.append(terminal.wait("seeded:1"))

        terminal.press("u", "g", "l")
        seen.append(terminal.wait("4 Layers", "CREATED BY"))
        styled = terminal.styled()
        terminal.press("q")
        terminal.assert_sane()
    if environ.get("TERM") == "linux" or environ.get("LANG") == "C":
        assert "".join(seen).isascii()
    assert bool(COLOUR.search(styled)) == ("NO_COLOR" not in environ)


def names(api: APIClient) -> set[str]:
    """The tags that the Engine knows, without what Podman puts in front of short ones."""
    tags = (tag for image in api.images() for tag in image["RepoTags"] or ())
    return {tag.removeprefix("localhost/") for tag in tags}


@pytest.fixture
def own_engine() -> Iterator[Path]:
    """A folder with an Engine that the test may kill."""
    with tempfile.TemporaryDirectory(prefix="orl-", dir="/tmp") as folder:
        where = Path(folder) / "e"
        try:
            engine(where, "start")
        except NotHere as reason:
            pytest.skip(f"no Engine: {reason}")
        yield where
        engine(where, "stop")


def engine(where: Path, word: str) -> None:
    environ = os.environ | {"ORLOP_ENGINE_DIR": str(where)}
    ran = subprocess.run([SCRIPT, word], env=environ, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise NotHere(ran.stderr)


@pytest.mark.engine
def test_the_daemon_is_killed_and_comes_back(own_engine: Path, tmp_path: Path) -> None:
    """The connection screen comes and goes by itself; cursor and marks are where they were."""
    from docker import APIClient  # here: most tests need no Docker client

    host = f"unix://{own_engine}/docker.sock"
    api = APIClient(host, version="auto")
    with ImageMaker(api, "keep") as maker:
        specs = (
            ImageSpec((maker.layer(f"l{n}", 1000 * n),), tags=(f"keep/{n}:1",)) for n in range(1, 5)
        )
        maker.load(*specs)
        with Tmux(size=SMALL, home=tmp_path, DOCKER_HOST=host) as terminal:
            terminal.wait("keep/1:1", "keep/4:1", "Docker")
            terminal.press("j", "Space")
            before = terminal.wait("1 marked: frees")
            os.kill(int((own_engine / "dockerd.pid").read_text()), signal.SIGKILL)
            lost = terminal.wait("went away", f"{own_engine}/docker.sock", "try now")
            assert "Traceback" not in lost
            # Its containerd went with it; where nobody waits for orphans it stays a zombie,
            # and a new Engine would take that for a containerd that runs.
            (own_engine / "exec/containerd/containerd.pid").unlink(missing_ok=True)
            engine(own_engine, "start")
            terminal.wait_gone("try now")
            after = terminal.wait("1 marked: frees", "keep/1:1")
            assert rows(after) == rows(before)
            terminal.press("Space")
            terminal.wait("2 marked")
            terminal.press("q")
            terminal.assert_sane()
    api.close()


def rows(screen: str) -> list[str]:
    return [line for line in screen.splitlines() if "keep/" in line]


def test_without_an_engine_the_screen_says_what_to_do(tmp_path: Path) -> None:
    host = "unix:///no/such.sock"
    with Tmux(size=SMALL, home=tmp_path, DOCKER_HOST=host) as terminal:
        shown = terminal.wait("unix:///no/such.sock", "DOCKER_HOST", "try now")
        assert "Traceback" not in shown
        terminal.press("Escape")
        terminal.wait_gone("try now")
        assert "no Engine" in terminal.wait("1 Images")
        terminal.press("q")
        terminal.assert_sane(3)
