"""Mirrors of Docker Hub: which there are, and what became of asking them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class EngineMirrors:
    """What an Engine tells of its registries (`RegistryConfig` of `GET /info`)."""

    in_force: tuple[str, ...] = ()
    """As it asks them, one after the other; each ends with a slash."""
    insecure: tuple[str, ...] = ()
    """Hosts, and networks as `127.0.0.0/8`, whose certificates it does not check."""
    is_rootless: bool = False
    is_desktop: bool = False
    """Whether it is Docker Desktop's, in a virtual machine."""


class PlaceKind(StrEnum):
    """What kind of place the mirrors are written down in."""

    FILE = "file"
    """A daemon.json that can be reached from here."""
    DESKTOP = "desktop"
    """Docker Desktop's: its own settings write it, and apply it."""
    REMOTE = "remote"
    """On another machine, or out of reach."""
    NONE = "none"
    """There is no file: a practice engine that keeps nothing."""
    PODMAN = "podman"
    """Podman's registries.conf, which is read only."""


@dataclass(frozen=True, slots=True)
class MirrorPlace:
    """Where an Engine's mirrors are written down."""

    kind: PlaceKind
    path: str = ""
    """As the Engine calls it."""
    real: str = ""
    """Where this process reaches it, behind symbolic links."""
    root: str = ""
    """What stands before it if the Engine has a root of its own: `/proc/PID/root`."""
    pid: int = 0
    """Of the Engine's process; 0 where nobody knows."""
    is_rootless: bool = False
    flags: tuple[str, ...] = ()
    """Mirrors on dockerd's command line."""
    flags_from: str = ""
    """The file that the command line comes from, where it was found."""
    certificates: str = ""
    """The Engine's folder certs.d, as it is reached from here."""
    program: str = ""
    """The dockerd that can check a file; empty where there is none."""


NOWHERE: Final = MirrorPlace(PlaceKind.REMOTE)


@dataclass(frozen=True, slots=True)
class Mirrors:
    """Everything about an Engine's mirrors, as it is read at one time."""

    place: MirrorPlace = NOWHERE
    host: str = ""
    """The Engine's machine."""
    version: str = ""
    """The Engine's."""
    in_force: tuple[str, ...] = ()
    """What the Engine asks now."""
    insecure: tuple[str, ...] = ()
    data: bytes = b""
    """The file; empty where there is none, or it cannot be read."""
    has_file: bool = False
    in_file: tuple[str, ...] = ()
    """As they are written."""
    has_key: bool = False
    """Whether the file says anything about mirrors."""
    trouble: str = ""
    """Why the file cannot be read or understood."""
    hosts_path: str = ""
    """A hosts.toml that the Engine reads instead; then registry-mirrors counts for nothing."""
    hosts: tuple[str, ...] = ()
    """The mirrors in there."""
    notes: tuple[str, ...] = ()
    """Sentences about what stands in the way, or will."""
    backup: str = ""
    """The newest backup beside the file; empty where there is none."""
    needs_sudo: bool = False
    """Whether file or daemon are not for this user."""

    @property
    def is_editable(self) -> bool:
        """Whether orlop can change the file."""
        return self.place.kind is PlaceKind.FILE and not self.trouble and not self.place.flags

    @property
    def is_to_paste(self) -> bool:
        """Whether the user can put the text in place, where orlop cannot."""
        return not self.is_editable and not self.place.flags

    @property
    def is_stale(self) -> bool:
        """Whether the Engine has not read the file as it is now."""
        slashed = tuple(dict.fromkeys(one.rstrip("/") + "/" for one in self.in_file))
        return slashed != self.in_force


NO_MIRRORS: Final = Mirrors()


class Verdict(StrEnum):
    """What became of asking a mirror."""

    FINE = "fine"
    NO_IMAGE = "no_image"
    """It is a registry, but has not this image."""
    LOGIN = "login"
    NOT_ALLOWED = "not_allowed"
    """It has a list of images that it serves, and this is not on it."""
    DENIED = "denied"
    TOO_MANY = "too_many"
    """429: so many requests are not allowed."""
    PAGE = "page"
    """A page for people: a captive portal, or a landing page."""
    NOT_A_REGISTRY = "not_a_registry"
    BROKEN = "broken"
    """500 and above."""
    DAMAGED = "damaged"
    """What it sends does not fit its digest."""
    NO_NAME = "no_name"
    """DNS does not know it."""
    REFUSED = "refused"
    """Nobody listens."""
    HANGS = "hangs"
    UNREACHABLE = "unreachable"
    TLS_EXPIRED = "tls_expired"
    TLS_NAME = "tls_name"
    TLS_UNKNOWN = "tls_unknown"
    """The certificate's authority is not known."""
    TLS_PLAIN = "tls_plain"
    """It speaks plain HTTP where TLS is expected."""
    TLS = "tls"
    """Any other trouble with TLS."""
    BAD_ADDRESS = "bad_address"


@dataclass(frozen=True, slots=True)
class MirrorProbe:
    """What became of asking one mirror."""

    mirror: str
    """Ends with a slash."""
    image: str
    """What was asked for."""
    verdict: Verdict
    detail: str = ""
    """The words of the mirror or of the operating system, made harmless."""
    at: float = 0.0
    """When, in seconds of the epoch."""
    first_byte: float = 0.0
    """Seconds until the first byte of a layer came; 0 where none did."""
    size: int = 0
    """Bytes of it that were read."""
    rate: float = 0.0
    """Bytes a second; 0 where too few were read to tell."""
    steps: tuple[tuple[str, str], ...] = ()
    """What was asked, and what came of it, in order."""

    @property
    def is_fine(self) -> bool:
        """Whether the Engine could pull that image from it."""
        return self.verdict is Verdict.FINE
