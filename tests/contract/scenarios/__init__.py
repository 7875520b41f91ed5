"""The scenarios; importing this package fills `SCENARIOS`."""

from tests.contract.scenarios import (
    containers,
    files,
    images,
    processes,
    registry,
    system,
    transfer,
    updating,
)

__all__ = [
    "containers",
    "files",
    "images",
    "processes",
    "registry",
    "system",
    "transfer",
    "updating",
]
