"""A Textual driver that sends the terminal only what has changed.

Textual's own driver queues whole frames; on a slow link a held key piles up seconds of
them. This one keeps cells (`tui.ui.cells`), and its writer thread always takes the newest
state. Input blocks instead of polling, so that idling costs nothing and quitting is quick.
The mouse is asked for clicks and drags (1002), not for every motion (1003).
`ORLOP_STOCK_DRIVER=1` in the environment goes back to Textual's driver.

Pinned to Textual 8: it replaces `LinuxDriver._writer_thread` and `run_input_thread`.
"""

from __future__ import annotations

import os
import select
import selectors
import signal
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping
from threading import Condition, Event
from typing import TYPE_CHECKING, Any, Final, TextIO

from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver

from tui.ui.cells import Differ
from tui.ui.firstpaint import ENTER, FirstPaint
from tui.ui.terminal import KILLED, STOCK_DRIVER, judge, original_environ

if TYPE_CHECKING:
    from textual.app import App

PENDING_KEY: Final = 0.1
"""Seconds until an ESC that nothing follows is taken for the key."""

READ_BYTES: Final = 4096

HANG_UP: Final = KILLED + signal.SIGHUP
"""What the app returns when its terminal has gone."""

SENT_AT_ONCE: Final = 1024
"""An update up to this length (characters) does not wait for the writer thread."""


def driver_class(environ: Mapping[str, str] = os.environ) -> type[Driver] | None:
    """Return the driver for `App(driver_class=...)`; None is Textual's choice."""
    return None if environ.get(STOCK_DRIVER) else DiffDriver


class FrameWriter(WriterThread):
    """Brings a terminal to the newest state, as fast as the terminal takes it."""

    def __init__(
        self,
        file: TextIO,
        measure: Callable[[], tuple[int, int]],
        *,
        ascii_only: bool,
        screen: Differ | None = None,
    ) -> None:
        """Write to a terminal.

        Args:
            file: the terminal.
            measure: returns its width and height.
            ascii_only: send nothing beyond ASCII.
            screen: the alternate screen, if it is shown already, with what is on it.
        """
        super().__init__(file)
        self._fd = file.fileno()
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLOUT)
        self._measure = measure
        self._differ = screen or Differ(*measure(), ascii_only=ascii_only)
        self._has_entered = screen is not None
        self._changed = Condition()
        self._waiting = True
        """The thread has nothing to send; who holds the lock may write."""
        self._left = ""
        """Taken from the differ, but not sent yet."""
        self._stopping = False

    def write(self, text: str) -> None:
        """Take what the app writes: a frame, which `flush` ends, or control sequences."""
        with self._changed:
            if self._has_entered and text == ENTER:
                self._has_entered = False  # entered again it would be cleared
                return
            differ = self._differ
            if (found := self._measure()) != (differ.width, differ.height):
                differ.resize(*found)
            if differ.feed(text):
                self._changed.notify()

    def flush(self) -> None:
        """Send a small update at once if the terminal takes it; waking the thread is slower."""
        with self._changed:
            if self._waiting and self._poll.poll(0):
                self._left = self._take()
                if len(self._left) <= SENT_AT_ONCE:
                    self._send(self._take())
                    return
            self._changed.notify()

    def stop(self) -> None:
        """Send what is left, then end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self.join()

    def run(self) -> None:
        """Send the difference whenever there is one; what comes meanwhile is sent as one."""
        while True:
            with self._changed:
                self._waiting = True
                while not (data := self._take()) and not self._stopping:
                    self._changed.wait()
                self._waiting = False
            if not data:
                return
            self._send(data)

    def _take(self) -> str:
        left, self._left = self._left, ""
        return left + self._differ.take()

    def _send(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError:
            # The terminal has gone (hang-up); the app learns it from its input.
            return


class _WakingEvent(Event):
    """An event that also ends a select on its pipe."""

    def __init__(self) -> None:
        super().__init__()
        self.reader, self._writer = os.pipe()

    def set(self) -> None:
        super().set()
        os.write(self._writer, b"x")

    def clear(self) -> None:
        super().clear()
        os.read(self.reader, 1)


class DiffDriver(LinuxDriver):
    """Textual's Linux driver with another writer and another reader."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        """See Textual's `Driver`."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.exit_event: _WakingEvent = _WakingEvent()
        self.reads_to_the_end = False
        """Whether keys that have come by a suspension are read before it; else they are dropped."""
        # Textual writes to standard error, which may be sent to a file.
        self._file = sys.__stdout__ or self._file

    @property
    def _writer_thread(self) -> WriterThread | None:
        return self._frame_writer

    @_writer_thread.setter
    def _writer_thread(self, stock: WriterThread | None) -> None:
        """Take a `FrameWriter` wherever Textual sets its own writer, not yet started."""
        self._frame_writer: FrameWriter | None = None
        if stock is not None and self._file is not None:
            facts = judge(original_environ(), stdin_isatty=True, stdout_isatty=True)
            first = self._first_paint
            self._frame_writer = FrameWriter(
                self._file,
                self._get_terminal_size,
                ascii_only=not facts.unicode,
                screen=first.hand_over(*self._get_terminal_size()) if first else None,
            )

    @property
    def _first_paint(self) -> FirstPaint | None:
        """Who held the terminal until now, if anybody did."""
        return getattr(self._app, "first_paint", None)

    def start_application_mode(self) -> None:
        """Take the terminal; at the end it gets the settings it had before orlop."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._first_paint is not None and self._first_paint.saved:
            self.attrs_before = self._first_paint.saved

    def flush(self) -> None:
        """End a frame (called by Textual)."""
        if self._writer_thread is not None:
            self._writer_thread.flush()

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1015h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000l\x1b[?1002l\x1b[?1015l\x1b[?1006l")

    def run_input_thread(self) -> None:
        """Read keys and the mouse, without polling while nothing happens."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self.exit_event.reader, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                pending = parser._timeout_time is not None
                ready = selector.select(PENDING_KEY if pending else None)
                if any(key.fd == self.fileno for key, _ in ready):
                    data = self._read()
                    if not data:
                        self._terminal_has_gone()
                        return
                    for message in parser.feed(decode(data)):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
            while self.reads_to_the_end and select.select([self.fileno], [], [], 0)[0]:
                if not (data := self._read()):
                    return
                for message in parser.feed(decode(data)):
                    self.process_message(message)

    def _terminal_has_gone(self) -> None:
        """End the app as the signal of a hang-up does, which may be ignored (nohup)."""
        end = getattr(self._app, "end_by_signal", None)
        if end is not None:
            end(signal.SIGHUP)
        else:
            self._app.call_later(self._app.exit, HANG_UP)

    def _read(self) -> bytes:
        """Return what the terminal sent; nothing when it has gone."""
        try:
            return os.read(self.fileno, READ_BYTES)
        except OSError:
            return b""
