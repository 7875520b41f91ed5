"""The terminal of a container: echoes what is typed, lets a line be corrected, hands it on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tui.practice.containers.process import SIGINT, SIGQUIT, Input

_INTERRUPT, _END, _QUIT, _KILL_LINE, _CLEAR = 3, 4, 28, 21, 12
_ERASE: Final = frozenset({8, 127})
_ESCAPE: Final = 27
_UP: Final = b"\x1b[A"
_DOWN: Final = b"\x1b[B"
_LONGEST_SEQUENCE: Final = 8
HISTORY: Final = 100
"""Lines that the arrow keys can bring back."""


class Terminal:
    """A line discipline: the kernel's, and of a shell's line editing the history."""

    def __init__(
        self, stdin: Input, echo: Callable[[bytes], None], signal: Callable[[int], None]
    ) -> None:
        r"""Begin with an empty line.

        Args:
            stdin: Gets whole lines.
            echo: Shows bytes; it is the one who makes CR LF of LF.
            signal: Told what ctrl+c and ctrl+\ mean.
        """
        self._stdin = stdin
        self._echo = echo
        self._signal = signal
        self._line = bytearray()
        self._sequence = b""
        self._history: list[bytes] = []
        self._at = 0
        self._was_return = False

    def feed(self, data: bytes) -> None:
        """Take what was typed."""
        for byte in data:
            if self._sequence:
                self._in_sequence(byte)
            elif byte == _ESCAPE:
                self._sequence = bytes([byte])
            else:
                self._key(byte)

    def _key(self, byte: int) -> None:
        if byte in b"\r\n":
            self._enter(byte)
        elif byte in _ERASE:
            self._erase(1)
        elif byte == _KILL_LINE:
            self._erase(len(self._line))
        elif byte in {_INTERRUPT, _QUIT}:
            self._echo(b"^C" if byte == _INTERRUPT else b"^\\")
            self._line.clear()
            self._signal(SIGINT if byte == _INTERRUPT else SIGQUIT)
        elif byte == _END:
            self._end()
        elif byte == _CLEAR:
            self._echo(b"\x1b[H\x1b[2J")
        elif byte >= 32 or byte == 9:
            self._line.append(byte)
            self._echo(bytes([byte]))

    def _enter(self, byte: int) -> None:
        if byte == 10 and self._was_return:  # CR LF is one key
            self._was_return = False
            return
        self._was_return = byte == 13
        line = bytes(self._line)
        self._line.clear()
        if line.strip() and self._history[-1:] != [line]:
            self._history = [*self._history, line][-HISTORY:]
        self._at = len(self._history)
        self._echo(b"\n")
        self._stdin.data += line + b"\n"

    def _end(self) -> None:
        """Hand on what was typed so far; of an empty line it is the end of input."""
        if self._line:
            self._stdin.data += self._line
            self._line.clear()
        else:
            self._stdin.is_closed = True

    def _erase(self, count: int) -> None:
        text = self._line.decode("utf-8", "replace")
        kept = text[: len(text) - count] if count <= len(text) else ""
        self._echo(b"\b \b" * (len(text) - len(kept)))
        self._line[:] = kept.encode("utf-8", "replace")

    def _in_sequence(self, byte: int) -> None:
        """Take a byte of an arrow key or the like; those that mean nothing are swallowed."""
        self._sequence += bytes([byte])
        is_whole = len(self._sequence) > 2 and 0x40 <= byte <= 0x7E
        if self._sequence[1:2] == b"O":
            self._sequence = b"\x1b[" + self._sequence[2:]
        elif len(self._sequence) == 2 and byte != 0x5B:
            self._sequence = b""
        if is_whole or len(self._sequence) > _LONGEST_SEQUENCE:
            sequence, self._sequence = self._sequence, b""
            if sequence in {_UP, _DOWN}:
                self._recall(-1 if sequence == _UP else 1)

    def _recall(self, step: int) -> None:
        at = self._at + step
        if not 0 <= at <= len(self._history):
            return
        self._at = at
        self._erase(len(self._line))
        self._line[:] = self._history[at] if at < len(self._history) else b""
        self._echo(bytes(self._line))
