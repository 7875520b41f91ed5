"""A hold with real images and layers, and containers that only use images."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tui.practice.events import EventBus
from tui.practice.hold import Hold
from tui.practice.images import Image, ImageStore
from tui.practice.layers import LayerStore
from tui.practice.nodes import Node
from tui.practice.tars import write_tree
from tui.practice.tree import Tree


class Containers:
    """Containers, as far as removals ask for them."""

    def __init__(self) -> None:
        self.found: list[Any] = []

    def using(self, image_id: str) -> list[Any]:
        return [container for container in self.found if container.image_id == image_id]

    def all(self) -> list[Any]:
        return self.found

    def add(self, hold: Hold, image_id: str, *, running: bool = False) -> str:
        """Create a container; its layers are held as long as it is there."""
        hold.layers.retain(hold.images.get(image_id).top)
        identifier = f"{len(self.found) + 1:064x}"
        state = SimpleNamespace(running=running, paused=False)
        self.found.append(SimpleNamespace(id=identifier, image_id=image_id, state=state))
        return identifier


def make_hold(data_root: Path | None = None) -> Hold:
    """Return an empty engine, or the one in a data root; its clock stands still."""
    hold: Any = SimpleNamespace(
        settings=SimpleNamespace(data_root=data_root, name="practice", speed=0),
        lock=threading.RLock(),
        clock=lambda: 1_700_000_000.0,
        events=EventBus(lambda: 1_700_000_000.0),
        layers=LayerStore(data_root),
        containers=Containers(),
    )
    hold.images = ImageStore(hold)
    hold.layers.sweep()  # as Hold does when its containers are read
    return cast("Hold", hold)


def containers(hold: Hold) -> Containers:
    return cast("Containers", hold.containers)


def tar_of(**files: bytes) -> bytes:
    """Return a layer of files."""
    tree = Tree()
    for name, content in files.items():
        tree.put(name, Node(content=content))
    return write_tree(tree)


def add_image(
    hold: Hold,
    *tars: bytes,
    names: tuple[str, ...] = (),
    parent: str = "",
    created: str = "2026-11-01T10:00:00Z",
    labels: dict[str, str] | None = None,
    **more: Any,
) -> Image:
    """Add an image of these layers, the bottom first."""
    top, diff_ids, history = "", [], []
    for tar in tars:
        layer = hold.layers.register(tar, top)
        top = layer.chain_id
        diff_ids.append(layer.diff_id)
        history.append({"created": created, "created_by": f"COPY {layer.size}"})
    config = {
        "created": created,
        "os": "linux",
        "architecture": "amd64",
        "config": {"Labels": labels},
        "history": history,
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        **more,
    }
    image = hold.images.add(json.dumps(config).encode(), top, parent=parent)
    for name in names:
        hold.images.tag(image.image_id, name)
    return image
