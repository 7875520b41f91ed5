"""Lending the terminal to a program of a container, and taking it back."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from tui.i18n import _
from tui.ui.rawterminal import converse

if TYPE_CHECKING:
    from tui.engine.console import Console
    from tui.ui.app import OrlopApp


async def lend_terminal(app: OrlopApp, console: Console) -> None:
    """Let go of the terminal until a console ends; jobs and the session go on meanwhile.

    When the app ends first, the console's job is cancelled, and with that the console.
    """
    loop = asyncio.get_running_loop()
    try:
        with app.suspend():
            loop.add_signal_handler(signal.SIGWINCH, console.wake)
            try:
                await asyncio.to_thread(converse, console)
            finally:
                loop.remove_signal_handler(signal.SIGWINCH)
    except SuspendNotSupported:
        console.end()
        app.tell(_("This terminal cannot be lent to a program."), "bad")
    app.keep_mouse()
