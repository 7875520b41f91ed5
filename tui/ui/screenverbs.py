"""What the verbs of the main screen have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.ui.screens.main import MainScreen


class ScreenVerbs:
    """Verbs that only look: one method each, found by the verb's ID."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
