"""The logs of containers: followed, searched, filtered, saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize

from tui.actions.values.logs import FollowLogs
from tui.i18n import N_, _
from tui.model.job import Job, JobState
from tui.store.state import State
from tui.ui.screens.base import Sheet
from tui.ui.screens.logfinding import LogFinding
from tui.ui.screens.logkeys import LogKeys
from tui.ui.screens.logreading import LogReading
from tui.ui.screens.logwords import KEYS, key_pieces, standing, why_empty
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.logview import LogView
from tui.ui.widgets.textline import Piece, TextLine


class LogScreen(Sheet[None]):
    """What containers write, as they write it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "step_back", N_("Back"), show=False, id="logs.escape"),
        *(
            Binding(key, f"press('{verb}')", word or text, show=False, id=f"logs.{key}")
            for _shown, key, verb, word, text in KEYS
        ),
    ]

    def __init__(self, action: FollowLogs) -> None:
        super().__init__()
        self._action = action
        self._note = ""

    @cached_property
    def _reading(self) -> LogReading:
        return LogReading(self.orlop, self._action)

    @cached_property
    def _view(self) -> LogView:
        return self.part("LogView", LogView)

    @cached_property
    def _finding(self) -> LogFinding:
        return LogFinding(self._view)

    @cached_property
    def _keys(self) -> LogKeys:
        return LogKeys(self, self._view, self._reading, self._finding)

    def compose(self) -> ComposeResult:
        """Title, lines, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield LogView(glyphs=glyphs)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Begin to read."""
        self._view.focus()
        self._view.painter.names = self._reading.names
        self._reading.begin()
        self._show(self.orlop.store.state)  # which job it is was not known before
        self.follow(self._show)

    def on_unmount(self) -> None:
        """Let the Engine go: nobody looks any more."""
        self._reading.end()

    # What is shown

    def _show(self, state: State) -> None:
        job = self._reading.job(state)
        self._view.empty_text = why_empty(job)
        if self._reading.take(state) and self._reading.book is not None:
            self._view.show(self._reading.book)
        else:
            self._view.update()
        self._show_lines(job)

    def _show_lines(self, job: Job | None) -> None:
        title = _(" Logs  {names}").format(names=", ".join(self._reading.names))
        where = standing(job, self._view, is_earlier=self._reading.is_earlier)
        right: list[Piece] = [CellText(text, "warn") for text in self._finding.words()]
        right.append(CellText(f" {where} ", "accent"))
        if unread := self._view.live.unread:
            text = _(" {count} cannot be read ").format(count=unread)
            right.insert(0, CellText(text, "bad"))
        if job is not None and job.state is JobState.FAILED:
            right = [CellText(f" {job.summary} {job.remedy} ", "bad")]
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"), right=tuple(right))
        note = (CellText(f" {self._note} ", "accent"),) if self._note else ()
        self.part("#sheet-keys", TextLine).show(*note, *key_pieces())

    @on(Resize)
    @on(LogView.Moved)
    def _moved(self, event: Resize | LogView.Moved) -> None:
        if isinstance(event, LogView.Moved):
            self._note = ""
            if event.wants < 0:
                self._note = self._reading.read_earlier(self._came_from_below)
            elif event.wants > 0 and self._reading.is_earlier:
                self._note = self._reading.read_later(self._came_from_above)
            elif event.wants > 0:
                self._view.follows = True
            elif self._view.missed:
                self._note = _("{count} lines went by").format(count=self._view.missed)
            elif self._view.follows:
                self._reading.go_to_newest()
        self._show(self.orlop.store.state)

    def _came_from_below(self, note: str) -> None:
        """Show older lines from their end, so that the reading goes on where it was."""
        self._came(note, LogView.go_to_end)

    def _came_from_above(self, note: str) -> None:
        """Show younger lines from their beginning."""
        self._came(note, lambda view: view.go_to(view.book.first))

    def _came(self, note: str, go: Callable[[LogView], None]) -> None:
        self._note = note or self._note
        book = self._reading.book
        if book is not None and book is not self._view.live:
            self._view.follows = False
            self._view.show(book)
            go(self._view)
        self._show(self.orlop.store.state)

    # Keys

    def action_step_back(self) -> None:
        """Drop the filter; else what is looked for; else go back."""
        if self._finding.filter:
            self._finding.show_only("")
        elif self._finding.wanted:
            self._finding.look_for("")
        else:
            self.action_leave()
            return
        self.refreshed("")

    def action_press(self, key: str) -> None:
        """Do what a key means here."""
        self._keys.press(key)

    def refreshed(self, note: str) -> None:
        """Show what has become of a key, with a note at the bottom."""
        self._note = note
        self._show(self.orlop.store.state)
