"""Where orlop keeps its files, by the XDG base directories, and where docker does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def state_directory(environ: Mapping[str, str], home: Path) -> Path:
    """Return `$XDG_STATE_HOME/orlop`, by default `~/.local/state/orlop`; it may not exist.

    A relative XDG_STATE_HOME is ignored, as the XDG base directory specification asks.
    """
    base = Path(environ.get("XDG_STATE_HOME") or "")
    return (base if base.is_absolute() else home / ".local" / "state") / "orlop"


def cache_directory(environ: Mapping[str, str], home: Path) -> Path:
    """Return `$XDG_CACHE_HOME/orlop`, by default `~/.cache/orlop`; it may not exist.

    A relative XDG_CACHE_HOME is ignored, as the XDG base directory specification asks.
    """
    base = Path(environ.get("XDG_CACHE_HOME") or "")
    return (base if base.is_absolute() else home / ".cache") / "orlop"


def data_directory(environ: Mapping[str, str], home: Path) -> Path:
    """Return `$XDG_DATA_HOME/orlop`, by default `~/.local/share/orlop`; it may not exist.

    A relative XDG_DATA_HOME is ignored, as the XDG base directory specification asks.
    """
    base = Path(environ.get("XDG_DATA_HOME") or "")
    return (base if base.is_absolute() else home / ".local" / "share") / "orlop"


def config_directory(environ: Mapping[str, str], home: Path) -> Path:
    """Return `$XDG_CONFIG_HOME/orlop`, by default `~/.config/orlop`; it may not exist.

    A relative XDG_CONFIG_HOME is ignored, as the XDG base directory specification asks.
    """
    base = Path(environ.get("XDG_CONFIG_HOME") or "")
    return (base if base.is_absolute() else home / ".config") / "orlop"


def docker_directory(environ: Mapping[str, str], home: Path) -> Path:
    """Return the directory of the docker command's files: $DOCKER_CONFIG, else `~/.docker`."""
    return Path(environ.get("DOCKER_CONFIG") or home / ".docker")


def log_path(environ: Mapping[str, str], home: Path) -> Path:
    """Return the path of the log file; it may not exist."""
    return state_directory(environ, home) / "orlop.log"


def home_directory() -> Path:
    """Return the user's home; the root directory where nobody knows it."""
    try:
        return Path.home()
    except RuntimeError:  # no HOME, and no such user
        return Path("/")
