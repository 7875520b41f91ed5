"""The colours of a log line: SGR is understood, every other escape is taken out or made visible.

A program that writes to a terminal colours its lines with `ESC [ ... m` (ECMA-48, 8.3.117). That
and nothing else is turned into values that a screen may use. Other control sequences (`CSI`),
strings (`OSC`, `DCS`, `APC`, `PM`, `SOS`) and single escapes would move the cursor, set the
clipboard or make the terminal answer: they are left out; what is left is spelled out by `visible`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from tui.i18n import ngettext
from tui.model.text import spelled_out, visible

TAB: Final = 8
"""Columns between two tab stops."""

CODES_MAX: Final = 32
"""Numbers of one sequence that are looked at."""

SHOWN_MAX: Final = 4096
"""Characters of a line that are shown; all of them are searched, copied and saved."""

_STRING: Final = r"(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
_CSI: Final = r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
_SINGLE: Final = r"\x1b[ -/]*[0-Z\\^-~]"
_ESCAPE: Final = re.compile(f"{_STRING}|{_CSI}|{_SINGLE}")
_SGR: Final = re.compile(r"(?:\x1b\[|\x9b)([0-9;:]*)m\Z")


@dataclass(frozen=True, slots=True)
class Look:
    """How a piece of text looks."""

    colour: int = -1
    """0-255 of the terminal's palette, or 0x1000000 + RGB; -1 for the default."""
    background: int = -1
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False


PLAIN: Final = Look()
RGB: Final = 0x1000000
"""Added to a colour of 24 bits."""

_FLAGS: Final = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse"}
_ENDS: Final = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("reverse",)}

Piece = tuple[str, Look]


def shown_pieces(text: bytes) -> list[Piece]:
    """Return a line as harmless text with its looks, at most SHOWN_MAX characters of it.

    Of what a program has overwritten on its own line (carriage returns) the last is shown.
    """
    line = decoded(text)
    found = [(visible(piece), look) for piece, look in _pieces(line[:SHOWN_MAX]) if piece]
    if (rest := len(line) - SHOWN_MAX) > 0:
        more = ngettext("... {count} more character", "... {count} more characters", rest)
        found.append((more.format(count=rest), PLAIN))
    return found


def plain_text(text: bytes) -> str:
    """Return a whole line as harmless text without its looks: to copy."""
    return spelled_out(unescaped(text))


def unescaped(text: bytes) -> str:
    """Return a whole line without its escapes: to search. It is not harmless."""
    return _ESCAPE.sub("", decoded(text))


def coloured_text(text: bytes) -> str:
    """Return a line as harmless text with its SGR sequences, for a terminal that shows them."""
    line = decoded(text)
    found, at = [], 0
    for match in _ESCAPE.finditer(line):
        found.append(visible(line[at : match.start()]))
        at = match.end()
        if sgr := _SGR.match(match[0]):
            found.append(f"\x1b[{sgr[1]}m")
    return "".join([*found, visible(line[at:])])


def decoded(text: bytes) -> str:
    r"""Return the text of a line as a terminal would have it in the end.

    Bytes that are no UTF-8 become `\xff`; tabs become spaces.
    """
    line = text.rstrip(b"\r").rpartition(b"\r")[2].decode("utf-8", "backslashreplace")
    return line.expandtabs(TAB) if "\t" in line else line


def _pieces(line: str) -> Iterator[Piece]:
    look, at = PLAIN, 0
    for match in _ESCAPE.finditer(line):
        yield line[at : match.start()], look
        at = match.end()
        if sgr := _SGR.match(match[0]):
            look = _after(look, sgr[1])
    yield line[at:], look


def _after(look: Look, codes: str) -> Look:
    """Return the look after an SGR sequence; numbers that mean nothing here change nothing."""
    numbers = [int(part[:4] or "0") for part in re.split("[;:]", codes)[:CODES_MAX]]
    at = 0
    while at < len(numbers):
        code = numbers[at]
        at += 1
        if code in (38, 48):
            colour, used = _extended(numbers[at:])
            at += used
            if colour >= 0:
                look = _coloured(look, colour, is_background=code == 48)
        else:
            look = _simple(look, code)
    return look


def _simple(look: Look, code: int) -> Look:
    """Return the look after one number of a sequence."""
    if code == 0:
        return PLAIN
    if code in _FLAGS:
        return replace(look, **{_FLAGS[code]: True})
    if code in _ENDS:
        return replace(look, **dict.fromkeys(_ENDS[code], False))
    for first, is_background, offset in (
        (30, False, 0),
        (40, True, 0),
        (90, False, 8),
        (100, True, 8),
    ):
        if first <= code < first + 8:
            return _coloured(look, code - first + offset, is_background=is_background)
    if code in (39, 49):
        return _coloured(look, -1, is_background=code == 49)
    return look


def _coloured(look: Look, colour: int, *, is_background: bool) -> Look:
    return replace(look, background=colour) if is_background else replace(look, colour=colour)


def _extended(numbers: list[int]) -> tuple[int, int]:
    """Return the colour after 38 or 48, -1 for none, and how many numbers it took."""
    if numbers[:1] == [5] and len(numbers) > 1 and numbers[1] < 256:
        return numbers[1], 2
    if numbers[:1] == [2] and len(numbers) > 3 and max(numbers[1:4]) < 256:
        red, green, blue = numbers[1:4]
        return RGB + (red << 16) + (green << 8) + blue, 4
    return -1, len(numbers)
