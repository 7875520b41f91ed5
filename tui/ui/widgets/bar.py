"""Bars of plain text, for sizes and progress."""

from __future__ import annotations

from tui.ui.terminal import Glyphs


def bar(fraction: float, width: int, glyphs: Glyphs) -> str:
    """Return a bar of `width` cells of which `fraction` (0 to 1) is full.

    A bar is never shown empty for something, nor full for less than all, as far as the
    width allows; a fraction outside 0...1, or not a number, is taken for the nearest end.
    """
    if width <= 0:
        return ""
    if not fraction > 0:
        full = 0
    elif fraction >= 1:
        full = width
    else:
        full = min(max(round(fraction * width), 1), max(width - 1, 1))
    return glyphs.bar_full * full + glyphs.bar_empty * (width - full)
