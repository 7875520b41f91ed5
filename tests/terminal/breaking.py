"""orlop with a fault: `python -m tests.terminal.breaking WHERE [ARGUMENTS]`; ctrl+c sets it off."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

from textual.widget import Widget

from tui import cli
from tui.ui.app import OrlopApp
from tui.ui.driver import DiffDriver
from tui.ui.screens.main import MainScreen

MESSAGE: Final = "a fault on purpose"


def _break(*_arguments: Any, **_options: Any) -> Any:
    raise RuntimeError(MESSAGE)


async def _break_later(*_arguments: Any, **_options: Any) -> Any:
    raise RuntimeError(MESSAGE)


def _in_key() -> None:
    setattr(OrlopApp, "action_ask_to_quit", _break)  # noqa: B010


def _in_worker() -> None:
    setattr(OrlopApp, "_close", _break_later)  # noqa: B010


def _in_start() -> None:
    setattr(MainScreen, "compose", _break)  # noqa: B010


def _in_stylesheet() -> None:
    OrlopApp.CSS_PATH = "there-is-no-such-file.tcss"


def _in_painting() -> None:
    def ask_to_quit(app: OrlopApp) -> None:
        setattr(Widget, "render_lines", _break)  # noqa: B010
        app.screen.refresh(layout=True)

    setattr(OrlopApp, "action_ask_to_quit", ask_to_quit)  # noqa: B010


def _in_reader() -> None:
    read = DiffDriver._read

    def break_at_ctrl_c(driver: DiffDriver) -> bytes:
        data = read(driver)
        return _break() if b"\x03" in data else data

    setattr(DiffDriver, "_read", break_at_ctrl_c)  # noqa: B010


PLACES: Final[dict[str, Callable[[], None]]] = {
    "key": _in_key,
    "worker": _in_worker,
    "painting": _in_painting,
    "reader": _in_reader,
    "start": _in_start,
    "stylesheet": _in_stylesheet,
}
"""Where it may break."""

AT_ONCE: Final = ("start", "stylesheet")
"""Those that need no key."""

if __name__ == "__main__":
    PLACES[sys.argv.pop(1)]()
    sys.exit(cli.main())
