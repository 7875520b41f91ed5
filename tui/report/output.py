"""Writing reports: bytes that no text from outside can break, and a line of progress."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from typing import Final, TextIO

PATIENCE: Final = 1.0
"""Seconds that a command may take before it says how far it is."""

STEP: Final = 0.2
"""Seconds between two such lines."""


def write_json(document: object) -> None:
    r"""Write a document to standard output as UTF-8, indented by two.

    A lone surrogate, which UTF-8 cannot hold, is written as JSON's own `\udc80`.
    """
    text = json.dumps(document, ensure_ascii=False, indent=2)
    _write(text.encode("utf-8", "backslashreplace") + b"\n")


def write_lines(lines: Iterable[str], *, unicode: bool) -> None:
    """Write lines, already made harmless, to standard output.

    Args:
        lines: without line ends.
        unicode: as UTF-8; else characters beyond ASCII are spelled out.
    """
    encoding = "utf-8" if unicode else "ascii"
    _write("".join(f"{line}\n" for line in lines).encode(encoding, "backslashreplace"))


def _write(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


class Meter:
    """Says on a terminal how far a slow command is, and wipes that line at its end."""

    def __init__(self, stream: TextIO, sentence: str) -> None:
        """Prepare; `sentence` has the fields `done` and `total`. Other streams get nothing."""
        self._stream = stream
        self._sentence = sentence
        self._next = time.monotonic() + PATIENCE
        self._width = 0
        self._is_terminal = stream.isatty()

    def tell(self, done: int, total: int) -> None:
        """Note how many of how many are done."""
        now = time.monotonic()
        if self._is_terminal and now >= self._next:
            self._next = now + STEP
            self._overwrite(self._sentence.format(done=done, total=total))

    def wipe(self) -> None:
        """Remove what stands there."""
        if self._width:
            self._overwrite("")
            self._stream.write("\r")
            self._stream.flush()

    def _overwrite(self, text: str) -> None:
        self._stream.write("\r" + text.ljust(self._width))
        self._stream.flush()
        self._width = len(text)
