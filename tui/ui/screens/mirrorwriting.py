"""From a draft of mirrors to the action that writes it: the difference, sudo, or text to paste."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui.actions.action import Action
from tui.actions.values.mirrors import ChangeMirrors, MirrorEdit, RollBackMirrors
from tui.i18n import _
from tui.mirrors.change import plan_change
from tui.mirrors.errors import MirrorsError
from tui.mirrors.paste import paste_lines, paste_text
from tui.model.mirrors import Mirrors
from tui.ui import sudo
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.mirrorrows import difference_text
from tui.ui.screens.text import TextScreen

if TYPE_CHECKING:
    from tui.ui.screens.mirrors import MirrorsScreen


class MirrorWriting:
    """One way from a key to an action, with all that is asked on it."""

    def __init__(
        self, screen: MirrorsScreen, found: Mirrors, submit: Callable[[Action], None]
    ) -> None:
        """Prepare; `submit` takes the action that was agreed to."""
        self._screen = screen
        self._found = found
        self._submit = submit

    def write(self, mirrors: Sequence[str]) -> None:
        """Show the difference and ask; where orlop may not write, show what to paste."""
        found = self._found
        if found.is_to_paste:
            lines = (*paste_lines(found), "", paste_text(found, mirrors))
            self._screen.app.push_screen(TextScreen(_("To paste"), "\n".join(lines)))
            return
        if self._is_read_only():
            return
        try:
            change = plan_change(found, mirrors)
        except MirrorsError as error:
            self._screen.tell(f"{error} {error.remedy}")
            return
        if change.is_empty and not found.is_stale:
            self._screen.tell(_("The file is like this already."))
            return
        action = ChangeMirrors(
            MirrorEdit.SET, change.mirrors, expected=found.data, sudo=found.needs_sudo
        )
        screen = ConfirmScreen(
            _("Write {path}, and have the Engine read it?").format(path=found.place.path),
            _("Write"),
            text=difference_text(change, found),
            docker=action.docker,
        )
        self._screen.app.push_screen(screen, partial(self._do, action))

    def roll_back(self) -> None:
        """Put the newest backup in place again, at once."""
        found = self._found
        if self._is_read_only():
            return
        if not found.backup:
            self._screen.tell(_("There is nothing to roll back: orlop has made no change here."))
            return
        self._do(RollBackMirrors(expected=found.data, sudo=found.needs_sudo), True)

    def _is_read_only(self) -> bool:
        if self._screen.orlop.read_only:
            self._screen.tell(_("orlop was started read-only."))
        return self._screen.orlop.read_only

    def _do(self, action: ChangeMirrors | RollBackMirrors, yes: bool | None) -> None:
        """Hand an action in; where only root may, let sudo ask for its password before."""
        if not yes:
            return
        if not action.sudo:
            self._submit(action)
            return
        screen = ConfirmScreen(
            _("Only root may do this. Use sudo?"),
            _("Use sudo"),
            text=_("sudo may ask for your password in the terminal; orlop never sees it."),
        )
        self._screen.app.push_screen(screen, partial(self._do_by_sudo, action))

    def _do_by_sudo(self, action: Action, yes: bool | None) -> None:
        if yes and sudo.sudo_knows_us(self._screen.app):
            self._submit(action)
        elif yes:
            self._screen.tell(_("sudo refuses. c copies the text, to be pasted as root."))
