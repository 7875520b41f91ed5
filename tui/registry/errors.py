"""What can go wrong with a registry: one family of errors, each a sentence and a remedy.

RegistryError
├── BadReference      the name is none
├── NotThere          no such image, or no such part of it
├── LoginRefused      it wants a login, or another one
├── PullsUsedUp       its limit of pulls is reached
├── Unreachable       there is no way to it, or it stopped answering
│   └── BadTls        no secure connection
├── NotARegistry      something else answers
├── WrongDigest       what came is not what was named
├── BadManifest       a manifest, index or config that cannot be understood
├── NoParts           it does not send parts of a blob
└── RegistryRefused   any other refusal
"""

from __future__ import annotations

from tui.i18n import N_
from tui.layers.errors import LayerError


class RegistryError(LayerError):
    """Anything that keeps an image in a registry from being read."""

    TITLE = N_("The registry could not do this.")


class BadReference(RegistryError):
    """The name is none."""

    TITLE = N_("This is no name of an image in a registry.")
    REMEDY = N_("Write registry:NAME:TAG, as in registry:ghcr.io/owner/app:1.2.")


class NotThere(RegistryError):
    """No such image, or no such part of it."""

    TITLE = N_("The registry has no such image.")
    REMEDY = N_("Check the name and the tag.")


class LoginRefused(RegistryError):
    """The registry wants a login, or another one; some do not tell what is not there."""

    TITLE = N_("The registry asks for a login, or there is no such repository.")
    REMEDY = N_("Check the name; if it is private, log in with docker login.")


class PullsUsedUp(RegistryError):
    """The registry's limit of pulls is reached."""

    TITLE = N_("The registry's limit of pulls is reached.")
    REMEDY = N_("Wait, log in with docker login, or use a mirror.")


class Unreachable(RegistryError):
    """There is no way to the registry, or it stopped answering."""

    TITLE = N_("The registry cannot be reached.")
    REMEDY = N_("Check its name, the network and HTTPS_PROXY.")


class BadTls(Unreachable):
    """There is no secure connection."""

    TITLE = N_("There is no secure connection to the registry.")
    REMEDY = N_(
        "Check the clock; put a certificate authority of your own into "
        "/etc/docker/certs.d/HOST/ca.crt. Plain HTTP is spoken on this machine only."
    )


class NotARegistry(RegistryError):
    """Something answers, but it is no registry."""

    TITLE = N_("What answers there is no registry.")
    REMEDY = N_("Check the address; a network may want a login in the browser first.")


class WrongDigest(RegistryError):
    """What came is not what was named."""

    TITLE = N_("What the registry sent is damaged: it does not fit its digest.")
    REMEDY = N_("Try again; if it stays so, the registry or a proxy before it is at fault.")


class BadManifest(RegistryError):
    """A manifest, index or config that cannot be understood."""

    TITLE = N_("What the registry has there is no image that orlop can read.")


class NoParts(RegistryError):
    """The registry does not send parts of a blob."""

    TITLE = N_("The registry does not send parts of a layer.")


class RegistryRefused(RegistryError):
    """Any other refusal."""

    TITLE = N_("The registry refuses.")
