"""Containers as the Engine tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

UNKNOWN_SIZE = -1
"""Size of a writable layer that nobody asked for yet."""


class ContainerState(StrEnum):
    """The states of `GET /containers/json` (`State`)."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    RESTARTING = "restarting"
    REMOVING = "removing"
    EXITED = "exited"
    DEAD = "dead"
    UNKNOWN = "unknown"

    @property
    def is_alive(self) -> bool:
        """Whether processes of it exist, so that the Engine refuses to remove it unforced."""
        return self in {self.RUNNING, self.PAUSED, self.RESTARTING}


@dataclass(frozen=True, slots=True)
class PortBinding:
    """One published or exposed port."""

    private_port: int
    protocol: str
    public_port: int = 0
    """0 when the port is exposed but not published."""
    address: str = ""

    def __str__(self) -> str:
        inner = f"{self.private_port}/{self.protocol}"
        if not self.public_port:
            return inner
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.public_port}->{inner}"


@dataclass(frozen=True, slots=True)
class ContainerSummary:
    """One container of `GET /containers/json?all=1`."""

    container_id: str
    name: str
    """Without the leading slash."""
    image: str
    """The reference it was created from, as the Engine lists it; an ID once that name is gone."""
    image_id: str
    command: str = ""
    created: int = 0
    """Seconds of the epoch."""
    state: ContainerState = ContainerState.UNKNOWN
    status: str = ""
    """The Engine's sentence: `Up 3 hours (healthy)`."""
    health: str = ""
    """`healthy`, `unhealthy`, `starting`, or empty without a health check."""
    ports: tuple[PortBinding, ...] = ()
    size_rw: int = UNKNOWN_SIZE
    """Bytes of the writable layer (`size=1`), or UNKNOWN_SIZE."""
    labels: tuple[tuple[str, str], ...] = ()
