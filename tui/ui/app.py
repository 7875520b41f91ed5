"""The app: builds store, dispatcher and session, and wires them to the screens."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event, Key, Paste

from tui.actions.catalogue import offered
from tui.actions.session import Session
from tui.engine.early import EarlyLists, Lists
from tui.engine.endpoint import list_contexts, resolve_endpoint
from tui.engine.errors import EngineError
from tui.i18n import N_, _, ngettext
from tui.model.engine import PRACTICE, Endpoint
from tui.store import events
from tui.store.state import ConnectionState, Phase, State
from tui.store.store import Store
from tui.ui.lines import ended_sentence
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.connection import ConnectionScreen, ContextsScreen
from tui.ui.screens.main import MainScreen
from tui.ui.terminal import TerminalFacts
from tui.ui.typedahead import TypedAhead

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.actions.action import Action
    from tui.actions.dispatcher import Dispatcher
    from tui.engine.console import Console
    from tui.engine.practice import PracticeEngine

SessionMaker = Callable[[Endpoint, Callable[[events.Event], None]], Session]
"""Makes the connection to an Engine; the second argument takes its events, in any thread."""

LOG: Final = logging.getLogger(__name__)

MOUSE_ON: Final = "\x1b[?1000h\x1b[?1002h\x1b[?1006h"
"""Asks the terminal for clicks and drags (not for every motion)."""

MOUSE_OFF: Final = "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l"
"""Leaves the mouse to the terminal."""


class OrlopApp(App[int]):
    """orlop. Owns what lives as long as the app; decides nothing about Docker."""

    TITLE = "orlop"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False  # the catalogue has its own
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "ask_to_quit", N_("Quit"), show=False, id="app.quit", priority=True),
    ]

    def __init__(
        self,
        endpoint: Endpoint,
        terminal: TerminalFacts,
        *,
        early: EarlyLists | None = None,
        read_only: bool = False,
        show_figures: bool = False,
        practice: PracticeEngine | None = None,
        clock: Callable[[], float] = time.time,
        make_session: SessionMaker = Session,
    ) -> None:
        """Prepare the app; nothing is asked of the Engine before it is on the screen.

        Args:
            endpoint: which Engine.
            terminal: what the terminal can do.
            early: lists already on their way, if they are.
            read_only: leave out every verb that changes anything.
            show_figures: what containers use stands in their list.
            practice: the practice engine, if it runs already.
            clock: seconds of the epoch.
            make_session: makes the connection; tests give one that connects to nothing.
        """
        super().__init__(ansi_color=not terminal.colour or None)
        self.glyphs = terminal.glyphs
        self.clock = clock
        self.read_only = read_only
        self.specs = offered(read_only=read_only)
        connection = ConnectionState(endpoint=endpoint)
        self.store = Store(State(connection=connection, show_figures=show_figures))
        self._practice = practice
        self._make_session = make_session
        self.session = make_session(endpoint, self._teller(endpoint))
        self._early = early
        if early is not None and early.lists is not None:
            self._show_early_lists(early.lists)  # the first frame has them already
        self._waiting: dict[int, list[Callable[[], None]]] = {}
        self._has_mouse = terminal.mouse
        self.typed_ahead = TypedAhead()
        self.terminal_lent = asyncio.Lock()
        """Held while a program has the terminal: another one waits for it."""
        self.drafts: dict[str, Mapping[str, str]] = {}
        """Image → what was filled in to run it, and has not become a container."""
        self._loop_of_app: asyncio.AbstractEventLoop | None = None
        self.animation_level = "none"
        if not terminal.colour:
            self.theme = "ansi-dark"

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Runs the actions; loaded with the first of them, which is never part of a start."""
        from tui.actions.dispatcher import Dispatcher
        from tui.actions.handlers import HANDLERS

        return Dispatcher(
            HANDLERS,
            lambda: self.session.client(),
            self.store.apply,
            clock=self.clock,
            endpoint=lambda: self.store.state.connection.endpoint,
        )

    def get_default_screen(self) -> MainScreen:
        """Return the main screen: an empty one below it would have to be drawn first."""
        return MainScreen(self.specs)

    def on_mount(self) -> None:
        """Begin to connect once the main screen is out."""
        self._loop_of_app = asyncio.get_running_loop()
        self._context_of_app = contextvars.copy_context()
        self.set_class(self.glyphs.ascii, "-ascii")
        self.store.subscribe(self._state_changed)
        if self._early is not None and not self.store.state.images_known:
            self._early.tell(lambda lists: self._on_loop(self._show_early_lists, lists))
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Connect, now that the first frame is out; garbage of the imports is left alone."""
        gc.freeze()
        gc.enable()
        self.session.start()

    def _show_early_lists(self, lists: Lists) -> None:
        """Show them, unless the session was quicker."""
        if not self.store.state.images_known:
            self.store.apply(events.ImagesListed(lists.images))
            self.store.apply(events.ContainersListed(lists.containers))

    def _teller(self, endpoint: Endpoint) -> Callable[[events.Event], None]:
        """Return what carries a session's events to the store while its Engine is the one shown."""

        def apply(event: events.Event) -> None:
            if self.store.state.connection.endpoint is endpoint:
                self.store.apply(event)

        return lambda event: self._on_loop(apply, event)

    def _on_loop(self, function: Callable[..., None], *arguments: object) -> None:
        """Run a function on the event loop; may be called from any thread.

        In the app's own context: Textual finds the app by a context variable.
        """
        loop = self._loop_of_app
        if loop is None or loop.is_closed():
            return
        try:
            loop.call_soon_threadsafe(function, *arguments, context=self._context_of_app)
        except RuntimeError:
            LOG.debug("the event loop closed before %s", arguments)

    # What follows from a change

    def _state_changed(self, before: State, after: State) -> None:
        self._follow_connection(before, after)
        if after.inside.console is not before.inside.console and after.inside.console is not None:
            self._lend_terminal(after.inside.console)
        known = {job.job_id: job for job in before.jobs}
        for job in after.jobs:
            old = known.get(job.job_id)
            if job.state.is_final and old is not None and not old.state.is_final:
                self._main.tell(*ended_sentence(job))
        running = {job.job_id for job in after.jobs if not job.state.is_final}
        for job_id in [job_id for job_id in self._waiting if job_id not in running]:
            for callback in self._waiting.pop(job_id):
                self.call_later(callback)

    def _follow_connection(self, before: State, after: State) -> None:
        """Put the connection screen up when the Engine cannot be reached."""
        phase = after.connection.phase
        if phase is before.connection.phase or phase not in {Phase.FAILED, Phase.LOST}:
            return
        if not any(isinstance(screen, ConnectionScreen) for screen in self.screen_stack):
            self.push_screen(ConnectionScreen())

    def _lend_terminal(self, console: Console) -> None:
        from tui.ui.lending import lend_terminal  # not part of a start

        self.run_worker(lend_terminal(self, console), group="terminal")

    def start_program(self, action: Action) -> int:
        """Start what gets the terminal; until then keys are kept for it, and ctrl+c stops it.

        Returns the number of its job.
        """
        typed = self.typed_ahead
        job_id = typed.job_id = self.dispatcher.submit(action)
        self.after_job(job_id, lambda: typed.end_of(job_id))
        if typed.is_interrupted:
            self.dispatcher.cancel(job_id)
        self.tell(_("{title}: starting. ctrl+c stops it.").format(title=action.title))
        return job_id

    @property
    def _main(self) -> MainScreen:
        return next(s for s in self.screen_stack if isinstance(s, MainScreen))

    # What screens ask for

    def tell(self, text: str, style: str = "") -> None:
        """Say a sentence in the bottom line of the main screen."""
        self._main.tell(text, style)

    def after_job(self, job_id: int, callback: Callable[[], None]) -> None:
        """Call back on the event loop when a job has ended, however it ended."""
        self._waiting.setdefault(job_id, []).append(callback)

    def copy_text(self, text: str, what: str) -> None:
        """Copy through the terminal (OSC 52), and say so; nobody can tell whether it arrived."""
        self.copy_to_clipboard(text)
        self._main.tell(
            ngettext(
                "copied {what}: {count} character",
                "copied {what}: {count} characters",
                len(text),
            ).format(what=what, count=len(text))
        )

    def open_browser(self, address: str) -> bool:
        """Open a web page where there is a graphical browser; False where there is none."""
        has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        if not has_display and sys.platform != "darwin":
            return False
        import webbrowser

        return webbrowser.open(address)

    def toggle_mouse(self) -> bool:
        """Give the mouse to the terminal, or take it back; returns whether orlop has it now."""
        self._has_mouse = not self._has_mouse
        self.keep_mouse()
        return self._has_mouse

    def keep_mouse(self) -> None:
        """Have the mouse as it was; a driver that starts again takes it."""
        if self._driver is not None:
            self._driver.write(MOUSE_ON if self._has_mouse else MOUSE_OFF)
            self._driver.flush()

    def keep_figures(self) -> None:
        """Remember whether figures are shown; only the app in a real terminal does."""

    def choose_context(self) -> None:
        """Let the user choose another Engine, and go there."""
        endpoints = self.endpoints()
        current = self.store.state.connection.endpoint
        endpoints.append(self.practice.endpoint)
        if all(endpoint.url != current.url for endpoint in endpoints):
            endpoints.insert(0, current)
        self.push_screen(ContextsScreen(tuple(endpoints), current), self._go_to)

    @staticmethod
    def endpoints() -> list[Endpoint]:
        """Return the Engines of all docker contexts that can be understood."""
        home = Path.home()
        endpoints: list[Endpoint] = []
        for context in list_contexts(os.environ, home):
            with contextlib.suppress(EngineError):
                endpoints.append(resolve_endpoint("", context.name, environ=os.environ, home=home))
        return endpoints

    @property
    def practice(self) -> PracticeEngine:
        """The practice engine, which may have to be started; it ends with the app."""
        if self._practice is None:
            from tui.engine.practice import PracticeEngine

            self._practice = PracticeEngine()
        return self._practice

    def go_to_practice(self) -> None:
        """Start the practice engine if it does not run, and go there."""
        self._go_to(self.practice.endpoint)

    def _go_to(self, endpoint: Endpoint | None) -> None:
        if endpoint is None:
            return
        if endpoint.origin == PRACTICE:
            try:
                self.practice.start()
            except EngineError as error:
                self._main.tell(f"{error.title} {error.detail}", "bad")
                return
        self.session.close()
        self.dispatcher.cancel_all()
        self.store.apply(events.EndpointChosen(endpoint))
        self.session = self._make_session(endpoint, self._teller(endpoint))
        self.session.start()

    # Keys

    async def on_event(self, event: Event) -> None:
        """Keep keys for a program that is being started, before any of them means something."""
        if self.typed_ahead.take(event):
            if self.typed_ahead.is_interrupted:
                self.dispatcher.cancel(self.typed_ahead.job_id)
            return
        await super().on_event(event)

    def on_key(self, event: Key) -> None:
        """Let what is being typed have its keys, also those that came before it was ready.

        Keys arrive here in their order, before any of them is looked up as a verb. A letter
        that an Input would have taken was typed before the Input had the focus.
        """
        screen = self.screen
        if isinstance(screen, MainScreen):
            taken = screen.filtering.take(event.key, event.character or "")
        else:
            taken = _typed_ahead(screen.focused, event)
        if taken:
            event.stop()
            event.prevent_default()

    def on_paste(self, event: Paste) -> None:
        """Paste into a filter that is being typed; only there does a text mean anything."""
        if isinstance(self.screen, MainScreen) and self.screen.filtering.is_on:
            self.screen.filtering.paste(event.text)

    # The end

    async def action_quit(self) -> None:
        """Leave as every other way does; Textual's own would not ask."""
        self.ask_to_quit()

    def action_ask_to_quit(self) -> None:
        """Leave, after a question if jobs are running."""
        self.ask_to_quit()

    def ask_to_quit(self) -> None:
        """Leave, after a question if jobs are running."""
        if not self.dispatcher.has_work:
            self._leave(True)
            return
        if any(isinstance(screen, ConfirmScreen) for screen in self.screen_stack):
            return
        screen = ConfirmScreen(
            _("Jobs are running. Stop them and quit?"),
            _("Stop and quit"),
            text=_("A removal stops between two images; a pull starts over next time."),
        )
        self.push_screen(screen, self._leave)

    def _leave(self, yes: bool | None) -> None:
        if yes:
            self.run_worker(self._close(), group="quit", exclusive=True)

    async def _close(self, code: int = 0) -> None:
        """Stop jobs and session, then exit with a code."""
        self.session.close()
        await self.dispatcher.close()
        if self._practice is not None:
            await asyncio.to_thread(self._practice.stop)
        self.exit(code)


def _typed_ahead(focused: Widget | None, event: Key) -> bool:
    """Give a letter to the Input that has the focus by now; False if it is for nobody."""
    from textual.widgets import Input  # not part of a start

    if not isinstance(focused, Input) or not event.is_printable or not event.character:
        return False
    focused.replace(event.character, *focused.selection)
    return True
