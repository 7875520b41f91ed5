"""What a form is: fields, and an action that is built from what they hold. Pure; a screen draws it.

While the user types, the screen builds the action again and again: that gives
the docker line it shows, or the sentence that says what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tui.actions.action import Action
from tui.actions.selection import Selection
from tui.i18n import _
from tui.model.reference import InvalidReference, parse_reference

EXISTS: Final = ":exists"
"""Behind the key of a path to write: "yes" under this key once a file is known to be there."""


_PLATFORM: Final = re.compile(r"[a-z0-9_]+(/[a-z0-9_.]+){0,2}")


class NotYet(ValueError):
    """The form cannot be sent yet; `str()` is the sentence that says why."""


def _nothing(_selection: Selection) -> str:
    return ""


class FieldKind(StrEnum):
    """What a field holds, and so how it is filled in."""

    TEXT = "text"
    SWITCH = "switch"
    """A tick, worth "yes" or ""."""
    READ_PATH = "read_path"
    """A file that is read: the path comes expanded, with completion and what is known of it."""
    WRITE_PATH = "write_path"
    """A file that is written. If one is there the screen asks, and the value under
    `key + EXISTS` is "yes": then the action may replace it."""
    FOLDER = "folder"
    """A folder; as a path to read."""
    CHOICE = "choice"
    """One of `choices`."""
    SECRET = "secret"
    """A password: masked on the screen, and a `Secret` among the values."""
    LINES = "lines"
    """Several lines of text."""


class Secret(str):
    """A text that shows itself to nobody who only asks for its looks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in."""

    key: str
    label: str
    help: str = ""
    kind: FieldKind = FieldKind.TEXT
    initial: Callable[[Selection], str] = _nothing
    choices: tuple[tuple[str, str], ...] = ()
    """Of a choice: the value and what it is called. The first one unless `initial` says else."""


@dataclass(frozen=True, slots=True)
class Form:
    """What an action asks for."""

    form_id: str
    title: str
    verb: str
    """The word on the button."""
    fields: tuple[Field, ...]
    build: Callable[[Selection, Mapping[str, str]], Action]
    """Raises NotYet while the values do not do."""
    about: Callable[[Selection], str] = _nothing
    """What is to be known before; already translated, may be of several lines."""


def checked_platform(text: str) -> str:
    """Return a platform that was typed; empty for the Engine's own.

    Raises:
        NotYet: it is none.
    """
    platform = text.strip()
    if platform and not _PLATFORM.fullmatch(platform):
        raise NotYet(_("A platform looks like linux/arm64."))
    return platform


def checked_reference(text: str) -> str:
    """Return an image reference that was typed.

    Raises:
        NotYet: it is none.
    """
    if not text.strip():
        raise NotYet(_("Type an image reference, such as nginx:1.27."))
    try:
        return str(parse_reference(text))
    except InvalidReference as error:
        raise NotYet(_("Not an image reference: {why}.").format(why=error)) from error


def checked_tag(text: str) -> str:
    """Return an image reference without a digest that was typed.

    Raises:
        NotYet: it is none.
    """
    reference = checked_reference(text)
    if parse_reference(reference).digest:
        raise NotYet(_("A tag cannot hold a digest."))
    return reference
