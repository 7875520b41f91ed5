"""Times as dockerd reads and writes them: RFC 3339 with nanoseconds, and Go's durations."""

from __future__ import annotations

import calendar
import re
from functools import lru_cache
from typing import Final

NEVER: Final = "0001-01-01T00:00:00Z"
"""What Go writes for no time."""

_BEFORE_ALL: Final = -62135596800
"""Seconds of the epoch of `NEVER`."""

_TIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?"
    r"(Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_UNITS: Final = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}
_DURATION: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)", re.ASCII)


@lru_cache(maxsize=65536)
def nanoseconds(text: str) -> int:
    """Return a time as nanoseconds of the epoch; `NEVER`, if the text is no time."""
    found = _TIME.fullmatch(text)
    if not found:
        return _BEFORE_ALL * 10**9
    numbers = [int(found[n] or 0) for n in range(1, 7)]
    seconds = calendar.timegm((*numbers, 0, 1, 0))
    zone = found[8] or "Z"
    if zone != "Z":
        offset = int(zone[1:3]) * 3600 + int(zone[4:]) * 60
        seconds -= offset if zone[0] == "+" else -offset
    return seconds * 10**9 + int((found[7] or "").ljust(9, "0"))


def seconds(text: str) -> int:
    """Return a time as whole seconds of the epoch; `NEVER`, if the text is no time."""
    return nanoseconds(text) // 10**9


def written(text: str) -> str:
    """Return a time of JSON as Go writes it again: without zeros at the end; `NEVER` for none."""
    found = _TIME.fullmatch(text)
    if not found:
        return NEVER
    fraction = (found[7] or "").rstrip("0")
    zone = found[8] or "Z"
    return (
        text[:19]
        + (f".{fraction}" if fraction else "")
        + ("Z" if zone in {"+00:00", "-00:00"} else zone)
    )


def moment(text: str, now: float) -> float:
    """Return the moment that an `until` or `since` means.

    Args:
        text: Seconds of the epoch, a time, or a duration before now (`24h`).
        now: Seconds of the epoch.

    Returns:
        Seconds of the epoch.

    Raises:
        ValueError: it is none of these.
    """
    parts = _DURATION.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return now - sum(float(number) * _UNITS[unit] for number, unit in parts)
    if re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII):
        return float(text)
    if _TIME.fullmatch(text):
        return nanoseconds(text) / 1e9
    raise ValueError(f'failed to parse value as time or duration: "{text}"')
