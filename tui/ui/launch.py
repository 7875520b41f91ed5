"""Runs the app so that the terminal is sane afterwards, however it ends.

Signals end the app as quitting does: jobs are cancelled, the terminal is given back. Where
that takes too long (a terminal that takes no bytes any more), the process ends hard.
"""

from __future__ import annotations

import _thread
import logging
import os
import sys
import time
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Final

from rich.console import RenderableType

from tui.config.settings import keep_figures, load_settings
from tui.engine.early import EarlyLists
from tui.i18n import _
from tui.model.engine import Endpoint
from tui.model.text import visible
from tui.store.state import Phase
from tui.ui.app import OrlopApp
from tui.ui.driver import driver_class
from tui.ui.firstpaint import FirstPaint
from tui.ui.terminal import (
    KILLED,
    TerminalFacts,
    TermiosState,
    handle_endings,
    restore_terminal,
    save_terminal,
)

if TYPE_CHECKING:
    from tui.engine.practice import PracticeEngine

LOG: Final = logging.getLogger(__name__)

PATIENCE: Final = 3.0
"""Seconds from a signal to the hard end."""

LAST_WORDS: Final = 1.0
"""Seconds that a terminal may take for the sequences that bring it back."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the app ended."""

    code: int
    """0; 1 after a fault; 128 and the number of the signal that ended it."""
    broke: bool
    """A fault ended it, and no signal; the trace is in the log."""
    was_connected: bool
    """False if the Engine could not be reached, from the start to the end."""


class LaunchedApp(OrlopApp):
    """The app in a real terminal: a fault ends it with a line in the log, not with a trace."""

    first_paint: FirstPaint | None = None
    """Who has held the terminal; the driver takes it over."""
    broke = False
    """Whether a fault ended it."""
    ended_by = 0
    """The exit code after a signal."""
    _has_begun = False

    def _begin(self) -> None:
        super()._begin()
        self._has_begun = True
        if self.ended_by:
            self._leave_by_signal()

    def end_by_signal(self, number: int) -> None:
        """Cancel the jobs and leave; called by a signal's handler, in the middle of anything.

        Before the first frame nothing can be left: screens that are half made would break.
        """
        self.ended_by = KILLED + number
        if self._has_begun and self._loop_of_app is not None:
            self._loop_of_app.call_soon_threadsafe(
                self._leave_by_signal, context=self._context_of_app
            )

    def keep_figures(self) -> None:
        """Remember whether figures are shown, for the next start."""
        try:
            keep_figures(self.store.state.show_figures)
        except OSError as error:
            LOG.warning("the settings cannot be written: %s", error)
            self.tell(_("This cannot be remembered: {why}").format(why=visible(str(error))), "warn")

    def _leave_by_signal(self) -> None:
        self.run_worker(self._close(self.ended_by), group="quit", exclusive=True)

    def panic(self, *renderables: RenderableType) -> None:
        """Log what Textual would print, and end the app."""
        for renderable in renderables:
            parts = self.console.render(renderable, self.console.options)
            LOG.critical("the app broke: %s", "".join(part.text for part in parts))
        self._break_off()

    def _fatal_error(self) -> None:
        """Replace Textual's (8.2) way to print the trace of `_exception`."""
        LOG.critical("the app broke", exc_info=self._exception)
        self._break_off()

    def _break_off(self) -> None:
        """End without asking anything of an app that is broken; jobs end with the process."""
        self.broke = True
        self._close_messages_no_wait()


def run_app(
    endpoint: Endpoint,
    facts: TerminalFacts,
    *,
    early: EarlyLists,
    first: FirstPaint,
    read_only: bool,
    practice: PracticeEngine | None = None,
) -> Ending:
    """Run the app in this process's terminal, of which `first` holds the cells, until it ends."""
    if facts.colour:
        os.environ.pop("NO_COLOR", None)  # empty means nothing, but Textual goes by its presence
    terminal = sys.stdout.fileno()
    saved = first.saved or save_terminal(terminal)
    app = LaunchedApp(
        endpoint,
        facts,
        early=early,
        read_only=read_only,
        show_figures=load_settings().figures,
        practice=practice,
    )
    app.first_paint = first
    app.driver_class = driver_class() or app.driver_class
    _handle_signals(app, terminal, saved)
    try:
        code = app.run(mouse=facts.mouse) or 0
    except BaseException:
        restore_terminal(terminal, saved)
        raise
    was_connected = app.store.state.connection.phase is not Phase.FAILED
    code = app.ended_by or (1 if app.broke else code)
    return Ending(code, app.broke and not app.ended_by, was_connected)


def _handle_signals(app: LaunchedApp, terminal: int, saved: TermiosState) -> None:
    """End the app on a signal, softly at first."""

    def handle(number: int, _frame: FrameType | None) -> None:
        # no threading.Thread: what is interrupted may be starting one, and hold its lock
        _thread.start_new_thread(_end_hard, (KILLED + number, terminal, saved))
        app.end_by_signal(number)

    handle_endings(handle)


def _end_hard(code: int, terminal: int, saved: TermiosState) -> None:
    """End the process if it is still there after a while; a terminal that hangs cannot stop it."""
    time.sleep(PATIENCE)
    _thread.start_new_thread(_speak_and_end, (code, terminal, saved))
    time.sleep(LAST_WORDS)
    os._exit(code)


def _speak_and_end(code: int, terminal: int, saved: TermiosState) -> None:
    restore_terminal(terminal, saved)
    os._exit(code)
