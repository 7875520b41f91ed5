"""The calls of the Engine's API, a module for each kind of thing."""

from __future__ import annotations

from importlib import import_module
from typing import Final

MODULES: Final = (
    "images", "transfer", "registry", "hub", "containers", "exec",
    "system", "events", "resources", "volumes", "control",
)  # fmt: skip


def load_routes() -> None:
    """Import what fills `ROUTES`."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")
