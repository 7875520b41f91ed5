"""Who the user is to a registry: this session's login, else what the docker command has stored.

In its order: `DOCKER_AUTH_CONFIG`, then the helper that `credHelpers` names for the registry, then
`credsStore`, then `auths` of `~/.docker/config.json`. docker-py reads the files alone; a broken
helper stops even anonymous pulls there, and its own words would be written over the screen.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping
from typing import Final

from tui.credentials import helpers, session
from tui.credentials.configfile import LONGEST, Table, config_path, read_config, table, text
from tui.credentials.errors import CredentialsUnreadable, HelperFailed
from tui.credentials.login import (
    IN_ENVIRONMENT,
    IN_FILE,
    Account,
    Login,
    Place,
    key_of,
    registry_of,
)

VARIABLE: Final = "DOCKER_AUTH_CONFIG"
"""Holds logins in the form of config.json; for reading alone."""


def stored_login(registry: str, environ: Mapping[str, str] = os.environ) -> Login | None:
    """Return who the user is to a registry; None without a login.

    Raises:
        CredentialsUnreadable: go on without a login then.
    """
    found = session.remembered(registry)
    if found is not None:
        return found
    entry = _entry(_environment(environ), registry)
    if entry is not None:
        return _login(entry, VARIABLE)
    config = read_config(environ)
    helper = helper_of(config, registry)
    if not helper:
        entry = _entry(config, registry)
        return None if entry is None else _login(entry, str(config_path(environ)))
    try:
        return helpers.get(helper, key_of(registry), environ)
    except HelperFailed as error:
        raise CredentialsUnreadable(error.detail) from None


def registry_auth(registry: str, login: Login | None) -> str:
    """Return the value of `X-Registry-Auth`, by which the Engine logs in; empty without a login."""
    if login is None:
        return ""
    key = key_of(registry)
    if login.identity_token:
        told = {"identitytoken": login.identity_token, "serveraddress": key}
    else:
        told = {"username": login.user, "password": login.secret, "serveraddress": key}
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def helper_of(config: Table, registry: str) -> str:
    """Return the helper that docker's config.json names for a registry; empty for the file."""
    own = text(table(config.get("credHelpers")).get(key_of(registry)))
    return own or text(config.get("credsStore"))


def file_accounts(config: Table) -> Iterator[Account]:
    """Yield the logins that stand in the file itself, without secrets."""
    return _accounts(config, IN_FILE)


def environment_accounts(environ: Mapping[str, str]) -> Iterator[Account]:
    """Yield the logins of `DOCKER_AUTH_CONFIG`, without secrets.

    Raises:
        CredentialsUnreadable: it cannot be understood.
    """
    return _accounts(_environment(environ), IN_ENVIRONMENT)


def _accounts(config: Table, place: Place) -> Iterator[Account]:
    for key, value in table(config.get("auths")).items():
        entry = table(value)
        try:
            login = _login(entry, key)
        except CredentialsUnreadable:
            continue
        if login is not None:
            user = login.user or _pair(entry)[0]
            yield Account(registry_of(key), user, place, bool(login.identity_token))


def _environment(environ: Mapping[str, str]) -> Table:
    told = environ.get(VARIABLE, "")
    if not told.strip():
        return {}
    if len(told) > LONGEST:
        raise CredentialsUnreadable(VARIABLE)
    try:
        document: object = json.loads(told)
    except (ValueError, RecursionError):
        raise CredentialsUnreadable(VARIABLE) from None
    return table(document)


def _entry(config: Table, registry: str) -> Table | None:
    """Return what `auths` has of a registry, which older files name by an address."""
    auths = table(config.get("auths"))
    found = auths.get(key_of(registry))
    if found is None:
        found = next((one for key, one in auths.items() if registry_of(key) == registry), None)
    return None if found is None else table(found)


def _login(entry: Table, where: str) -> Login | None:
    """Return the login that an entry of `auths` holds.

    Raises:
        CredentialsUnreadable: it cannot be decoded.
    """
    token = text(entry.get("identitytoken"))
    if token:
        return Login(identity_token=token)
    try:
        user, colon, secret = _pair(entry)
    except ValueError:
        raise CredentialsUnreadable(where) from None
    return Login(user, secret.rstrip("\0")) if colon else None


def _pair(entry: Table) -> tuple[str, str, str]:
    """Return user, colon and secret of an entry.

    Raises:
        ValueError: it cannot be decoded.
    """
    return base64.b64decode(text(entry.get("auth"))).decode().partition(":")
