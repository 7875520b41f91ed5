"""Containers for tests: an engine with one small image and a clock that is set by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.practice.engine import call, data
from tui.practice.configs import config_json, container_config
from tui.practice.containers.container import Container
from tui.practice.hold import Hold, Settings
from tui.practice.nodes import Kind, Node
from tui.practice.tars import write_tree
from tui.practice.tree import Tree
from tui.practice.wire import Response

BEGAN = 1_795_000_000.0
PROGRAMS = "sh bash ls cat echo sleep rm mkdir touch head wc nginx env hostname grep ps".split()  # noqa: SIM905


@dataclass
class Clock:
    """Stands still until it is set; sleeping sets it."""

    now: float = BEGAN

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def vessel(data_root: Path | None = None) -> tuple[Hold, Clock]:
    """Return an engine with the image `box:1`."""
    clock = Clock()
    hold = Hold(Settings(speed=0, data_root=data_root), clock=clock, sleep=clock.sleep)
    tree = Tree()
    for name in PROGRAMS:
        tree.put(f"bin/{name}", Node(Kind.FILE, 0o755, content=b"\x7fELF"))
    tree.put("etc/motd", Node(content=b"practice\n"))
    tree.put("root", Node(Kind.DIRECTORY, 0o700))
    tree.put("tmp", Node(Kind.DIRECTORY, 0o1777))
    layer = hold.layers.register(write_tree(tree))
    given = {"Env": ["PATH=/bin", "A=1"], "Cmd": ["sh"], "Labels": {"made": "here"}}
    config = config_json(
        config=container_config({**given, "ExposedPorts": {"80/tcp": {}}}),
        created="2026-11-01T10:00:00Z",
        history=[{"created": "2026-11-01T10:00:00Z", "created_by": "COPY box"}],
        diff_ids=[layer.diff_id],
    )
    image = hold.images.add(config, layer.chain_id)
    hold.images.tag(image.image_id, "box:1")
    return hold, clock


def post(hold: Hold, target: str, body: object = None) -> Response:
    text = b"" if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(text))}
    return call(hold, "POST", target, text, headers)


def get(hold: Hold, target: str) -> Any:
    return json.loads(data(call(hold, "GET", target)))


def make(hold: Hold, *command: str, name: str = "one", **config: Any) -> Container:
    """Create a container."""
    body = {"Image": "box:1", **({"Cmd": list(command)} if command else {}), **config}
    post(hold, f"/containers/create?name={name}", body)
    return hold.containers.get(name)


def run(hold: Hold, *command: str, name: str = "one", **config: Any) -> Container:
    """Create and start a container."""
    container = make(hold, *command, name=name, **config)
    post(hold, f"/containers/{name}/start")
    return container


def output(container: Container, stream: int = 1) -> str:
    """Return what a container has written."""
    return b"".join(x.data for x in container.log.lines() if x.stream == stream).decode()


def actions(hold: Hold) -> list[str]:
    """Return the actions of all events of containers."""
    return [event["Action"] for event in hold.events.since(0) if event["Type"] == "container"]


def told(hold: Hold, action: str) -> dict[str, str]:
    """Return the attributes of the last event of an action."""
    found = [event for event in hold.events.since(0) if event["Action"] == action]
    attributes: dict[str, str] = found[-1]["Actor"]["Attributes"]
    return attributes


def stream(response: Response) -> Iterator[bytes]:
    """Return the parts of a body as they come."""
    assert not isinstance(response.body, bytes)
    return iter(response.body)
