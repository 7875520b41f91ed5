"""What stands between a program in a container and the terminal that it gets for a while.

A handler makes a `Console` in its own thread and waits; the screen gives it the terminal, carries
the bytes (`tui.ui.rawterminal`), and ends it. Sizes go the other way: the handler has the client.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from tui.engine.detachkeys import USUAL

if TYPE_CHECKING:
    from tui.engine.hijack import HijackedStream


class Size(NamedTuple):
    """A terminal's size in cells."""

    columns: int
    lines: int


class Console:
    """A stream that wants the terminal."""

    def __init__(
        self,
        stream: HijackedStream,
        *,
        heading: str,
        tty: bool = True,
        takes_input: bool = True,
        waits: bool = False,
        detach: bytes = USUAL.keys,
    ) -> None:
        """Prepare.

        Args:
            stream: The program's output and input.
            heading: A line to begin with; harmless already.
            tty: The program has a terminal of its own: bytes pass as they are.
            takes_input: It reads what is typed.
            waits: Whoever looks shall press a key at the end, before the screen comes back.
            detach: The keys that leave it.
        """
        self.stream = stream
        self.heading = heading
        self.tty = tty
        self.takes_input = takes_input
        self.waits = waits
        self.detach = detach
        self.typed = b""
        """Keys for the program that came before it had the terminal."""
        self.was_left = False
        """The detach keys were typed."""
        self.input_ended = False
        """The end of the input was typed; a program may go on without it."""
        self.woken, self._wake = os.pipe()
        """Readable when there is news: another size, or that the terminal is to be left."""
        os.set_blocking(self.woken, False)
        os.set_blocking(self._wake, False)
        self.is_to_end = False
        self.is_to_stop = False
        """The process is to be stopped, as by SIGTSTP, with the terminal as before."""
        self._is_taken = False
        self._lock = threading.Lock()
        self._sizes: queue.SimpleQueue[Size | None] = queue.SimpleQueue()

    def fileno(self) -> int:
        """Return what a selector waits for to hear of news."""
        return self.woken

    def wake(self) -> None:
        """Have the size of the terminal looked at."""
        with suppress(OSError):  # full of such news, or over
            os.write(self._wake, b"w")

    def stop(self) -> None:
        """Have the process stopped, and gone on with where it was once it is continued."""
        self.is_to_stop = True
        self.wake()

    def take(self) -> bool:
        """Take it to the terminal; False when it is over already. `finish` must follow."""
        with self._lock:
            self._is_taken = not self.is_to_end
            return self._is_taken

    def end(self) -> None:
        """Have the terminal left soon; from any thread."""
        with self._lock:
            self.is_to_end = True
            if not self._is_taken:
                self.finish()
        self.wake()

    def resized(self, size: Size) -> None:
        """Tell the program how large its terminal is now."""
        self._sizes.put(size)

    def finish(self) -> None:
        """Tell the handler that the terminal has been left."""
        self._sizes.put(None)

    def sizes(self) -> Iterator[Size]:
        """Yield sizes until the terminal has been left; only the newest where several wait."""
        size = self._sizes.get()
        while size is not None:
            while not self._sizes.empty() and size is not None:
                size = self._sizes.get()
            if size is not None:
                yield size
                size = self._sizes.get()

    def close(self) -> None:
        """Give the pipe back, when nobody waits on it any more."""
        wake, self._wake = self._wake, -1
        os.close(wake)
        os.close(self.woken)
