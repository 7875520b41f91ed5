"""Verbs of what was found on the Hub."""

from __future__ import annotations

from typing import Final

from tui.actions.spec import ON_HUB, ActionSpec, Ask
from tui.i18n import N_

HUB_VERBS: Final = (
    ActionSpec(
        "search",
        N_("Search"),
        N_("Search Docker Hub; `registry.example:5000/term` searches that registry."),
        ("n",),
        ON_HUB,
        Ask.FORM,
        docker="docker search TERM",
    ),
    ActionSpec(
        "pull_result",
        N_("Pull"),
        N_("Download the image that was found."),
        ("p", "enter"),
        ON_HUB,
        Ask.FORM,
        changes=True,
        needs_selection=True,
        docker="docker pull REFERENCE",
    ),
    ActionSpec(
        "web",
        N_("Web page"),
        N_("Open the repository's page in a browser where there is one, and copy its address."),
        ("w",),
        ON_HUB,
        needs_selection=True,
    ),
)
