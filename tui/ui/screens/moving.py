"""Moving images on the screen: what saving costs, what loading and sending would do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Button, Static

from tui.actions.action import Action
from tui.actions.values.moving import LoadImages, PlanLoad, PlanSend, SendImages
from tui.contents.stream import saving_cost
from tui.i18n import N_, _, ngettext
from tui.model.job import Job, JobState
from tui.model.loadplan import NO_LOAD_PLAN, LoadedImage, LoadPlan, Move
from tui.model.sendplan import NO_SEND_PLAN, SendPlan
from tui.model.text import human_size, short_id, visible
from tui.store.rows import ImageRow
from tui.store.state import State
from tui.transfer.saving import archive_size
from tui.ui.screens.base import Dialog, shown
from tui.ui.screens.connection import ContextsScreen
from tui.ui.screens.form import FormScreen, shown_lines
from tui.ui.widgets.columns import Cell, CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

_YES_NO: list[BindingType] = [
    Binding("y", "go", N_("Go"), show=False, id="moving.y"),
    Binding("n", "leave", N_("Cancel"), show=False, id="moving.n"),
    Binding("left", "app.focus_previous", show=False, id="moving.left"),
    Binding("right", "app.focus_next", show=False, id="moving.right"),
]


class SaveScreen(FormScreen):
    """Where images are saved to; says before how much that is, and what it costs the Engine."""

    def more(self) -> Iterable[Widget]:
        """Tell the size and the cost."""
        state = self.orlop.store.state
        text = save_text(self._selection.images, state)
        yield Static(shown_lines(text), classes="form-about", markup=False)


def save_text(rows: tuple[ImageRow, ...], state: State) -> str:
    """Return how large an archive will be, and what saving costs the Engine."""
    images = {row.image.image_id: row.image for row in rows}
    facts = [state.facts[one] for one in images if one in state.facts]
    if len(facts) == len(images):
        size, words = archive_size(facts), _("{count} images, about {size}.")
        one = _("{count} image, about {size}.")
    else:
        size, words = (
            sum(image.size for image in images.values()),
            _("{count} images, {size} or less."),
        )
        one = _("{count} image, {size} or less.")
    head = (one if len(images) == 1 else words).format(count=len(images), size=human_size(size))
    return f"{head} {saving_cost(state.engine, size, state.gauge.free or None)}"


class PlanScreen(Dialog[Action]):
    """What an action would do, found out by a job of its own; then the action, or not."""

    BINDINGS: ClassVar[list[BindingType]] = _YES_NO
    VERB: ClassVar[str] = N_("Go (y)")
    COLUMNS: ClassVar[tuple[tuple[str, str], ...]] = ()

    def __init__(self, action: Action, plan: Action) -> None:
        """Prepare.

        Args:
            action: What is asked about.
            plan: The job that finds out what it would do.
        """
        super().__init__()
        self._action = action
        self._plan_action = plan
        self._job = 0
        self._is_planned = False

    def compose(self) -> ComposeResult:
        """Title, sum, rows, docker line, buttons."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield TextLine(glyphs=glyphs, id="total")
            yield RowList(self.columns(), glyphs=glyphs, marking=False)
            yield Static(shown(f"$ {self._action.docker}"), classes="docker", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Cancel (n)"), id="cancel", compact=True)
                yield Button(_(self.VERB), id="go", variant="primary", compact=True)

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of the rows."""
        raise NotImplementedError

    def rows(self, state: State) -> list[Row]:
        """Return what is planned."""
        raise NotImplementedError

    def total(self, state: State) -> tuple[Cell, ...]:
        """Return it in one line."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Find out what it would do."""
        self.part(".dialog-title", TextLine).show(CellText(self._action.title, "strong"))
        self.part("#cancel", Button).focus()
        self._job = self.orlop.dispatcher.submit(self._plan_action)
        self.orlop.after_job(self._job, self._planned)
        self.follow(self._show)

    def _planned(self) -> None:
        state = self.orlop.store.state
        job = self._job_in(state)
        self._is_planned = job is None or job.state is JobState.DONE
        self._show(state)
        if self._is_planned and self.app.screen is self:
            self.part("#go", Button).focus()

    def _job_in(self, state: State) -> Job | None:
        return next((job for job in state.jobs if job.job_id == self._job), None)

    def _show(self, state: State) -> None:
        job = self._job_in(state)
        rows, line = self.part("RowList", RowList), self.part("#total", TextLine)
        self.part("#go", Button).disabled = not self._is_planned
        if job is not None and job.state is JobState.FAILED:
            line.show(CellText(f" {job.summary}", "bad"))
            rows.empty_text = job.remedy
            rows.set_rows([])
        elif not self._is_planned:
            share = ""
            if job is not None and job.progress.total:
                share = f"  {job.progress.done * 100 // job.progress.total} %"
            line.show(CellText(f" {self._plan_action.title}...{share}", "accent"))
            rows.empty_text = ""
            rows.set_rows([])
        else:
            line.show(*self.total(state))
            rows.set_rows(self.rows(state))

    def action_leave(self) -> None:
        """Leave, and let the question go."""
        self.orlop.dispatcher.cancel(self._job)
        super().action_leave()

    @on(Button.Pressed, "#go")
    def action_go(self) -> None:
        """Do it."""
        if self._is_planned:
            self.dismiss(self.agreed())

    def agreed(self) -> Action:
        """Return what is done then."""
        return self._action

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.action_leave()


class LoadPreviewScreen(PlanScreen):
    """What an archive holds: what is here, what comes, which tags would move."""

    VERB = N_("Load (y)")

    def __init__(self, action: LoadImages) -> None:
        super().__init__(action, PlanLoad(action.path))
        self._load = action

    def agreed(self) -> Action:
        """Return the loading, which need not look through the archive once more."""
        return self._load._replace(check=False)

    def columns(self) -> tuple[Column, ...]:
        """Image, size, what is here, what becomes of the tag."""
        return (
            Column("tag", _("IMAGE"), 1, min_width=16, flex=True, priority=9),
            Column("id", _("IMAGE ID"), 12, priority=4),
            Column("size", _("SIZE"), 8, align="right", priority=7),
            Column("here", _("HERE"), 10, priority=5),
            Column("move", _("TAG"), 27, priority=8),
        )

    def rows(self, state: State) -> list[Row]:
        """Return a row for each tag, and for each image without one."""
        return load_rows(state.load_plan)

    def total(self, state: State) -> tuple[Cell, ...]:
        """Return how many images, and how many tags move."""
        return load_total(state.load_plan)


def load_total(plan: LoadPlan) -> tuple[Cell, ...]:
    """Return the sentence on top."""
    if plan == NO_LOAD_PLAN:
        return ()
    count = len(plan.images)
    text = ngettext(" {count} image, {size}", " {count} images, {size}", count).format(
        count=count, size=human_size(plan.size)
    )
    here = sum(image.size_here for image in plan.images)
    told = [CellText(text, "strong")]
    moved = len(plan.moved)
    if moved:
        words = ngettext("  {count} TAG MOVES", "  {count} TAGS MOVE", moved)
        told.append(CellText(words.format(count=moved), "warn"))
    if all(image.is_here for image in plan.images):
        told.append(CellText(_("  all of it is here already"), "good"))
    elif here:
        told.append(CellText(_("  {size} of its layers are here").format(size=human_size(here))))
    return tuple(told)


def load_rows(plan: LoadPlan) -> list[Row]:
    """Return a row for each tag, and for each image without one."""
    rows = []
    for at, image in enumerate(plan.images):
        tags = image.tags or (None,)
        for place, tag in enumerate(tags):
            name = visible(tag.tag) if tag else _("<none>")
            what: Cell = ""
            if tag and tag.move is Move.NEW:
                what = CellText(_("new"), "good")
            elif tag and tag.move is Move.SAME:
                what = _("stays")
            elif tag:
                words = (
                    _("moves from {id}") if not tag.leaves_untagged else _("moves; {id} unnamed")
                )
                what = CellText(words.format(id=short_id(tag.before)), "warn")
            size = human_size(image.size) if not place else ""
            cells = (name, short_id(image.image_id), size, _here(image) if not place else "", what)
            rows.append(Row(f"{at} {place}", cells, dim=image.is_here))
    return rows


def _here(image: LoadedImage) -> str:
    if image.is_here:
        return _("whole")
    return _("{here}/{count} layers").format(here=image.layers_here, count=image.layers)


class TargetsScreen(ContextsScreen):
    """The Engines that images can be sent to."""

    TITLE_TEXT = N_("Send to which Engine?")
    KEYS_TEXT = N_(" enter look what is there  esc back")
    EMPTY_TEXT = N_(
        "There is no other docker context (docker context create NAME --docker host=…)."
    )


class SendPreviewScreen(PlanScreen):
    """What another Engine has of these images, and what would go there."""

    VERB = N_("Send (y)")

    def __init__(self, action: SendImages) -> None:
        super().__init__(action, PlanSend(action.names, action.to))
        self._names = action.names

    def columns(self) -> tuple[Column, ...]:
        """Name the images."""
        return (Column("tag", _("IMAGE"), 1, min_width=16, flex=True, priority=9),)

    def rows(self, _state: State) -> list[Row]:
        """Return a row for each image."""
        return [Row(name, (visible(name),)) for name in self._names]

    def total(self, state: State) -> tuple[Cell, ...]:
        """Return how much goes over."""
        return send_total(state.send_plan)


def send_total(plan: SendPlan) -> tuple[Cell, ...]:
    """Return the sentence on top."""
    if plan == NO_SEND_PLAN:
        return ()
    over = plan.size - plan.size_there if plan.is_thin else plan.size
    text = _(" about {size} go to {to}").format(size=human_size(max(over, 0)), to=visible(plan.to))
    there = _("  {engine} has {there} of {count} layers").format(
        engine=visible(plan.engine), there=plan.layers_there, count=plan.layers
    )
    why = "" if plan.is_thin or not plan.layers_there else _(", but cannot do without them")
    return (CellText(text, "strong"), CellText(there + why, "dim"))
