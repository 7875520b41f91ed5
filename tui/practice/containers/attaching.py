"""The two ways between a client's terminal and a process: attach and exec."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from tui.practice.containers.logs import frame
from tui.practice.containers.mainprocess import schedule
from tui.practice.wire import ApiError

if TYPE_CHECKING:
    from tui.practice.containers.container import Chunk
    from tui.practice.containers.process import Input, Process
    from tui.practice.hold import Hold
    from tui.practice.wire import Stream

USUAL_KEYS: Final = b"\x10\x11"
"""ctrl+p ctrl+q."""

_SPECIAL: Final = {"@": 0, "[": 27, "\\": 28, "]": 29, "^": 30, "_": 31}
_LINES: Final = re.compile(rb"[^\r\n\x03\x04]*[\r\n\x03\x04]|[^\r\n\x03\x04]+")
BLOCK: Final = 1 << 15


def keys_of(text: str) -> bytes | None:
    """Return the bytes of detach keys like `ctrl-p,ctrl-q`; None for the usual ones.

    Raises:
        ApiError: 400, they make no sense.
    """
    if not text:
        return None
    found = bytearray()
    for key in text.split(","):
        name = key.removeprefix("ctrl-")
        if len(key) == 1 and key.isascii():
            found += key.encode()
        elif key != name and len(name) == 1 and (name.islower() or name in _SPECIAL):
            found.append(_SPECIAL.get(name, ord(name) - 96))
        else:
            raise ApiError(400, f"Invalid detach keys ({text}) provided")
    return bytes(found)


@dataclass(slots=True)
class Watch:
    """Looks for the detach keys in what is typed."""

    keys: bytes
    seen: int = 0
    has_detached: bool = False

    def passed(self, data: bytes) -> bytes:
        """Return what goes on to the process; what may be keys waits."""
        out = bytearray()
        for byte in data:
            if byte == self.keys[self.seen]:
                self.seen += 1
                if self.seen == len(self.keys):
                    self.has_detached = True
                    return bytes(out)
                continue
            out += self.keys[: self.seen]
            self.seen = 0
            out.append(byte)
        return bytes(out)


@dataclass(eq=False, slots=True)
class Session:
    """One attached client."""

    hold: Hold
    stdin: Input
    process: Callable[[], Process | None]
    """What gets the input, as soon as it is there."""
    output: SimpleQueue[Chunk | None]
    streams: frozenset[int]
    """1 and 2: what the client wants."""
    has_tty: bool
    keys: bytes = USUAL_KEYS
    takes_input: bool = True
    closes_input: bool = True
    """The end of the client's input is the end of the process's."""
    detached: threading.Event = field(default_factory=threading.Event)

    def run(self, stream: Stream, before: Iterable[Chunk] = ()) -> None:
        """Carry bytes both ways until the process ends, or the client detaches or goes.

        Raises:
            OSError: the client has gone.
        """
        for number, data in before:
            self._send(stream, number, data)
        # a client without input is listened to as well: so one learns that it has gone
        threading.Thread(target=self._listen, args=(stream,), daemon=True).start()
        while True:
            try:
                chunk = self.output.get(timeout=0.25)
            except Empty:
                if self.detached.is_set():
                    return
                continue
            if chunk is None:
                return
            self._send(stream, *chunk)

    def _send(self, stream: Stream, number: int, data: bytes) -> None:
        if number in self.streams:
            stream.write(data if self.has_tty else frame(number, data))

    def _listen(self, stream: Stream) -> None:
        watch = Watch(self.keys)
        while data := stream.read(BLOCK):
            if not self.takes_input:
                continue
            passed = watch.passed(data) if self.has_tty else data
            self.feed(passed)
            if watch.has_detached:
                self._detach()
                return
        if self.takes_input and self.closes_input and not self.has_tty:
            self.end_input()

    def _detach(self) -> None:
        self.detached.set()
        self.output.put(None)

    def feed(self, data: bytes) -> None:
        """Hand input to the process, or keep it until there is one."""
        with self.hold.lock:
            process = self.process()
            if process is None:
                self.stdin.data += data
                return
            process.now = max(process.now, self.hold.clock())
            if process.terminal is not None:
                for line in _LINES.findall(data):  # one by one: what is pasted is echoed in place
                    process.terminal.feed(line)
                    self._go_on(process)
            elif not self.stdin.is_closed:
                self.stdin.data += data
            self._go_on(process)

    def end_input(self) -> None:
        """Tell the process that no more input comes."""
        with self.hold.lock:
            self.stdin.is_closed = True
            process = self.process()
            if process is not None:
                self._go_on(process)

    def _go_on(self, process: Process) -> None:
        process.step(self.hold.clock())
        schedule(self.hold, process)
