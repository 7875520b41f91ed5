"""What can go wrong with an Engine, as one family of errors with a title and a remedy.

EngineError
├── EndpointError            nothing was asked yet: it is not clear whom to ask
│   ├── BadEndpoint          an address that cannot be understood
│   ├── ConflictingOptions   --host together with --context
│   ├── UnknownContext       a docker context that does not exist
│   └── BadConfig            a file of ~/.docker that cannot be read
├── EngineUnreachable        there is no Engine to speak with
│   ├── NoSocket             the socket file, or the host, does not exist
│   ├── PermissionDenied     the socket is not for this user
│   ├── Refused              nobody listens
│   ├── TimedOut             no answer in time
│   ├── TlsFailed            certificates do not fit
│   ├── SshFailed            the system's ssh could not get there
│   ├── NotAnEngine          something answers, but it is no Engine
│   ├── EngineTooOld         it speaks only versions of the API before ours
│   ├── EngineTooNew         it speaks only versions of the API after ours
│   └── EngineGone           the connection broke in the middle
├── NotFound                 no such image or container
│   └── NoSuchPlatform       the image exists, but not for that platform
├── Conflict                 it is in use, or the name is taken
│   └── ContainerPaused      a container whose processes are frozen cannot do that
├── AuthRequired             the registry wants a login
│   ├── NotLoggedIn          there is no login for it
│   ├── LoginRejected        the stored login is wrong
│   └── AccessDenied         this user may not do this, or there is no such repository
├── RateLimited              the registry's quota is used up
├── RegistryUnreachable      the Engine cannot get to the registry
│   ├── RegistryDown         nobody listens at its address
│   ├── RegistryUnknown      there is no such host
│   ├── RegistryPlain        it speaks plain HTTP, and the Engine wants TLS
│   └── RegistryUntrusted    its certificate is not good
│   └── AddressUnreachable   the Engine cannot fetch what it shall import
├── Unsupported              this Engine cannot do that
│   └── NoLog                the container's log driver cannot be read
├── ReadOnlyFiles            files of a container that may not be written
├── NotAFolder               a file where a folder is needed, or the other way round
├── EngineDiskFull           the Engine's disk has no room left
├── EngineRefused            any other refusal; `status` is the HTTP status
├── BadAnswer                an answer that makes no sense
└── Cancelled                the user stopped it

`tui.engine.translate` makes them of what docker, requests, urllib3 and the operating
system raise.
"""

from __future__ import annotations

from typing import ClassVar

from tui.i18n import N_, _
from tui.model.text import visible


class EngineError(Exception):
    """Anything that an Engine, or the way to it, refuses.

    `detail` is the text of the Engine or of the operating system, made harmless.
    `title` and `remedy` are sentences in the language that is set when they are read.
    """

    TITLE: ClassVar[str] = N_("The Engine could not do this.")
    REMEDY: ClassVar[str] = N_("Read what it says and try again.")

    def __init__(self, detail: str = "", **fields: str) -> None:
        super().__init__(detail)
        self.detail = visible(detail.strip())
        self.fields = {key: visible(value) for key, value in fields.items()}

    @property
    def title(self) -> str:
        """What happened: one sentence."""
        return _(self.TITLE).format(**self.fields)

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return _(self.REMEDY).format(**self.fields)

    def __str__(self) -> str:
        return f"{self.title} {self.detail}".rstrip()


class EndpointError(EngineError):
    """It is not clear which Engine to ask."""


class BadEndpoint(EndpointError):
    """An address that cannot be understood."""

    TITLE = N_("{url} is no address of an Engine.")
    REMEDY = N_("Write unix:///path, tcp://host:port or ssh://user@host.")

    def __init__(self, detail: str = "", *, url: str) -> None:
        super().__init__(detail, url=url)


class ConflictingOptions(EndpointError):
    """Two options name two Engines."""

    TITLE = N_("--host, --context and --practice cannot be used together.")
    REMEDY = N_("Leave all but one of them out.")


class UnknownContext(EndpointError):
    """A docker context that does not exist."""

    TITLE = N_("There is no docker context {name}.")
    REMEDY = N_("Known contexts: {known}. It was named by: {origin}.")

    def __init__(self, detail: str = "", *, name: str, known: str, origin: str) -> None:
        super().__init__(detail, name=name, known=known, origin=origin)


