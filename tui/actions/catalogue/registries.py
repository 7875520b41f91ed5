"""Verbs that look into registries and Docker Hub."""

from __future__ import annotations

from typing import Final

from tui.actions.spec import ON_HUB, ON_IMAGE_LIST, ActionSpec
from tui.i18n import N_

REGISTRY_VERBS: Final = (
    ActionSpec(
        "tags",
        N_("Tags"),
        N_("Show all tags of the repository in its registry: dates, sizes, platforms."),
        ("T",),
        ON_IMAGE_LIST | ON_HUB,
        needs_selection=True,
    ),
    ActionSpec(
        "newer",
        N_("Newer"),
        N_("Ask the registries whether the marked images, or all, have newer ones; pull those."),
        ("N",),
        ON_IMAGE_LIST,
    ),
    ActionSpec(
        "repository",
        N_("Page"),
        N_("Show the repository's page on Docker Hub as text."),
        ("i",),
        ON_HUB,
        needs_selection=True,
    ),
    ActionSpec(
        "browse",
        N_("Registry"),
        N_("List the repositories of any registry, and their tags."),
        ("R",),
        ON_HUB,
    ),
)
