"""What can go wrong with a registry: one family of errors, each a sentence and a remedy.

RegistryError
├── BadReference      the name is none
├── NotThere          no such image, or no such part of it
├── LoginRefused      it wants a login, or another one
│   └── WrongPassword              it does not take this one
├── PullsUsedUp       its limit of pulls is reached
├── Unreachable       there is no way to it, or it stopped answering
│   ├── UnknownHost                nobody knows the name
│   ├── NobodyListens              the port is closed
│   ├── TooSlow                    no answer in time
│   └── BadTls                     no secure connection
│       ├── PlainHttp              it speaks HTTP without TLS
│       ├── CertificateUntrusted   nobody known signed its certificate
│       ├── CertificateOfAnother   the certificate is for another name
│       └── CertificateNotNow      the certificate has expired, or is not valid yet
├── NotARegistry      something else answers
│   └── PageForPeople              a web page answers, as of a network that wants a login
├── WrongDigest       what came is not what was named
├── BadManifest       a manifest, index or config that cannot be understood
├── NoParts           it does not send parts of a blob
├── NoPlatform        the image does not exist for that platform
├── NotListed         it does not tell which repositories it has
├── NoDeletion        it does not let anybody delete
├── TagMoved          the tag is of another digest by now
├── HubBlocked        Docker Hub takes us for a robot
├── HubBusy           Docker Hub's limit of questions is reached
├── EndOfPages        Docker Hub tells no more without a login
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
    REMEDY = N_("Check the name; if it is private, log in: orlop login HOST, or the key @.")


class WrongPassword(LoginRefused):
    """The registry does not take this user name and password."""

    TITLE = N_("The registry does not take this user name and password.")
    REMEDY = N_(
        "Type them again. With two-factor login, and at many registries, a token made on the "
        "account's page stands in for the password."
    )


class PullsUsedUp(RegistryError):
    """The registry's limit of pulls is reached."""

    TITLE = N_("The registry's limit of pulls is reached.")
    REMEDY = N_("Wait, log in (orlop login, or the key @), or use a mirror.")


class Unreachable(RegistryError):
    """There is no way to the registry, or it stopped answering."""

    TITLE = N_("The registry cannot be reached.")
    REMEDY = N_("Check its name, the network and HTTPS_PROXY.")


class UnknownHost(Unreachable):
    """Nobody knows the name."""

    TITLE = N_("There is no host of this name.")
    REMEDY = N_("Check the spelling, the network and the name server.")


class NobodyListens(Unreachable):
    """The port is closed."""

    TITLE = N_("Nothing answers at this address: the registry is not running, or has another port.")
    REMEDY = N_("Start the registry, or name its port: HOST:PORT.")


class TooSlow(Unreachable):
    """No answer in time."""

    TITLE = N_("The registry does not answer in time.")
    REMEDY = N_("The network or a firewall may stand between: check HTTPS_PROXY, and try again.")


class BadTls(Unreachable):
    """There is no secure connection."""

    TITLE = N_("There is no secure connection to the registry.")
    REMEDY = N_(
        "Check the clock; put a certificate authority of your own into "
        "/etc/docker/certs.d/HOST/ca.crt. Plain HTTP is spoken on this machine only."
    )


class PlainHttp(BadTls):
    """It speaks HTTP without TLS."""

    TITLE = N_("The registry speaks plain HTTP; a login would go over the network unprotected.")
    REMEDY = N_(
        "Give the registry a certificate; in a network that you trust, put it into the Engine's "
        "insecure-registries (daemon.json)."
    )


class CertificateUntrusted(BadTls):
    """Nobody known signed its certificate."""

    TITLE = N_("Nobody that is trusted here has signed the registry's certificate.")
    REMEDY = N_("Put its authority into /etc/docker/certs.d/HOST:PORT/ca.crt.")


class CertificateOfAnother(BadTls):
    """The certificate is for another name."""

    TITLE = N_("The registry's certificate is for another name.")
    REMEDY = N_("Use the name that stands in the certificate.")


class CertificateNotNow(BadTls):
    """The certificate has expired, or is not valid yet."""

    TITLE = N_("The registry's certificate has expired, or is not valid yet.")
    REMEDY = N_("Check this machine's clock; else the registry needs a new certificate.")


class NotARegistry(RegistryError):
    """Something answers, but it is no registry."""

    TITLE = N_("What answers there is no registry.")
    REMEDY = N_("Check the address; a network may want a login in the browser first.")


class PageForPeople(NotARegistry):
    """A web page answers, as of a network that wants a login first."""

    TITLE = N_("A web page answers in place of the registry.")
    REMEDY = N_("The network may want a login in the browser first; else check the address.")


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


class NoPlatform(RegistryError):
    """The image does not exist for that platform; `detail` names those that there are."""

    TITLE = N_("The image does not exist for this platform.")
    REMEDY = N_("Choose another platform.")


class NotListed(RegistryError):
    """The registry does not tell which repositories it has."""

    TITLE = N_("The registry does not tell which repositories it has.")
    REMEDY = N_("Type the name of a repository.")


class NoDeletion(RegistryError):
    """The registry does not let anybody delete, or not in this way."""

    TITLE = N_("The registry does not allow deleting.")
    REMEDY = N_(
        "On a registry of your own set storage.delete.enabled; Docker Hub, GHCR and others "
        "delete on their web pages."
    )


class TagMoved(RegistryError):
    """The tag is of another digest by now."""

    TITLE = N_("The tag has moved since you looked; nothing was deleted.")
    REMEDY = N_("Look at it again.")


class HubBlocked(RegistryError):
    """Docker Hub takes us for a robot, and sends a page for people."""

    TITLE = N_("Docker Hub refuses automated requests from this network.")
    REMEDY = N_("Look at the web page, or try from another network; orlop does not ask again.")


class HubBusy(RegistryError):
    """Docker Hub's limit of questions is reached."""

    TITLE = N_("Docker Hub's limit of questions for this network is reached.")
    REMEDY = N_("Wait a minute; pulls have a limit of their own.")


class EndOfPages(RegistryError):
    """Docker Hub tells no more without a login."""

    TITLE = N_("Docker Hub tells no more without a login.")


class RegistryRefused(RegistryError):
    """Any other refusal."""

    TITLE = N_("The registry refuses.")
