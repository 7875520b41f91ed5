"""Having the daemon read its settings again, and proving that it took them over.

dockerd tells nobody but its log that it refuses a file. It sends the event `reload` even for a
mirror that it refuses, so what `/info` tells is what counts.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tui.i18n import _
from tui.mirrors.addresses import normals
from tui.mirrors.daemon import PROC, process
from tui.mirrors.errors import NotAccepted, NotPermitted
from tui.mirrors.hands import Hands
from tui.model.mirrors import MirrorPlace
from tui.model.text import visible

if TYPE_CHECKING:
    from tui.engine.client import EngineClient

PATIENCE: Final = 8.0
"""Seconds that the daemon may take; 0.5 were measured."""

PAUSE: Final = 0.2
"""Seconds between two questions."""

LOG_LONGEST: Final = 1 << 16
"""Bytes of the log that are looked at."""

_NEWER: Final = 'Error reloading configuration" error="'
_REFUSAL: Final = re.compile(
    rf'(?:unable to configure the Docker daemon|Error reconfiguring|{_NEWER})(?:[^"\\\n]|\\.)*'
)
"""What dockerd logs, within quotes or without; what newer ones do."""


def ask_to_reload(place: MirrorPlace, hands: Hands) -> str:
    """Have the daemon read its file again; returns the command that does the same.

    Raises:
        NotPermitted: this user may not, or there is no way to it.
    """
    if process(place.pid) is not None:
        hands.hang_up(place.pid)
        return f"kill -HUP {place.pid}"
    if shutil.which("systemctl") is None:
        raise NotPermitted(what=_("reload the Engine, whose process is not known"))
    user = ("--user",) if place.is_rootless else ()
    ran = hands.run("systemctl", "--no-ask-password", *user, "reload", "docker")
    if ran.code != 0:
        raise NotPermitted(ran.words, what="systemctl reload docker")
    return " ".join(("systemctl", *user, "reload docker"))


def prove(
    client: EngineClient,
    mirrors: tuple[str, ...],
    since: float,
    *,
    before: tuple[str, ...],
    log: DaemonLog,
    check: Callable[[], None],
) -> None:
    """Wait until the Engine tells these mirrors, and that it has read its settings again.

    Where it told the same mirrors before, the event alone proves anything.

    Raises:
        NotAccepted: it refuses, or does not tell them in time.
        EngineError: the Engine cannot be asked; or as `check` raises, which is asked now and then.
    """
    from tui.engine.system import engine_mirrors, has_reloaded

    wanted = normals(mirrors)
    end = time.monotonic() + PATIENCE
    while True:
        check()
        is_told = normals(engine_mirrors(client).in_force) == wanted
        if is_told and (normals(before) != wanted or has_reloaded(client, since)):
            return
        if (refusal := log.refusal()) or time.monotonic() > end:
            raise NotAccepted(refusal)
        time.sleep(PAUSE)


class DaemonLog:
    """What a daemon writes from now on, where that can be had."""

    def __init__(self, place: MirrorPlace) -> None:
        self._path = PROC / str(place.pid) / "fd/2" if place.pid else None
        self._start = self._length()
        self._since = time.time()
        self._user = ("--user",) if place.is_rootless else ()

    def refusal(self) -> str:
        """Return why it refuses its settings; empty where it does not, or nobody can tell."""
        text = self._file() if self._start >= 0 else _journal(self._user, self._since)
        found = _REFUSAL.findall(text)
        words = found[-1].removeprefix(_NEWER) if found else ""
        return visible(words.replace('\\"', '"'))

    def _length(self) -> int:
        """Return the bytes of the log so far; -1 where it is no file."""
        if self._path is None:
            return -1
        try:
            return self._path.stat().st_size if self._path.is_file() else -1
        except OSError:
            return -1

    def _file(self) -> str:
        assert self._path is not None
        try:
            with self._path.open("rb") as file:
                file.seek(self._start)
                return file.read(LOG_LONGEST).decode("utf-8", "replace")
        except OSError:
            return ""


def _journal(user: tuple[str, ...], since: float) -> str:
    """Return what the unit wrote to the journal."""
    import subprocess

    if shutil.which("journalctl") is None:
        return ""
    words = [
        "journalctl",
        *user,
        "-u",
        "docker",
        "--no-pager",
        "-o",
        "cat",
        f"--since=@{int(since)}",
    ]
    try:
        ended = subprocess.run(
            words, capture_output=True, timeout=5, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout[-LOG_LONGEST:].decode("utf-8", "replace")
