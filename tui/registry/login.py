"""Is this login good? Asked of the registry itself, since an Engine says yes too readily.

`POST /auth` of an Engine tells "Login Succeeded" of a registry that wants no login, and of any
page that answers with 200. Here `/v2/` is asked as nobody first: who asks for no login judges none.
Source: the distribution specification's token protocol, as the Engine's own login speaks it.
"""

from __future__ import annotations

import json
from typing import Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from tui.credentials.login import Login
from tui.i18n import _
from tui.model.reference import HUB
from tui.registry.client import HUB_HOST
from tui.registry.connection import Answer, Connections, is_near
from tui.registry.errors import (
    BadTls,
    NobodyListens,
    NotARegistry,
    PageForPeople,
    PullsUsedUp,
    RegistryError,
    RegistryRefused,
    TooSlow,
    UnknownHost,
    Unreachable,
    WrongPassword,
)
from tui.registry.tokens import DOCUMENT, Challenge, challenge_of, said, token_of, token_server

CLIENT: Final = "docker"
"""A token is made for whom it names, and it is the Engine that will use this one."""

SILENT_SECONDS: Final = 20.0
"""Time without a byte: somebody sits there and waits."""

_VERSION: Final = "Docker-Distribution-Api-Version"
_OK: Final = 200
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_MISSING: Final = 404
_TOO_MANY: Final = 429


class Checked(NamedTuple):
    """A login that the registry takes."""

    login: Login
    """With the identity token that it gave for the password, where it gave one."""
    is_open: bool = False
    """It takes everybody: nothing is proven, and no login is needed."""


def check_login(
    registry: str,
    login: Login,
    *,
    is_insecure: bool = False,
    connections: Connections | None = None,
) -> Checked:
    """Log in to a registry; nothing is kept.

    Args:
        registry: Its host with its port; `docker.io` for Docker Hub.
        login: Who, with a password or a token used as one.
        is_insecure: The Engine is set to speak to it without certificates, or without TLS at all;
            to this machine it always is.
        connections: The way to it; of the environment by default.

    Raises:
        WrongPassword: it does not take this login.
        RegistryError: it cannot be asked, or is none.
    """
    host = _host_of(registry)
    way = connections or way_to(registry, is_insecure=is_insecure)
    if is_near(registry):
        way.trust_near()
        is_insecure = True
    safe = _Desk(way, f"https://{host}/v2/", is_insecure=is_insecure)
    if not is_insecure:
        return safe.check(login)
    try:
        return _Desk(way, f"http://{host}/v2/", is_insecure=True).check(login)
    except (NobodyListens, UnknownHost, TooSlow, WrongPassword):
        raise
    except (Unreachable, RegistryRefused) as error:  # as a port that wants TLS answers plain HTTP
        try:
            return safe.check(login)
        except BadTls:
            raise error from None


def way_to(registry: str, *, is_insecure: bool = False) -> Connections:
    """Return the way to a registry by which a login is checked; `hang_up` ends the check."""
    return Connections(_host_of(registry), verify=not is_insecure, silent=SILENT_SECONDS)


def _host_of(registry: str) -> str:
    return HUB_HOST if registry == HUB else registry


class _Desk:
    """One registry, and the way to it."""

    def __init__(self, connections: Connections, url: str, *, is_insecure: bool) -> None:
        self._connections = connections
        self._url = url
        self._is_insecure = is_insecure

    def check(self, login: Login) -> Checked:
        """Ask as nobody; if it asks who we are, tell it."""
        with self._connections.ask(self._url, {}) as answer:
            if answer.status == _OK:
                _require_registry(answer)
                challenge = None
            elif answer.status == _UNAUTHORIZED:
                challenge = challenge_of(answer.headers("WWW-Authenticate"))
                if challenge is None:
                    raise _no_registry(answer)
            else:
                raise _refusal(answer)
        if challenge is None:
            return self._judged(login, login.basic, is_open=True)
        if challenge.scheme == "basic":
            return self._judged(login, login.basic)
        token, refresh = self._token(challenge, login)
        kept = Login(login.user, identity_token=refresh) if refresh else login
        return self._judged(kept, f"Bearer {token}")

    def _judged(self, login: Login, authorization: str, *, is_open: bool = False) -> Checked:
        """Ask again, as the user."""
        with self._connections.ask(self._url, {"Authorization": authorization}) as answer:
            if answer.status == _OK:
                _require_registry(answer)
                return Checked(login, is_open)
            if answer.status == _UNAUTHORIZED:
                raise WrongPassword(_harmless(answer.document(DOCUMENT), login))
            raise _refusal(answer)

    def _token(self, challenge: Challenge, login: Login) -> tuple[str, str]:
        """Return the token for this login, and the identity token where there is one."""
        secure = self._url.startswith("https:") and not self._is_insecure
        known = urlsplit(self._url).hostname or ""
        realm = token_server(challenge.realm, secure=secure, known=known)
        wanted = {
            "account": login.user,
            "client_id": CLIENT,
            "offline_token": "true",
            "service": challenge.service,
        }
        mark = "&" if urlsplit(realm).query else "?"
        headers = {"Accept": "application/json", "Authorization": login.basic}
        with self._connections.ask(f"{realm}{mark}{urlencode(wanted)}", headers) as answer:
            body = answer.document(DOCUMENT)
            if answer.status in (_UNAUTHORIZED, _FORBIDDEN):
                raise WrongPassword(_harmless(body, login))
            return token_of(answer.status, body), _refresh_token(body)


def _harmless(body: bytes, login: Login) -> str:
    """Return what a refusal says; a server that repeats the password does not get it shown."""
    told = said(body)
    for secret in (login.secret, login.identity_token):
        told = told.replace(secret, "***") if secret else told
    return told


def _refresh_token(body: bytes) -> str:
    """Return the identity token of a token server's answer, which is known to be an object."""
    found = json.loads(body).get("refresh_token")
    return found if isinstance(found, str) and found.isascii() and found.isprintable() else ""


def _require_registry(answer: Answer) -> None:
    """Raise NotARegistry for a page, and for anything else that answers 200 to everything."""
    kind = answer.header("Content-Type").lower()
    if not (answer.header(_VERSION).startswith("registry/2") or "json" in kind):
        raise _no_registry(answer)


def _no_registry(answer: Answer) -> NotARegistry:
    where = urlsplit(answer.url).netloc.rpartition("@")[2]
    if "html" in answer.header("Content-Type").lower():
        return PageForPeople(where)
    return NotARegistry(where)


def _refusal(answer: Answer) -> RegistryError:
    """Return what an answer means that is neither yes nor a question who we are."""
    if answer.status == _MISSING:
        return _no_registry(answer)
    text = said(answer.document(DOCUMENT))
    if answer.status == _TOO_MANY:
        return PullsUsedUp(text)
    return RegistryRefused(_("status {status} {text}").format(status=answer.status, text=text))
