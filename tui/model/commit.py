"""What a commit would take in, and what it made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ContainerChanges:
    """What a container has of its own: `docker diff`, counted."""

    container_id: str = ""
    added: int = 0
    changed: int = 0
    deleted: int = 0
    size: int = -1
    """Bytes of its writable layer; -1 if nobody knows."""
    volumes: tuple[str, ...] = ()
    """Where volumes and folders of the host are mounted: what is in them is not part of it."""

    @property
    def count(self) -> int:
        """How many paths differ from the image."""
        return self.added + self.changed + self.deleted


NO_CHANGES: Final = ContainerChanges()


@dataclass(frozen=True, slots=True)
class Committed:
    """An image that was made of a container."""

    image_id: str = ""
    base_id: str = ""
    """The image that the container was made of."""
    container: str = ""
    """How it is called."""
    reference: str = ""
    """How the new image is called; empty for nothing."""


NOT_COMMITTED: Final = Committed()
