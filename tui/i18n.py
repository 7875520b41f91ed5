"""Every sentence a user reads passes through here (GNU gettext).

`_` translates when it is called, so that the language may be chosen after the
modules are loaded; `N_` marks a sentence that is kept in a constant and passed
through `_` where it is shown.
"""

from __future__ import annotations

import gettext
from pathlib import Path
from typing import Final

DOMAIN: Final = "orlop"
"""Name of the message catalogue: `locale/<language>/LC_MESSAGES/orlop.mo`."""

LOCALE_DIR: Final = Path(__file__).parent / "locale"

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def install(languages: list[str] | None = None) -> None:
    """Choose the language; without one, LANGUAGE, LC_ALL, LC_MESSAGES and LANG decide.

    A language without a catalogue falls back to the English of the source.
    """
    global _catalogue
    _catalogue = gettext.translation(DOMAIN, LOCALE_DIR, languages, fallback=True)


def _(message: str) -> str:
    """Return `message` in the user's language."""
    return _catalogue.gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the form of a sentence that fits `count`."""
    return _catalogue.ngettext(singular, plural, count)


def N_(message: str) -> str:
    """Mark `message` for translation and return it as it is."""
    return message
