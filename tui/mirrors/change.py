r"""Changing the mirrors: the plan with its difference, doing it, and taking it back.

plan -> backup -> write -> reload -> /info proves it
                             \-> the old file again, if it does not
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.engine.errors import EngineError
from tui.i18n import _
from tui.mirrors.addresses import check_mirror, normal
from tui.mirrors.backups import new_backup, stands_for_nothing
from tui.mirrors.daemonfile import (
    LONGEST,
    DaemonFile,
    difference,
    differs_in_more,
    read_daemon_file,
)
from tui.mirrors.errors import (
    BadDaemonFile,
    ChangedMeanwhile,
    FlagInTheWay,
    NotEditable,
    NothingToUndo,
    NotListed,
)
from tui.mirrors.hands import Hands, OwnHands
from tui.mirrors.reload import DaemonLog, ask_to_reload, prove
from tui.model.mirrors import MirrorPlace, Mirrors, PlaceKind

if TYPE_CHECKING:
    from tui.engine.client import EngineClient


def _go_on() -> None:
    """Never stop."""


@dataclass(frozen=True, slots=True)
class Change:
    """Other mirrors in a file, before they are written."""

    place: MirrorPlace
    before: bytes
    after: bytes
    mirrors: tuple[str, ...]
    existed: bool
    """Whether there was a file."""
    backup: str = ""
    """The backup that is rolled back; empty for a change of the user's own."""

    @property
    def difference(self) -> tuple[str, ...]:
        """What changes, as `diff -u` shows it."""
        return difference(self.before, self.after, self.place.path)

    @property
    def is_empty(self) -> bool:
        """Whether the file stays as it is."""
        return self.before == self.after and self.existed


def plan_change(found: Mirrors, mirrors: Sequence[str]) -> Change:
    """Return what it takes to have these mirrors; nothing is written.

    Raises:
        MirrorsError: an address is none, or the file cannot be changed from here.
    """
    wanted = _once(mirrors)
    for mirror in wanted:
        check_mirror(mirror, found.version)
    _check_place(found)
    read = DaemonFile(found.data)
    after = read.with_mirrors(wanted)
    return Change(found.place, found.data, after, wanted, found.has_file)


def plan_roll_back(found: Mirrors) -> Change:
    """Return what it takes to have the newest backup again; nothing is written.

    Raises:
        NothingToUndo: there is no backup.
        MirrorsError: the file was changed by others since, or cannot be changed from here.
    """
    _check_place(found)
    if not found.backup:
        raise NothingToUndo
    backup = Path(found.backup)
    old = _read(backup)
    read = read_daemon_file(old, backup.name)
    if differs_in_more(found.data, old):
        hint = _("More than the mirrors differs from {backup}.").format(backup=backup)
        raise ChangedMeanwhile(hint, path=found.place.path)
    return Change(found.place, found.data, old, read.mirrors, found.has_file, backup=found.backup)


def do_change(
    client: EngineClient, change: Change, hands: Hands, check: Callable[[], None] = _go_on
) -> str:
    """Write the file, reload, and prove it; returns the command that reloads.

    `check` raises when it is to be stopped: then the old file comes back.

    Raises:
        NotAccepted: the Engine did not take it over; the file is as it was before.
        MirrorsError: it was not written.
    """
    check_file(change.place, change.after)
    path = Path(change.place.real)
    _check_unchanged(path, change)
    if change.is_empty:  # written by somebody else, and not read yet
        return _swap(client, change, change.after, hands, check)
    backup = new_backup(path)
    hands.keep(path, backup)
    try:
        return _swap(client, change, change.after, hands, check)
    except BaseException:
        if _is_as_before(path, change):
            hands.remove(backup)
        raise


def do_roll_back(
    client: EngineClient, change: Change, hands: Hands, check: Callable[[], None] = _go_on
) -> str:
    """Put a backup in place again, reload, and prove it; returns the command that reloads.

    A file that says nothing of mirrors would leave those in force: so an empty list is read
    before the old file comes back.

    Raises:
        NotAccepted: the Engine did not take it over; the file is as it was before.
        MirrorsError: it was not written.
    """
    path = Path(change.place.real)
    _check_unchanged(path, change)
    backup = Path(change.backup)
    old = read_daemon_file(change.after, backup.name)
    step = change.after if old.has_key else old.with_mirrors(())
    line = _swap(client, change, step, hands, check)
    if stands_for_nothing(backup):
        hands.remove(path)
    elif step != change.after:
        hands.replace(path, change.after)
    hands.remove(backup)
    return line


