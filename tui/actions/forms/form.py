"""What a form is: fields, and an action that is built from what they hold. Pure; a screen draws it.

While the user types, the screen builds the action again and again: that gives
the docker line it shows, or the sentence that says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.actions.action import Action
from tui.actions.selection import Selection
from tui.i18n import _
from tui.model.reference import InvalidReference, parse_reference


class NotYet(ValueError):
    """The form cannot be sent yet; `str()` is the sentence that says why."""


def _nothing(_selection: Selection) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to type or to tick."""

    key: str
    label: str
    help: str = ""
    is_switch: bool = False
    """A tick, worth "yes" or ""."""
    initial: Callable[[Selection], str] = _nothing


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
