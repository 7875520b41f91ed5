"""What an Engine has to do with registries beside images: logins it checks, whom it trusts."""

from __future__ import annotations

import ipaddress
import json
from typing import Final

from tui.credentials.login import Login, key_of
from tui.engine import wire
from tui.engine.client import EngineClient

_SECONDS: Final = 60.0
"""For a login: the Engine gives up on a registry after 25."""


def log_in(client: EngineClient, registry: str, login: Login) -> Login:
    """Have the Engine log in to a registry (`POST /auth`); it keeps nothing.

    It says yes of a registry that asks for no login, too. Returns the login with the identity
    token that the registry gave for the password, where it gave one.

    Raises:
        EngineError: the registry refuses, or the Engine cannot reach it.
    """
    told = {
        "username": login.user,
        "password": login.secret,
        "serveraddress": key_of(registry),
    }
    answer = wire.table(client.post("/auth", json.dumps(told).encode(), timeout=_SECONDS))
    token = wire.text(answer.get("IdentityToken"))
    return Login(login.user, identity_token=token) if token else login


def trusted_registries(client: EngineClient) -> tuple[str, ...]:
    """Return the registries and networks that the Engine is set to reach without TLS (`GET /info`).

    Hosts with their ports, and networks as `10.0.0.0/8`.
    """
    with client.asking() as api:
        info: object = api.info()
    config = wire.table(wire.table(info).get("RegistryConfig"))
    hosts = (
        host
        for host, about in wire.table(config.get("IndexConfigs")).items()
        if wire.table(about).get("Secure") is False
    )
    return (*sorted(hosts), *wire.strings(config.get("InsecureRegistryCIDRs")))


def is_trusted(registry: str, trusted: tuple[str, ...]) -> bool:
    """Tell whether a registry is one of these, or its address is in one of these networks."""
    if registry in trusted:
        return True
    host = registry.rpartition(":")[0] or registry
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:  # a name, which only the Engine looks up
        return False
    return any(address in network for network in _networks(trusted))


def _networks(trusted: tuple[str, ...]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = []
    for one in trusted:
        try:
            found.append(ipaddress.ip_network(one))
        except ValueError:  # a host
            continue
    return found
