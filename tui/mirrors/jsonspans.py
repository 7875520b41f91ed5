"""Where the members of a JSON object stand in its text.

A text that is read, changed and written again by `json` loses its order of white space, its
escapes, its doubled keys. Here one member is replaced, and every other byte stays what it was.
Only for texts that `json` has read before: nothing is checked twice.
"""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.S)
_BARE: Final = re.compile(r"[^\s,\]}]+")
_STEP: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.S)
"""What matters on the way to the end of a nested value."""


class Span(NamedTuple):
    """From the first character to the one after the last."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return what stands there."""
        return text[self.start : self.end]


class Member(NamedTuple):
    """A key of an object and its value."""

    key: str
    """Decoded."""
    name: Span
    """The key as it is written, with its quotes."""
    value: Span


def members_of(text: str, start: int) -> tuple[Member, ...]:
    """Return the members of the object that begins at `start`, in the order of the text."""
    found = []
    at = _past_space(text, start + 1)
    while text[at] != "}":
        name = value_at(text, at)
        at = _past_space(text, name.end) + 1  # the colon
        value = value_at(text, _past_space(text, at))
        found.append(Member(json.loads(name.of(text)), name, value))
        at = _next(text, value.end)
    return tuple(found)


def elements_of(text: str, start: int) -> tuple[Span, ...]:
    """Return the elements of the array that begins at `start`."""
    found = []
    at = _past_space(text, start + 1)
    while text[at] != "]":
        element = value_at(text, at)
        found.append(element)
        at = _next(text, element.end)
    return tuple(found)


def value_at(text: str, at: int) -> Span:
    """Return the span of the value that begins at `at`."""
    if text[at] not in "{[":
        match = (_STRING if text[at] == '"' else _BARE).match(text, at)
        assert match is not None
        return Span(at, match.end())
    depth = 0
    for step in _STEP.finditer(text, at):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(step[0], 0)
        if depth == 0:
            return Span(at, step.end())
    raise AssertionError("not what json has read")


def _next(text: str, at: int) -> int:
    """Return where the next one begins after a value, or where the end is."""
    at = _past_space(text, at)
    return _past_space(text, at + 1) if text[at] == "," else at


def _past_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()
