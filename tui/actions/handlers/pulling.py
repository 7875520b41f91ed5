"""What a pull would fetch, before; and against that what it did fetch, afterwards."""

from __future__ import annotations

from typing import Final

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.handlers.registries import ways_for
from tui.actions.values.reading import PlanPull
from tui.i18n import _
from tui.model.progress import Progress
from tui.model.pullplan import NO_PULL_PLAN, PullPlan
from tui.model.reference import parse_reference
from tui.model.text import exact_size
from tui.store import events

KEPT: Final = "Already exists"
"""The Engine's words for a layer that it has."""


def plan_pull(action: PlanPull, context: JobContext) -> Ending:
    """Ask the registry for the layers, and the Engine or its disk which of them are here."""
    from tui.browsing.pullplan import plan_of

    client = context.client()
    context.on_cancel(client.cut)
    reference = parse_reference(action.reference)
    plan = plan_of(client, ways_for(context), reference, action.platform, context.check)
    context.tell(events.PullPlanned(plan))
    return Ending()


def compare(plan: PullPlan, ended: Progress) -> str:
    """Return predicted against measured as a sentence; empty where nothing was predicted."""
    facts = comparison_facts(plan, ended)
    if not facts:
        return ""
    fetched, least, most = facts["fetched"], facts["predicted_min"], facts["predicted_max"]
    predicted = exact_size(most)
    if least != most:
        predicted = _("{least} to {most}").format(least=exact_size(least), most=exact_size(most))
    sentence = _("  predicted {predicted}, fetched {fetched}")
    return sentence.format(predicted=predicted, fetched=exact_size(fetched))


def comparison_facts(plan: PullPlan, ended: Progress) -> dict[str, int]:
    """Return predicted and fetched bytes of layers; nothing where nothing was predicted."""
    if plan == NO_PULL_PLAN:
        return {}
    kept = {part.layer_id for part in ended.parts if part.status == KEPT}
    told = {part.layer_id for part in ended.parts}
    fetched = plan.fetched(kept) if told else 0  # not a word of layers: all of it was here
    return {"predicted_min": plan.least, "predicted_max": plan.most, "fetched": fetched}
