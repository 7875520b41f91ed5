"""A line for a password: it shows stars, and gives its text to no clipboard."""

from __future__ import annotations

from typing import Any

from rich.text import Text
from textual.widgets import Input


class SecretInput(Input):
    """An Input whose text nobody can read off the screen or copy."""

    def __init__(self, **options: Any) -> None:
        super().__init__(password=True, **options)

    @property
    def _value(self) -> Text:
        """What is drawn; Textual's bullets are beyond ASCII."""
        return Text("*" * len(self.value), no_wrap=True, overflow="ignore", end="")

    def action_copy(self) -> None:
        """Copy nothing."""

    def action_cut(self) -> None:
        """Delete what is selected, without copying it."""
        self.delete_selection()
