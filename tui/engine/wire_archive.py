"""Pure decoding of the header that tells what is at a path of a container."""

from __future__ import annotations

import binascii
import stat
from base64 import b64decode
from datetime import datetime
from math import floor
from typing import Final

from tui.engine.errors import BadAnswer
from tui.engine.wire import Table, loads, number, table, text
from tui.model.listing import Kind
from tui.model.pathstat import PathStat

_DIRECTORY: Final = 1 << 31
_SYMLINK: Final = 1 << 27
_DEVICE: Final = 1 << 26
_FIFO: Final = 1 << 25
_SOCKET: Final = 1 << 24
_CHARACTER: Final = 1 << 21
_SPECIAL: Final = ((1 << 23, stat.S_ISUID), (1 << 22, stat.S_ISGID), (1 << 20, stat.S_ISVTX))
"""Go's FileMode keeps these bits elsewhere than POSIX."""

_PODMAN: Final = str.maketrans("-_", "+/")
"""Its base64 is the one of URLs."""


def path_stat(header: str) -> PathStat:
    """Return what `X-Docker-Container-Path-Stat` tells: base64 of JSON.

    Raises:
        BadAnswer: it is something else.
    """
    try:
        told = table(loads(b64decode(header.translate(_PODMAN))))
    except (ValueError, binascii.Error) as error:
        raise BadAnswer(header[:200]) from error
    if "mode" not in told:
        raise BadAnswer(header[:200])
    mode = number(told.get("mode"))
    special = sum(posix for go, posix in _SPECIAL if mode & go)
    kind = _kind(mode)
    name = text(told.get("name"))
    return PathStat(
        name="/" if name == "." else name,  # so Podman calls the root
        kind=kind,
        size=max(number(told.get("size")), 0),
        mode=mode & 0o777 | special,
        mtime=_seconds(told),
        target=text(told.get("linkTarget")) if kind is Kind.SYMLINK else "",  # Podman: of all
    )


def _kind(mode: int) -> Kind:
    if mode & _DEVICE:
        return Kind.CHARACTER if mode & _CHARACTER else Kind.BLOCK
    by_bit = (
        (_DIRECTORY, Kind.DIRECTORY),
        (_SYMLINK, Kind.SYMLINK),
        (_FIFO, Kind.FIFO),
        (_SOCKET, Kind.SOCKET),
    )
    return next((kind for bit, kind in by_bit if mode & bit), Kind.FILE)


def _seconds(told: Table) -> int:
    try:
        moment = datetime.fromisoformat(text(told.get("mtime")))
        return floor(moment.timestamp()) if moment.tzinfo else 0
    except (ValueError, OverflowError):
        return 0
