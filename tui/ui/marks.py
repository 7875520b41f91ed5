"""What is marked, and what removing it would free. Pure."""

from __future__ import annotations

from tui.actions.preview import MARKED
from tui.disk.reclaim import reclaim_summary
from tui.i18n import _, ngettext
from tui.model.removal import RemovalPlan
from tui.model.text import human_size
from tui.store.state import Pane, State
from tui.ui.widgets.columns import CellText, Piece


def marks_pieces(state: State, pane: Pane) -> tuple[Piece, ...]:
    """Return what is marked in a pane, and what removing it would really free."""
    count = len(state.view(pane).marks)
    if not count:
        return ()
    marked = ngettext(" {count} marked", " {count} marked", count).format(count=count)
    if pane is not Pane.IMAGES:
        return (CellText(marked, "accent"),)
    preview = MARKED.of(state)
    if preview.missing:
        return (CellText(marked, "accent"), _(": reading their layers..."))
    return (CellText(marked, "accent"), f": {freed_sentence(preview.plan)}")


def freed_sentence(plan: RemovalPlan) -> str:
    """Return `frees 412 MB of 418 MB (6 MB stay: python:3.12)`."""
    summary = reclaim_summary(plan)
    text = _("frees {freed} of {listed}").format(
        freed=freed_text(plan), listed=human_size(plan.listed)
    )
    if not summary.kept:
        return text
    names = ", ".join(name for name, _size in summary.holders[:2])
    more = len(summary.holders[2:]) + summary.other_holders
    if more:
        names = _("{names} and {count} more").format(names=names, count=more)
    return _("{text} ({kept} stay: {names})").format(
        text=text, kept=human_size(summary.kept), names=names
    )


def freed_text(plan: RemovalPlan) -> str:
    """Return the bytes that come back: exact, or a range."""
    if plan.is_exact:
        return human_size(plan.freed_min)
    return _("{least} to {most}").format(
        least=human_size(plan.freed_min), most=human_size(plan.freed_max)
    )
