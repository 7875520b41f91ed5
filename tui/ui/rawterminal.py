"""The terminal while a program of a container has it: bytes both ways, sizes, and all put back.

A program with a terminal of its own owns this one too: its bytes pass as they are, escape
sequences and answers included, as `docker exec -it` lets them. What a program without one
writes is text: it keeps its colours, and whatever else could act is taken out.

No widget: it runs in a thread, while Textual has let go of the terminal.
"""

from __future__ import annotations

import codecs
import contextlib
import functools
import os
import selectors
import signal
import termios
import threading
import tty
from typing import TYPE_CHECKING, Final

from tui.engine.console import Size
from tui.i18n import _
from tui.logs.colours import coloured_text
from tui.logs.lines import FRAME_MAX, HEADER
from tui.ui.modes import TerminalModes
from tui.ui.terminal import RESTORE, TermiosState, save_terminal

if TYPE_CHECKING:
    from tui.engine.console import Console

CTRL_C: Final = b"\x03"

USUAL: Final = Size(80, 24)

READ_BYTES: Final = 4096
UNSENT_MAX: Final = 1 << 16
"""Bytes that were typed and not taken yet; beyond them the terminal waits."""

_BY_COUNT: Final = ("\x1b[?1049l", "\x1b[<u")
"""Of what orlop's own end puts back: only as often as the program has entered it."""

PUT_BACK: Final = (
    "\x1b7\x1b[r\x1b8"  # the whole screen scrolls
    "\x1b[4l"  # typed characters replace
    "\x1b[?1l\x1b>"  # cursor keys and keypad as usual
    "\x1b(B\x0f"  # no line drawing characters
    "\x1b[?5l"  # not inverse
    "\x1b[?9l\x1b[?1001l\x1b[?1005l"  # older mouse modes off
    "\x1b[?2031l"  # no reports of light and dark
    "\x1b[>4;0m"  # xterm's other keys off
    "\x1b[0 q"  # the cursor's own shape
)
"""What a program that was killed may have left, beside what orlop's own end puts back."""

_RESTORE: Final = functools.reduce(lambda text, own: text.replace(own, ""), _BY_COUNT, RESTORE)


def converse(console: Console, fd_in: int = 0, fd_out: int = 1) -> None:
    """Give the terminal to a console until its program ends or is left; blocks.

    However it ends, the terminal is as before, keys that were typed for the program are gone,
    and the console is told. A terminal that has gone is not an error. `Console.stop` stops the
    process meanwhile, with the terminal as before.
    """
    if not console.take():
        return
    terminal = _Terminal(fd_in, fd_out, console.detach)
    try:
        terminal.set_mode(tty_mode=console.tty)
        terminal.write(f"{console.heading}\r\n".encode())
        conversation = _Conversation(console, terminal)
        conversation.run()
        terminal.put_back()
        if console.waits and not console.was_left and not terminal.has_gone:
            terminal.set_mode(tty_mode=True)
            conversation.wait_for_key()
    finally:
        terminal.put_back()
        console.finish()


class _Terminal:
    """The terminal's two file descriptors, and what has been written."""

    def __init__(self, fd_in: int, fd_out: int, detach: bytes) -> None:
        self.fd_in = fd_in
        self._fd_out = fd_out
        self._saved: TermiosState = save_terminal(fd_in)
        self._detach = detach
        self._modes = TerminalModes()
        self.has_gone = False

    def set_mode(self, *, tty_mode: bool) -> None:
        """Let every key through as it is; without `tty_mode` lines are edited here first.

        There ctrl+c and the keys that leave end a line too, so that they come at once, and mean
        no signal.
        """
        if not self._saved:
            return
        mode = [*self._saved]
        mode[tty.CC] = [*self._saved[tty.CC]]
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
            mode[tty.CC][termios.VEOL2] = self._detach[-1:]
        self._set(mode)

    def put_back(self) -> None:
        """Bring it back to what it was; keys that nobody has read are dropped."""
        with contextlib.suppress(termios.error):
            termios.tcflush(self.fd_in, termios.TCIFLUSH)
        self._put_back()
        self._modes.forget()

    def stop(self) -> None:
        """Have the whole process stopped, as SIGTSTP does, beside a terminal as it was."""
        self._put_back()
        # through this thread: one sent to the process lets it run on until another has taken it
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)

    def go_on(self, *, tty_mode: bool) -> None:
        """Take the terminal again after a stop, with the program's modes."""
        self.set_mode(tty_mode=tty_mode)
        self.write(self._modes.again().encode())

    def _put_back(self) -> None:
        self._set(self._saved)
        sequences = self._modes.put_back() + _RESTORE + PUT_BACK
        self.write(sequences.encode(), is_followed=False)

    def _set(self, mode: TermiosState) -> None:
        if mode:
            with contextlib.suppress(termios.error):  # it has gone; reading will tell
                termios.tcsetattr(self.fd_in, termios.TCSANOW, mode)

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

    def write(self, data: bytes, *, is_followed: bool = True) -> None:
        """Write all of it, and remember which modes it sets."""
        if is_followed:
            self._modes.feed(data)
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
        """Keys of which is not known yet whom they are for: the first ones of those that leave."""
        self._frames = Frames()
        self._is_over = False
        self._is_ended_there = False

    def run(self) -> None:
        """Carry bytes until the stream ends, the program is left, or the terminal has gone."""
        self._console.resized(self._terminal.size())
        if self._console.typed:
            self._typed(self._console.typed)
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
            self._hear_news()
        if self._terminal.fd_in in ready:
            self._typed(self._terminal.read())
        if self._unsent:
            self._unsent = self._unsent[self._stream.write(self._unsent) :]
        if self._console.input_ended and not self._unsent and not self._is_ended_there:
            self._is_ended_there = True
            self._stream.end_input()
        self._show(self._stream.read())

    def _hear_news(self) -> None:
        """Stop if that is asked for; tell the size, which may be another one."""
        self._drain_news()
        if self._console.is_to_stop:
            self._console.is_to_stop = False
            self._terminal.stop()
            self._terminal.go_on(tty_mode=self._console.tty)
        self._console.resized(self._terminal.size())

    def _drain_news(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._console.fileno(), READ_BYTES)

    def _typed(self, data: bytes) -> None:
        """Take keys for the program, and those that leave it."""
        if self._console.tty:
            self._keys(data)
        elif (
            self._console.detach in data
            or CTRL_C in data
            or (not data and self._console.input_ended)
        ):
            self._leave()
        elif data:
            self._unsent += data if self._console.takes_input else b""
        else:  # ctrl+d
            self._console.input_ended = True

    def _keys(self, data: bytes) -> None:
        """Pass keys on as they are; what may be the start of those that leave it waits."""
        self._terminal.has_gone |= not data
        detach = self._console.detach
        keys, is_left, _rest = (self._held + data).partition(detach)
        self._held = b"" if is_left else _begun(keys, detach)
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


def _begun(keys: bytes, detach: bytes) -> bytes:
    """Return the end of some keys that may be the start of the keys that leave."""
    starts = (detach[:length] for length in range(len(detach) - 1, 0, -1))
    return next((start for start in starts if keys.endswith(start)), b"")


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
        return "\n".join(coloured_text(line.encode()) for line in "".join(pieces).split("\n"))
