"""Finding the place where an Engine's mirrors are written down."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from tui.mirrors.addresses import version_of
from tui.mirrors.daemon import PROC, Daemon, daemon_behind, is_own_root
from tui.model.engine import Endpoint, EngineInfo, StoreKind
from tui.model.mirrors import EngineMirrors, MirrorPlace, PlaceKind

FILE: Final = "daemon.json"
SYSTEM: Final = Path("/etc/docker")
"""Where the Engine of the system has its settings."""

VALIDATES: Final = (23, 0, 0)
"""The first dockerd that can check a file."""

FLAG: Final = "--registry-mirror"

UNITS: Final = (
    "etc/default/docker",
    "etc/sysconfig/docker",
    "etc/systemd/system/docker.service",
    "etc/systemd/system/docker.service.d/*.conf",
    "run/systemd/system/docker.service.d/*.conf",
    "usr/lib/systemd/system/docker.service",
    "lib/systemd/system/docker.service",
)
"""Files that the command line of the system's dockerd is made of."""

_LONGEST: Final = 1 << 18


def find_place(
    endpoint: Endpoint,
    info: EngineInfo,
    told: EngineMirrors,
    *,
    environ: Mapping[str, str],
    home: Path,
) -> MirrorPlace:
    """Return where an Engine's mirrors are written down; nothing there is read."""
    if info.capabilities.store is StoreKind.PODMAN:
        return MirrorPlace(PlaceKind.PODMAN, "/etc/containers/registries.conf")
    if told.is_desktop:
        path = str(home / ".docker" / FILE)
        return MirrorPlace(PlaceKind.DESKTOP, path, path)
    if not endpoint.is_local or not (is_here(info) or info.practice):
        return MirrorPlace(PlaceKind.REMOTE, str(SYSTEM / FILE))
    settings = _settings(environ, home) if told.is_rootless else SYSTEM
    daemon = daemon_behind(endpoint)
    if info.practice:
        return _practice_place(daemon)
    return _place_of(daemon, settings, info, is_rootless=told.is_rootless)


def _place_of(
    daemon: Daemon | None, settings: Path, info: EngineInfo, *, is_rootless: bool
) -> MirrorPlace:
    """Return the file of a dockerd of this machine; of one that nobody knows, the usual one."""
    pid = daemon.pid if daemon is not None else 0
    path = _config_file(daemon) or settings / FILE
    root = "" if not pid or is_own_root(pid) else f"{PROC}/{pid}/root"
    flags = daemon.options(FLAG) if daemon is not None else ()
    return MirrorPlace(
        PlaceKind.FILE,
        str(path),
        f"{root}{path}" if root else os.path.realpath(path),
        root,
        pid=pid,
        is_rootless=is_rootless,
        flags=flags,
        flags_from=next(mentions(root), "") if flags else "",
        certificates=f"{root}{settings / 'certs.d'}",
        program="" if root else _program(info.version),
    )


def _config_file(daemon: Daemon | None) -> Path | None:
    """Return the file that a dockerd was told to read; None for the usual one."""
    told = daemon.option("--config-file") if daemon is not None else ""
    if daemon is None or not told:
        return None
    folder = ""
    with suppress(OSError):  # not for this user
        folder = os.readlink(PROC / str(daemon.pid) / "cwd")
    return Path(folder or "/") / told


def is_here(info: EngineInfo) -> bool:
    """Tell whether an Engine is on this machine: its socket may be another's, sent here by ssh."""
    return info.name == os.uname().nodename


def _practice_place(daemon: Daemon | None) -> MirrorPlace:
    """Return the file of a practice engine that keeps one: in its data root."""
    root = daemon.option("--data-root") if daemon is not None else ""
    if daemon is None or not Path(root).is_absolute():
        return MirrorPlace(PlaceKind.NONE)
    path = f"{root}/{FILE}"
    return MirrorPlace(PlaceKind.FILE, path, os.path.realpath(path), pid=daemon.pid)


def mentions(root: str = "") -> Iterator[str]:
    """Yield the files that would start the system's dockerd with mirrors of its own."""
    for pattern in UNITS:
        for path in sorted(Path(root or "/").glob(pattern)):
            if _mentions(path):
                yield str(path)


def _mentions(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        lines = file.read(_LONGEST).decode("utf-8", "replace").splitlines()
        return any(re.match(rf"\s*[^#\s].*{FLAG}\b", line) for line in lines)
    return False


def _settings(environ: Mapping[str, str], home: Path) -> Path:
    """Return the folder of a rootless Engine's settings."""
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "docker"


def _program(version: str) -> str:
    """Return the dockerd that can check a file; empty where there is none."""
    if version_of(version) < VALIDATES:
        return ""
    return shutil.which("dockerd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin") or ""
