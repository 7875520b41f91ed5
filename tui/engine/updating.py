"""What a container may use: read, and changed while it runs; each function raises EngineError."""

from __future__ import annotations

import json
from urllib.parse import quote

from tui.engine import wire_resources
from tui.engine.client import EngineClient
from tui.model.resources import Resources, UpdateConfig


def resources(client: EngineClient, container: str) -> Resources:
    """Return what is set (`GET /containers/{id}/json`).

    Raises:
        NotFound: there is no such container.
    """
    with client.asking() as api:
        answer: object = api.inspect_container(container)
    return wire_resources.resources(answer)


def update(client: EngineClient, container: str, config: UpdateConfig) -> tuple[str, ...]:
    """Change what is set (`POST /containers/{id}/update`); returns what the Engine warns of.

    docker-py knows neither NanoCpus nor PidsLimit, so the body is our own.

    Raises:
        NotFound: there is no such container.
        Conflict: it does not go together with what is set, or with `--rm`.
        EngineRefused: the kernel or the Engine takes no such limit.
    """
    body = json.dumps(wire_resources.update_body(config)).encode()
    answer = client.post(f"/containers/{quote(container, safe='')}/update", body)
    return wire_resources.warnings(answer)
