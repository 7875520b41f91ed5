"""The scenarios; importing this package fills `SCENARIOS`."""

from tests.contract.scenarios import (
    containers,
    files,
    health,
    images,
    processes,
    registry,
    system,
    transfer,
    updating,
    volumes,
)

__all__ = [
    "containers",
    "files",
    "health",
    "images",
    "processes",
    "registry",
    "system",
    "transfer",
    "updating",
    "volumes",
]
