"""The logins to registries, as lines and as a document; no secret is in either."""

from __future__ import annotations

from tui.i18n import _
from tui.report.tables import Table
from tui.store.state import Logins


def accounts_lines(logins: Logins) -> tuple[str, ...]:
    """Return a line for each login, and for each reason why some cannot be told."""
    told = [f"{one.title} {one.detail} {one.remedy}".strip() for one in logins.troubles]
    if not logins.accounts:
        return (*told, _("You are logged in nowhere: orlop login [SERVER]."))
    rows = tuple(
        (
            one.registry,
            one.user or "-",
            _("token") if one.is_token else _("password"),
            one.place.label,
        )
        for one in logins.accounts
    )
    table = Table((_("REGISTRY"), _("USER"), _("WITH"), _("KEPT BY")), rows)
    return (*table.lines(), *told)


def accounts_document(logins: Logins) -> object:
    """Return the logins for a program."""
    return {
        "accounts": [
            {
                "registry": one.registry,
                "user": one.user,
                "token": one.is_token,
                "kept": one.place.keeper.value,
                "helper": one.place.helper,
            }
            for one in logins.accounts
        ],
        "troubles": [{"title": one.title, "detail": one.detail} for one in logins.troubles],
    }
