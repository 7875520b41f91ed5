"""Images as the Engine tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ImageSummary:
    """One image of `GET /images/json`."""

    image_id: str
    """`sha256:...`: digest of the config (classic, Podman) or of the manifest (containerd)."""
    tags: tuple[str, ...] = ()
    """References `repository:tag`, without `<none>`; empty for an untagged image."""
    digests: tuple[str, ...] = ()
    """References `repository@sha256:...` known from registries."""
    created: int = 0
    """Seconds of the epoch; 0 when the Engine does not know."""
    size: int = 0
    """Bytes as the Engine lists them (what they count depends on the store)."""
    parent_id: str = ""
    """The image it was made from by the classic builder or commit, else empty."""
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def references(self) -> tuple[str, ...]:
        """All names that hold the image: tags first, then digests."""
        return self.tags + self.digests


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One entry of `GET /images/{id}/history`, in build order (oldest first)."""

    created: int
    """Seconds of the epoch."""
    created_by: str
    """The command as recorded by the builder, uncleaned."""
    size: int
    """Bytes of the layer that the step made; 0 for a step without a layer."""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ImageDetails:
    """One image of `GET /images/{id}/json`. Never changes for an image ID, but for its names."""

    image_id: str
    tags: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    parent_id: str = ""
    created: str = ""
    """RFC 3339, as recorded in the config."""
    size: int = 0
    diff_ids: tuple[str, ...] = ()
    """Digests of the uncompressed layers, bottom first. The same one may come twice."""
    os: str = ""
    architecture: str = ""
    variant: str = ""
    author: str = ""
    comment: str = ""
    docker_version: str = ""
    user: str = ""
    working_dir: str = ""
    stop_signal: str = ""
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    raw: str = ""
    """The Engine's answer as JSON text, indented by two."""

    @property
    def platform(self) -> str:
        """`os/architecture[/variant]`; empty when the Engine does not know."""
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What inspect and history tell of one image; fixed for its ID, so kept for ever."""

    details: ImageDetails
    history: tuple[HistoryStep, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One repository found by a search."""

    name: str
    description: str
    stars: int
    is_official: bool
    badge: str = ""
    """A `Badge`; empty where none is given, or who answered does not tell."""
    pulls: int = -1
    """-1 where who answered does not tell."""


EMPTY_DETAILS: Final = ImageDetails(image_id="")
