"""The first paint: header and images by plain escape sequences, before Textual is loaded.

Loading Textual takes longer than an Engine takes to list a thousand images. So the terminal
is taken over at once, and the list is drawn by whoever has it first; when Textual is ready,
`hand_over` tells the driver which cells are on the screen already, and it sends the others.
Keys that are typed meanwhile wait in the terminal's own buffer.
"""

from __future__ import annotations

import contextlib
import os
import signal
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from rich.cells import cell_len

from tui.engine.early import Lists
from tui.model.engine import Endpoint
from tui.store import events
from tui.store.reduce import reduce
from tui.store.rows import image_rows, visible_image_rows
from tui.store.state import ConnectionState, Pane, State
from tui.ui.cells import Differ
from tui.ui.imagerows import image_cells, image_columns, images_title
from tui.ui.layout import images_area
from tui.ui.lines import header_pieces
from tui.ui.terminal import (
    KILLED,
    Glyphs,
    TerminalFacts,
    TermiosState,
    handle_endings,
    restore_terminal,
    save_terminal,
)
from tui.ui.widgets.columns import CellText, fit, pieces
from tui.ui.widgets.frame import Area, Frame, header_text, measure

ENTER: Final = "\x1b[?1049h"
"""Takes the alternate screen; Textual's driver writes the same."""

HIDE_CURSOR: Final = "\x1b[?25l"

Styles = Mapping[str, str]
"""Style name → SGR parameters, complete: nothing is left of the style before."""

TRUECOLOR: Final[Styles] = {
    "": "38;2;224;224;224;48;2;18;18;18",
    "strong": "1;38;2;224;224;224;48;2;18;18;18",
    "key": "1;38;2;255;196;115;48;2;18;18;18",
    "accent": "38;2;255;196;115;48;2;18;18;18",
    "cursor": "1;38;2;221;237;249;48;2;1;120;212",
    "dim": "38;2;153;153;153;48;2;18;18;18",
}
EIGHT_BIT: Final[Styles] = {
    "": "38;5;253;48;5;233",
    "strong": "1;38;5;253;48;5;233",
    "key": "1;38;5;222;48;5;233",
    "accent": "38;5;222;48;5;233",
    "cursor": "1;38;5;195;48;5;32",
    "dim": "38;5;246;48;5;233",
}
STANDARD: Final[Styles] = {
    "": "97;40",
    "strong": "1;97;40",
    "key": "1;93;40",
    "accent": "93;40",
    "cursor": "1;97;46",
    "dim": "37;40",
}
COLOURLESS: Final[Styles] = {
    "": "", "strong": "1", "key": "1", "accent": "", "cursor": "7", "dim": "2",
}  # fmt: skip
"""What Textual makes of the theme for each kind of terminal; a test compares them."""

Line = list[tuple[str, str]]
"""Pieces of one line: text and style name."""


def styles_for(environ: Mapping[str, str], facts: TerminalFacts) -> Styles:
    """Return the styles for a terminal, judged as Rich judges it."""
    if not facts.colour:
        return COLOURLESS
    if environ.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}:
        return TRUECOLOR
    kind = environ.get("TERM", "").rpartition("-")[2]
    return EIGHT_BIT if kind in {"256color", "kitty"} else STANDARD


