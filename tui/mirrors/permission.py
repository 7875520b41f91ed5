"""Whether this user may change an Engine's file and signal its daemon."""

from __future__ import annotations

import os
from pathlib import Path

from tui.model.mirrors import MirrorPlace


def may_change(place: MirrorPlace) -> bool:
    """Tell whether it goes without sudo, as far as can be told without doing it."""
    return _may_write(Path(os.path.realpath(place.real))) and _may_signal(place)


def _may_write(path: Path) -> bool:
    """Tell whether a file can be replaced so that it keeps its owner."""
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    try:
        owner = path.stat().st_uid
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return os.geteuid() in (0, owner)


def _may_signal(place: MirrorPlace) -> bool:
    if not place.pid:
        return os.geteuid() == 0 or place.is_rootless
    try:
        os.kill(place.pid, 0)
    except OSError:
        return False
    return True
