"""What `GET /info` tells of registries and mirrors.

Measured: `Mirrors` is `null` on newer Engines where there is none; Podman's are in
`IndexConfigs["docker.io"]` alone.
"""

from __future__ import annotations

from typing import Final

from tui.engine.wire import strings, table, text
from tui.model.mirrors import EngineMirrors

DESKTOP: Final = "Docker Desktop"
"""What its Engine calls the operating system."""

ROOTLESS: Final = "name=rootless"
_HUB: Final = "docker.io"


def engine_mirrors(info: object) -> EngineMirrors:
    """Return what an Engine tells of its registries."""
    state = table(info)
    config = table(state.get("RegistryConfig"))
    indexes = table(config.get("IndexConfigs"))
    hub = table(indexes.get(_HUB))
    insecure = [name for name, index in indexes.items() if table(index).get("Secure") is False]
    return EngineMirrors(
        in_force=strings(config.get("Mirrors")) or strings(hub.get("Mirrors")),
        insecure=(*strings(config.get("InsecureRegistryCIDRs")), *insecure),
        is_rootless=any(
            ROOTLESS in option.split(",") for option in strings(state.get("SecurityOptions"))
        ),
        is_desktop=text(state.get("OperatingSystem")) == DESKTOP,
    )
