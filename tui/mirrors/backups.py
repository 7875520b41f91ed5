"""Backups of daemon.json: beside it, named by the time, the newest first to be rolled back."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

MARK: Final = ".orlop-"
NONE: Final = "-none"
"""At the end of the name of a backup that says: there was no file."""


def newest_backup(real: str) -> str:
    """Return the path of the newest backup of a file; empty where there is none."""
    path = Path(real)
    try:
        names = os.listdir(path.parent)
    except OSError:
        return ""
    start = f"{path.name}{MARK}"
    found = [name for name in names if name.startswith(start) and name[len(start) :][:1].isdigit()]
    return str(path.parent / max(found)) if found else ""


def new_backup(path: Path) -> Path:
    """Return how the next backup is called; later ones sort behind."""
    now = datetime.now(UTC)
    end = "" if path.exists() else NONE
    return path.with_name(f"{path.name}{MARK}{now:%Y%m%d-%H%M%S.%f}{end}")


def stands_for_nothing(backup: Path) -> bool:
    """Tell whether a backup says that there was no file."""
    return backup.name.endswith(NONE)
