"""How values are shown: sizes, ages, identifiers, and text from outside made harmless.

Sizes are decimal, as `docker images` prints them.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import humanize

from tui.i18n import _, ngettext

SHORT_ID: Final = 12
"""Hexadecimal digits of a shortened ID, as the docker command prints it."""

SHOWN_MAX: Final = 4096
"""Characters that one text takes on a screen at most; the rest is a count."""

_COUNT_ROOM: Final = 100
"""Characters kept free for that count."""

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\Z", re.I)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_PLAIN: Final = re.compile(r"[ -~]*\Z")
_KILO: Final = 1000
_KIBI: Final = 1024
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400


def visible(text: str) -> str:
    r"""Return `text` with all that could act on a terminal spelled out.

    Control characters (C0, C1, ESC), line ends, bidirectional and other format
    characters, lone surrogates and private-use characters become `\x1b`,
    `\u202e`... so that a hostile name is read, not obeyed. Plain ASCII comes
    back as it is.
    """
    if len(text) <= SHOWN_MAX:
        if _PLAIN.match(text):
            return text
        shown = "".join(_visible_character(char) for char in text)
        if len(shown) <= SHOWN_MAX:
            return shown
    return _shortened(text)


def spelled_out(text: str) -> str:
    """Return `text` as `visible` does, however long it is: to be copied, not to be shown."""
    return text if _PLAIN.match(text) else "".join(map(_visible_character, text))


def _shortened(text: str) -> str:
    """Return as much of `text` as fits, and how many characters were left out."""
    pieces: list[str] = []
    room = SHOWN_MAX - _COUNT_ROOM
    for char in text:
        piece = _visible_character(char)
        room -= len(piece)
        if room < 0:
            break
        pieces.append(piece)
    rest = _("... {count} more characters").format(count=len(text) - len(pieces))
    return "".join(pieces) + rest


def _visible_character(char: str) -> str:
    if char.isprintable() or unicodedata.category(char) in {"Mn", "Mc", "Zs"}:
        return " " if unicodedata.category(char) == "Zs" else char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@lru_cache(maxsize=4096)
def human_size(count: int) -> str:
    """Return bytes in decimal units with three digits: 187 MB, 7.34 MB, 0 B."""
    if abs(count) < _KILO:
        return f"{count} B"
    text = humanize.naturalsize(count, format="%.3g")
    return humanize.naturalsize(count, format="%.0f") if "e+" in text else text


@lru_cache(maxsize=4096)
def memory_size(count: int) -> str:
    """Return bytes of memory in binary units, as `docker stats` prints them: 23.5 GiB, 0 B."""
    if abs(count) < _KIBI:
        return f"{count} B"
    text = humanize.naturalsize(count, binary=True, format="%.3g")
    if "e+" in text:
        return humanize.naturalsize(count, binary=True, format="%.0f")
    return text


def size_in_bytes(text: str) -> int:
    """Return a size as a person writes it: 20MB, 1.5 GiB, 4096.

    Raises:
        ValueError: it is none.
    """
    match = _SIZE.match(text.strip())
    if match is None:
        raise ValueError(text)
    number, unit, binary = match.groups()
    return int(float(number) * (1024 if binary else 1000) ** _POWERS[unit.lower()])


def exact_size(count: int) -> str:
    """Return bytes in full: 187 MB (187,012,345 bytes)."""
    exact = ngettext("{count} byte", "{count} bytes", count).format(count=humanize.intcomma(count))
    return f"{human_size(count)} ({exact})"


def utc_time(seconds: int) -> str:
    """Return seconds of the epoch as `2026-11-24 12:00:00 UTC`, or as they are."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def age(created: float, now: float) -> str:
    """Return the time from `created` to `now` (seconds of the epoch) in words of one unit.

    The steps are the docker command's (hours up to two days, weeks up to two
    months), which humanize does not have.
    """
    seconds = int(now - created)
    if created <= 0:
        return "-"
    if seconds < _MINUTE:
        return _("just now") if seconds < 1 else _span(seconds, "second")
    if seconds < _HOUR:
        return _span(seconds // _MINUTE, "minute")
    if seconds < 2 * _DAY:
        return _span(seconds // _HOUR, "hour")
    days = seconds // _DAY
    if days < 14:
        return _span(days, "day")
    if days < 60:
        return _span(days // 7, "week")
    if days < 730:
        return _span(days // 30, "month")
    return _span(days // 365, "year")


def _span(count: int, unit: str) -> str:
    """Return a count of time units; each form is one whole phrase for translators."""
    forms = {
        "second": lambda: ngettext("{count} second", "{count} seconds", count),
        "minute": lambda: ngettext("{count} minute", "{count} minutes", count),
        "hour": lambda: ngettext("{count} hour", "{count} hours", count),
        "day": lambda: ngettext("{count} day", "{count} days", count),
        "week": lambda: ngettext("{count} week", "{count} weeks", count),
        "month": lambda: ngettext("{count} month", "{count} months", count),
        "year": lambda: ngettext("{count} year", "{count} years", count),
    }
    return forms[unit]().format(count=count)


def short_id(identifier: str) -> str:
    """Return the twelve hexadecimal digits that `docker images` shows of an ID or digest."""
    return visible(identifier.rpartition(":")[2][:SHORT_ID])
