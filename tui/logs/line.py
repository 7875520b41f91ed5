"""One line of a container's log."""

from __future__ import annotations

import calendar
import re
from functools import lru_cache
from typing import Final, NamedTuple

TTY: Final = 0
"""A terminal: output and errors in one."""
STDOUT: Final = 1
STDERR: Final = 2

MESSAGE: Final = 16_384
"""Bytes of a line at which the Engine cuts it into messages; it counts these, not lines."""

_STAMP: Final = re.compile(
    rb"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d)) "
)


_AFTER_RETURN: Final = re.compile(rb"(?<=\r)" + _STAMP.pattern)

_DOCKERS: Final = len("2026-11-26T12:00:00.000000000Z")
"""Bytes of a time as Docker writes it."""


class LogLine(NamedTuple):
    """A line, or a piece of one that is longer than a line may be."""

    stamp: bytes
    """When it was written, as the Engine tells it (RFC 3339); empty where that was not asked."""
    stream: int
    """TTY, STDOUT or STDERR."""
    text: bytes
    """Without its end. Any bytes."""
    ends: bool = True
    """Whether the line ends here; else it goes on in the next of this stream."""
    source: int = 0
    """Which of several containers wrote it."""

    @property
    def nanoseconds(self) -> int:
        """When it was written, since the epoch; 0 where nobody knows."""
        stamp = self.stamp
        if len(stamp) == _DOCKERS and stamp.endswith(b"Z") and stamp[20:29].isdigit():
            return _second(stamp[:19]) + int(stamp[20:29])
        match = _STAMP.match(self.stamp + b" ")
        return nanoseconds_of(match) if match else 0


def stamp_length(data: bytes, start: int = 0) -> int:
    """Return how many bytes a time stamp and its space take at `start`; 0 where there is none."""
    match = _STAMP.match(data, start)
    return match.end() - start if match else 0


@lru_cache(64)
def _second(stamp: bytes) -> int:
    """Return a whole second in nanoseconds since the epoch; 0 where it is none."""
    match = _STAMP.match(stamp + b"Z ")
    return nanoseconds_of(match) if match else 0


def after_return(data: bytes, start: int) -> int:
    """Return where the first time stamp after a carriage return is; -1 where there is none."""
    match = _AFTER_RETURN.search(data, start)
    return match.start() if match else -1


def nanoseconds_of(match: re.Match[bytes]) -> int:
    """Return the time of a stamp in nanoseconds since the epoch."""
    numbers = [int(part) for part in match.groups()[:6]]
    seconds = calendar.timegm((*numbers, 0, 0, 0))
    if match[8]:
        east = 1 if match[8] == b"+" else -1
        seconds -= east * (int(match[9]) * 3600 + int(match[10]) * 60)
    return seconds * 1_000_000_000 + int((match[7] or b"").ljust(9, b"0"))
