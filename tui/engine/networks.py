"""Networks of the Engine."""

from __future__ import annotations

from tui.engine import wire
from tui.engine.client import EngineClient


def network_names(client: EngineClient) -> tuple[str, ...]:
    """Return the names of all networks, sorted (`GET /networks`)."""
    with client.asking() as api:
        answer: object = api.networks()
    names = (wire.text(item.get("Name")) for item in wire.tables(answer))
    return tuple(sorted(name for name in names if name))
