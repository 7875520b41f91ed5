"""The main screen: wires keys, panes and store. What a verb does is decided elsewhere."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.screen import Screen
from textual.timer import Timer

from tui.actions.action import Action
from tui.actions.catalogue import BY_ID, CATALOGUE
from tui.actions.selection import select, under_cursor
from tui.actions.spec import ActionSpec, why_not
from tui.i18n import N_, _
from tui.store import events
from tui.store.state import Pane, State
from tui.ui import filtering
from tui.ui.keys import bindings, key_of, reminder, spec_for
from tui.ui.layout import is_narrow
from tui.ui.lines import cells, header_pieces, job_pieces
from tui.ui.panes.base import ListPane
from tui.ui.panes.containers import ContainersPane
from tui.ui.panes.hub import HubPane
from tui.ui.panes.images import ImagesPane
from tui.ui.panes.layers import LayersPane
from tui.ui.reading import Reading
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import Piece, TextLine

if TYPE_CHECKING:
    from tui.ui.app import OrlopApp
    from tui.ui.asking import Asking
    from tui.ui.figures import FiguresWatch

REST: Final = 0.2
"""Seconds that the cursor rests before its image is read: nothing is asked for while it moves."""


class MainScreen(Screen[None]):
    """Header, panes, marks, jobs, docker line, keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(CATALOGUE),
        Binding("escape", "back", N_("Back"), show=False, id="main.escape"),
        Binding("tab", "next_pane(1)", N_("Next pane"), show=False, id="main.tab"),
        Binding("shift+tab", "next_pane(-1)", N_("Pane before"), show=False, id="main.shift+tab"),
        *(
            Binding(str(n), f"show_pane({n})", N_("Pane"), show=False, id=f"main.{n}")
            for n in range(1, len(Pane) + 1)
        ),
    ]

    def __init__(self, specs: tuple[ActionSpec, ...]) -> None:
        super().__init__()
        self._specs = specs
        self._pane = Pane.IMAGES
        self._panes: dict[Pane, ListPane] = {}
        self._rest: Timer | None = None
        self._message: tuple[str, str] = ("", "")
        self.filtering = filtering.Filtering(self)

    @cached_property
    def asking(self) -> Asking:
        """The dialogs; loaded with the first verb, or shortly after the start."""
        from tui.ui.asking import Asking

        return Asking(self)

    @cached_property
    def reading(self) -> Reading:
        """What is read for the images in view."""
        return Reading(self.orlop)

    @cached_property
    def figures(self) -> FiguresWatch:
        """What has figures read for the containers pane; loaded when they are shown."""
        from tui.ui.figures import FiguresWatch

        return FiguresWatch(self, self.query_one(ContainersPane))

    @property
    def orlop(self) -> OrlopApp:
        """The app, with its store and dispatcher."""
        from tui.ui.app import OrlopApp

        app = self.app
        assert isinstance(app, OrlopApp)
        return app

    @property
    def state(self) -> State:
        """The current state."""
        return self.orlop.store.state

    @property
    def pane(self) -> Pane:
        """The pane in use."""
        return self._pane

    @property
    def specs(self) -> tuple[ActionSpec, ...]:
        """The verbs of this session."""
        return self._specs

    def compose(self) -> ComposeResult:
        """Lay out the screen.

        The classes of the first pane in use are there from the start: a change of class
        has the styles of all that is below worked out once more.
        """
        glyphs = self.orlop.glyphs
        images = ImagesPane(glyphs, self.orlop.clock)
        images.add_class("-current", update=False)
        others = (ContainersPane(glyphs), HubPane(glyphs), LayersPane(glyphs))
        self._panes = {pane.PANE: pane for pane in (images, *others)}
        self._header, self._jobs_line, self._marks_line, self._keys = (
            TextLine(glyphs=glyphs, id=name) for name in ("header", "jobs-line", "marks", "keys")
        )
        self._jobs_line.add_class("-hidden", update=False)
        if is_narrow(*self.app.size):
            self.add_class("-narrow", update=False)
        yield self._header
        with Horizontal(id="panes"):
            yield Vertical(images, *others[:2], id="left", classes="-current")
            yield Vertical(others[2], id="right")
        yield self._jobs_line
        yield self._marks_line
        yield self._keys

    def on_mount(self) -> None:
        """Show the state as it is, and from now on each change."""
        self.orlop.store.subscribe(self._state_changed)
        self.show_pane(Pane.IMAGES)
        self._show(self.state)
        if self.state.show_figures:
            self.figures.changed()

    def list_pane(self, pane: Pane) -> ListPane:
        """Return a pane's widget."""
        return self._panes[pane]

    # What is shown

    def _state_changed(self, before: State, after: State) -> None:
        self._show(after)
        if before.show_figures or after.show_figures:
            self.figures.changed()
        if after.view(Pane.IMAGES).marks:
            from tui.actions.preview import MARKED  # not part of a start

            self.reading.facts(MARKED.of(after).missing)
        if before.images is not after.images or before.connection != after.connection:
            self._rest_begins()

    def _show(self, state: State) -> None:
        for pane in Pane:
            self.list_pane(pane).show(state)
        left, right = header_pieces(state, self.orlop.glyphs, self.size.width)
        self._header.show(*left, right=right)
        jobs = job_pieces(state, self.orlop.glyphs)
        line = self._jobs_line
        line.set_class(not jobs, "-hidden")
        line.show(*jobs)
        self._show_marks(state)

    def _show_marks(self, state: State) -> None:
        text, style = self._message
        docker = (CellText(f"$ {state.last_docker} ", "dim"),) if state.last_docker else ()
        marks: tuple[Piece, ...] = ()
        if state.view(self._pane).marks:
            from tui.ui.marks import marks_pieces  # not part of a start

            marks = marks_pieces(state, self._pane)
        left = (CellText(f" {text}", style),) if text else marks
        if left and cells(left) + cells(docker) >= self.size.width:
            docker = ()
        self._marks_line.show(*left, right=docker)

    def show_keys(self) -> None:
        """Remind of the keys that mean something now."""
        if self.filtering.is_on:
            self._keys.show(*filtering.reminder())
        else:
            self._keys.show(*reminder(self._specs, self._pane, self.size.width))

    def tell(self, text: str, style: str = "") -> None:
        """Show a sentence in the bottom line until the next key."""
        self._message = (text, style)
        self._show_marks(self.state)

    def show_pane(self, pane: Pane) -> None:
        """Make a pane the one in use; on a small screen the only one in view."""
        if pane is not self._pane:
            self.filtering.end()
        self._pane = pane
        for other in Pane:
            self.list_pane(other).set_current(other is pane)
        self.query_one("#left").set_class(pane is not Pane.LAYERS, "-current")
        self.query_one("#right").set_class(pane is Pane.LAYERS, "-current")
        self.show_keys()
        rows = self.list_pane(pane).rows
        if self.focused is not rows:
            rows.focus(scroll_visible=False)
        self._show_marks(self.state)
        if pane is Pane.LAYERS:
            self._show_layers()
            self.reading.all_facts()

    @on(DescendantFocus)
    def _focus_moved(self, event: DescendantFocus) -> None:
        pane = next((p for p in Pane if self.list_pane(p) in event.widget.ancestors), None)
        if pane is not None and pane is not self._pane:
            self.show_pane(pane)

    @on(Resize)
    def _resized(self, event: Resize) -> None:
        self.set_class(is_narrow(*event.size), "-narrow")
        self._show(self.state)
        self.show_keys()

    # The cursor

    @on(RowList.RowHighlighted)
    def _row_highlighted(self, event: RowList.RowHighlighted) -> None:
        pane = next((p for p in Pane if self.list_pane(p).rows is event.row_list), None)
        if pane is None:
            return
        self.orlop.store.apply(events.CursorMoved(pane, event.key or ""))
        if pane is Pane.IMAGES:
            self._rest_begins()

    def _rest_begins(self) -> None:
        """Read what is in sight once the cursor has rested for a moment."""
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST, self._rested)

    def _rested(self) -> None:
        self._rest = None
        self._show_layers()
        images = self.query_one(ImagesPane)
        wanted = dict.fromkeys(images.visible_ids_without_facts(self.state))
        current = self.query_one(LayersPane).image_id
        if current and current not in self.state.facts:
            wanted = {current: None, **wanted}
        self.reading.facts(tuple(wanted))

    def _show_layers(self) -> None:
        row = next(iter(under_cursor(self.state, Pane.IMAGES).images), None)
        layers = self.query_one(LayersPane)
        if row is None:
            layers.show_image("", "", self.state)
        else:
            name = row.reference or row.image.image_id.rpartition(":")[2][:12]
            layers.show_image(row.image.image_id, name, self.state)

    # Keys and verbs

    def action_press(self, name: str) -> None:
        """Do what a key means in the pane in use."""
        self._message = ("", "")
        spec = spec_for(self._specs, key_of(name), self._pane)
        if spec is None:
            self._show_marks(self.state)
            return
        self.perform(spec)

    def action_show_pane(self, number: int) -> None:
        """Go to the pane with a number."""
        self.show_pane(tuple(Pane)[number - 1])

    def action_next_pane(self, step: int) -> None:
        """Go to the next pane, or back."""
        panes = tuple(Pane)
        self.show_pane(panes[(panes.index(self._pane) + step) % len(panes)])

    def action_back(self) -> None:
        """Drop the filter; else leave the zoom; else go back to the images."""
        self._message = ("", "")
        if self.state.view(self._pane).filter:
            self.orlop.store.apply(events.FilterSet(self._pane, ""))
        elif self.has_class("-zoomed"):
            self.remove_class("-zoomed")
        elif self._pane is not Pane.IMAGES:
            self.show_pane(Pane.IMAGES)
        self._show_marks(self.state)

    @on(RowList.RowChosen)
    def _row_chosen(self) -> None:
        spec = spec_for(self._specs, "enter", self._pane) or (
            BY_ID["inspect"] if self._pane is Pane.CONTAINERS else None
        )
        if spec is not None:
            self.perform(spec)

    @on(RowList.HeaderClicked)
    def _header_clicked(self, event: RowList.HeaderClicked) -> None:
        pane = next((p for p in Pane if self.list_pane(p).rows is event.row_list), None)
        if pane is not None and pane is not Pane.LAYERS:
            self.orlop.store.apply(events.SortSet(pane, event.column_key))

    def perform(self, spec: ActionSpec) -> None:
        """Do a verb, or ask first as its spec says."""
        self._note_cursors()
        selection = select(self.state, self._pane)
        reason = why_not(spec, selection)
        if reason:
            self.tell(_(reason), "warn")
            return
        self.asking.ask(spec, selection)

    def _note_cursors(self) -> None:
        """Bring the state's cursors up to what is on the screen.

        Messages of the lists may still be on their way when the next key is handled.
        """
        for pane in Pane:
            key = self.list_pane(pane).rows.cursor_key or ""
            self.orlop.store.apply(events.CursorMoved(pane, key))

    def submit(self, action: Action | None) -> None:
        """Hand an action in; None is the answer of a dialog that was left."""
        if action is not None:
            self.orlop.dispatcher.submit(action)
