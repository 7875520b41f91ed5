"""The containers of a practice engine when it starts: some run, one is paused, two have ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tui.practice.containers import health, mainprocess
from tui.practice.containers.creation import merged
from tui.practice.nodes import Kind, Node
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Container
    from tui.practice.hold import Hold

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Seed:
    """One container of the start."""

    name: str
    image: str
    age: float
    """Seconds since it was created."""
    command: tuple[str, ...] = ()
    """Empty for the image's."""
    state: str = "running"
    """`running`, `paused`, `exited` or `created`."""
    lasted: float = 0.0
    """Seconds from its start to its end, or to its pause."""
    exit_code: int = 0
    host_config: Mapping[str, Any] = field(default_factory=dict)
    log: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """What it has written, by path."""
    health: Mapping[str, Any] | None = None
    """Its health check."""


SEEDS: Final = (
    Seed(
        "nightly-report",
        "debian:12",
        2 * DAY,
        ("sh", "-c", "echo report; sleep 40; echo done"),
        "exited",
        40.2,
        log=("report\n", "done\n"),
        files={"srv/report.txt": "orders 212\nreturns 7\n" * 60},
    ),
    Seed(
        "migrate",
        "shop/web:1.3",
        26 * HOUR,
        ("python3", "main.py", "migrate"),
        "exited",
        3.1,
        1,
        log=("connecting to the database\n", "error: connection refused\n"),
    ),
    Seed(
        "cache",
        "redis:7",
        5 * DAY,
        host_config={"RestartPolicy": {"Name": "unless-stopped", "MaximumRetryCount": 0}},
        files={"data/dump.rdb": "REDIS0011" + "practice" * 300},
    ),
    Seed(
        "web",
        "shop/web:1.4",
        3 * HOUR,
        host_config={
            "PortBindings": {"8000/tcp": [{"HostIp": "", "HostPort": "8080"}]},
            "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0},
        },
        files={"tmp/session-1": "cart: 3\n", "app/pages/today.html": "<li>news</li>\n" * 30},
        health={
            "Test": ["CMD-SHELL", "test -s /app/pages/today.html && echo 200 OK"],
            "Interval": 10_000_000_000,
            "Retries": 2,
        },
    ),
    Seed("worker", "shop/worker:1.4", 50 * HOUR, state="paused", lasted=49 * HOUR),
    Seed("scratch", "debian:12", HOUR / 2, ("bash",), "created"),
)


def fill(hold: Hold) -> None:
    """Put the containers of the start into an engine, as far as it has their images."""
    with hold.lock:
        for seed in SEEDS:
            try:
                image = hold.images.find(seed.image)
            except ApiError:
                continue  # this engine was filled otherwise
            given = {
                "Image": seed.image,
                "Cmd": list(seed.command) or None,
                "Healthcheck": seed.health,
            }
            container = hold.containers.create(
                image,
                merged(given, image.parsed().get("config") or {}),
                seed.host_config,
                name=seed.name,
                image_name=seed.image,
                created=hold.clock() - seed.age,
            )
            _begin(hold, container, seed)
            hold.containers.keep(container)


def _begin(hold: Hold, container: Container, seed: Seed) -> None:
    """Bring a container to its state."""
    started = container.created + 0.4
    for path, text in seed.files.items():
        node = Node(Kind.FILE, 0o644, mtime=int(started + 1), content=text.encode())
        container.tree.put(path, node)
    if seed.state == "exited":
        container.state.start(0, started)
        container.state.stop(seed.exit_code, started + seed.lasted)
        container.exits = 1
        for line_number, line in enumerate(seed.log):
            moment = started + seed.lasted * line_number / len(seed.log)
            container.log.write(2 if line.startswith("error") else 1, line.encode(), moment)
    elif seed.state in {"running", "paused"}:
        mainprocess.place_running(hold, container, started)
        if seed.state == "paused":
            container.state.paused, container.paused_at = True, started + seed.lasted
        else:
            health.place(hold, container, "200 OK\n")
