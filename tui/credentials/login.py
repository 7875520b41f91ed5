"""A login, and where it is kept. No field that holds a secret shows in a `repr`."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tui.i18n import _
from tui.model.reference import HUB
from tui.model.text import visible

HUB_KEY: Final = "https://index.docker.io/v1/"
"""Docker Hub's name in the configuration."""

TOKEN_USER: Final = "<token>"
"""User name by which a helper says that the secret is an identity token."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who the user is to a registry."""

    user: str = ""
    secret: str = field(default="", repr=False)
    """A password, or a token that is used as one."""
    identity_token: str = field(default="", repr=False)
    """What a token server gave for the password; then there is no other secret."""

    @property
    def basic(self) -> str:
        """The value of `Authorization`."""
        pair = f"{self.user}:{self.secret}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


class Keeper(StrEnum):
    """What keeps a login."""

    HELPER = "helper"
    FILE = "file"
    SESSION = "session"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a login is kept, or may be."""

    keeper: Keeper
    helper: str = ""
    """The program's name after `docker-credential-`."""

    @property
    def label(self) -> str:
        """What people call it."""
        match self.keeper:
            case Keeper.HELPER:
                return _("credential helper {name}").format(name=visible(self.helper))
            case Keeper.FILE:
                return _("config.json, not encrypted")
            case Keeper.ENVIRONMENT:
                return "DOCKER_AUTH_CONFIG"
            case Keeper.SESSION:
                return _("this session only")


IN_FILE: Final = Place(Keeper.FILE)
IN_SESSION: Final = Place(Keeper.SESSION)
IN_ENVIRONMENT: Final = Place(Keeper.ENVIRONMENT)


@dataclass(frozen=True, slots=True)
class Account:
    """A login that is kept somewhere, without its secret."""

    registry: str
    """The host, with its port; `docker.io` for Docker Hub."""
    user: str
    """Empty where only a token is kept."""
    place: Place
    is_token: bool = False
    """Whether an identity token is kept rather than a password."""


def key_of(registry: str) -> str:
    """Return a registry's name in the configuration."""
    return HUB_KEY if registry == HUB else registry


def registry_of(key: str) -> str:
    """Return the registry that a name in the configuration means: old ones are addresses."""
    host = key.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return HUB if host in ("index.docker.io", "registry-1.docker.io", HUB) else host


def registry_named(text: str) -> str:
    """Return the registry that people mean by what they type: nothing is Docker Hub.

    Raises:
        ValueError: it is no host name; `str()` is a sentence that says why.
    """
    from tui.model.reference import InvalidReference, parse_reference

    host = registry_of(text.strip())
    if not host or host in (HUB, "hub.docker.com"):
        return HUB
    try:
        parse_reference(f"{host}/x")
    except InvalidReference as error:
        raise ValueError(str(error)) from error
    if not ("." in host or ":" in host or host == "localhost" or host != host.lower()):
        raise ValueError(_("a registry is a host name with a dot or a port, or localhost"))
    return host
