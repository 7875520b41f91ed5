"""Mirrors that are written down in other forms: hosts.toml, and Podman's registries.conf.

Both are read and shown, never changed. Source: dockerd 28 (daemon/hosts.go) and
containers-registries.conf(5).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

HUB: Final = "docker.io"
HOSTS: Final = "hosts.toml"
LONGEST: Final = 1 << 20
"""Bytes of a file that are looked at."""

PODMAN: Final = ("registries.conf", "registries.conf.d/*.conf")


def hosts_of(certificates: str) -> tuple[str, tuple[str, ...]]:
    """Return the path of Docker Hub's hosts.toml and the hosts in there, in their order.

    No path where there is no such file. dockerd of 28 and later reads it with the containerd
    store; where it names a host, registry-mirrors counts for nothing.

    Raises:
        OSError: it cannot be read.
        ValueError: it cannot be understood.
    """
    path = Path(certificates) / HUB / HOSTS
    if not certificates or not path.exists():
        return "", ()
    hosts = _toml(path).get("host")
    return str(path), tuple(hosts) if isinstance(hosts, dict) else ()


def podman_mirrors(folders: tuple[Path, ...]) -> tuple[str, ...]:
    """Return the mirrors of docker.io in Podman's settings, as far as they can be read."""
    return tuple(dict.fromkeys(_podman_mirrors(folders)))


def _podman_mirrors(folders: tuple[Path, ...]) -> Iterator[str]:
    for path in (
        path for folder in folders for name in PODMAN for path in sorted(folder.glob(name))
    ):
        try:
            registries = _toml(path).get("registry")
        except (OSError, ValueError):
            continue
        for registry in _tables(registries):
            if registry.get("prefix", registry.get("location")) == HUB:
                for mirror in _tables(registry.get("mirror")):
                    location = mirror.get("location")
                    scheme = "http" if mirror.get("insecure") is True else "https"
                    if isinstance(location, str):
                        yield f"{scheme}://{location}"


def _tables(value: object) -> Iterator[dict[str, Any]]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())


def _toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is none, or too long.
    """
    with path.open("rb") as file:
        data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise ValueError(str(path))
    try:
        return tomllib.loads(data.decode())
    except RecursionError as error:
        raise ValueError(str(path)) from error
