"""The forms of a tag and of a push: a line that completes names in registries."""

from __future__ import annotations

from textual.suggester import Suggester
from textual.widgets import Input

from tui.actions.forms.names import push_names
from tui.actions.values.accounts import ListAccounts
from tui.model.text import visible
from tui.ui.screens.form import FormScreen


class NamingScreen(FormScreen):
    """Asks for a name that an image gets."""

    def on_mount(self) -> None:
        """Complete names; the accounts are read meanwhile."""
        self.orlop.dispatcher.submit(ListAccounts(asks_engine=True))
        self.query_one("#field-reference", Input).suggester = _Names(self)

    def names(self) -> tuple[str, ...]:
        """Return what the image may be called, as far as that is known now."""
        images = self.selection.images
        return push_names(self.orlop.store.state, images[0]) if images else ()


class _Names(Suggester):
    """Completes with the first name that begins so."""

    def __init__(self, screen: NamingScreen) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._screen = screen

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole of a name that begins like `value`."""
        names = (visible(name) for name in self._screen.names())
        return next((name for name in names if name.startswith(value) and name != value), None)
