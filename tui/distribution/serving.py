"""Serving a registry in the foreground, and starting one that stays when the terminal goes."""

from __future__ import annotations

import http.client
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import tui
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
from tui.distribution.running import Running, address_of
from tui.distribution.server import RegistryServer
from tui.i18n import _
from tui.model.text import visible

if TYPE_CHECKING:
    import ssl

PORT: Final = 5000
LOOPBACK: Final = "127.0.0.1"

READY_SECONDS: Final = 30.0
"""Time that a registry may take until it answers."""

_PROGRAM: Final = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); import tui.cli; sys.exit(tui.cli.main())"
)
"""Runs this very orlop, whatever else is called `tui` where it is started."""

_LOG_END: Final = 4096


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
    """Serve until SIGTERM or SIGINT; another program may take this process over.

    Args:
        options: What, where and how.
        say: Called with lines for the person at the terminal.

    Raises:
        ServeError: it cannot be done.
    """
    with _told():
        _serve(options, say)


def start(options: ServeOptions) -> Running:
    """Start a registry that lives on its own until it is stopped; returns when it answers.

    Raises:
        ServeError: it does not start; the detail says why.
    """
    folder = str(Path(tui.__file__).parents[1])
    with _told():
        options = replace(options, port=_planned(options).serving.port)
        log = running.log_of(options.port)
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with log.open("wb") as output:
            child = subprocess.Popen(
                [sys.executable, "-P", "-c", _PROGRAM, folder, *_line(options)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # the terminal's signals are not for it
            )
    return _await(child, options, log)


@contextmanager
def _told() -> Iterator[None]:
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
class _Plan:
    """All that is decided before anything is served."""

    serving: Serving
    one: Running
    image: str
    """The name of the image that serves; empty for other backends."""
    hashes: dict[str, str] | None
    """Who may log in; None for everybody without."""


def _planned(options: ServeOptions) -> _Plan:
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
    return _Plan(serving, one, image, hashes)


def _serve(options: ServeOptions, say: Callable[[str], None]) -> None:
    """Serve, and let go of everything at the end.

    Raises:
        ServeError, InUse, BadAccounts, OSError: it cannot be done.
    """
    plan = _planned(options)
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
    for number in (signal.SIGTERM, signal.SIGINT):
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


def backend_title(backend: str) -> str:
    """Return how a person calls a backend."""
    titles = {
        backends.BUILTIN: _("orlop's own server"),
        backends.PROGRAM: _("the program docker-registry"),
        backends.IMAGE: _("the registry image, in a container"),
    }
    return titles.get(backend, backend)


def _introduce(one: Running, say: Callable[[str], None]) -> None:
    """Tell what is served, how it is used, and who could use it."""
    text = _("Registry at {address}, from {root}, served by {backend}.")
    title = backend_title(one.backend)
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
    except (OSError, OverflowError) as error:
        raise CannotServe(f"{address_of(host, port)}: {error}") from error


def _line(options: ServeOptions) -> list[str]:
    """Return the arguments of the command that serves so."""
    line = ["registry", "serve", f"--host={options.host}", f"--port={options.port}"]
    line += [f"--backend={options.backend}"]
    given = {
        "--root": options.root,
        "--htpasswd": options.htpasswd,
        "--tls-cert": options.certificate,
        "--tls-key": options.key,
    }
    line += [f"{name}={path.absolute()}" for name, path in given.items() if path]
    return [*line, *(["--verbose"] if options.verbose else [])]


def _await(child: subprocess.Popen[bytes], options: ServeOptions, log: Path) -> Running:
    """Wait until a registry answers.

    Raises:
        ServeError: it ended instead, or takes too long.
    """
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if child.poll() is not None:
            raise CannotServe(_end_of(log))
        found = [each for each in running.all_running() if each.pid == child.pid]
        if found and _answers(found[0], options):
            return found[0]
        time.sleep(0.05)
    child.terminate()
    child.wait()
    raise CannotServe(_("It does not answer."))


def _answers(one: Running, options: ServeOptions) -> bool:
    """Tell whether a registry answers a request; what it says does not matter."""
    host, port = (LOOPBACK if options.host in {"", "0.0.0.0", "::"} else options.host), one.port
    connection = (
        http.client.HTTPSConnection(host, port, timeout=5, context=_trusting())
        if one.tls
        else http.client.HTTPConnection(host, port, timeout=5)
    )
    try:
        connection.request("GET", "/v2/")
        return connection.getresponse().status in {200, 401}
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _trusting() -> ssl.SSLContext:
    """Return what asks our own process without checking its name: nothing secret is sent."""
    import ssl

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _end_of(log: Path) -> str:
    """Return the last of what a registry wrote that has ended."""
    try:
        with log.open("rb") as file:
            file.seek(max(log.stat().st_size - _LOG_END, 0))
            lines = file.read(_LOG_END).decode("utf-8", "replace").splitlines()
    except OSError as error:
        return str(error)
    return " ".join(line.removeprefix("orlop: ") for line in lines if line.strip())
