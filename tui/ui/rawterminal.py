"""The terminal while a program of a container has it: bytes both ways, sizes, and all put back.

A program with a terminal of its own owns this one too: its bytes pass as they are, escape
sequences and answers included, as `docker exec -it` lets them. What a program without one
writes is text: colours and whatever else could act are taken out.

No widget: it runs in a thread, while Textual has let go of the terminal.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import selectors
import termios
import tty
from typing import TYPE_CHECKING, Final

from tui.engine.console import Size
from tui.i18n import _
from tui.logs.colours import plain_text
from tui.logs.lines import FRAME_MAX, HEADER
from tui.ui.terminal import RESTORE, TermiosState, save_terminal

if TYPE_CHECKING:
    from tui.engine.console import Console

DETACH: Final = b"\x10\x11"
"""ctrl+p ctrl+q."""

CTRL_C: Final = b"\x03"

USUAL: Final = Size(80, 24)

READ_BYTES: Final = 4096
UNSENT_MAX: Final = 1 << 16
"""Bytes that were typed and not taken yet; beyond them the terminal waits."""

_ALTERNATE: Final = re.compile(rb"\x1b\[\?(?:\d+;)*(?:1049|1047|47)(?:;\d+)*([hl])")
_TAIL: Final = 32
"""Bytes of output that are looked at twice: a sequence may come in two pieces."""

_LEAVE_ALTERNATE: Final = "\x1b[?1049l"

PUT_BACK: Final = (
    "\x1b7\x1b[r\x1b8"  # the whole screen scrolls
    "\x1b[4l"  # typed characters replace
    "\x1b[?1l\x1b>"  # cursor keys and keypad as usual
    "\x1b(B\x0f"  # no line drawing characters
    "\x1b[?5l"  # not inverse
    "\x1b[?9l\x1b[?1005l"  # older mouse modes off
    "\x1b[>4;0m"  # xterm's other keys off
    "\x1b[0 q"  # the cursor's own shape
)
"""What a program that was killed may have left, beside what orlop's own end puts back."""


def converse(console: Console, fd_in: int = 0, fd_out: int = 1) -> None:
    """Give the terminal to a console until its program ends or is left; blocks.

    However it ends, the terminal is as before, keys that were typed for the program are gone,
    and the console is told. A terminal that has gone is not an error.
    """
    if not console.take():
        return
    saved = save_terminal(fd_in)
    terminal = _Terminal(fd_in, fd_out)
    try:
        terminal.set_mode(saved, tty_mode=console.tty)
        terminal.write(f"{console.heading}\r\n".encode())
        conversation = _Conversation(console, terminal)
        conversation.run()
        terminal.put_back(saved)
        if console.waits and not console.was_left and not terminal.has_gone:
            terminal.set_mode(saved, tty_mode=True)
            conversation.wait_for_key()
    finally:
        terminal.put_back(saved)
        console.finish()


