"""The user's logins: listing them without secrets, keeping one, dropping one."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Final, NamedTuple

from tui.credentials import helpers, session
from tui.credentials.configfile import Table, change_config, own_table, read_config, table, text
from tui.credentials.errors import CredentialsError, HelperMissing
from tui.credentials.login import (
    HUB_KEY,
    IN_FILE,
    IN_SESSION,
    TOKEN_USER,
    Account,
    Keeper,
    Login,
    Place,
    key_of,
    registry_of,
)
from tui.credentials.stored import environment_accounts, file_accounts, helper_of
from tui.model.reference import HUB

_HUB_TOKENS: Final = (f"{HUB_KEY}access-token", f"{HUB_KEY}refresh-token")
"""What the docker command keeps beside Docker Hub's login when that came by a browser."""


class Accounts(NamedTuple):
    """The logins that are kept, and why some of them cannot be told."""

    accounts: tuple[Account, ...]
    troubles: tuple[CredentialsError, ...] = ()


def list_accounts(environ: Mapping[str, str] = os.environ) -> Accounts:
    """Return all logins without their secrets, by registry."""
    troubles: list[CredentialsError] = []
    found = list(_session_accounts())
    try:
        found += environment_accounts(environ)
    except CredentialsError as error:
        troubles.append(error)
    try:
        config = read_config(environ)
    except CredentialsError as error:
        troubles.append(error)
        config = {}
    # Where a helper is set, the docker command does not look into the file.
    found += [one for one in file_accounts(config) if not helper_of(config, one.registry)]
    for helper in _helpers_of(config):
        try:
            found += _helper_accounts(config, helper, environ)
        except CredentialsError as error:
            troubles.append(error)
    ordered = sorted(dict.fromkeys(found), key=lambda one: (one.registry != HUB, one.registry))
    return Accounts(tuple(ordered), tuple(troubles))


def _session_accounts() -> Iterator[Account]:
    tokens = session.token_holders()
    for registry, user in session.users().items():
        yield Account(registry, user, IN_SESSION, registry in tokens)


def _helper_accounts(config: Table, helper: str, environ: Mapping[str, str]) -> Iterator[Account]:
    """Yield the logins of a helper to the registries that it is set for."""
    place = Place(Keeper.HELPER, helper)
    for key, user in helpers.listed(helper, environ).items():
        registry = registry_of(key)
        if key not in _HUB_TOKENS and helper_of(config, registry) == helper:
            is_token = user == TOKEN_USER
            yield Account(registry, "" if is_token else user, place, is_token)


def places(registry: str, environ: Mapping[str, str] = os.environ) -> tuple[Place, ...]:
    """Return where a login can be kept, the best first.

    What the docker command is set to use; where it is set to nothing, every helper on this
    machine (its own default first), and the file. This session can always keep it.

    Raises:
        CredentialsUnreadable: docker's config.json cannot be understood: this session alone can.
    """
    config = read_config(environ)
    configured = helper_of(config, registry)
    if configured:
        found = [configured] if helpers.is_installed(configured, environ) else []
        return (*(Place(Keeper.HELPER, name) for name in found), IN_SESSION)
    names = dict.fromkeys((helpers.default_helper(environ), *helpers.installed(environ)))
    return (*(Place(Keeper.HELPER, name) for name in names if name), IN_FILE, IN_SESSION)


def keep(
    registry: str, login: Login, place: Place, environ: Mapping[str, str] = os.environ
) -> None:
    """Keep a login in a place; from then on pulls and pushes use it.

    Raises:
        CredentialsError: it cannot be kept there; nothing has changed then.
    """
    if place.keeper is Keeper.SESSION:
        session.remember(registry, login)
        return
    if place.keeper is Keeper.HELPER:
        _keep_by_helper(registry, login, place.helper, environ)
    else:
        _keep_in_file(registry, login, environ)
    session.forget(registry)  # which would go before the new one


def drop(registry: str, environ: Mapping[str, str] = os.environ) -> tuple[Place, ...]:
    """Drop the logins to a registry from everywhere; returns where there were any.

    Raises:
        CredentialsError: one cannot be dropped.
    """
    gone = [IN_SESSION] if session.forget(registry) else []
    config = read_config(environ)
    helper = helper_of(config, registry)
    if helper:
        keys = (key_of(registry), *(_HUB_TOKENS if registry == HUB else ()))
        erased = [helpers.erase(helper, key, environ) for key in keys if _may_have(config, key)]
        if any(erased):
            gone.append(Place(Keeper.HELPER, helper))
    if any(account.registry == registry for account in file_accounts(config)):
        gone.append(IN_FILE)
    if any(registry_of(key) == registry for key in table(config.get("auths"))):
        change_config(environ, lambda document: _forget(document, registry))
    return tuple(gone)


def _may_have(config: Table, key: str) -> bool:
    """Tell whether to ask a helper to drop a key: the Hub's tokens only where they are noted."""
    return key not in _HUB_TOKENS or key in table(config.get("auths"))


def _helpers_of(config: Table) -> tuple[str, ...]:
    """Return the helpers that docker's config.json names, each once."""
    named = (text(name) for name in table(config.get("credHelpers")).values())
    return tuple(dict.fromkeys(name for name in (text(config.get("credsStore")), *named) if name))


def _keep_by_helper(registry: str, login: Login, helper: str, environ: Mapping[str, str]) -> None:
    """Keep a login by a helper, and note in config.json that it has it, as the command does."""
    if not helpers.is_installed(helper, environ):
        raise HelperMissing(helper)
    key = key_of(registry)

    def note(document: Table) -> None:
        if not helper_of(document, registry):
            if _says_nothing(document):
                document["credsStore"] = helper
            else:
                own_table(document, "credHelpers")[key] = helper
        own_table(document, "auths")[key] = {}

    change_config(environ, lambda document: note(deepcopy(document)))  # can it be?
    helpers.store(helper, key, login, environ)
    change_config(environ, note)


def _says_nothing(document: Table) -> bool:
    """Tell whether config.json says nothing of logins: then the command takes its default."""
    return not any(document.get(name) for name in ("auths", "credsStore", "credHelpers"))


def _keep_in_file(registry: str, login: Login, environ: Mapping[str, str]) -> None:
    """Write a login into config.json: anybody who can read the file can read it."""
    key = key_of(registry)
    pair = f"{login.user}:{'' if login.identity_token else login.secret}"
    entry: Table = {"auth": base64.b64encode(pair.encode()).decode()}
    if login.identity_token:
        entry["identitytoken"] = login.identity_token

    def write(document: Table) -> None:
        _forget(document, registry)  # older names of the same registry
        own_table(document, "auths")[key] = entry

    change_config(environ, write, private=True)


def _forget(document: Table, registry: str) -> None:
    auths = own_table(document, "auths")
    for key in [name for name in auths if registry_of(name) == registry]:
        del auths[key]