class BadConfig(EndpointError):
    """A file of the docker configuration cannot be read or understood."""

    TITLE = N_("The docker configuration {path} cannot be read.")
    REMEDY = N_("Repair or move the file, or name the Engine with --host.")

    def __init__(self, detail: str = "", *, path: str) -> None:
        super().__init__(detail, path=path)


class EngineUnreachable(EngineError):
    """There is no Engine to speak with at this endpoint."""

    TITLE = N_("The Engine at {url} cannot be reached.")
    REMEDY = N_("Check that it runs and that the address is right.")

    def __init__(self, detail: str = "", *, url: str, **fields: str) -> None:
        super().__init__(detail, url=url, **fields)


class NoSocket(EngineUnreachable):
    """The socket file, or the host, does not exist."""

    TITLE = N_("There is no Engine at {url}.")
    REMEDY = N_(
        "Start it (sudo systemctl start docker), name another with --host or --context,"
        " or use orlop --practice."
    )


class PermissionDenied(EngineUnreachable):
    """The socket exists, but not for this user."""

    TITLE = N_("You may not use the Engine at {url}.")
    REMEDY = N_("Run with sudo, or use a rootless Engine.")
    REMEDY_GROUP = N_(
        "The socket belongs to the group {group}: join it"
        " (sudo usermod -aG {group} {user}, then log in again), run with sudo,"
        " or use a rootless Engine."
    )

    @property
    def remedy(self) -> str:
        """What to do: names the group that the socket belongs to, where that helps."""
        if self.fields.get("group"):
            return _(self.REMEDY_GROUP).format(**self.fields)
        return super().remedy


class Refused(EngineUnreachable):
    """Nobody listens at the address."""

    TITLE = N_("Nothing answers at {url}.")
    REMEDY = N_("The Engine is not running there: start it (sudo systemctl start docker).")


class TimedOut(EngineUnreachable):
    """No answer in time."""

    TITLE = N_("The Engine at {url} did not answer in time.")
    REMEDY = N_("It may be busy, or the way to it is blocked: try again.")


class TlsFailed(EngineUnreachable):
    """The certificates do not fit."""

    TITLE = N_("No secure connection to {url}.")
    REMEDY = N_("Check DOCKER_TLS_VERIFY, DOCKER_CERT_PATH and the files ca, cert and key (.pem).")


class SshFailed(EngineUnreachable):
    """The system's ssh could not get there."""

    TITLE = N_("ssh could not reach the Engine at {url}.")
    REMEDY = N_("Log in once with ssh in another terminal; orlop never asks for a password.")


class NotAnEngine(EngineUnreachable):
    """Something answers, but it is no Engine."""

    TITLE = N_("What answers at {url} is no Docker Engine.")
    REMEDY = N_("Check the address and the port.")


class EngineTooOld(EngineUnreachable):
    """The Engine speaks only versions of the API before ours."""

    TITLE = N_("This Engine is too old: its API is {theirs}, orlop needs {ours} or later.")
    REMEDY = N_("Use Docker Engine 20.10 or later.")


class EngineTooNew(EngineUnreachable):
    """The Engine speaks only versions of the API after ours."""

    TITLE = N_("This Engine is too new: it needs API {theirs}, orlop speaks up to {ours}.")
    REMEDY = N_("Use a newer orlop.")


class EngineGone(EngineUnreachable):
    """The connection broke in the middle."""

    TITLE = N_("The connection to the Engine at {url} broke.")
    REMEDY = N_("It may be restarting; orlop connects again by itself.")


class NotFound(EngineError):
    """No such image, container or tag."""

    TITLE = N_("There is no such thing.")
    REMEDY = N_("Check the name; it may have been removed meanwhile.")


class NoSuchPlatform(NotFound):
    """The image exists, but not for that platform."""

    TITLE = N_("The image does not exist for this platform.")
    REMEDY = N_("Choose another platform.")


class Conflict(EngineError):
    """It is in use, or the name is taken."""

    TITLE = N_("The Engine refuses: something else stands in the way.")
    REMEDY = N_("See what uses it.")


class ContainerPaused(Conflict):
    """What was wanted needs a container whose processes are not frozen."""

    TITLE = N_("The container is paused.")
    REMEDY = N_("B lets it go on (docker unpause).")


class AuthRequired(EngineError):
    """The registry wants a login, or does not tell whether the repository exists."""

    TITLE = N_("The registry asks for a login, or there is no such repository.")
    REMEDY = N_("Check the name; if it is private, log in: orlop login HOST, or the key @.")


