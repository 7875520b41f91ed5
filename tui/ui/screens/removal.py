"""The previews: what a removal takes, frees and leaves. The confirm button is in the preview."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from tui.actions.action import Action
from tui.actions.preview import Preview, RemovalChoice, preview_removal
from tui.actions.values.containers import ContainerTarget, RemoveContainers
from tui.actions.values.images import RemoveImages
from tui.actions.values.reading import ReadFacts
from tui.i18n import N_, _, ngettext
from tui.model.container import UNKNOWN_SIZE, ContainerSummary
from tui.model.job import JobState
from tui.model.removal import EMPTY_PLAN, ImagePlan, LayerFate, RemovalPlan, Stay, StayCause
from tui.model.text import exact_size, human_size, short_id, visible
from tui.store.state import State
from tui.ui.marks import freed_text
from tui.ui.screens.base import Dialog
from tui.ui.screens.text import TextScreen
from tui.ui.widgets.columns import Cell, CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine
from tui.ui.widgets.tick import Tick

SWITCH_KEYS: Final = {"f": "force", "w": "whole", "u": "unused", "v": "volumes"}
"""The keys that turn the switches of a preview."""


class PreviewScreen(Dialog[Action]):
    """A list of what goes and what stays, switches, the docker line, and two buttons."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "go", N_("Remove"), show=False, id="preview.y"),
        Binding("n", "leave", N_("Cancel"), show=False, id="preview.n"),
        *(
            Binding(key, f"switch('{name}')", N_("Switch"), show=False, id=f"preview.{key}")
            for key, name in SWITCH_KEYS.items()
        ),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []

    def compose(self) -> ComposeResult:
        """Title, rows, switches, docker line, buttons."""
        glyphs = self.orlop.glyphs
        columns = (
            Column("what", "", 7, priority=9),
            Column("size", "", 8, align="right", priority=7),
            Column("text", "", 1, min_width=20, flex=True, priority=8),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield TextLine(glyphs=glyphs, id="total")
            yield RowList(columns, glyphs=glyphs, marking=False, header=False)
            with Vertical(classes="switches"):
                yield from self.switches()
            yield Static("", id="docker", classes="docker", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(_("Cancel (n)"), id="cancel", compact=True)
                yield Button(_("Remove"), id="go", variant="error", compact=True, disabled=True)

    def switches(self) -> ComposeResult:
        """Return the switches of this preview."""
        raise NotImplementedError

    def show_state(self, state: State) -> None:
        """Show what would happen in this state."""
        raise NotImplementedError

    def action_for_go(self) -> Action | None:
        """Return the action of the preview as it is shown now; None while there is none."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Follow the store, so that the preview is true when the button is pressed."""
        self.query_one("#cancel").focus()
        self.follow(self.show_state)

    def tick(self, label: str, name: str) -> Tick:
        """Return one switch of the preview, with the key that turns it."""
        key = next(key for key, switch in SWITCH_KEYS.items() if switch == name)
        return Tick(f"{key}  {label}", glyphs=self.orlop.glyphs, id=name)

    def action_switch(self, name: str) -> None:
        """Turn a switch, where this preview has it."""
        for tick in self.query(f"#{name}").results(Tick):
            tick.action_toggle_value()

    def show_docker(self, line: str) -> None:
        """Show the docker line, cut to two lines of the screen."""
        shown = visible(line)
        self.part("#docker", Static).update(f"$ {shown[:300]}" if shown else "")

    def enable(self, on: bool, label: str) -> None:
        """Let the button be pressed, or not; `label` says how much it removes."""
        button = self.part("#go", Button)
        button.disabled = not on
        button.label = _("{verb} (y)").format(verb=label) if on else _("Nothing to do")

    @on(RowList.RowChosen)
    def _whole(self, event: RowList.RowChosen) -> None:
        """Show a row whole that may be cut."""
        row = next((row for row in self._rows if row.key == event.key), None)
        if row is not None:
            cells = (cell if isinstance(cell, str) else cell.text for cell in row.cells)
            self.app.push_screen(TextScreen(_("Preview"), "  ".join(filter(None, cells))))

    def show_rows(self, rows: list[Row]) -> None:
        """Show what goes and what stays."""
        self._rows = rows
        row_list = self.part("RowList", RowList)
        row_list.empty_text = _("Nothing to remove.")
        row_list.set_rows(rows)

    @on(Tick.Changed)
    def _switched(self) -> None:
        self.show_state(self.orlop.store.state)

    @on(Button.Pressed, "#go")
    def action_go(self) -> None:
        """Do exactly what is shown."""
        action = self.action_for_go()
        if action is not None:
            self.dismiss(action)

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)


class RemoveImagesScreen(PreviewScreen):
    """What removing images would do."""

    def __init__(self, choice: RemovalChoice) -> None:
        super().__init__()
        self._choice = choice
        self._plan = EMPTY_PLAN
        self._asked: tuple[str, ...] = ()
        self._asking = 0
        """Number of the job that reads them."""

    def switches(self) -> ComposeResult:
        """All names; also unused images when pruning; force."""
        if self._choice.prune:
            label = _("also images with names that no container uses")
            yield self.tick(label, "unused")
        elif any(row.shares_id > 1 for row in self._choice.selection.images):
            yield self.tick(_("whole images: with all their names"), "whole")
        if self.orlop.store.state.engine.capabilities.force_removes_containers:
            label = _("force: also REMOVES the stopped containers that use them")
        else:
            label = _("force: also images of stopped containers (their layers stay on disk)")
        yield self.tick(label, "force")

    def _chosen(self) -> RemovalChoice:
        def ticked(name: str) -> bool:
            return any(box.value for box in self.query(f"#{name}").results(Tick))

        return replace(
            self._choice, unused=ticked("unused"), whole=ticked("whole"), force=ticked("force")
        )

    def show_state(self, state: State) -> None:
        """Show the plan, or what is being read for it."""
        preview = preview_removal(state, self._chosen())
        self.part(".dialog-title", TextLine).show(
            CellText(_("Prune images") if self._choice.prune else _("Remove images"), "strong")
        )
        if preview.missing:
            self._read(preview, state)
            return
        plan = self._plan = preview.plan
        self.part("#total", TextLine).show(*total_pieces(plan))
        self.show_rows(plan_rows(plan))
        self.show_docker(RemoveImages(plan).docker if plan.steps else "")
        self.enable(bool(plan.steps), button_label(plan))

    def _read(self, preview: Preview, state: State) -> None:
        """Have what is missing read, once for the same images; tell when that failed."""
        if not set(preview.missing) <= set(self._asked):
            self._asked = preview.missing
            self._asking = self.orlop.dispatcher.submit(ReadFacts(preview.missing))
        self.part("#total", TextLine).show(reading_text(state, self._asking, preview.missing))
        self.enable(False, _("Remove"))

    def action_for_go(self) -> Action | None:
        """Return the removal of exactly the plan shown."""
        if self.part("#go", Button).disabled:
            return None
        return RemoveImages(self._plan) if self._plan.steps else None


def reading_text(state: State, job_id: int, missing: tuple[str, ...]) -> Cell:
    """Return that the layers of images are being read, or why they could not be."""
    job = next((job for job in state.jobs if job.job_id == job_id), None)
    if job is not None and job.state is JobState.FAILED:
        return CellText(f" {job.summary} {job.remedy}", "bad")
    count = len(missing)
    return ngettext(
        " Reading the layers of {count} image...", " Reading the layers of {count} images...", count
    ).format(count=count)


def button_label(plan: RemovalPlan) -> str:
    """Return what the button of the preview says."""
    count = sum(image.deleted and not image.cascade_of for image in plan.images)
    if not count:
        names = sum(len(image.untagged) for image in plan.images)
        return ngettext("Untag {count} name", "Untag {count} names", names).format(count=names)
    return ngettext("Remove {count} image", "Remove {count} images", count).format(count=count)


def total_pieces(plan: RemovalPlan) -> tuple[Cell, ...]:
    """Return the sentence on top: what comes back of what, exactly."""
    exact = exact_size(plan.freed_min) if plan.is_exact else freed_text(plan)
    text = _(" frees {freed} of {listed}").format(freed=exact, listed=human_size(plan.listed))
    kept = sum(layer.size for layer in plan.layers if not layer.freed)
    stays = _(", {kept} stay").format(kept=human_size(kept)) if kept > 0 else ""
    return (CellText(text, "good" if plan.freed_max else "warn"), stays)


def plan_rows(plan: RemovalPlan) -> list[Row]:
    """Return the rows of a plan: images with what goes and why they stay, then kept layers."""
    rows: list[Row] = []
    for image in plan.images:
        rows += _image_rows(image)
    kept = [layer for layer in plan.layers if not layer.freed and layer.size > 0]
    if kept:
        rows.append(Row("kept", ("", "", CellText(_("Layers that stay"), "strong"))))
    rows += [_kept_row(layer) for layer in sorted(kept, key=lambda item: -item.size)]
    return rows


def _image_rows(image: ImagePlan) -> list[Row]:
    rows = [
        Row(f"{image.image_id} untag {name}", (CellText(_("untag"), "warn"), "", name))
        for name in image.untagged
    ]
    if image.deleted:
        short = short_id(image.image_id)
        text = short if image.label == short else f"{short}  {image.label}"
        if image.cascade_of:
            text += _(": goes along, nothing else needs it")
        rows.append(Row(f"{image.image_id} delete", (CellText(_("delete"), "bad"), "", text)))
    rows += [
        Row(
            f"{image.image_id} stays {number}",
            (CellText(_("stays"), "good"), "", f"{image.label}: {stay_text(stay)}"),
        )
        for number, stay in enumerate(image.stays)
    ]
    rows += [
        _lost_row(image, name, _("{name}: the container is removed too"))
        for name in image.takes_containers
    ]
    rows += [
        _lost_row(image, name, _("{name}: the container loses its image, its layers stay on disk"))
        for name in image.leaves_containers
    ]
    return rows


def _lost_row(image: ImagePlan, container: str, sentence: str) -> Row:
    text = CellText(sentence.format(name=container), "bad")
    return Row(f"{image.image_id} container {container}", (CellText("!", "bad"), "", text))


def stay_text(stay: Stay) -> str:
    """Return why an image stays."""
    if stay.cause is StayCause.TAG:
        return _("also called {name}").format(name=stay.holder)
    if stay.cause is StayCause.CHILD:
        return _("{name} was made from it").format(name=stay.holder)
    return _("container {name} ({state}) uses it").format(name=stay.holder, state=stay.state)


def _kept_row(layer: LayerFate) -> Row:
    shown = ", ".join(layer.kept_by[:3])
    more = len(layer.kept_by) - 3
    if more > 0:
        shown = _("{names} and {count} more").format(names=shown, count=more)
    return Row(
        f"kept {layer.chain_id}",
        (_("kept"), human_size(layer.size), f"{short_id(layer.chain_id)}  {shown}"),
        dim=True,
    )


class RemoveContainersScreen(PreviewScreen):
    """What removing containers would do."""

    def __init__(self, containers: tuple[ContainerSummary, ...], *, prune: bool = False) -> None:
        super().__init__()
        self._ids = tuple(item.container_id for item in containers)
        self._prune = prune
        self._going: tuple[ContainerTarget, ...] = ()

    def switches(self) -> ComposeResult:
        """Force, volumes; a prune is about stopped ones, and stops none that was started since."""
        if not self._prune:
            yield self.tick(_("force: kill those that run first"), "force")
        label = _("volumes: remove their unnamed volumes too, with all that is in them")
        yield self.tick(label, "volumes")

    def _ticked(self, name: str) -> bool:
        return any(tick.value for tick in self.query(f"#{name}").results(Tick))

    def show_state(self, state: State) -> None:
        """Show each container, whether it goes, and its writable layer."""
        here = [item for item in state.containers if item.container_id in self._ids]
        force = self._ticked("force")
        going = [item for item in here if force or not item.state.is_alive]
        self._going = tuple(ContainerTarget(item.container_id, item.name) for item in going)
        title = _("Prune containers") if self._prune else _("Remove containers")
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"))
        self.part("#total", TextLine).show(_freed_by_containers(going))
        self.show_rows([_container_row(item, item in going) for item in here])
        action = self._action()
        self.show_docker(action.docker if self._going else "")
        count = len(self._going)
        self.enable(
            bool(count),
            ngettext("Remove {count} container", "Remove {count} containers", count).format(
                count=count
            ),
        )

    def _action(self) -> RemoveContainers:
        return RemoveContainers(
            self._going, force=self._ticked("force"), volumes=self._ticked("volumes")
        )

    def action_for_go(self) -> Action | None:
        """Return the removal of the containers that are shown as going."""
        return self._action() if self._going else None


def _freed_by_containers(going: list[ContainerSummary]) -> str:
    known = [item.size_rw for item in going if item.size_rw != UNKNOWN_SIZE]
    if len(known) < len(going):
        return _(" the writable layers come back (w in the list measures them)")
    return _(" frees {freed} of writable layers").format(freed=exact_size(sum(known)))


def _container_row(item: ContainerSummary, goes: bool) -> Row:
    size = "" if item.size_rw == UNKNOWN_SIZE else human_size(item.size_rw)
    what = CellText(_("remove"), "bad") if goes else CellText(_("stays"), "good")
    why = item.status if goes else _("{status}: needs force").format(status=item.status)
    return Row(item.container_id, (what, size, f"{item.name}  {item.image}  {why}"))