def check_file(place: MirrorPlace, data: bytes) -> None:
    """Let dockerd itself look at a file before it counts, where there is one that can.

    Raises:
        BadDaemonFile: it would refuse it.
    """
    read_daemon_file(data, place.path)
    if not place.program:
        return
    with tempfile.TemporaryDirectory(prefix="orlop-") as folder:
        path = Path(folder) / "daemon.json"
        path.write_bytes(data)
        ran = OwnHands().run(place.program, "--validate", "--config-file", str(path))
    if ran.code > 0:
        raise BadDaemonFile(ran.words, path=place.path)


def moved(mirrors: Sequence[str], at: int, by: int) -> tuple[str, ...]:
    """Return the mirrors with one of them moved; at the ends it stays."""
    to = at + by
    if not 0 <= to < len(mirrors):
        return tuple(mirrors)
    rest = [*mirrors[:at], *mirrors[at + 1 :]]
    return (*rest[:to], mirrors[at], *rest[to:])


def without(mirrors: Sequence[str], *unwanted: str) -> tuple[str, ...]:
    """Return the mirrors without some of them.

    Raises:
        NotListed: one of them is not there.
    """
    gone = {normal(one) for one in unwanted}
    there = {normal(one) for one in mirrors}
    for one in unwanted:
        if normal(one) not in there:
            raise NotListed(url=one)
    return tuple(one for one in mirrors if normal(one) not in gone)


def _once(mirrors: Sequence[str]) -> tuple[str, ...]:
    """Return the mirrors, each once, as it is written first."""
    found: dict[str, str] = {}
    for one in mirrors:
        found.setdefault(normal(one), one)
    return tuple(found.values())


def _check_place(found: Mirrors) -> None:
    place = found.place
    if found.trouble:
        raise BadDaemonFile(found.trouble, path=place.path)
    if place.kind is not PlaceKind.FILE:
        raise NotEditable(why_not_editable(found))
    if place.flags:
        raise FlagInTheWay(place.flags_from, path=place.path)


def why_not_editable(found: Mirrors) -> str:
    """Return why the mirrors cannot be changed from here; empty where they can."""
    path = found.place.path
    sentences = {
        PlaceKind.DESKTOP: _("Docker Desktop applies {path} by its Settings, Docker Engine."),
        PlaceKind.REMOTE: _("The Engine is on {host}: its file is {path} there."),
        PlaceKind.NONE: _("This engine keeps no settings: orlop practice serve --data-root does."),
        PlaceKind.PODMAN: _("Podman reads {path}: write [[registry.mirror]] there, restart it."),
    }
    return sentences.get(found.place.kind, "").format(path=path, host=found.host)


def _swap(
    client: EngineClient, change: Change, data: bytes, hands: Hands, check: Callable[[], None]
) -> str:
    """Put data in place of the file, and what was there again if that is not taken over."""
    from tui.engine.system import engine_mirrors

    path = Path(change.place.real)
    before = engine_mirrors(client).in_force
    log = DaemonLog(change.place)
    since = time.time() - 0.001
    if data != change.before or not change.existed:
        hands.replace(path, data)
    try:
        line = ask_to_reload(change.place, hands)
        prove(client, change.mirrors, since, before=before, log=log, check=check)
    except BaseException:
        _put_back(client, change, hands, before)
        raise
    return line


def _put_back(client: EngineClient, change: Change, hands: Hands, before: tuple[str, ...]) -> None:
    """Have the old file again, and the Engine its old mirrors.

    It may have taken the new ones over all the same, just too late: a file that says nothing of
    mirrors would leave them, so one that names the old ones is read first.
    """
    from tui.engine.system import engine_mirrors

    path = Path(change.place.real)
    with suppress(EngineError):  # whoever may not ask could not before either
        if engine_mirrors(client).in_force != before:
            step = read_daemon_file(change.before).with_mirrors(before)
            log, since = DaemonLog(change.place), time.time() - 0.001
            hands.replace(path, step)
            ask_to_reload(change.place, hands)
            prove(client, before, since, before=(), log=log, check=_go_on)
    if not change.existed:
        hands.remove(path)
        return
    hands.replace(path, change.before)
    with suppress(EngineError):
        ask_to_reload(change.place, hands)


def _is_as_before(path: Path, change: Change) -> bool:
    try:
        _check_unchanged(path, change)
    except (ChangedMeanwhile, OSError):
        return False
    return True


def _check_unchanged(path: Path, change: Change) -> None:
    try:
        now = _read(path)
    except FileNotFoundError:
        now, existed = b"", False
    else:
        existed = True
    if now != change.before or existed != change.existed:
        raise ChangedMeanwhile(path=change.place.path)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LONGEST + 1)
