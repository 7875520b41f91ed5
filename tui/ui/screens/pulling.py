"""The preview of a pull: its layers, what is here already, and the bytes that it would fetch."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from tui.actions.action import Action
from tui.actions.values.images import PullImage
from tui.actions.values.reading import PlanPull
from tui.i18n import N_, _
from tui.layers.command import clean_command
from tui.model.job import Job, JobState
from tui.model.pullplan import NO_PULL_PLAN, PlannedLayer, Presence, PullPlan, short_digest
from tui.model.text import human_size
from tui.store.state import State
from tui.ui.screens.base import Dialog, shown
from tui.ui.widgets.columns import Cell, CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

UNPACKED: Final = 3
"""Bytes on the disk for each byte that is fetched, roughly: nobody tells before."""

WORDS: Final = {
    Presence.HERE: (N_("here"), "good"),
    Presence.MAYBE: (N_("maybe"), "warn"),
    Presence.MISSING: (N_("fetch"), ""),
}


class PullPreviewScreen(Dialog[Action]):
    """What a pull would fetch. The pull can be begun at any time: its answer may never come."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "go", N_("Pull"), show=False, id="pulling.y"),
        Binding("n", "leave", N_("Cancel"), show=False, id="pulling.n"),
        Binding("left", "app.focus_previous", show=False, id="pulling.left"),
        Binding("right", "app.focus_next", show=False, id="pulling.right"),
    ]

    def __init__(self, action: PullImage) -> None:
        super().__init__()
        self._action = action
        self._job = 0
        self._plan = NO_PULL_PLAN

    def compose(self) -> ComposeResult:
        """Title, sum, platforms, layers, docker line, buttons."""
        glyphs = self.orlop.glyphs
        columns = (
            Column("index", "#", 3, align="right", priority=5),
            Column("size", _("FETCH"), 8, align="right", priority=9),
            Column("presence", "", 6, priority=8),
            Column("digest", _("BLOB"), 12, priority=3),
            Column("command", _("CREATED BY"), 1, min_width=16, flex=True, priority=7),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield TextLine(glyphs=glyphs, id="total")
            yield TextLine(glyphs=glyphs, id="place")
            yield RowList(columns, glyphs=glyphs, marking=False)
            yield Static(shown(f"$ {self._action.docker}"), classes="docker", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Cancel (n)"), id="cancel", compact=True)
                yield Button(_("Pull (y)"), id="go", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Ask what it would fetch; the button is ready all the while."""
        title = self._action.title
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"))
        self.part("#go", Button).focus()
        plan = PlanPull(self._action.reference, self._action.platform)
        self._job = self.orlop.dispatcher.submit(plan)
        self.orlop.after_job(self._job, self._planned)
        self.follow(self._show)

    def _planned(self) -> None:
        state = self.orlop.store.state
        job = self._job_in(state)
        if job is None or job.state is JobState.DONE:
            self._plan = state.pull_plan
        self._show(state)

    def _job_in(self, state: State) -> Job | None:
        return next((job for job in state.jobs if job.job_id == self._job), None)

    def _show(self, state: State) -> None:
        job = self._job_in(state)
        rows = self.part("RowList", RowList)
        if job is not None and job.state is JobState.FAILED:
            self.part("#total", TextLine).show(CellText(f" {job.summary} {job.remedy}", "warn"))
            rows.empty_text = _(
                "What it would fetch cannot be told; it can be pulled all the same."
            )
            rows.set_rows([])
        elif self._plan == NO_PULL_PLAN:
            self.part("#total", TextLine).show(CellText(_(" Asking the registry..."), "accent"))
            rows.empty_text = _("The pull need not wait for the answer.")
            rows.set_rows([])
        else:
            self.part("#total", TextLine).show(*total_pieces(self._plan))
            self.part("#place", TextLine).show(*place_pieces(self._plan, state.gauge.free))
            rows.empty_text = _("The image has no layers.")
            rows.set_rows([layer_row(layer, self._plan) for layer in self._plan.layers])

    def action_leave(self) -> None:
        """Leave, and let the question go."""
        self.orlop.dispatcher.cancel(self._job)
        super().action_leave()

    @on(Button.Pressed, "#go")
    def action_go(self) -> None:
        """Pull, with what was predicted so far."""
        self.orlop.dispatcher.cancel(self._job)
        self.dismiss(self._action._replace(plan=self._plan))

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.action_leave()


def total_pieces(plan: PullPlan) -> tuple[Cell, ...]:
    """Return the sentence on top: what is fetched of what."""
    total = human_size(plan.total)
    if plan.image_here:
        return (CellText(_(" This very image is here: nothing is fetched."), "good"),)
    if plan.is_exact:
        text = _(" fetches {most} of {total}").format(most=human_size(plan.most), total=total)
        return (CellText(text, "strong"),)
    least, most = human_size(plan.least), human_size(plan.most)
    text = _(" fetches {least} to {most} of {total}").format(least=least, most=most, total=total)
    why = _("  (an image here has the rest; whether it came from this registry, root can tell)")
    return (CellText(text, "strong"), CellText(why, "dim"))


def place_pieces(plan: PullPlan, free: int) -> tuple[Cell, ...]:
    """Return platform, space that it takes against what is free, and who was asked.

    Args:
        plan: What would be fetched.
        free: Bytes free where the Engine keeps its images; 0 where nobody knows.
    """
    needs = plan.most * UNPACKED
    text = _(" {platform}  from {source}  unpacked roughly {needs}").format(
        platform=plan.platform, source=plan.source, needs=human_size(needs)
    )
    if not free:
        return (CellText(text, "dim"),)
    room = _("  of {free} free").format(free=human_size(free))
    return (CellText(text, "dim"), CellText(room, "bad" if needs > free else "dim"))


def layer_row(layer: PlannedLayer, plan: PullPlan) -> Row:
    """Return the row of a layer."""
    presence = Presence.HERE if plan.image_here else layer.presence
    word, style = WORDS[presence]
    return Row(
        layer.digest + str(layer.index),
        (
            str(layer.index),
            human_size(layer.size),
            CellText(_(word), style),
            short_digest(layer.digest),
            clean_command(layer.created_by) or _("(no record)"),
        ),
        dim=presence is Presence.HERE,
    )