class NotLoggedIn(AuthRequired):
    """There is no login for the registry."""

    TITLE = N_("The registry asks for a login, and none is stored for it.")
    REMEDY = N_("Log in: orlop login HOST, or the key @.")


class LoginRejected(AuthRequired):
    """The stored login is wrong."""

    TITLE = N_("The registry does not take the stored user name and password.")
    REMEDY = N_("Log in again: orlop login HOST, or the key @. A token may have expired.")


class AccessDenied(AuthRequired):
    """The user may not do this, or there is no such repository; registries do not tell which."""

    TITLE = N_("The registry does not let you do this, or there is no such repository.")
    REMEDY = N_(
        "Check the name: at Docker Hub it begins with your user name. Log in if it is private: "
        "orlop login HOST, or the key @."
    )


class RateLimited(EngineError):
    """The registry's quota is used up."""

    TITLE = N_("The registry's limit of pulls is reached.")
    REMEDY = N_("Wait, log in (orlop login, or the key @), or use a mirror.")


class RegistryUnreachable(EngineError):
    """The Engine cannot get to the registry."""

    TITLE = N_("The Engine cannot reach the registry.")
    REMEDY = N_("Check the registry's name, the Engine's network, proxy and certificates.")


class AddressUnreachable(RegistryUnreachable):
    """The Engine cannot fetch what it shall import."""

    TITLE = N_("The Engine cannot fetch this address.")
    REMEDY = N_("It fetches by itself: check its network; or download the file and import that.")


class RegistryDown(RegistryUnreachable):
    """Nobody listens at the registry's address."""

    TITLE = N_("Nothing answers at the registry's address.")
    REMEDY = N_("It is not running, or has another port: start it, or check the name.")


class RegistryUnknown(RegistryUnreachable):
    """There is no such host."""

    TITLE = N_("The Engine knows no registry of this name.")
    REMEDY = N_("Check the spelling, and the Engine's network and name server.")


class RegistryPlain(RegistryUnreachable):
    """The registry speaks plain HTTP, and the Engine wants TLS."""

    TITLE = N_("The registry speaks plain HTTP, and the Engine wants a secure connection.")
    REMEDY = N_(
        "Give it a certificate; in a network that you trust, put it into insecure-registries of "
        "the Engine's daemon.json."
    )


class RegistryUntrusted(RegistryUnreachable):
    """The registry's certificate is not good."""

    TITLE = N_("The Engine does not trust the registry's certificate.")
    REMEDY = N_(
        "Put its authority into /etc/docker/certs.d/HOST:PORT/ca.crt on the Engine's machine, "
        "and check that machine's clock."
    )


class Unsupported(EngineError):
    """The Engine lacks the function."""

    TITLE = N_("This Engine cannot do that.")
    REMEDY = N_("A newer Engine may.")


class ReadOnlyFiles(EngineError):
    """The container's files, or what is mounted there, may not be written."""

    TITLE = N_("The files there are read-only.")
    REMEDY = N_("The container was made so (--read-only, or a mount with :ro): choose a volume.")


class NotAFolder(EngineError):
    """A folder was expected, or a file where a folder is."""

    TITLE = N_("A folder and a file of the same name stand in each other's way.")
    REMEDY = N_("Choose another name in the container; what was copied before stays.")


class NoLog(Unsupported):
    """The log driver of a container cannot be read."""

    TITLE = N_("The Engine keeps no log of this container.")
    REMEDY = N_("Its log driver cannot be read: look where that sends the log, if anywhere.")


class EngineDiskFull(EngineError):
    """The Engine's disk has no room left."""

    TITLE = N_("The Engine's disk is full.")
    REMEDY = N_("Make room there: P previews what can be removed. What was half done is gone.")


class EngineRefused(EngineError):
    """Any other refusal; `status` is the HTTP status, 0 for an error inside a stream."""

    def __init__(self, detail: str = "", *, status: int = 0) -> None:
        super().__init__(detail)
        self.status = status


class BadAnswer(EngineError):
    """The Engine's answer makes no sense."""

    TITLE = N_("The Engine's answer cannot be understood.")
    REMEDY = N_("Try again; if it stays so, report it with the text.")


class Cancelled(EngineError):
    """The user stopped it."""

    TITLE = N_("Cancelled.")
    REMEDY = N_("Start it again when you like.")
