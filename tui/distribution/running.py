"""Which registries run: a small file for each, which its process holds locked as long as it lives.

A file that nobody holds is left from a process that has ended, however it ended; it is removed by
whoever finds it. No process ID is ever trusted without that lock.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from tui.config.paths import home_directory, state_directory
from tui.distribution.errors import CannotServe, NotRunning, SeveralRun, WillNotStop
from tui.i18n import _
from tui.model.ownregistry import Running

PATIENCE: Final = 10.0
"""Seconds that a registry may take to end."""

_GLANCE: Final = 1.0
"""Seconds within which whoever looks at a file lets go of it."""

_FILE_MAX: Final = 1 << 16
_KINDS: Final = [int, str, int, str, str, bool, bool, str]
"""Of the fields of `Running`, in their order."""


def claim(running: Running, environ: Mapping[str, str] = os.environ) -> int:
    """Say that a registry runs; returns a descriptor that says so as long as it is open.

    Raises:
        CannotServe: one runs at this port already.
        OSError: the file cannot be written.
    """
    path = _folder(environ) / f"{running.port}.json"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    end = time.monotonic() + _GLANCE
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            if time.monotonic() > end:
                raise CannotServe(_("One runs at this port already.")) from None
            time.sleep(0.05)
            continue
        if _is_at(descriptor, path):
            break
        os.close(descriptor)  # somebody has removed it meanwhile
    os.ftruncate(descriptor, 0)
    os.write(descriptor, json.dumps(running._asdict()).encode())
    return descriptor


def all_running(environ: Mapping[str, str] = os.environ) -> list[Running]:
    """Return the registries of this user that run, by port; what others left is removed.

    Raises:
        OSError: the folder cannot be read.
    """
    found: list[Running] = []
    for path in _folder(environ).glob("*.json"):
        with suppress(FileNotFoundError):
            running = _look(path)
            if running is not None:
                found.append(running)
    return sorted(found, key=lambda each: each.port)


def the_running(port: int = 0, environ: Mapping[str, str] = os.environ) -> Running:
    """Return the registry that is meant: the one at a port, or the only one.

    Raises:
        NotRunning: there is none.
        SeveralRun: there are several, and no port is given.
    """
    found = [each for each in all_running(environ) if port in {0, each.port}]
    if not found:
        raise NotRunning(_("port {port}").format(port=port) if port else "")
    if len(found) > 1:
        raise SeveralRun(", ".join(each.address for each in found))
    return found[0]


def stop(running: Running, environ: Mapping[str, str] = os.environ) -> None:
    """Tell a registry to end, and wait until it has.

    Raises:
        WillNotStop: it has not, or it is another user's.
    """
    end = time.monotonic() + PATIENCE
    try:
        os.kill(running.pid, signal.SIGTERM)  # its file is locked, so the process is still it
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise WillNotStop(str(error)) from error
    while running in all_running(environ):
        if time.monotonic() > end:
            raise WillNotStop(_("process {pid}").format(pid=running.pid))
        time.sleep(0.05)


def log_of(port: int, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where a registry writes that has left the terminal."""
    return _folder(environ) / f"{port}.log"


def config_of(port: int, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the configuration of docker-registry is written."""
    return _folder(environ) / f"{port}.yml"


def _folder(environ: Mapping[str, str]) -> Path:
    return state_directory(environ, home_directory()) / "registries"


def _look(path: Path) -> Running | None:
    """Return what runs; removes the file if nothing does."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _understood(os.read(descriptor, _FILE_MAX))
    else:
        if _is_at(descriptor, path):
            path.unlink(missing_ok=True)
        return None
    finally:
        os.close(descriptor)


def _understood(data: bytes) -> Running | None:
    """Return what a file says; None while it is being written."""
    try:
        document = json.loads(data)
        values = [document[name] for name in Running._fields]
    except (ValueError, KeyError, TypeError):
        return None
    if [type(value) for value in values] != _KINDS:
        return None
    running = Running(*values)
    return running if running.pid > 1 else None


def _is_at(descriptor: int, path: Path) -> bool:
    """Tell whether an open file is the one at a path."""
    try:
        there, here = path.stat(), os.fstat(descriptor)
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)
