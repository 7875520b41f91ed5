"""Keys that are typed for a program before it has the terminal.

From the moment that a form is sent until the Engine has started the program, keys still come to
orlop. They are no verbs: they are kept, and given to the program as a terminal would send them.
"""

from __future__ import annotations

from typing import Final

from textual.events import Event, Key, Paste

SENT: Final = {
    "enter": "\r",
    "tab": "\t",
    "backspace": "\x7f",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "insert": "\x1b[2~",
    "delete": "\x1b[3~",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "shift+tab": "\x1b[Z",
    "ctrl+space": "\x00",
    "ctrl+@": "\x00",
    "ctrl+backslash": "\x1c",
    "ctrl+right_square_bracket": "\x1d",
    "ctrl+circumflex_accent": "\x1e",
    "ctrl+underscore": "\x1f",
}
"""What a terminal sends for keys that are no characters."""

INTERRUPT: Final = "\x03"
"""ctrl+c."""

_CONTROL: Final = "ctrl+"
_ALT: Final = "alt+"


class TypedAhead:
    """Keeps keys while it is on."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self.is_on = False
        self.job_id = 0
        """The job that starts the program, once it is known."""
        self.has_started = False
        """The program is there, and has the terminal in a moment."""

    def begin(self) -> None:
        """Keep the keys that come from now on."""
        self.end()
        self.is_on = True

    def end(self) -> None:
        """Keep no more; what nobody took is gone."""
        self._text.clear()
        self.is_on = self.has_started = False
        self.job_id = 0

    def end_of(self, job_id: int) -> None:
        """Do the same, if it is still a certain job that keys are kept for."""
        if self.job_id == job_id:
            self.end()

    @property
    def is_interrupted(self) -> bool:
        """Whether ctrl+c was typed while there is no program yet: its start is to be stopped."""
        return not self.has_started and INTERRUPT in self._text

    def take(self, event: Event) -> bool:
        """Keep what was typed or pasted; False for other events, and while it is off."""
        if not self.is_on or not isinstance(event, Key | Paste) or event.is_forwarded:
            return False
        self._text.append(sent_for(event) if isinstance(event, Key) else pasted(event.text))
        return True

    def given(self) -> bytes:
        """Return what was typed until now, and forget it."""
        text = "".join(self._text)
        self._text.clear()
        return text.encode("utf-8", "replace")


def pasted(text: str) -> str:
    """Return what a terminal sends for a text that is pasted."""
    return text.replace("\r\n", "\r").replace("\n", "\r")


def sent_for(event: Key) -> str:
    """Return what a terminal sends for a key; nothing for one that it sends nothing for."""
    key = event.key
    if event.is_printable and event.character:
        return event.character
    if key in SENT:
        return SENT[key]
    if key.startswith(_ALT) and len(key) == len(_ALT) + 1:
        return f"\x1b{key[-1]}"
    if key.startswith(_CONTROL) and len(key) == len(_CONTROL) + 1 and key[-1].isalpha():
        return chr(ord(key[-1].lower()) & 0x1F)
    character = event.character or ""
    return character if len(character) == 1 else ""
