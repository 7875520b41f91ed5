"""Doing something to each of several targets, and telling what became of them."""

from __future__ import annotations

from collections.abc import Callable

from tui.actions.dispatcher import Ending, JobContext
from tui.actions.values.containers import ContainerTarget
from tui.engine.errors import Cancelled, EngineError
from tui.i18n import _, ngettext
from tui.model.progress import Outcome, Progress, TargetOutcome
from tui.model.text import visible


def for_each(
    targets: tuple[ContainerTarget, ...],
    context: JobContext,
    change: Callable[[ContainerTarget], None],
) -> Ending:
    """Do something to each target; an error of one does not keep the others from it."""
    outcomes: list[TargetOutcome] = []
    for target in targets:
        outcomes.append(_one(target, context, change))
        lines = tuple(outcome_line(outcome) for outcome in outcomes)
        context.report(Progress(visible(target.name), len(outcomes), len(targets), lines=lines))
    return Ending(summary_of(tuple(outcomes)), tuple(outcomes))


def _one(
    target: ContainerTarget, context: JobContext, change: Callable[[ContainerTarget], None]
) -> TargetOutcome:
    name = visible(target.name)
    if context.cancelled.is_set():
        return TargetOutcome(name, Outcome.SKIPPED, _("stopped before its turn"))
    try:
        change(target)
    except Cancelled:
        return TargetOutcome(name, Outcome.SKIPPED, _("stopped"))
    except EngineError as error:
        return TargetOutcome(name, Outcome.FAILED, error.detail or error.title)
    return TargetOutcome(name, Outcome.DONE)


def outcome_line(outcome: TargetOutcome) -> str:
    """Return one line of a job's report for one target."""
    if outcome.outcome is Outcome.DONE:
        return _("done: {target}").format(target=outcome.target)
    if outcome.outcome is Outcome.SKIPPED:
        return _("skipped: {target}: {why}").format(target=outcome.target, why=outcome.why)
    return _("failed: {target}: {why}").format(target=outcome.target, why=outcome.why)


def summary_of(outcomes: tuple[TargetOutcome, ...]) -> str:
    """Return one sentence: how many went well, and the first reason for those that did not."""
    done = sum(item.outcome is Outcome.DONE for item in outcomes)
    text = ngettext("{done} of {count} done.", "{done} of {count} done.", len(outcomes)).format(
        done=done, count=len(outcomes)
    )
    trouble = next((item for item in outcomes if item.outcome is not Outcome.DONE), None)
    return f"{text} {outcome_line(trouble)}" if trouble else text
