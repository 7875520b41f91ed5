"""What the terminal can do, judged once from the environment as the user set it.

Loaded by the command line before Textual, so it imports neither Textual nor rich.
Python may coerce a C locale to UTF-8 at start-up; the terminal does not follow, hence
the look at the variables instead of `locale` or `sys.stdout.encoding`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import termios
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

TermiosState = list[Any]
"""What `termios.tcgetattr` returns."""

STOCK_DRIVER: Final = "ORLOP_STOCK_DRIVER"
"""Environment variable that, if not empty, asks for Textual's own driver."""

ENDING_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""Those that end orlop."""

KILLED: Final = 128
"""Added to a signal's number gives the exit code, as shells have it."""

LOCALE_VARIABLES: Final = ("LC_ALL", "LC_CTYPE", "LANG")
"""In the order POSIX asks them; the first one that is set and not empty decides."""

COERCED: Final = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python may set LC_CTYPE to."""

RESTORE: Final = (
    "\x1b\\"  # end an unfinished OSC string; any other unfinished sequence ends by ESC
    "\x1b[?2026l"  # synchronized output off, or nothing would be shown
    "\x1b[<u"  # kitty keys off; must come before the alternate screen is left
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # mouse off
    "\x1b[?1004l"  # focus reports off
    "\x1b[?2004l"  # bracketed paste off
    "\x1b[?2048l"  # in-band resize reports off
    "\x1b[?7h"  # line wrap on
    "\x1b[0m"
    "\x1b[?1049l"  # leave the alternate screen
    "\x1b[?25h"  # show the cursor
    "\x1b[0m"
)
"""Brings any terminal back from the app's modes; harmless where a mode is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """The characters the app draws with; every one is a single cell wide."""

    ascii: bool
    """True if no character beyond ASCII may reach the terminal."""
    bar_full: str
    bar_empty: str
    ellipsis: str
    arrow_right: str
    arrow_left: str
    sort_up: str
    """Beside the title of the column that sorts, smallest first."""
    sort_down: str
    border: str
    """Name of the Textual border type."""
    check: str
    cross: str
    bullet: str
    mark: str
    """In front of a marked row."""
    cursor: str
    """Behind a text that is being typed."""
    tree_open: str
    tree_closed: str
    scroll_thumb: str
    scroll_track: str
    spinner: tuple[str, ...]
    """The frames of one turn."""


UNICODE: Final = Glyphs(
    ascii=False,
    bar_full="█",
    bar_empty="░",
    ellipsis="…",
    arrow_right="→",
    arrow_left="←",
    sort_up="^",
    sort_down="v",
    border="round",
    check="✓",
    cross="✗",
    bullet="•",
    mark="*",
    cursor="▌",
    tree_open="▾",
    tree_closed="▸",
    scroll_thumb="┃",
    scroll_track="│",
    spinner=("⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"),
)
"""For terminals with a UTF-8 locale."""

ASCII: Final = Glyphs(
    ascii=True,
    bar_full="#",
    bar_empty="-",
    ellipsis="~",
    arrow_right=">",
    arrow_left="<",
    sort_up="^",
    sort_down="v",
    border="ascii",
    check="+",
    cross="x",
    bullet="-",
    mark="*",
    cursor="_",
    tree_open="v",
    tree_closed=">",
    scroll_thumb="#",
    scroll_track="|",
    spinner=("|", "/", "-", "\\"),
)
"""For all others, and for the Linux console with its 256 or 512 glyphs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalFacts:
    """What was found out about the terminal."""

    unicode: bool
    """Characters beyond ASCII are shown as what they are."""
    colour: bool
    """The user has not asked for no colour (`NO_COLOR`, see no-color.org)."""
    dumb: bool
    """No full-screen app is possible: no terminal on both sides, or one without a cursor."""
    mouse: bool
    """The terminal reports the mouse by escape sequences."""

    @property
    def glyphs(self) -> Glyphs:
        """The set of characters to draw with."""
        return UNICODE if self.unicode else ASCII

    @property
    def border(self) -> str:
        """The Textual border type to use everywhere."""
        return self.glyphs.border


def original_environ() -> Mapping[str, str]:
    """Return the environment as the user set it, before Python's locale coercion.

    In a C locale Python sets LC_CTYPE to a UTF-8 one (PEP 538). Linux still knows the
    environment that the process was started with; elsewhere the present one must do.
    """
    environ = dict(os.environ)
    if environ.get("LC_CTYPE", "") in COERCED:
        with contextlib.suppress(OSError):
            variables = Path("/proc/self/environ").read_bytes().split(b"\0")
            set_by_user = [v[9:] for v in variables if v.startswith(b"LC_CTYPE=")]
            environ["LC_CTYPE"] = os.fsdecode(b"".join(set_by_user))
    return environ


def judge(environ: Mapping[str, str], *, stdin_isatty: bool, stdout_isatty: bool) -> TerminalFacts:
    """Judge the terminal by the environment and by where the two streams go."""
    term = environ.get("TERM", "")
    dumb = term in {"", "dumb", "unknown"} or not (stdin_isatty and stdout_isatty)
    console = term == "linux"
    return TerminalFacts(
        unicode=_utf8_locale(environ) and not console,
        colour=not environ.get("NO_COLOR"),
        dumb=dumb,
        mouse=not dumb and not console,
    )


def _utf8_locale(environ: Mapping[str, str]) -> bool:
    values = (environ.get(name, "") for name in LOCALE_VARIABLES)
    chosen = next(filter(None, values), "")
    return "utf8" in chosen.lower().replace("-", "")


def save_terminal(fd: int) -> TermiosState:
    """Return the line settings of the terminal at `fd`, or an empty list if it is none."""
    try:
        return termios.tcgetattr(fd)
    except termios.error:
        return []


def restore_terminal(fd: int, saved: TermiosState) -> None:
    """Bring a terminal back to a shell's state, after a signal or a crash.

    Writes `RESTORE` straight to the file descriptor (no Python buffer, no thread) and
    sets the line settings that `save_terminal` returned. A terminal that has gone away
    (SIGHUP) is not an error.
    """
    if saved:  # first: a terminal that takes no bytes blocks what follows
        with contextlib.suppress(termios.error):
            termios.tcsetattr(fd, termios.TCSANOW, saved)
    with contextlib.suppress(OSError):
        os.write(fd, RESTORE.encode("ascii"))


def handle_endings(handler: Callable[[int, FrameType | None], None]) -> None:
    """Have a function called by the signals that end orlop, but for those ignored (nohup)."""
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)
