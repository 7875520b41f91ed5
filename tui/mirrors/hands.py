"""Who writes the file and signals the daemon: this user, or root by sudo.

sudo is never used unless the user has said so, and never asks for a password here (`-n`): the
screen and the command line let it ask before.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from tui.i18n import _
from tui.mirrors.errors import CannotWrite, NotPermitted
from tui.model.text import visible

MODE: Final = 0o644
"""Of a file that was not there before: dockerd's settings hold no secrets."""

PATIENCE: Final = 30.0
"""Seconds for a command."""

NEW: Final = ".orlop-new"
"""What a file is called until it is whole."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    words: str
    """Its last line, made harmless."""


class Hands(Protocol):
    """What a change needs to be done."""

    def replace(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all; mode and owner stay."""
        ...

    def keep(self, path: Path, backup: Path) -> None:
        """Copy a file, with its mode and owner; an empty one where there is none."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file."""
        ...

    def hang_up(self, pid: int) -> None:
        """Send SIGHUP."""
        ...

    def run(self, *words: str) -> Ran:
        """Run a command."""
        ...


class OwnHands:
    """Does it as this user."""

    def replace(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all; mode and owner stay.

        Raises:
            NotPermitted: it is not for this user.
            CannotWrite: the disk refuses.
        """
        try:
            path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            _replace(path, data, _status(path))
        except PermissionError as error:
            raise NotPermitted(str(error), what=_("write {path}").format(path=path)) from error
        except OSError as error:
            raise CannotWrite(str(error), path=str(path)) from error

    def keep(self, path: Path, backup: Path) -> None:
        """Copy a file, with its mode and owner; an empty one where there is none.

        Raises:
            NotPermitted: it is not for this user.
            CannotWrite: the disk refuses.
        """
        try:
            path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            status = _status(path)
            _replace(backup, path.read_bytes() if status else b"", status)
        except PermissionError as error:
            raise NotPermitted(str(error), what=_("write {path}").format(path=backup)) from error
        except OSError as error:
            raise CannotWrite(str(error), path=str(backup)) from error

    def remove(self, path: Path) -> None:
        """Remove a file.

        Raises:
            CannotWrite: the disk refuses.
        """
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise CannotWrite(str(error), path=str(path)) from error

    def hang_up(self, pid: int) -> None:
        """Send SIGHUP.

        Raises:
            NotPermitted: the process is not this user's, or has gone.
        """
        try:
            os.kill(pid, signal.SIGHUP)
        except OSError as error:
            raise NotPermitted(
                str(error), what=_("signal process {pid}").format(pid=pid)
            ) from error

    def run(self, *words: str) -> Ran:
        """Run a command."""
        return _run(words)


class SudoHands:
    """Does it as root, by sudo, which must not have to ask."""

    def replace(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all; mode and owner stay.

        Raises:
            NotPermitted: sudo refuses.
        """
        status = _status(path)
        mode, uid, gid = (
            (status.st_mode & 0o7777, status.st_uid, status.st_gid) if status else (MODE, 0, 0)
        )
        new = f"{path}{NEW}"
        with tempfile.NamedTemporaryFile(prefix="orlop-") as prepared:
            prepared.write(data)
            prepared.flush()
            self._do("mkdir", "-p", str(path.parent))
            self._do(
                "install", "-m", f"{mode:o}", "-o", str(uid), "-g", str(gid), prepared.name, new
            )
        self._do("mv", "-fT", new, str(path))

    def keep(self, path: Path, backup: Path) -> None:
        """Copy a file, with its mode and owner; an empty one where there is none.

        Raises:
            NotPermitted: sudo refuses.
        """
        if _status(path):
            self._do("cp", "-pT", str(path), str(backup))
        else:
            self.replace(backup, b"")

    def remove(self, path: Path) -> None:
        """Remove a file.

        Raises:
            NotPermitted: sudo refuses.
        """
        self._do("rm", "-f", str(path))

    def hang_up(self, pid: int) -> None:
        """Send SIGHUP.

        Raises:
            NotPermitted: sudo refuses, or the process has gone.
        """
        self._do("kill", "-HUP", str(pid))

    def run(self, *words: str) -> Ran:
        """Run a command."""
        return _run(("sudo", "-n", *words))

    def _do(self, *words: str) -> None:
        ran = self.run(*words)
        if ran.code != 0:
            raise NotPermitted(ran.words, what=f"sudo {' '.join(words[:1])}")


def hands_of(*, sudo: bool) -> Hands:
    """Return who does it.

    Raises:
        NotPermitted: sudo is wanted, and is not there.
    """
    if not sudo:
        return OwnHands()
    if shutil.which("sudo") is None:
        raise NotPermitted(_("there is no sudo on this machine"), what="sudo")
    return SudoHands()


def _run(words: tuple[str, ...]) -> Ran:
    """Run a command; one that is not there has failed."""
    try:
        ended = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Ran(-1, visible(str(error)))
    lines = ended.stderr[-4096:].decode("utf-8", "replace").strip().splitlines()
    return Ran(ended.returncode, visible(lines[-1]) if lines else "")


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _replace(path: Path, data: bytes, like: os.stat_result | None) -> None:
    """Write beside the file and rename.

    Raises:
        OSError: as the disk tells; nothing is left behind.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), like.st_mode & 0o7777 if like else MODE)
            if like is not None and (like.st_uid, like.st_gid) != (os.getuid(), os.getgid()):
                os.fchown(file.fileno(), like.st_uid, like.st_gid)
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
