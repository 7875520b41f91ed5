"""What a practice engine holds when it starts: images that were pulled, and a few built here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tui.practice import shelves
from tui.practice.layers import chained
from tui.practice.recipes import BUILDKIT, Built, Recipe, Step, build, parcel
from tui.practice.registry import HERE, HUB, Registry
from tui.practice.seed_trees import files, mark
from tui.practice.systems import PATH, Make, at
from tui.practice.tree import Tree

if TYPE_CHECKING:
    from tui.practice.hold import Hold
    from tui.practice.images import Image

PULLED: Final[tuple[tuple[str, str, Make], ...]] = (
    ("library/bash", "latest", shelves.BASH),
    ("library/nginx", "latest", shelves.NGINX),
    ("library/centos", "latest", shelves.CENTOS),
    ("library/debian", "12 bookworm", shelves.DEBIAN),
    ("library/python", "3.12", shelves.PYTHON),
    ("library/redis", "7", shelves.REDIS),
)
"""Repository, tags and recipe of what was pulled before."""

SHOP: Final = "shop/web"
"""The repository of the application that was built here."""


class _Release(NamedTuple):
    """One build of the application: its steps, each an image of its own."""

    tags: tuple[str, ...]
    """None for the build that lost its tag to the next one."""
    day: str
    pages: int
    """How much it shows: another number gives other files."""


_RELEASES: Final = (
    _Release((f"{SHOP}:1.3",), "2026-10-28", 3),
    _Release((), "2026-11-16", 4),
    _Release((f"{SHOP}:1.4", f"{SHOP}:latest"), "2026-11-17", 5),
)


def fill(hold: Hold) -> None:
    """Put the images of the start into an engine, and offer what can be pulled."""
    if not hold.registry.repositories():
        fill_registry(hold.registry)
    for repository, tags, make in PULLED:
        _put_pulled(hold, f"{HUB}/{repository}", tags.split(), make(HERE))
    for release in _RELEASES:
        _put_built(hold, release)
    worker = build(_worker())
    image = put(hold, worker)
    hold.images.tag(image.image_id, "shop/worker:1.4")


def fill_registry(registry: Registry) -> None:
    """Offer what can be pulled; nothing is made before somebody asks for it."""
    shelves.fill(registry)


def put(hold: Hold, built: Built, parent: str = "") -> Image:
    """Put an image that was made of a recipe into an engine, without a name."""
    top = ""
    with hold.lock:
        for diff_id, tar in zip(built.diff_ids, built.tars, strict=True):
            chain_id = chained(top, diff_id)
            if chain_id not in hold.layers:
                hold.layers.register(tar, top)
            top = chain_id
        return hold.images.add(built.config, top, parent=parent)


def _put_pulled(hold: Hold, repository: str, tags: list[str], recipe: Recipe) -> None:
    """Put an image as a pull leaves it: with tags, a digest and notes about its blobs."""
    image = put(hold, build(recipe))
    manifest = parcel([recipe]).manifest
    for tag in tags:
        hold.images.tag(image.image_id, f"{repository}:{tag}")
    hold.images.tag(image.image_id, f"{repository}@{manifest.digest}")
    for layer, digest in zip(hold.layers.stack(image.top), manifest.layers, strict=True):
        hold.distribution.note(digest, layer.diff_id, repository)


def _put_built(hold: Hold, release: _Release) -> None:
    """Put a build as the classic builder leaves it: each step an image, the child of the last."""
    parent = build(shelves.PYTHON(HERE)).image_id
    for recipe in _steps(release):
        parent = put(hold, build(recipe), parent).image_id
    for tag in release.tags:
        hold.images.tag(parent, tag)


def _steps(release: _Release) -> list[Recipe]:
    """Return the images of a build, one a step; the first two came from the builder's cache."""
    made = at(release.day)
    pages = range(1, release.pages + 1)
    lines = {f"app/pages/{n}.html": "<li>something to buy</li>\n" * 40 * n for n in pages}
    sources = partial(files, made, texts={"app/main.py": f"PAGES = {release.pages}\n", **lines})
    labels = {"com.example.service": "web", "com.example.release": release.day}
    whole = {"ExposedPorts": {"8000/tcp": {}}, "Cmd": ["python3", "main.py"], "Labels": labels}
    recipes = [*_cached()]
    told: list[tuple[str, Callable[[], Tree] | None, dict[str, Any]]] = [
        (f"COPY dir:{mark('app', made)} in /app ", sources, {}),
        (" WORKDIR /app", None, {"WorkingDir": "/app"}),
        (' CMD ["python3" "main.py"]', None, whole),
    ]
    for number, (line, make, config) in enumerate(told):
        step = Step(f"/bin/sh -c #(nop) {line}", make)
        recipes.append(Recipe(made + number * 9, (step,), recipes[-1], config))
    return recipes


@cache
def _cached() -> tuple[Recipe, ...]:
    """Return the images of the steps that are the same in each build."""
    made = at(_RELEASES[0].day) - 60
    wanted = Step(
        f"/bin/sh -c #(nop) COPY file:{mark('requirements', made)} in /app/ ",
        lambda: files(made, texts={"app/requirements.txt": "flask\nredis\ngunicorn\n"}),
    )
    library = "usr/local/lib/python3.12/site-packages/flask.so"
    installed = Step(
        "/bin/sh -c pip install -r /app/requirements.txt",
        lambda: files(made, programs={library: 260_000}),
    )
    first = Recipe(made, (wanted,), shelves.PYTHON(HERE))
    return first, Recipe(made + 9, (installed,), first)


def _worker() -> Recipe:
    """Return an image that shares Debian's layers, and was loaded from elsewhere."""
    made = at("2026-11-17")
    steps = (
        Step(
            "COPY worker /usr/local/bin/ # buildkit",
            lambda: files(
                made,
                programs={"usr/local/bin/worker": 340_000},
                texts={"etc/worker.conf": "queue = redis\n"},
                removed=("usr/share/doc/README",),
            ),
            BUILDKIT,
        ),
        Step('CMD ["worker"]', comment=BUILDKIT),
    )
    labels = {"com.example.service": "worker"}
    config = {"Env": [PATH], "Cmd": ["worker"], "Labels": labels}
    return Recipe(made, steps, shelves.DEBIAN(HERE), config)
