"""Logging in: what a registry asks for with 401, and the token that it then wants to see.

Basic sends the login itself; Bearer sends it to a token server, which the registry names, and sends
the registry what comes back. Without a login that server is asked as nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from tui.credentials.login import Login
from tui.i18n import _
from tui.registry.connection import Connections, is_loopback
from tui.registry.errors import BadManifest, LoginRefused, NotARegistry, PullsUsedUp

CLIENT: Final = "orlop"
"""What we call ourselves where a token server wants to know."""

DOCUMENT: Final = 1 << 20
"""Bytes of a token server's longest answer."""

_OK: Final = 200
_TOO_MANY: Final = 429
_SCHEME: Final = re.compile(r"\s*(basic|bearer)\b", re.I)
_FIELD: Final = re.compile(r"(\w+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s,\"]+))")
_TOKEN: Final = re.compile(r"[\x21-\x7e]+\Z")


class Challenge(NamedTuple):
    """What a registry asks for."""

    scheme: str
    """`basic` or `bearer`."""
    realm: str = ""
    service: str = ""
    scope: str = ""


def challenge_of(headers: Sequence[str]) -> Challenge | None:
    """Return what `WWW-Authenticate` asks for: a token where it leaves the choice."""
    found = []
    for header in headers:
        match = _SCHEME.match(header)
        if match is None:
            continue
        fields = {
            name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain
            for name, quoted, plain in _FIELD.findall(header[match.end() :])
        }
        told = (fields.get(name, "") for name in ("realm", "service", "scope"))
        found.append(Challenge(match[1].lower(), *told))
    return max(found, key=lambda one: one.scheme == "bearer", default=None)


def authorization(
    connections: Connections, challenge: Challenge, login: Login | None, path: str, *, secure: bool
) -> str:
    """Return the value of `Authorization` that a registry asks for.

    Args:
        connections: The way to a token server.
        challenge: What the registry asks for.
        login: Who the user is; None for nobody.
        path: The repository.
        secure: Whether the registry is spoken to by https: then its token server must be too.

    Raises:
        LoginRefused: a login is needed, or another one.
        RegistryError: the token server cannot be asked.
    """
    if challenge.scheme == "basic":
        if login is None or login.identity_token:
            raise LoginRefused
        return login.basic
    realm = token_server(challenge.realm, secure=secure)
    wanted = {"service": challenge.service, "scope": challenge.scope or f"repository:{path}:pull"}
    if login is not None and login.identity_token:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": login.identity_token,
            "client_id": CLIENT,
        }
        body = urlencode(wanted | form).encode()
        with connections.ask(realm, {"Accept": "application/json"}, body) as answer:
            return f"Bearer {token_of(answer.status, answer.document(DOCUMENT))}"
    headers = {"Accept": "application/json"}
    if login is not None:
        headers["Authorization"] = login.basic
        wanted["account"] = login.user
    mark = "&" if urlsplit(realm).query else "?"
    with connections.ask(f"{realm}{mark}{urlencode(wanted)}", headers) as answer:
        return f"Bearer {token_of(answer.status, answer.document(DOCUMENT))}"


def token_server(realm: str, *, secure: bool, known: str = "") -> str:
    """Return a token server's address.

    Args:
        realm: As the registry tells it.
        secure: Whether the registry is spoken to by https, and its certificate is checked.
        known: A host that the user trusts with plain HTTP, beside this machine.

    Raises:
        NotARegistry: it is none, or would see the login unprotected.
    """
    try:
        parts = urlsplit(realm)
        host = parts.hostname
    except ValueError:
        raise NotARegistry(realm) from None
    near = is_loopback(host or "") or bool(known and host == known)
    plain = parts.scheme == "http" and not secure and near
    if not host or not (parts.scheme == "https" or plain):
        raise NotARegistry(realm)
    return realm.partition("#")[0]


def token_of(status: int, body: bytes) -> str:
    """Return the token that a token server's answer holds.

    Raises:
        RegistryError: it refuses, or makes no sense.
    """
    if status == _TOO_MANY:
        raise PullsUsedUp(body[:1000].decode("utf-8", "replace"))
    if status != _OK:
        raise LoginRefused(said(body) or str(status))
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise NotARegistry(_("its token server sends something else than JSON")) from None
    token = told.get("token") or told.get("access_token") if isinstance(told, dict) else None
    if not isinstance(token, str) or not _TOKEN.match(token):
        raise BadManifest(_("its token server sends no token"))
    return token


def said(body: bytes) -> str:
    """Return what an answer's JSON says went wrong; empty where it is something else."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(told, dict):
        return ""
    errors = told.get("errors")
    every = errors if isinstance(errors, list) else [told]
    texts = (
        one.get("message") or one.get("details") or one.get("code")
        for one in every
        if isinstance(one, dict)
    )
    return " ".join(text for text in texts if isinstance(text, str))
