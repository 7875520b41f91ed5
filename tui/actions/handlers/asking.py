"""Asking the user where to read from, where nothing can be read without a cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tui.actions.dispatcher import JobContext
from tui.i18n import N_
from tui.store import events

if TYPE_CHECKING:
    from tui.contents.layertar import TarPlace
    from tui.contents.nearest import Nearness

CHOOSE: Final = N_("It has to be chosen first where the files are read from.")


def asks_first(
    source: str, places: Sequence[Nearness] | Sequence[TarPlace], context: JobContext
) -> bool:
    """Ask, unless the user has chosen or something is free; tells whether it did."""
    from tui.contents.source import Offer

    usable = [one for one in places if not one.why_not]
    if source or not usable or any(not one.cost for one in usable):
        return False
    asked = [Offer(one.name, why_not=one.why_not, cost=one.cost, asks=one.asks) for one in places]
    context.tell(events.SourceAsked(tuple(asked)))
    return True
