"""Ways of looking at orlop, the Engine and what else the app has."""

from __future__ import annotations

from tui.actions.selection import Selection
from tui.actions.spec import ActionSpec
from tui.i18n import _
from tui.ui.screens.accounts import AccountsScreen
from tui.ui.screens.details import engine_fields
from tui.ui.screens.help import HelpScreen
from tui.ui.screens.jobs import JobsScreen
from tui.ui.screens.palette import PaletteScreen
from tui.ui.screens.text import FieldsScreen
from tui.ui.screenverbs import ScreenVerbs


class AppViews(ScreenVerbs):
    """The verbs of the app itself, found by their IDs."""

    def _jobs(self, _selection: Selection) -> None:
        self._screen.orlop.push_screen(JobsScreen())

    def _help(self, _selection: Selection) -> None:
        self._screen.orlop.push_screen(HelpScreen(self._screen.specs))

    def _engine(self, _selection: Selection) -> None:
        fields = engine_fields(self._screen.state)
        self._screen.orlop.push_screen(FieldsScreen(_("Engine"), fields))

    def _accounts(self, _selection: Selection) -> None:
        self._screen.orlop.push_screen(AccountsScreen())

    def _own_registry(self, _selection: Selection) -> None:
        from tui.ui.screens.ownregistry import OwnRegistryScreen  # few look at it

        self._screen.orlop.push_screen(OwnRegistryScreen())

    def _contexts(self, _selection: Selection) -> None:
        self._screen.orlop.choose_context()

    def _palette(self, selection: Selection) -> None:
        def chosen(spec: ActionSpec | None) -> None:
            if spec is not None:
                self._screen.perform(spec)

        self._screen.orlop.push_screen(PaletteScreen(self._screen.specs, selection), chosen)

    def _mirrors(self, _selection: Selection) -> None:
        from tui.ui.screens.mirrors import MirrorsScreen  # few look at it

        self._screen.orlop.push_screen(MirrorsScreen())

    def _zoom(self, _selection: Selection) -> None:
        self._screen.toggle_class("-zoomed")

    def _refresh(self, _selection: Selection) -> None:
        self._screen.orlop.session.refresh()

    def _mouse(self, _selection: Selection) -> None:
        has_mouse = self._screen.orlop.toggle_mouse()
        self._screen.tell(
            _("the mouse belongs to orlop")
            if has_mouse
            else _("the mouse belongs to the terminal; m takes it back")
        )

    def _quit(self, _selection: Selection) -> None:
        self._screen.orlop.ask_to_quit()
