"""Engines of a given size, for tests of speed: thousands of images and containers in a second."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any, Final

from tui.practice.configs import config_json, container_config, timestamp
from tui.practice.layers import chain_ids
from tui.practice.nodes import Kind, Node
from tui.practice.tars import write_tree
from tui.practice.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.practice.hold import Hold

LAYERS: Final = 60
"""Different layers; all images are made of them."""

STACKS: Final = 400
"""Different stacks of layers."""

TEAMS: Final = ("", "shop/", "data/", "ci/", "registry.example:5000/team/", "ghcr.io/acme/")
SERVICES: Final = (
    "web", "api", "worker", "cache", "search", "billing", "mail", "auth", "gateway", "report",
    "images", "thumbs", "backup", "metrics", "logs", "queue", "proxy", "docs", "batch", "ledger",
)  # fmt: skip
COMMANDS: Final = (["sleep", "3600"], ["python3", "-m", "app"], ["nginx", "-g", "daemon off;"])

HOUR: Final = 3600
DAY: Final = 24 * HOUR


def fill(hold: Hold, images: int, containers: int) -> None:
    """Fill an engine; containers need at least one image.

    The same numbers always give the same images; their ages count from now.
    """
    gc.disable()  # much is made, and none of it is garbage
    try:
        made = _fill_images(hold, images)
        if made:
            _fill_containers(hold, made, containers)
    finally:
        gc.enable()
    gc.freeze()


def _fill_images(hold: Hold, count: int) -> list[str]:
    """Add images of all ages and return their IDs, the newest first."""
    tars = [_layer(number) for number in range(min(LAYERS, count))]
    stacks = [_stack(hold, tars, number) for number in range(min(STACKS, count))]
    tops = [chain_ids(diff_ids)[-1] for diff_ids, _history in stacks]
    now = int(hold.clock())
    ids = []
    with hold.lock:
        for number in range(count):
            diff_ids, history = stacks[number * 7 % len(stacks)]
            created = timestamp(now - _age(number))
            config = config_json(
                config=_config(number),
                created=created,
                history=[{**step, "created": created} for step in history],
                diff_ids=diff_ids,
            )
            image = hold.images.add(config, tops[number * 7 % len(stacks)])
            ids.append(image.image_id)
            for name in _names(number):
                hold.images.tag(image.image_id, name)
    return ids


def _layer(number: int) -> bytes:
    """Return a layer of some files, between 1 and 90 kB, the same for the same number."""
    tree = Tree()
    for part in range(1 + number % 4):
        content = f"layer {number} part {part}\n".encode() * (30 + number * 61 % 1000)
        path = f"usr/lib/part-{number}/{part}.txt"
        tree.put(path, Node(Kind.FILE, 0o644, mtime=1_700_000_000 + number, content=content))
    return write_tree(tree)


def _stack(hold: Hold, tars: list[bytes], number: int) -> tuple[list[str], list[dict[str, str]]]:
    """Register a stack of three to nine layers; return its diff IDs and how it came about.

    Each begins with the layers of others, as images that are made from images do.
    """
    wanted = [number % 5, 5 + number % 7, *(12 + (number * 3 + n) % 47 for n in range(number % 6))]
    wanted.append(number % len(tars))
    parent, diff_ids, history = "", [], []
    for layer in (tars[at % len(tars)] for at in wanted):
        registered = hold.layers.register(layer, parent)
        parent = registered.chain_id
        diff_ids.append(registered.diff_id)
        line = f"/bin/sh -c #(nop) COPY dir:{registered.diff_id[7:]} in /usr/lib "
        history.append({"created_by": line})
    return diff_ids, history


def _config(number: int) -> dict[str, Any]:
    return container_config(
        {
            "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", f"RELEASE={number}"],
            "Cmd": COMMANDS[number % len(COMMANDS)],
            "Labels": {"com.example.release": str(number)},
        }
    )


def _age(number: int) -> int:
    """Return how old an image is, in seconds: from minutes to three years."""
    return 60 + number * 9_433 % (3 * 365 * DAY) if number % 3 else 60 + number * 61


def _names(number: int) -> Iterator[str]:
    """Yield the names of an image: usually one, sometimes two, sometimes none."""
    if number % 10 == 9:
        return
    team, service = TEAMS[number % len(TEAMS)], SERVICES[number // len(TEAMS) % len(SERVICES)]
    version = number // (len(TEAMS) * len(SERVICES))
    yield f"{team}{service}:1.{version}"
    if number % 7 == 0:
        yield f"{team}{service}:build-{number}"


def _fill_containers(hold: Hold, image_ids: list[str], count: int) -> None:
    """Add containers of some of the images: a third runs, the others have ended or never began."""
    from tui.practice.containers import mainprocess

    now = hold.clock()
    with hold.lock:
        for number in range(count):
            image = hold.images.get(image_ids[number * 3 % len(image_ids)])
            tags, _digests = hold.images.names_of(image.image_id)
            name = tags[0] if tags else image.image_id
            created = now - 30 - number * 3_671 % (60 * DAY)
            container = hold.containers.create(
                image,
                {**image.parsed()["config"], "Image": name, "Cmd": COMMANDS[0]},
                name=f"{SERVICES[number % len(SERVICES)]}-{number}",
                image_name=name,
                created=created,
            )
            if number % 3 == 0:
                mainprocess.place_running(
                    hold, container, started_at=created + 1, number=number + 2
                )
            elif number % 3 == 1:
                container.state.start(0, created + 1)
                container.state.stop((0, 0, 1, 137)[number % 4], created + 2 + number % HOUR)
