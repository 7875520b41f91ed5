"""The Engine: where it is, what it is, what it can do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PRACTICE_REGISTRIES: Final = ("localhost:5000", "127.0.0.1:5000")
"""The names of the private registry inside the practice engine, which shadow this machine's own."""


class StoreKind(StrEnum):
    """The three image stores orlop knows apart; what they can do is in `Capabilities`."""

    CLASSIC = "classic"
    CONTAINERD = "containerd"
    PODMAN = "podman"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address of an Engine and where that address came from."""

    url: str
    """`unix:///path`, `tcp://host:port`, `ssh://user@host`."""
    origin: str
    """`--host`, `--context`, `DOCKER_HOST`, `DOCKER_CONTEXT`, `context`, `default`, `found`,
    `practice`."""
    context: str = ""
    """Name of the docker context, or empty."""
    tls: bool = False
    """Whether TLS is spoken (over tcp)."""
    tls_verify: bool = False
    """Whether the Engine's certificate must be good."""
    tls_ca: str = ""
    """Paths of PEM files; empty where TLS is not used."""
    tls_cert: str = ""
    tls_key: str = ""

    @property
    def is_local(self) -> bool:
        """Whether the Engine runs on this machine, so that its paths are ours."""
        return self.url.startswith(("unix://", "npipe://"))

    @property
    def label(self) -> str:
        """What the header calls it: the context's name, else the address."""
        return self.context or self.url.removeprefix("unix://")


@dataclass(frozen=True, slots=True)
class ContextInfo:
    """One docker context, to choose from."""

    name: str
    url: str
    """Address of its Engine; empty when its metadata cannot be read."""
    description: str = ""
    is_current: bool = False
    """Whether the docker command would use it without further words."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this Engine can do, told once at connecting; the rest of orlop asks only this."""

    store: StoreKind = StoreKind.CLASSIC
    exact_reclaim: bool = True
    """Freed bytes can be told to the byte (classic); else a range."""
    force_removes_containers: bool = False
    """Podman: a forced image removal also removes the containers that use the image."""
    parents_block: bool = True
    """An image with child images cannot be removed before them (classic, Podman)."""
    pull_platform: bool = True
    """`platform` is understood by pull (API 1.32 and later)."""
    pull_all_tags: bool = True
    """All tags of a repository can be pulled at once (not on Podman)."""
    search: bool = True
    leaving_ends_input: bool = False
    """Podman: who leaves a main process without a terminal ends its input with it."""
    changes_image_names: bool = False
    """Podman: a short name comes back as `docker.io/library/x` or `localhost/x`."""
    log_times_differ: bool = True
    """No two messages of a log stream have the same time (not on Podman)."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """`GET /version` and `GET /info`, what the header shows."""

    name: str = ""
    """Host name that the Engine reports."""
    product: str = "Docker"
    """`Docker` or `Podman`."""
    version: str = ""
    api_version: str = ""
    """The version orlop speaks with it, not the newest it knows."""
    storage_driver: str = ""
    data_root: str = ""
    images: int = 0
    containers: int = 0
    containers_running: int = 0
    os: str = ""
    architecture: str = ""
    capabilities: Capabilities = Capabilities()
    practice: bool = False
    """Whether it is orlop's own practice engine, and no real one."""

    @property
    def platform(self) -> str:
        """What it pulls by default: `linux/amd64`; empty when it does not tell."""
        system = "windows" if "windows" in self.os.lower() else "linux"
        return f"{system}/{self.architecture}" if self.architecture else ""


@dataclass(frozen=True, slots=True)
class DiskGauge:
    """`statvfs` of the data root's file system, in bytes; zeros when it cannot be read."""

    used: int = 0
    total: int = 0
    free: int = 0


NO_GAUGE: Final = DiskGauge()
PRACTICE: Final = "practice"
"""Origin of the endpoint of the practice engine that orlop itself starts."""

NO_ENGINE: Final = EngineInfo()
NO_ENDPOINT: Final = Endpoint(url="", origin="")


@dataclass(frozen=True, slots=True)
class EngineEvent:
    """One line of `GET /events`."""

    kind: str
    """`image`, `container`, `daemon`, ..."""
    action: str
    actor_id: str
    name: str = ""
    container_id: str = ""
    """Of an event of a network or volume: the container that it is about."""
