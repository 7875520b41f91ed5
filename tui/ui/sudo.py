"""Letting sudo ask for its password: the terminal is its own meanwhile."""

from __future__ import annotations

import subprocess

from textual.app import App, SuspendNotSupported


def sudo_knows_us(app: App[object]) -> bool:
    """Tell whether sudo will do what is asked of it next; it may ask for the password now."""
    if _succeeds("-n", "-v"):
        return True
    try:
        with app.suspend():
            return _succeeds("-v")
    except SuspendNotSupported:
        return False


def _succeeds(*options: str) -> bool:
    """Run sudo; it fails where it is not there."""
    quiet = subprocess.DEVNULL if "-n" in options else None
    try:
        return subprocess.run(["sudo", *options], stderr=quiet, check=False).returncode == 0
    except OSError:
        return False
