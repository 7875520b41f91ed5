"""What the keys of the screen of logs do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tui.actions.action import Action
from tui.actions.forms import FORMS
from tui.actions.selection import Selection
from tui.actions.values.logs import FollowLogs
from tui.i18n import _
from tui.logs.colours import plain_text
from tui.store.state import Pane
from tui.ui.screens.form import FormScreen
from tui.ui.screens.logfinding import LogFinding
from tui.ui.screens.logreading import LogReading
from tui.ui.screens.logwords import KEYS, judge_moment
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.text import FieldsScreen, FieldValue
from tui.ui.widgets.logview import LogView

if TYPE_CHECKING:
    from tui.ui.screens.logs import LogScreen


class LogKeys:
    """The verbs of the screen; `press` does one by its name in `KEYS`."""

    def __init__(
        self, screen: LogScreen, view: LogView, reading: LogReading, finding: LogFinding
    ) -> None:
        self._screen = screen
        self._view = view
        self._reading = reading
        self._finding = finding
        self._verbs: dict[str, Callable[[], None]] = {
            "pause": self.pause,
            "search": self.search,
            "next": self.next,
            "previous": partial(self.next, back=True),
            "filter": self.filter,
            "wrap": self.wrap,
            "time": self.time,
            "streams": self.streams,
            "since": self.since,
            "save": self.save,
            "copy": self.copy,
            "mouse": self.mouse,
            "again": self.again,
            "help": self.help,
        }

    def press(self, verb: str) -> None:
        """Do a verb."""
        self._verbs[verb]()

    def pause(self) -> None:
        """Stand still, or go on at the end."""
        self._view.follows = not self._view.follows
        if self._view.follows:
            self._reading.go_to_newest()
        self._screen.refreshed("")

    def search(self) -> None:
        """Ask what to look for."""
        help_text = _("Any text, whatever its case; error|warn is either of them.")
        self._ask(
            _("Search"),
            help_text,
            self._finding.wanted,
            lambda text: self._screen.refreshed(self._finding.look_for(text)),
        )

    def next(self, *, back: bool = False) -> None:
        """Go to the next line with what is looked for, or the one before."""
        if self._finding.wanted:
            self._screen.refreshed(self._finding.go_on(back=back))
        else:
            self.search()

    def filter(self) -> None:
        """Ask what to show."""
        help_text = _("Only lines with this text; error|warn is either, !ping is without it.")
        self._ask(_("Filter"), help_text, self._finding.filter, self._only)

    def _only(self, text: str) -> None:
        self._finding.show_only(text)
        self._screen.refreshed("")

    def wrap(self) -> None:
        """Wrap lines, or cut them."""
        self._view.wraps = not self._view.wraps
        self._screen.refreshed(_("wrapped") if self._view.wraps else _("cut"))

    def time(self) -> None:
        """Show times, or not."""
        painter = self._view.painter
        painter.shows_time = not painter.shows_time
        self._screen.refreshed("")

    def streams(self) -> None:
        """Show output, errors, or both."""
        self._finding.next_streams()
        self._screen.refreshed("")

    def since(self) -> None:
        """Ask from when on to read."""
        help_text = _("10m, 1h30m, 2026-11-26, 2026-11-26T12:00:00; empty for the last lines.")
        since = self._reading.action.since
        screen = PromptScreen(_("Since"), help_text=help_text, text=since, judge=judge_moment)
        self._screen.app.push_screen(screen, self._since)

    def _since(self, text: str | None) -> None:
        if text is None:
            return
        tail = -1 if text.strip() else FollowLogs(()).tail
        action = self._reading.action
        self._reading.action = action._replace(since=text.strip(), tail=tail)
        self.again()

    def again(self) -> None:
        """Read the log from its beginning again, and follow it."""
        self._view.follows = True
        self._reading.begin()
        self._screen.refreshed("")  # which job it is was not known while it was handed in

    def save(self) -> None:
        """Ask where to write the whole log of the first container."""
        wanted = self._reading.action.containers[0].container_id
        containers = self._screen.orlop.store.state.containers
        found = tuple(one for one in containers if one.container_id == wanted)
        selection = Selection(Pane.CONTAINERS, containers=found)
        self._screen.app.push_screen(FormScreen(FORMS["save_logs"], selection), self._saved)

    def _saved(self, action: Action | None) -> None:
        if action is not None:
            self._screen.orlop.dispatcher.submit(action)
            self._screen.refreshed(action.title)

    def copy(self) -> None:
        """Copy the line that was found if it is in sight, else all that is in sight."""
        hit = self._view.book.line(self._view.painter.hit)
        lines = self._view.lines_in_sight()
        chosen = [hit] if hit is not None and hit in lines else lines
        self._screen.orlop.copy_text(
            "\n".join(plain_text(line.text) for line in chosen), _("log lines")
        )
        self._screen.refreshed(_("copied"))

    def mouse(self) -> None:
        """Leave the mouse to the terminal, or take it back."""
        has_mouse = self._screen.orlop.toggle_mouse()
        self._screen.refreshed(_("mouse taken") if has_mouse else _("mouse left to the terminal"))

    def help(self) -> None:
        """Show all keys."""
        fields = [FieldValue(shown, _(text)) for shown, _key, _action, _word, text in KEYS]
        self._screen.app.push_screen(FieldsScreen(_("Keys of the logs"), fields))

    def _ask(self, title: str, help_text: str, text: str, then: Callable[[str], None]) -> None:
        screen = PromptScreen(title, help_text=help_text, text=text, judge=lambda _text: "")
        self._screen.app.push_screen(
            screen, lambda answer: then(answer) if answer is not None else None
        )
