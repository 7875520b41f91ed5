"""What a registry has under a name, asked through the Engine: its proxy, mirrors, certificates."""

from __future__ import annotations

from typing import Final

from tui.credentials.errors import CredentialsUnreadable
from tui.credentials.login import Login, key_of
from tui.credentials.stored import stored_login
from tui.engine import wire
from tui.engine.client import EngineClient
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
        login = None
    with client.asking(PATIENCE) as api:
        answer: object = api.inspect_distribution(str(reference), _auth(reference.domain, login))
    return wire.text(wire.table(wire.table(answer).get("Descriptor")).get("digest"))


def _auth(registry: str, login: Login | None) -> dict[str, str]:
    """Return a login as docker-py takes it; an empty one keeps it from asking helpers itself."""
    if login is None:
        return {}
    if login.identity_token:
        return {"identitytoken": login.identity_token, "serveraddress": key_of(registry)}
    return {
        "username": login.user,
        "password": login.secret,
        "serveraddress": key_of(registry),
    }
