"""Serving a registry in the foreground: what is decided before, and what is told."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.config.paths import data_directory, home_directory
from tui.distribution import backends, running
from tui.distribution.accounts import (
    Accounts,
    BadAccounts,
    is_for_all,
    keep_account,
    read_accounts,
)
from tui.distribution.backends import Serving
from tui.distribution.errors import BadLogin, CannotServe, NoBackend
from tui.distribution.layout import Layout
from tui.distribution.registry import InUse, Registry, locked
from tui.distribution.server import RegistryServer
from tui.i18n import _
from tui.model.ownregistry import Running, address_of
from tui.model.text import visible

if TYPE_CHECKING:
    import ssl

PORT: Final = 5000
LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What shall be served, and to whom."""

    host: str = LOOPBACK
    port: int = PORT
    """0 for any that is free."""
    root: Path | None = None
    """The folder; None for the user's own (`default_root`)."""
    htpasswd: Path | None = None
    """Who may use it; None for the folder's own accounts, or everybody."""
    backend: str = backends.AUTO
    certificate: Path | None = None
    key: Path | None = None
    verbose: bool = False
    """Tell of each request."""


def default_root() -> Path:
    """Return the folder of this user's registry; it may not exist."""
    return data_directory(os.environ, home_directory()) / "registry"


def add_user(root: Path | None, name: str, password: str) -> None:
    """Let somebody use the registry of a folder, or give them another password.

    Raises:
        BadLogin: the name or the password will not do.
        CannotServe: the folder cannot be written.
    """
    try:
        keep_account(backends.prepared(root or default_root()).accounts, name, password)
    except BadAccounts as error:
        raise BadLogin(str(error)) from None
    except OSError as error:
        raise CannotServe(str(error)) from error


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(options: ServeOptions, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP; another program may take this process over.

    Args:
        options: What, where and how.
        say: Called with lines for the person at the terminal.

    Raises:
        ServeError: it cannot be done.
    """
    with told():
        _serve(options, say)


@contextmanager
def told() -> Iterator[None]:
    """Make sentences for the owner of what goes wrong.

    Raises:
        ServeError: something did.
    """
    try:
        yield
    except InUse as error:
        raise CannotServe(_("Another registry serves {root}.").format(root=error)) from None
    except BadAccounts as error:
        raise BadLogin(str(error)) from None
    except OSError as error:
        raise CannotServe(str(error)) from error


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is decided before anything is served."""

    serving: Serving
    one: Running
    image: str
    """The name of the image that serves; empty for other backends."""
    hashes: dict[str, str] | None
    """Who may log in; None for everybody without."""


def planned(options: ServeOptions) -> Plan:
    """Decide who serves what, and see whether that can be had.

    Raises:
        ServeError, InUse, BadAccounts, OSError: it cannot.
    """
    backend, image = backends.choose(options.backend)
    layout = backends.prepared((options.root or default_root()).absolute())
    os.close(locked(layout.lock))
    accounts = options.htpasswd or (layout.accounts if layout.accounts.exists() else None)
    hashes = read_accounts(accounts) if accounts else None
    if backend != backends.BUILTIN and hashes and not all(map(is_for_all, hashes.values())):
        raise NoBackend(_("Not all passwords are hashed with bcrypt, as this program wants them."))
    serving = Serving(
        layout.root,
        options.host,
        _free_port(options.host, options.port),
        accounts.absolute() if accounts else None,
        options.certificate.absolute() if options.certificate else None,
        options.key.absolute() if options.key else None,
        quiet=not options.verbose,
    )
    _tls(serving)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    one = Running(
        os.getpid(),
        options.host,
        serving.port,
        backend,
        str(layout.root),
        login=accounts is not None,
        tls=options.certificate is not None,
        since=now,
    )
    return Plan(serving, one, image, hashes)


def _serve(options: ServeOptions, say: Callable[[str], None]) -> None:
    """Serve, and let go of everything at the end.

    Raises:
        ServeError, InUse, BadAccounts, OSError: it cannot be done.
    """
    plan = planned(options)
    serving, one = plan.serving, plan.one
    if one.backend == backends.BUILTIN:
        accounts = Accounts(plan.hashes) if plan.hashes is not None else None
        _serve_ourselves(serving, one, accounts, say)
        return
    lock, mark = locked(Layout(serving.root).lock), running.claim(one)
    _introduce(one, say)
    if plan.image:
        line = backends.image_line(serving, plan.image)
    else:
        line = backends.program_line(serving, running.config_of(serving.port))
    backends.become(line, lock, mark)


def _serve_ourselves(
    serving: Serving, one: Running, accounts: Accounts | None, say: Callable[[str], None]
) -> None:
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: end.set())
    with (
        Registry(serving.root) as registry,
        RegistryServer(
            registry,
            serving.host,
            serving.port,
            accounts=accounts,
            tls=_tls(serving),
            tell=None if serving.quiet else say,
        ),
    ):
        mark = running.claim(one)
        try:
            _introduce(one, say)
            end.wait()
        finally:
            os.close(mark)


def _introduce(one: Running, say: Callable[[str], None]) -> None:
    """Tell what is served, how it is used, and who could use it."""
    text = _("Registry at {address}, from {root}, served by {backend}.")
    title = backends.backend_title(one.backend)
    say(visible(text.format(address=one.address, root=one.root, backend=title)))
    if one.login:
        say(f"  docker login {one.address}")
    say(f"  docker tag IMAGE {one.address}/IMAGE")
    say(f"  docker push {one.address}/IMAGE")
    for line in warnings(one):
        say(line)


def warnings(one: Running) -> list[str]:
    """Return what the owner of a registry that others reach has to know."""
    if is_loopback(one.host):
        return []
    found: list[str] = []
    if not one.login:
        found.append(
            _("Warning: whoever reaches this machine can push and pull. --user asks for a login.")
        )
    if not one.tls:
        found.append(
            _(
                "Warning: without TLS names and passwords can be read on the way, and other "
                'Engines want "insecure-registries": ["{address}"] in their daemon.json.'
            ).format(address=f"HOST:{one.port}")
        )
    return found


def _tls(serving: Serving) -> ssl.SSLContext | None:
    """Return what speaks TLS.

    Raises:
        OSError: the certificate or the key cannot be read, or they do not fit.
    """
    if serving.certificate is None or serving.key is None:
        return None
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(serving.certificate, serving.key)
    return context


def _free_port(host: str, port: int) -> int:
    """Return the port, or one that is free for 0.

    Raises:
        CannotServe: somebody listens there, or nobody may.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    except OSError as error:
        raise CannotServe(f"{address_of(host, port)}: {error.strerror or error}") from error
