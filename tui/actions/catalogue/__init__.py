"""The catalogue: every verb with its title, help, keys, danger, and how to build its action.

Keys, palette, help screen and footer are all made from it. A spec either
builds an `Action` for the dispatcher, or names a screen that asks first
(`ask`), or is a way of looking (`Ask.VIEW`) that the screens know by its ID.
"""

from __future__ import annotations

from typing import Final

from tui.actions.catalogue.app import APP_VERBS
from tui.actions.catalogue.containers import CONTAINER_VERBS
from tui.actions.catalogue.hub import HUB_VERBS
from tui.actions.catalogue.images import IMAGE_VERBS
from tui.actions.catalogue.lists import LIST_VERBS
from tui.actions.catalogue.moving import MOVING_VERBS
from tui.actions.catalogue.registries import REGISTRY_VERBS
from tui.actions.spec import ActionSpec

CATALOGUE: Final[tuple[ActionSpec, ...]] = (
    *IMAGE_VERBS,
    *MOVING_VERBS,
    *CONTAINER_VERBS,
    *HUB_VERBS,
    *REGISTRY_VERBS,
    *LIST_VERBS,
    *APP_VERBS,
)
"""Every verb, in the order of the help screen."""

BY_ID: Final = {spec.action_id: spec for spec in CATALOGUE}


def offered(*, read_only: bool) -> tuple[ActionSpec, ...]:
    """Return the verbs that this session has: in read-only mode none that changes anything."""
    return tuple(spec for spec in CATALOGUE if not (read_only and spec.changes))
