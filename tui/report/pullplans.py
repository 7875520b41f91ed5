"""What a pull would fetch, as lines and as JSON."""

from __future__ import annotations

from tui.i18n import _
from tui.layers.command import clean_command
from tui.model.pullplan import Presence, PullPlan, short_digest
from tui.model.text import exact_size, human_size, visible
from tui.report.verb import Told


def told_plan(plan: PullPlan) -> Told:
    """Return a plan for people and for programs."""
    return Told(tuple(_lines(plan)), _document(plan))


def _lines(plan: PullPlan) -> list[str]:
    if plan.image_here:
        head = _("{name} is here already; nothing would be fetched.")
    elif plan.is_exact:
        head = _("{name} would fetch {most} of {total}.")
    else:
        head = _("{name} would fetch {least} to {most} of {total}.")
    least, most, total = map(exact_size, (plan.least, plan.most, plan.total))
    lines = [head.format(name=visible(plan.reference), least=least, most=most, total=total)]
    words = {Presence.HERE: _("here"), Presence.MAYBE: _("maybe"), Presence.MISSING: _("fetch")}
    for layer in plan.layers:
        size, blob = human_size(layer.size), short_digest(layer.digest)
        command = visible(clean_command(layer.created_by))
        presence = Presence.HERE if plan.image_here else layer.presence
        lines.append(f"{layer.index:4}  {size:>8}  {words[presence]:6}{blob}  {command}")
    return lines


def _document(plan: PullPlan) -> dict[str, object]:
    return {
        "reference": plan.reference,
        "platform": plan.platform,
        "platforms": list(plan.platforms),
        "digest": plan.digest,
        "image_here": plan.image_here or None,
        "total_bytes": plan.total,
        "fetch_min_bytes": plan.least,
        "fetch_max_bytes": plan.most,
        "layers": [
            {
                "index": layer.index,
                "blob": layer.digest,
                "size": layer.size,
                "presence": layer.presence.value,
                "created_by": layer.created_by,
            }
            for layer in plan.layers
        ],
    }
