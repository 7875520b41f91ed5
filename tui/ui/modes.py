"""What a program has changed in the terminal, followed in its output: to put it back, and again.

Nobody can ask a terminal for all of it. What is followed: private modes (`CSI ? n h`), the keypad,
and the kitty protocol's stack of keyboard modes, which each of the two screens has for itself.
"""

from __future__ import annotations

import re
from typing import Final

_SEQUENCE: Final = re.compile(
    rb"\x1b(?:"
    rb"\[\?(?P<modes>[0-9;]+)(?P<mode_end>[hl])"
    rb"|\[(?P<keys_sign>[<>=])(?P<keys>[0-9;]*)u"
    rb"|(?P<keypad>[=>])"
    rb"|(?P<reset>c)"
    rb")"
)
_BEGUN: Final = re.compile(rb"\x1b(?:\[[0-?]*)?\Z")
"""A sequence whose rest has not come yet."""

_LONGEST: Final = 64
"""Bytes of a sequence that are waited for."""

_NUMBERS: Final = 8
"""Digits of a mode or a number of keyboard modes that are believed."""

_STACK: Final = 32
"""Keyboard modes of a screen that are taken back; terminals keep fewer."""

ALTERNATE: Final = frozenset({47, 1047, 1049})
"""Each shows the other screen; the last one is used for leaving it."""

_ON: Final = frozenset({7, 25})
"""On in a terminal that nobody has touched: lines wrap, the cursor is seen."""

_LEFT_ALONE: Final = frozenset({8, 12, 1007, 1034, 1035, 1036, 1039, 1042, 1048})
"""Not reset: on in many terminals, or resetting them moves the cursor."""

_ORIGIN: Final = 6
"""Resetting it moves the cursor to the top left, over older lines."""

_BOTTOM: Final = "\x1b[999;1H"


class TerminalModes:
    """The modes that a program's output has set and not reset."""

    def __init__(self) -> None:
        self._rest = b""
        self.forget()

    def forget(self) -> None:
        """Begin with a terminal that nobody has touched."""
        self._changed: dict[int, bool] = {}
        self._keypad = False
        self._keys: dict[bool, list[bytes]] = {False: [], True: []}
        self._has_base: set[bool] = set()
        """The screens whose keyboard modes were set below those that were pushed."""
        self.is_alternate = False
        """The program's output is on the alternate screen."""

    def feed(self, data: bytes) -> None:
        """Take what the program wrote; sequences may come in pieces."""
        if not self._rest and b"\x1b" not in data:
            return
        data = self._rest + data
        for match in _SEQUENCE.finditer(data):
            self._note(match)
        begun = _BEGUN.search(data, max(0, len(data) - _LONGEST))
        self._rest = data[begun.start() :] if begun else b""

    def put_back(self) -> str:
        """Return what undoes it; the alternate screen is left last."""
        parts = []
        for mode, is_on in self._changed.items():
            if mode not in ALTERNATE and mode not in _LEFT_ALONE and is_on is not (mode in _ON):
                parts.append(f"\x1b[?{mode}{'l' if is_on else 'h'}")
        if self._changed.get(_ORIGIN):
            parts.append(_BOTTOM)
        if self._keypad:
            parts.append("\x1b>")
        parts.append(self._keys_back(alternate=self.is_alternate))
        if self.is_alternate:
            parts += ["\x1b[?1049l", self._keys_back(alternate=False)]
        return "".join(parts)

    def again(self) -> str:
        """Return what sets the modes once more, after they were put back."""
        parts = [_pushed(self._keys[False])]
        if self.is_alternate:
            parts += ["\x1b[?1049h", _pushed(self._keys[True])]
        for mode, is_on in self._changed.items():
            if mode not in ALTERNATE and mode not in _LEFT_ALONE:
                parts.append(f"\x1b[?{mode}{'h' if is_on else 'l'}")
        if self._keypad:
            parts.append("\x1b=")
        return "".join(parts)

    def _note(self, match: re.Match[bytes]) -> None:
        """Take one sequence."""
        if match["modes"]:
            for number in match["modes"].split(b";"):
                if 0 < len(number) <= _NUMBERS:
                    self._switch(int(number), is_on=match["mode_end"] == b"h")
        elif match["keys_sign"]:
            self._note_keys(match["keys_sign"], match["keys"])
        elif match["keypad"]:
            self._keypad = match["keypad"] == b"="
        else:
            self.forget()

    def _switch(self, mode: int, *, is_on: bool) -> None:
        if mode in ALTERNATE:
            self.is_alternate = is_on
        else:
            self._changed[mode] = is_on

    def _note_keys(self, sign: bytes, numbers: bytes) -> None:
        """Follow the stack of keyboard modes; `=` changes what is on its top."""
        stack = self._keys[self.is_alternate]
        first = numbers.partition(b";")[0][:_NUMBERS]
        if sign == b">":
            stack.append(first)
            del stack[:-_STACK]
        elif sign == b"<":
            del stack[max(0, len(stack) - int(first or 1)) :]
        elif stack:
            stack[-1] = first
        else:
            self._has_base.add(self.is_alternate)

    def _keys_back(self, *, alternate: bool) -> str:
        keys = self._keys[alternate]
        popped = f"\x1b[<{len(keys)}u" if keys else ""
        return popped + ("\x1b[=0u" if alternate in self._has_base else "")


def _pushed(keys: list[bytes]) -> str:
    return "".join(f"\x1b[>{flags.decode('ascii')}u" for flags in keys)
