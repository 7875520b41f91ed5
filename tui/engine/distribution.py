"""What a registry has under a name, asked through the Engine: its proxy, mirrors, certificates."""

from __future__ import annotations

from typing import Final

from tui.engine import wire
from tui.engine.client import EngineClient
from tui.engine.credentials import CredentialsUnreadable, stored_login
from tui.model.reference import ImageReference

PATIENCE: Final = 40.0
"""Seconds for an answer: the Engine tries its mirrors one after the other."""


def registry_digest(client: EngineClient, reference: ImageReference) -> str:
    """Return the digest of a tag in its registry (`GET /distribution/{name}/json`).

    Raises:
        NotFound: there is no such tag.
        EngineError: the Engine cannot tell (Podman never can).
    """
    try:
        login = stored_login(reference.domain)
    except CredentialsUnreadable:
        login = {}
    with client.asking(PATIENCE) as api:
        # An empty one keeps docker-py from asking a helper that may be broken.
        answer: object = api.inspect_distribution(str(reference), auth_config=login)
    return wire.text(wire.table(wire.table(answer).get("Descriptor")).get("digest"))
