"""The way to an image or a container on the Engine's disk, step by step."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui.actions.values.reading import ReadWalk
from tui.i18n import N_, _
from tui.model.job import JobState
from tui.model.walk import NO_WALK, WalkStep
from tui.store.state import State
from tui.ui.screens.base import Sheet
from tui.ui.screens.text import FieldsScreen, FieldValue, copyable
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine


class WalkScreen(Sheet[None]):
    """Each step is a file or a calculation; Enter shows it whole."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy_line", N_("Copy"), show=False, id="walk.c"),
    ]

    def __init__(self, action: ReadWalk) -> None:
        super().__init__()
        self._action = action
        self._job = 0
        self._walk = NO_WALK

    def compose(self) -> ComposeResult:
        """Title, rows, the shell line, keys."""
        glyphs = self.orlop.glyphs
        shown = (
            Column("number", "#", 3, align="right", priority=9),
            Column("mark", "", 1, priority=8),
            Column("title", _("STEP"), 1, min_width=18, flex=True, priority=10),
            Column("path", _("FILE OR FOLDER"), 2, min_width=30, flex=True, priority=7),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(shown, glyphs=glyphs, marking=False)
            yield TextLine(glyphs=glyphs, id="walk-line")
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Ask for the walk and show it when it is there."""
        title = _(" Where {name} lies").format(name=self._action.name)
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"))
        keys = _(" enter the whole step  c copy the shell line  esc back")
        self.part("#sheet-keys", TextLine).show(keys)
        self._rows.empty_text = _("Reading...")
        self._rows.focus()
        self._job = self.orlop.dispatcher.submit(self._action)
        self.follow(self._show)

    @property
    def _rows(self) -> RowList:
        return self.part("RowList", RowList)

    def _show(self, state: State) -> None:
        job = next((job for job in state.jobs if job.job_id == self._job), None)
        if job is not None and job.state is JobState.FAILED:
            self._rows.empty_text = f"{job.summary} {job.remedy}"
        if state.walk is self._walk or state.walk.target_id != self._action.target_id:
            return
        self._walk = state.walk
        if self._walk.host:
            host = CellText(_("on host {host} ").format(host=self._walk.host), "warn")
            title = _(" Where {name} lies").format(name=self._action.name)
            self.part(".dialog-title", TextLine).show(CellText(title, "strong"), right=(host,))
        self._rows.set_rows([self._row(at, step) for at, step in enumerate(self._walk.steps)])
        self._show_line()

    def _row(self, at: int, step: WalkStep) -> Row:
        glyphs = self.orlop.glyphs
        mark = glyphs.check if step.read or not step.path else glyphs.cross
        path = step.path or (step.facts[-1][1] if step.facts else "")
        return Row(str(at), (str(at + 1), mark, step.title, path), dim=bool(step.error))

    @property
    def _step(self) -> WalkStep | None:
        key = self._rows.cursor_key
        return self._walk.steps[int(key)] if key is not None else None

    @on(RowList.RowHighlighted)
    def _show_line(self) -> None:
        step = self._step
        text = (f" $ {step.shell}" if step.shell else f" {step.explanation}") if step else ""
        self.part("#walk-line", TextLine).show(CellText(text, "dim"))

    @on(RowList.RowChosen)
    def _whole(self) -> None:
        if (step := self._step) is not None:
            self.app.push_screen(FieldsScreen(step.title, step_fields(step)))

    def action_copy_line(self) -> None:
        """Copy the line that shows the same in a shell; the path where there is none."""
        if (step := self._step) is not None:
            self.orlop.copy_text(copyable(step.shell or step.path), _("shell line"))


def step_fields(step: WalkStep) -> list[FieldValue]:
    """Return everything of a step."""
    fields = [FieldValue(_("What it is"), step.explanation)]
    if step.path:
        fields.append(FieldValue(_("Path"), step.path))
    fields += [FieldValue(label, value) for label, value in step.facts]
    if step.shell:
        fields.append(FieldValue(_("In a shell"), step.shell))
    if step.error:
        fields.append(FieldValue(_("Not read"), step.error))
    return fields
