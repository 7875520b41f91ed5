"""Where things lie on the main screen: what `app.tcss` says, for the first paint to agree with."""

from __future__ import annotations

from typing import Final

from tui.ui.widgets.frame import Area

WIDE: Final = 110
"""Columns from which all four panes are shown side by side."""

TALL: Final = 28
"""Lines that it takes for that."""

LEFT: Final = 58
"""Per cent of the width that the left half takes when there are two."""

OTHER_LINES: Final = 3
"""Header, marks, keys."""


def is_narrow(width: int, height: int) -> bool:
    """Tell whether a screen of this size shows one pane at a time."""
    return width < WIDE or height < TALL


def images_area(width: int, height: int) -> Area:
    """Return the cells of the images pane, its rule included; it begins in the second line."""
    if is_narrow(width, height):
        return Area(width, max(height - OTHER_LINES, 0))
    return Area(width * LEFT // 100, (height - OTHER_LINES) // 2)
