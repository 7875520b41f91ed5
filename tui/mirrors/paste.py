"""What to paste where orlop may not write: the text, and the lines that put it in force."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import urlsplit

from tui.i18n import _
from tui.mirrors.addresses import normals
from tui.mirrors.daemonfile import KEY, DaemonFile
from tui.model.mirrors import Mirrors, PlaceKind

_PODMAN_HEAD = '[[registry]]\nprefix = "docker.io"\nlocation = "registry-1.docker.io"\n'


def paste_text(found: Mirrors, mirrors: Sequence[str]) -> str:
    """Return the text that has these mirrors; the whole file where it can be read."""
    if found.place.kind is PlaceKind.PODMAN:
        return _PODMAN_HEAD + "".join(map(_podman_mirror, mirrors))
    if found.has_file and not found.trouble:
        return DaemonFile(found.data).with_mirrors(mirrors).decode("utf-8", "replace")
    return json.dumps({KEY: list(mirrors)}, indent=2) + "\n"


def paste_lines(found: Mirrors) -> tuple[str, ...]:
    """Return what to do with that text, line by line; shell lines begin with `$ `."""
    path = found.place.path
    if found.place.kind is PlaceKind.PODMAN:
        return (_("into {path}, then:").format(path=path), "$ sudo systemctl restart podman")
    if found.place.kind is PlaceKind.NONE:
        return (_("into daemon.json of an Engine that keeps one"),)
    if found.place.kind is PlaceKind.DESKTOP:
        return (_("into Docker Desktop: Settings, Docker Engine; then Apply & restart"),)
    where = path
    if found.place.kind is PlaceKind.REMOTE:
        where = _("{path} on {host}; other keys that are there stay").format(
            path=path, host=found.host
        )
    line = "$ systemctl --user reload docker" if found.place.is_rootless else ""
    return (_("into {path}, then:").format(path=where), line or "$ sudo systemctl reload docker")


def _podman_mirror(mirror: str) -> str:
    parts = urlsplit(normals([mirror])[0])
    insecure = "insecure = true\n" if parts.scheme == "http" else ""
    location = f"{parts.netloc}{parts.path}".rstrip("/")
    return f'\n[[registry.mirror]]\nlocation = "{location}"\n{insecure}'
