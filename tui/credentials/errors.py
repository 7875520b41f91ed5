"""What can go wrong with stored logins: one family of errors, each a sentence and a remedy.

CredentialsError
├── CredentialsUnreadable   a login may be stored, but cannot be read
├── ConfigNotWritten        docker's config.json cannot be changed
└── HelperFailed            a credential helper refuses
    └── HelperMissing       it is not installed
"""

from __future__ import annotations

from typing import ClassVar

from tui.i18n import N_, _
from tui.model.text import visible


class CredentialsError(Exception):
    """Anything that keeps a login from being read, stored or removed.

    `detail` says where or what, made harmless; it never holds a secret. `title` and `remedy` are
    sentences in the language that is set when they are read.
    """

    TITLE: ClassVar[str] = N_("The login cannot be kept.")
    REMEDY: ClassVar[str] = ""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = visible(detail.strip())

    @property
    def title(self) -> str:
        """What happened: one sentence."""
        return _(self.TITLE)

    @property
    def remedy(self) -> str:
        """What to do about it; may be empty."""
        return _(self.REMEDY) if self.REMEDY else ""


class CredentialsUnreadable(CredentialsError):
    """A login may be stored, but cannot be read; `str()` says why."""

    TITLE = N_("The stored logins cannot be read.")
    REMEDY = N_("Repair docker's config.json, or what it names as credsStore or credHelpers.")


class ConfigNotWritten(CredentialsError):
    """docker's config.json cannot be changed, or holds something that would be lost."""

    TITLE = N_("Docker's configuration cannot be changed; it is as it was.")
    REMEDY = N_("Repair the file, or keep the login for this session only.")


class HelperFailed(CredentialsError):
    """A credential helper refuses."""

    TITLE = N_("The credential helper refuses.")
    REMEDY = N_("It may be locked, or want a desktop: unlock it, or keep the login elsewhere.")


class HelperMissing(HelperFailed):
    """The helper that docker's config.json names is not installed."""

    TITLE = N_("The credential helper that docker's config.json names is not installed.")
    REMEDY = N_("Install it, or take credsStore or credHelpers out of the file.")
