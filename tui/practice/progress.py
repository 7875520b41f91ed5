"""The lines of a transfer's stream: words, numbers, and the bar that the Engine draws."""

from __future__ import annotations

from typing import Any, Final

from tui.practice.wire import line

_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB")
_WIDTH: Final = 50
"""Columns of the bar."""


def said(status: str, identity: str = "") -> bytes:
    """Return a line of words; with an ID it belongs to one layer, or to a tag."""
    return line({"status": status, "id": identity} if identity else {"status": status})


def layer_said(status: str, identity: str) -> bytes:
    """Return a line of words about one layer."""
    return line({"status": status, "progressDetail": {}, "id": identity})


def layer_done(status: str, identity: str, current: int, total: int) -> bytes:
    """Return a line about how far a layer has come, in bytes; a `total` of 0 is not told."""
    detail = {"current": current, **({"total": total} if total else {})}
    if not current:
        detail.pop("current")
    told: dict[str, Any] = {"status": status, "progressDetail": detail}
    if current:
        told["progress"] = bar(current, total)
    return line({**told, "id": identity})


def failed(message: str) -> bytes:
    """Return the line that ends a stream that went wrong."""
    return line({"errorDetail": {"message": message}, "error": message})


def bar(current: int, total: int) -> str:
    """Return the bar and the numbers, as the Engine writes them for old clients."""
    here = size(current).rjust(8)
    if total <= 0:
        return here
    done = min(current * 100 // total // 2, _WIDTH)
    drawn = f"[{'=' * done}>{' ' * (_WIDTH - done)}] "
    return f"{drawn}{here}/{size(total)}" if current <= total else f"{drawn}{here}"


def size(count: int) -> str:
    """Return bytes with up to four digits and a decimal unit: `3.678kB`."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value /= 1000
        unit += 1
    return f"{value:.4g}{_UNITS[unit]}"
