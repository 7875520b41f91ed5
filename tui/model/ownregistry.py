"""A registry of one's own: what runs, and what its folder holds."""

from __future__ import annotations

from typing import Final, NamedTuple


class Running(NamedTuple):
    """A registry that runs."""

    pid: int
    host: str
    """Where it listens: an address or a name."""
    port: int
    backend: str
    """`builtin`, `docker-registry` or `image`."""
    root: str
    """The folder with its contents."""
    login: bool
    """Whether it asks for one."""
    tls: bool
    since: str
    """When it began, as RFC 3339 has it."""

    @property
    def address(self) -> str:
        """What stands before the first `/` of a reference: `127.0.0.1:5000`."""
        return address_of(self.host, self.port)


class StoredTag(NamedTuple):
    """One tag of a repository."""

    name: str
    digest: str
    """Of its manifest."""
    size: int
    """Bytes of the blobs that a pull may fetch: of an index, those of all its images."""
    is_index: bool
    """Whether it names images of several platforms."""


class StoredRepository(NamedTuple):
    """One repository."""

    name: str
    tags: tuple[StoredTag, ...]


class Stored(NamedTuple):
    """All that a folder holds."""

    repositories: tuple[StoredRepository, ...] = ()
    size: int = 0
    """Bytes of all blobs, each once; those too that nothing names any more."""

    @property
    def tags(self) -> int:
        """How many tags there are."""
        return sum(len(each.tags) for each in self.repositories)


class OwnRegistry(NamedTuple):
    """The registries that run, and what the folder of the first one holds; else the user's own."""

    root: str = ""
    """Empty before it was looked at."""
    running: tuple[Running, ...] = ()
    stored: Stored = Stored()


NO_OWN_REGISTRY: Final = OwnRegistry()


def address_of(host: str, port: int) -> str:
    """Return how an Engine names a registry; one that listens everywhere is reached by loopback."""
    if host in {"", "0.0.0.0", "::"}:
        host = "127.0.0.1"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
