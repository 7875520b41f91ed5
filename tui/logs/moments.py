"""Moments as `docker logs --since` takes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from tui.i18n import _

_DURATION: Final = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?\Z")
_NUMBER: Final = re.compile(r"\d{1,12}(?:\.\d{1,9})?\Z")


def seconds_of(text: str, now: float) -> str:
    """Return a moment in seconds of the epoch, as the Engine's API takes it.

    Args:
        text: `10m` or `1h30m` ago, `2026-11-26`, `2026-11-26T12:00:00Z`, seconds of the epoch;
            times without a zone are of this machine's.
        now: Seconds of the epoch.

    Raises:
        ValueError: it is none of these; `str()` is a sentence.
    """
    text = text.strip()
    if not text or _NUMBER.match(text):
        return text
    match = _DURATION.match(text)
    if match and any(match.groups()):
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return f"{now - hours * 3600 - minutes * 60 - seconds:.9f}"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        sentence = _("A moment looks like 10m, 1h30m, 2026-11-26 or 2026-11-26T12:00:00.")
        raise ValueError(sentence) from None
    return f"{moment.astimezone(UTC).timestamp():.9f}"
