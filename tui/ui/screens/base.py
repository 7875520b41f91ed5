"""What dialogs and sheets have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from textual._styles_cache import StylesCache
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widget import Widget

from tui.i18n import N_
from tui.model.text import visible
from tui.store.state import State

if TYPE_CHECKING:
    from tui.ui.app import OrlopApp

Result = TypeVar("Result")
Part = TypeVar("Part", bound=Widget)

SHOWN_MAX: Final = 240
"""Characters of a message from outside that are shown in a dialog: its keys must stay in sight."""


def shown(text: str) -> str:
    """Return a message from outside as a dialog shows it: only its line ends have an effect."""
    cut = text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}..."
    return "\n".join(visible(line) for line in cut.splitlines())


class Dialog(ModalScreen[Result | None]):
    """A question or a view in front of the panes; Escape leaves it without a result."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", N_("Back"), show=False, id="dialog.escape"),
    ]

    _unfollow: Callable[[], None] = staticmethod(lambda: None)
    """Ends what `follow` began."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: dict[str, Widget] = {}

    @property
    def orlop(self) -> OrlopApp:
        """The app, with its store and dispatcher."""
        from tui.ui.app import OrlopApp

        app = self.app
        assert isinstance(app, OrlopApp)
        return app

    def part(self, selector: str, kind: type[Part]) -> Part:
        """Return a widget of the screen, looked up once.

        News may still come while the screen is taken down: a widget that is no longer
        on it can be told all the same, but not found.
        """
        found = self._parts.get(selector)
        if not isinstance(found, kind):
            found = self._parts[selector] = self.query_one(selector, kind)
        return found

    def follow(self, show: Callable[[State], None]) -> None:
        """Show the state as it is and, until the screen is left, as it becomes.

        A screen that was left has no widgets any more some time before it is unmounted.
        """

        def changed(_before: State, after: State) -> None:
            if self in self.app.screen_stack:
                show(after)

        self._unfollow = self.orlop.store.subscribe(changed)
        show(self.orlop.store.state)

    def on_unmount(self) -> None:
        """Stop following the store, and let what was painted go.

        Textual's cache of two colours for each widget would keep a thousand widgets' lines.
        """
        self._unfollow()
        StylesCache.get_inner_outer.cache_clear()

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave with a result; nothing when another screen is on top, or this one was left.

        Textual's own takes away whichever screen is on top, as often as it is called.
        """
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()

    def action_leave(self) -> None:
        """Go back without a result."""
        self.dismiss(None)


class Sheet(Dialog[Result]):
    """A view as large as the screen; `q` leaves it too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", N_("Back"), show=False, id="sheet.q"),
    ]
