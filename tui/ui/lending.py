"""Lending the terminal to a program of a container, and taking it back."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from tui.i18n import _
from tui.ui.driver import DiffDriver
from tui.ui.rawterminal import converse

if TYPE_CHECKING:
    from tui.engine.console import Console
    from tui.ui.app import OrlopApp


async def lend_terminal(app: OrlopApp, console: Console) -> None:
    """Let go of the terminal until a console ends; jobs and the session go on meanwhile.

    When the app ends first, the console's job is cancelled, and with that the console.
    """
    async with app.terminal_lent:
        await _lend(app, console)
    app.keep_mouse()


async def _lend(app: OrlopApp, console: Console) -> None:
    typed = app.typed_ahead
    if not typed.is_on:
        typed.begin()
    typed.has_started = True
    app.tell("")  # that it is starting is not to be read when the screen comes back
    if isinstance(app._driver, DiffDriver):
        app._driver.reads_to_the_end = True
    try:
        with app.suspend():
            await _heard(app)
            console.typed = typed.given()
            await _conversation(console)
    except SuspendNotSupported:
        console.end()
        app.tell(_("This terminal cannot be lent to a program."), "bad")
    finally:
        typed.end()
        if isinstance(app._driver, DiffDriver):
            app._driver.reads_to_the_end = False


async def _conversation(console: Console) -> None:
    """Have a thread carry the bytes; signals that are about the terminal are passed on."""
    loop = asyncio.get_running_loop()
    stopping = signal.getsignal(signal.SIGTSTP)
    loop.add_signal_handler(signal.SIGWINCH, console.wake)
    loop.add_signal_handler(signal.SIGTSTP, console.stop)
    try:
        await asyncio.to_thread(converse, console)
    finally:
        loop.remove_signal_handler(signal.SIGWINCH)
        loop.remove_signal_handler(signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, stopping)


async def _heard(app: OrlopApp) -> None:
    """Return when the app has had every key that the driver read."""
    await asyncio.sleep(0)  # the driver hands them in by tasks; all of them are made by now
    heard = asyncio.Event()
    app.call_later(heard.set)
    await heard.wait()
