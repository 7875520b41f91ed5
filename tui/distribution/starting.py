"""Starting a registry that stays when the terminal goes, and orlop with it."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import tui
from tui.distribution import running
from tui.distribution.errors import CannotServe
from tui.distribution.serving import LOOPBACK, ServeOptions, planned, told
from tui.i18n import _
from tui.model.ownregistry import Running

if TYPE_CHECKING:
    import ssl

READY_SECONDS: Final = 30.0
"""Time that a registry may take until it answers."""

_PROGRAM: Final = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); import tui.cli; sys.exit(tui.cli.main())"
)
"""Runs this very orlop, whatever else is called `tui` where it is started."""

_LOG_END: Final = 4096

_started: Final[list[subprocess.Popen[bytes]]] = []
"""What this process has started: they outlive it, but while it lives the system wants them waited
for when they end."""


def start(options: ServeOptions, check: Callable[[], None] = lambda: None) -> Running:
    """Start a registry that lives on its own until it is stopped; returns when it answers.

    Args:
        options: What, where and how.
        check: Called while it starts; raises if nobody wants it any more.

    Raises:
        ServeError: it does not start; the detail says why.
    """
    _started[:] = [each for each in _started if each.poll() is None]
    folder = str(Path(tui.__file__).parents[1])
    with told():
        options = replace(options, port=planned(options).serving.port)
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
    _started.append(child)
    try:
        return _await(child, options, log, check)
    except BaseException:
        child.terminate()
        child.wait()
        raise


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


def _await(
    child: subprocess.Popen[bytes], options: ServeOptions, log: Path, check: Callable[[], None]
) -> Running:
    """Wait until a registry answers.

    Raises:
        ServeError: it ended instead, or takes too long.
    """
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        check()
        if child.poll() is not None:
            raise CannotServe(_end_of(log))
        found = [each for each in running.all_running() if each.pid == child.pid]
        if found and _answers(found[0], options):
            return found[0]
        time.sleep(0.05)
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