class FirstPaint:
    """Holds the terminal from the first moment until the driver takes over."""

    def __init__(
        self,
        endpoint: Endpoint,
        facts: TerminalFacts,
        *,
        fd: int = 1,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare to paint on the terminal `fd`."""
        self._fd = fd
        self._facts = facts
        self._styles = styles_for(environ, facts)
        self._clock = clock
        self._state = State(connection=ConnectionState(endpoint=endpoint))
        self._lock = threading.RLock()  # a signal may find the main thread with it
        self._size = Area(0, 0)
        self._screen = Differ(0, 0)
        self._is_ours = False
        self.saved: TermiosState = []
        """The line settings as they were, to be set again at the end."""

    def begin(self) -> None:
        """Take the terminal and show that orlop is there; nothing where that cannot be done."""
        if os.tcgetpgrp(self._fd) != os.getpgrp():
            return  # in the background the terminal belongs to others
        self.saved = save_terminal(self._fd)
        self._size = Area(*os.get_terminal_size(self._fd))
        if not self.saved or 0 in self._size:
            return
        handle_endings(self._end_by_signal)
        signal.signal(signal.SIGTSTP, self._stop_by_signal)
        self._is_ours = True
        self._enter()

    def _enter(self) -> None:
        with self._lock:
            _make_raw(self._fd, self.saved)
            self._screen = Differ(*self._size, ascii_only=self._facts.glyphs.ascii)
            self._send(ENTER + HIDE_CURSOR)
            self._paint()

    def show(self, lists: Lists) -> None:
        """Show the lists, in whichever thread they came; nothing once the driver has taken over."""
        state = reduce(events.ImagesListed(lists.images), self._state)
        state = reduce(events.ContainersListed(lists.containers), state)
        with self._lock:
            self._state = state
            if self._is_ours:
                self._paint()

    def hand_over(self, width: int, height: int) -> Differ | None:
        """Stop painting; return the screen with what is on it.

        None: the driver has to begin from nothing, as the screen was not taken, or has another
        size by now.
        """
        with self._lock:
            was_ours, self._is_ours = self._is_ours, False
            return self._screen if was_ours and self._size == (width, height) else None

    def give_up(self) -> None:
        """Give the terminal back if the driver has not taken it."""
        if self._is_ours:
            self._is_ours = False
            restore_terminal(self._fd, self.saved)

    def _end_by_signal(self, number: int, _frame: object) -> None:
        """End at once: nothing has begun that would have to be stopped."""
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._fd, termios.TCSANOW, self.saved)
        # A terminal that takes no bytes would hold the process.
        words = threading.Thread(target=restore_terminal, args=(self._fd, self.saved), daemon=True)
        words.start()
        words.join(1.0)
        os._exit(KILLED + number)

    def _stop_by_signal(self, _number: int, _frame: object) -> None:
        """Give the terminal back, stop, and take it again when the process goes on."""
        restore_terminal(self._fd, self.saved)
        os.kill(os.getpid(), signal.SIGSTOP)
        if self._is_ours:
            self._enter()

    def _paint(self) -> None:
        lines = screen(self._state, self._facts.glyphs, self._size, now=self._clock())
        self._screen.feed("".join(_sequences(lines, self._styles)))
        self._send(self._screen.take())

    def _send(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        with contextlib.suppress(OSError):  # a terminal that has gone: the driver will notice
            while data:
                data = data[os.write(self._fd, data) :]


def _make_raw(fd: int, saved: TermiosState) -> None:
    """Set the line as Textual's driver will, so that keys typed now reach it as keys."""
    attributes = [*saved]
    attributes[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    attributes[tty.IFLAG] &= ~(
        termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR
    )
    attributes[tty.CC] = [*saved[tty.CC]]
    attributes[tty.CC][termios.VMIN] = 1
    with contextlib.suppress(termios.error):
        termios.tcsetattr(fd, termios.TCSANOW, attributes)


def _sequences(lines: list[Line], styles: Styles) -> Iterator[str]:
    for y, line in enumerate(lines, 1):
        yield f"\x1b[{y}H"
        for text, name in line:
            yield f"\x1b[0;{styles.get(name, styles[''])}m{text}"
    yield "\x1b[0m\x1b[1H"


# What is painted


def screen(state: State, glyphs: Glyphs, size: Area, *, now: float) -> list[Line]:
    """Return the whole screen: header and images pane in their places, blanks elsewhere."""
    lines = [_header(state, size.width, glyphs)]
    area = images_area(*size)
    if area.height > 1:
        lines.append(_rule(state, area.width, glyphs))
        lines += _list(state, glyphs, Area(area.width, area.height - 1), now=now)
    blank: Line = []
    lines += [blank] * (size.height - len(lines))
    return [_filled(line, size.width) for line in lines[: size.height]]


def _header(state: State, width: int, glyphs: Glyphs) -> Line:
    """Return which Engine it is; a line that would be cut is left to Textual."""
    left, _right = header_pieces(state, glyphs, width)
    texts = [piece if isinstance(piece, CellText) else CellText(piece) for piece in left]
    if sum(cell_len(piece.text) for piece in texts) > width:
        return []
    # all of the header is bold, so its accent is the style of keys
    line = [(piece.text, "key" if piece.style_name else "strong") for piece in texts]
    return [*line, (" " * (width - sum(cell_len(text) for text, _name in line)), "strong")]


def _rule(state: State, width: int, glyphs: Glyphs) -> Line:
    title = f"1 {images_title(state)} "
    if cell_len(title) > width:
        return []
    filler = "-" if glyphs.ascii else "─"
    return [(title, "key"), (filler * (width - cell_len(title)), "")]


def _list(state: State, glyphs: Glyphs, area: Area, *, now: float) -> list[Line]:
    view = state.view(Pane.IMAGES)
    rows = visible_image_rows(image_rows(state), view)
    columns = image_columns(rows)
    frame = measure(area, columns, header=True, marking=True, count=len(rows))
    if not rows:
        return []
    header = header_text(frame, glyphs, view.sort, descending=view.descending)
    lines: list[Line] = [[(fit(header, area.width, glyphs=glyphs), "strong")]]
    present = frozenset(row.key for row in rows)
    for index, row in enumerate(rows[: frame.height]):
        shown = image_cells(row, now, present)
        texts = pieces(shown, frame.slots, glyphs=glyphs)
        texts.insert(0, (" " * frame.gutter, ""))
        if shown.dim:
            texts = [(text, name or "dim") for text, name in texts]
        lines.append(_row(texts, frame, index, len(rows), glyphs))
    return lines


def _row(texts: Line, frame: Frame, index: int, count: int, glyphs: Glyphs) -> Line:
    """Return one row; the first one has the cursor."""
    room = frame.size.width - frame.bar
    used = sum(cell_len(text) for text, _name in texts)
    texts = [*texts, (" " * (room - used), texts[0][1])]
    if index == 0:
        texts = [("".join(text for text, _name in texts), "cursor")]
    if frame.bar:
        thumb = index < max(frame.height * frame.height // count, 1)
        glyph = glyphs.scroll_thumb if thumb else glyphs.scroll_track
        texts.append((glyph.rjust(frame.bar), "dim"))
    return texts


def _filled(line: Line, width: int) -> Line:
    used = sum(cell_len(text) for text, _name in line)
    return [*line, (" " * (width - used), "")] if used < width else line
