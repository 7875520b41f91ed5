"""Addresses of mirrors: which of them an Engine takes, and how it writes them.

Source: ValidateMirror of dockerd's registry package; 20.10 and later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from tui.i18n import _
from tui.mirrors.errors import BadMirror

WITH_PATH: Final = (24, 0, 9)
"""The first Engine that takes a mirror below a path."""

LONGEST: Final = 2048
"""Characters of an address."""

_SECRET: Final = re.compile(r"://[^/@\s\"]*@")
_VERSION: Final = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


def normal(mirror: str) -> str:
    """Return a mirror as `/info` tells it: with a slash at its end."""
    return mirror.rstrip("/") + "/"


def normals(mirrors: Iterable[str]) -> tuple[str, ...]:
    """Return mirrors as `/info` tells them: each once."""
    return tuple(dict.fromkeys(map(normal, mirrors)))


def version_of(text: str) -> tuple[int, int, int]:
    """Return `20.10.24+dfsg1` as numbers; zeros where it is none."""
    match = _VERSION.match(text)
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else (0, 0, 0)


def check_mirror(mirror: str, version: str) -> None:
    """Tell apart what an Engine of this version takes as a mirror.

    Raises:
        BadMirror: it would refuse the address; the detail says why.
    """
    if why := why_not_mirror(mirror, version):
        raise BadMirror(why, url=without_secret(mirror))


def why_not_mirror(mirror: str, version: str) -> str:
    """Return why an Engine of this version refuses a mirror; empty where it takes it."""
    if (
        not mirror
        or len(mirror) > LONGEST
        or not mirror.isascii()
        or re.search(r"[\s\x00-\x20\x7f]", mirror)
    ):
        return _("It must be an address without spaces.")
    try:
        parts = urlsplit(mirror)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("http", "https") or "://" not in mirror:
        return _("It must begin with https:// or http://.")
    if not host:
        return _("It names no host.")
    if parts.username is not None:
        return _("A user or a password may not stand in it.")
    if "?" in mirror or "#" in mirror:
        return _("Nothing may follow its path.")
    if parts.path not in ("", "/") and version_of(version) < WITH_PATH:
        return _("Engines before 24.0.9 take no path behind the host.")
    return ""


def without_secret(text: str) -> str:
    """Return addresses as they may be told: without user and password."""
    return _SECRET.sub("://***@", text)
