"""Logins that are kept for this session only: they are gone when orlop ends."""

from __future__ import annotations

import threading

from tui.credentials.login import Login

_lock = threading.Lock()
_logins: dict[str, Login] = {}


def remember(registry: str, login: Login) -> None:
    """Keep a login in memory; it goes before what is stored."""
    with _lock:
        _logins[registry] = login


def remembered(registry: str) -> Login | None:
    """Return the login of this session."""
    with _lock:
        return _logins.get(registry)


def forget(registry: str) -> bool:
    """Drop the login of this session; tells whether there was one."""
    with _lock:
        return _logins.pop(registry, None) is not None


def users() -> dict[str, str]:
    """Return who the user is to which registry, without secrets."""
    with _lock:
        return {registry: login.user for registry, login in _logins.items()}


def token_holders() -> frozenset[str]:
    """Return the registries of which an identity token is kept rather than a password."""
    with _lock:
        return frozenset(name for name, login in _logins.items() if login.identity_token)
