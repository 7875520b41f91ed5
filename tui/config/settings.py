"""What the user has decided once: a small JSON file."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tui.config.paths import config_directory, home_directory

FILE: Final = "settings.json"
_LONGEST: Final = 1 << 20
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """The decisions; a file that is missing or damaged decides nothing."""

    probe: bool = False
    """Layers may be read through a container that is created for it, and never started."""
    figures: bool = False
    """What containers use stands in their list."""


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of this user."""
    told = _document(_path(environ))
    return Settings(probe=told.get("probe") is True, figures=told.get("figures") is True)


def allow_probe(environ: Mapping[str, str] = os.environ) -> None:
    """Remember that probes are allowed; whatever else stands in the file stays.

    Raises:
        OSError: the file cannot be written.
    """
    _remember(_path(environ), "probe", True)


def keep_figures(shown: bool, environ: Mapping[str, str] = os.environ) -> None:
    """Remember whether figures are shown; whatever else stands in the file stays.

    Raises:
        OSError: the file cannot be written.
    """
    _remember(_path(environ), "figures", shown)


def _remember(path: Path, key: str, value: bool) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps({**_document(path), key: value}, indent=2) + "\n"
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _path(environ: Mapping[str, str]) -> Path:
    return config_directory(environ, home_directory()) / FILE


def _document(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(_LONGEST))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        _LOG.warning("the settings cannot be read: %s", error)
        return {}
    return value if isinstance(value, dict) else {}