class _Terminal:
    """The terminal's two file descriptors, and what has been written."""

    def __init__(self, fd_in: int, fd_out: int) -> None:
        self.fd_in = fd_in
        self._fd_out = fd_out
        self._tail = b""
        self._is_alternate = False
        self.has_gone = False

    def set_mode(self, saved: TermiosState, *, tty_mode: bool) -> None:
        """Let every key through as it is; without `tty_mode` lines are edited here first.

        There ctrl+c and ctrl+q end a line too, so that they come at once, and mean no signal.
        """
        if not saved:
            return
        mode = [*saved]
        mode[tty.CC] = [*saved[tty.CC]]
        if tty_mode:
            mode[tty.IFLAG] &= ~(
                termios.BRKINT | termios.ICRNL | termios.INLCR | termios.IGNCR
                | termios.INPCK | termios.ISTRIP | termios.IXON | termios.IXOFF
            )  # fmt: skip
            mode[tty.OFLAG] &= ~termios.OPOST
            mode[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
            mode[tty.CC][termios.VMIN], mode[tty.CC][termios.VTIME] = 1, 0
        else:
            mode[tty.IFLAG] &= ~(termios.IXON | termios.IXOFF)
            mode[tty.LFLAG] &= ~termios.ISIG
            mode[tty.LFLAG] |= termios.ICANON | termios.ECHO | termios.IEXTEN
            mode[tty.CC][termios.VEOL] = CTRL_C
            mode[tty.CC][termios.VEOL2] = DETACH[1:]
        with contextlib.suppress(termios.error):  # it has gone; reading will tell
            termios.tcsetattr(self.fd_in, termios.TCSANOW, mode)

    def put_back(self, saved: TermiosState) -> None:
        """Bring it back to what it was; keys that nobody has read are dropped."""
        with contextlib.suppress(termios.error):
            termios.tcflush(self.fd_in, termios.TCIFLUSH)
            if saved:
                termios.tcsetattr(self.fd_in, termios.TCSANOW, saved)
        restore = RESTORE if self._is_alternate else RESTORE.replace(_LEAVE_ALTERNATE, "")
        self.write((restore + PUT_BACK).encode())
        self._is_alternate = False

    def size(self) -> Size:
        """Return its size in cells; a usual one where it does not know."""
        try:
            size = Size(*os.get_terminal_size(self._fd_out))
        except OSError:
            return USUAL
        return USUAL if 0 in size else size

    def read(self) -> bytes:
        """Return what was typed; nothing at its end."""
        try:
            return os.read(self.fd_in, READ_BYTES)
        except OSError:
            self.has_gone = True
            return b""

    def write(self, data: bytes) -> None:
        """Write all of it, and remember which screen is in use."""
        seen = self._tail + data
        for match in _ALTERNATE.finditer(seen):
            self._is_alternate = match[1] == b"h"
        self._tail = seen[-_TAIL:]
        try:
            while data:
                data = data[os.write(self._fd_out, data) :]
        except OSError:
            self.has_gone = True


class _Conversation:
    """One stream and one terminal."""

    def __init__(self, console: Console, terminal: _Terminal) -> None:
        self._console = console
        self._stream = console.stream
        self._terminal = terminal
        self._unsent = b""
        self._held = b""
        """A ctrl+p of which is not known yet whom it is for."""
        self._frames = Frames()
        self._is_over = False
        self._input_ended = False

    def run(self) -> None:
        """Carry bytes until the stream ends, the program is left, or the terminal has gone."""
        self._console.resized(self._terminal.size())
        while not self._is_over and not self._terminal.has_gone and not self._console.is_to_end:
            self._step()

    def wait_for_key(self) -> None:
        """Wait until somebody has read what the program wrote."""
        words = _("[press a key to go back to orlop]")
        self._terminal.write(f"\r\n{words}".encode())
        with selectors.DefaultSelector() as selector:
            selector.register(self._terminal.fd_in, selectors.EVENT_READ)
            selector.register(self._console, selectors.EVENT_READ)
            while not self._console.is_to_end:
                ready = {key.fd for key, _mask in selector.select()}
                if self._terminal.fd_in in ready:
                    break
                self._drain_news()
        self._terminal.write(b"\r\n")

    def _step(self) -> None:
        """Wait for one of the two sides, or for news, and carry what there is."""
        with selectors.DefaultSelector() as selector:
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
            selector.register(self._stream, wanted)
            selector.register(self._console, selectors.EVENT_READ)
            if len(self._unsent) < UNSENT_MAX:
                selector.register(self._terminal.fd_in, selectors.EVENT_READ)
            ready = {key.fd for key, _mask in selector.select(0 if self._stream.has_more else None)}
        if self._console.fileno() in ready:
            self._drain_news()
            self._console.resized(self._terminal.size())
        if self._terminal.fd_in in ready:
            self._typed(self._terminal.read())
        if self._unsent:
            self._unsent = self._unsent[self._stream.write(self._unsent) :]
        self._show(self._stream.read())

    def _drain_news(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._console.fileno(), READ_BYTES)

    def _typed(self, data: bytes) -> None:
        """Take keys for the program, and those that leave it."""
        if self._console.tty:
            self._keys(data)
        elif DETACH in data or CTRL_C in data or (not data and self._input_ended):
            self._leave()
        elif data:
            self._unsent += data if self._console.takes_input else b""
        else:  # ctrl+d
            self._input_ended = True
            self._stream.end_input()

    def _keys(self, data: bytes) -> None:
        """Pass keys on as they are; a ctrl+p waits for the key that follows."""
        self._terminal.has_gone |= not data
        keys, is_left, _rest = (self._held + data).partition(DETACH)
        self._held = b"" if is_left or not keys.endswith(DETACH[:1]) else DETACH[:1]
        if self._console.takes_input:
            self._unsent += keys.removesuffix(self._held)
        if is_left or (CTRL_C in keys and not self._console.takes_input):
            self._leave()

    def _leave(self) -> None:
        self._console.was_left = self._is_over = True

    def _show(self, data: bytes | None) -> None:
        """Show what the program wrote."""
        if data is None:
            return
        self._is_over |= not data
        if not self._console.tty:
            data = self._frames.text(data).encode()
        self._terminal.write(data)


class Frames:
    """The output of a program without a terminal, taken out of its frames and made harmless."""

    def __init__(self) -> None:
        self._rest = b""
        decoder = codecs.getincrementaldecoder("utf-8")
        self._decoders = [decoder("replace") for _stream in range(4)]

    def text(self, data: bytes) -> str:
        """Take what came; returns the text of the frames that are whole."""
        self._rest += data
        pieces: list[str] = []
        while len(self._rest) >= HEADER.size:
            stream, length = HEADER.unpack_from(self._rest)
            if stream >= len(self._decoders) or length > FRAME_MAX:
                self._rest = b""  # these are no frames; the Engine's next words are its own
                break
            end = HEADER.size + length
            if len(self._rest) < end:
                break
            frame, self._rest = self._rest[HEADER.size : end], self._rest[end:]
            pieces.append(self._decoders[stream].decode(frame))
        return "\n".join(plain_text(line.encode()) for line in "".join(pieces).split("\n"))
