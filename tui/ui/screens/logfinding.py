"""What one looks for in a log, and what alone is shown of it."""

from __future__ import annotations

from tui.i18n import _
from tui.logs.choice import find
from tui.ui.screens.logwords import STREAMS
from tui.ui.widgets.logview import LogView


class LogFinding:
    """Searches and filters what a view shows."""

    def __init__(self, view: LogView) -> None:
        self._view = view
        self.filter = ""
        self._streams = 0

    @property
    def wanted(self) -> str:
        """What is looked for."""
        return self._view.painter.wanted

    def look_for(self, text: str) -> str:
        """Go to the last line with a text, from the end upwards; returns a note."""
        self._view.painter.wanted = text
        self._view.painter.hit = -1
        if not text:
            self._view.update()
            return ""
        return self.go_on(back=True)

    def go_on(self, *, back: bool) -> str:
        """Go to the next line with the text, or the one before, round the end; returns a note."""
        view = self._view
        view.follows = False
        view.update()
        numbers, painter = view.numbers, view.painter
        last = numbers[-1] + 1 if numbers else 0
        is_kept = view.book.line(painter.hit) is not None
        start = painter.hit if is_kept else last
        found, note = find(view.book, numbers, painter.wanted, start, back=back), ""
        if found is None:
            found = find(view.book, numbers, painter.wanted, last if back else -1, back=back)
            note = _("round the end") if found is not None else _("no line with that")
            note = _("the only one") if found is not None and found == painter.hit else note
        if found is not None:
            painter.hit = found
            view.go_to(found)
        return note

    def show_only(self, text: str) -> None:
        """Show only lines that a text fits; an empty one: all."""
        self.filter = text
        self._choose()

    def next_streams(self) -> None:
        """Show output, errors, or both."""
        self._streams = (self._streams + 1) % len(STREAMS)
        self._choose()

    def words(self) -> list[str]:
        """Return what is chosen, for the title."""
        words = [f" / {self.wanted} "] if self.wanted else []
        words += [f" & {self.filter} "] if self.filter else []
        if self._streams:
            words.append(f" {_(STREAMS[self._streams][0])} ")
        return words

    def _choose(self) -> None:
        self._view.choose(self.filter, STREAMS[self._streams][1])
