"""The mirrors of Docker Hub: those in force, those in the file, whether they work; changing them.

What is changed is a draft until `w` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.actions.action import Action
from tui.actions.values.mirrors import (
    ChangeMirrors,
    MirrorEdit,
    ProbeMirrors,
    ReadMirrors,
    RollBackMirrors,
)
from tui.i18n import N_, _
from tui.mirrors.addresses import normal, why_not_mirror
from tui.mirrors.change import moved, plan_change, why_not_editable
from tui.mirrors.errors import MirrorsError
from tui.mirrors.paste import paste_lines, paste_text
from tui.mirrors.probing import IMAGE, image_of, ordered
from tui.mirrors.verdicts import LIMITS
from tui.model.job import JobState
from tui.model.mirrors import MirrorProbe, Mirrors
from tui.model.reference import InvalidReference
from tui.model.text import visible
from tui.store.state import Phase, State
from tui.ui.screens.base import Sheet
from tui.ui.screens.confirm import ConfirmScreen
from tui.ui.screens.mirrorrows import Draft, difference_text, keys_line, probe_fields, rows
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.text import FieldsScreen, TextScreen, copyable
from tui.ui.sudo import sudo_knows_us
from tui.ui.widgets.columns import CellText, Column
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine


class MirrorsScreen(Sheet[None]):
    """One row a mirror, in the order in which the Engine asks them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", N_("Add"), show=False, id="mirrors.a"),
        Binding("d", "drop", N_("Remove"), show=False, id="mirrors.d"),
        Binding("delete", "drop", N_("Remove"), show=False, id="mirrors.delete"),
        Binding("K", "move(-1)", N_("Move up"), show=False, id="mirrors.K"),
        Binding("J", "move(1)", N_("Move down"), show=False, id="mirrors.J"),
        Binding("o", "order", N_("Order by result"), show=False, id="mirrors.o"),
        Binding("t", "test", N_("Test"), show=False, id="mirrors.t"),
        Binding("I", "image", N_("Image"), show=False, id="mirrors.I"),
        Binding("w", "write", N_("Write"), show=False, id="mirrors.w"),
        Binding("u", "roll_back", N_("Roll back"), show=False, id="mirrors.u"),
        Binding("r", "read", N_("Read again"), show=False, id="mirrors.r"),
        Binding("c", "copy_address", N_("Copy"), show=False, id="mirrors.c"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: Mirrors | None = None
        self._draft = Draft()
        self._image = IMAGE
        self._phase = Phase.CONNECTING
        self._reading = 0
        self._job = 0
        self._test = 0
        self._known: Mapping[str, MirrorProbe] = {}
        """What was known of mirrors before they were asked."""

    def compose(self) -> ComposeResult:
        """Title, rows, what is odd, what mirrors do not do, the problem, keys."""
        glyphs = self.orlop.glyphs
        shown = (
            Column("number", "#", 2, align="right", priority=6),
            Column("mirror", _("MIRROR"), 2, min_width=22, flex=True, priority=10),
            Column("where", _("WHERE"), 13, priority=8),
            Column("first", _("1ST BYTE"), 8, align="right", priority=4),
            Column("speed", _("SPEED"), 9, align="right", priority=5),
            Column("result", _("RESULT"), 2, min_width=16, flex=True, priority=9),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(shown, glyphs=glyphs, marking=False)
            yield Static("", id="mirrors-notes", classes="problem", markup=False)
            yield Static("\n".join(map(_, LIMITS)), id="mirrors-limits", markup=False)
            yield Static("", id="mirrors-problem", classes="problem", markup=False)
            yield TextLine(glyphs=glyphs, id="mirrors-more")
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Read the mirrors and show them when they are there."""
        self._rows.empty_text = _("Reading...")
        self._rows.focus()
        for line, text in zip(("#mirrors-more", "#sheet-keys"), keys_line(), strict=True):
            self.part(line, TextLine).show(*text)
        self._phase = self.orlop.store.state.connection.phase
        self.action_read()
        self.follow(self._show)

    @property
    def _rows(self) -> RowList:
        return self.part("RowList", RowList)

    @property
    def _now(self) -> tuple[str, ...]:
        """The mirrors as they would be written."""
        return self._draft.mirrors if self._draft.is_begun else self._written

    @property
    def _written(self) -> tuple[str, ...]:
        """The mirrors in the file; those in force where nobody can read it."""
        found = self._found
        if found is None:
            return ()
        return found.in_file if found.has_file and not found.trouble else found.in_force

    def _show(self, state: State) -> None:
        """Show what is known; a draft that was written is one no more."""
        self._found = state.mirrors
        self._follow_reading(state)
        job = next((job for job in state.jobs if job.job_id == self._job), None)
        if job is not None and job.state.is_final:
            self._job = 0
            failed = job.state is JobState.FAILED
            self._tell(f"{job.summary} {job.remedy}" if failed else job.summary)
            if not failed:
                self._draft = Draft()
            else:
                self.action_read()
        tested = next((job for job in state.jobs if job.job_id == self._test), None)
        if tested is not None and tested.state.is_final:
            self._test = 0
            self._tell(f"{tested.summary} {tested.remedy}")
        self._fill()

    def _follow_reading(self, state: State) -> None:
        """Tell why they cannot be read; with another connection it is tried again."""
        reading = next((job for job in state.jobs if job.job_id == self._reading), None)
        if reading is not None and reading.state is JobState.FAILED:
            self._reading = 0
            self._rows.empty_text = f"{reading.summary}\n{reading.remedy}"
        phase, self._phase = self._phase, state.connection.phase
        if self._phase is Phase.CONNECTED and phase is not Phase.CONNECTED:
            self.action_read()

    def _fill(self) -> None:
        found, state = self._found, self.orlop.store.state
        title = CellText(_(" Mirrors of Docker Hub "), "strong")
        if found is None:
            self.part(".dialog-title", TextLine).show(title)
            return
        self._rows.empty_text = _("There are no mirrors: images come from Docker Hub itself.")
        self._rows.set_rows(rows(found, self._now, state.probes, self._waiting(state)))
        changed = (CellText(_("not written yet, w writes "), "warn"),) if self._is_changed else ()
        self.part(".dialog-title", TextLine).show(title, found.place.path, right=changed)
        notes = [found.trouble, why_not_editable(found), *found.notes]
        widget = self.part("#mirrors-notes", Static)
        widget.update("\n".join(visible(note) for note in notes if note))
        widget.display = any(notes)

    def _waiting(self, state: State) -> frozenset[str]:
        """Return the mirrors that are being asked and have not answered yet."""
        if not self._test:
            return frozenset()
        every = {*map(normal, self._now), *state.probes}
        return frozenset(one for one in every if state.probes.get(one) is self._known.get(one))

    @property
    def _is_changed(self) -> bool:
        return self._draft.is_begun and self._draft.mirrors != self._written

    def _tell(self, text: str) -> None:
        self.part("#mirrors-problem", Static).update(visible(text.strip()))

    def _change(self, mirrors: tuple[str, ...], *, keep: str = "") -> None:
        """Let the draft be these mirrors, with the cursor on one of them."""
        self._draft = Draft(mirrors, is_begun=True)
        self._tell("")
        self._fill()
        if keep:
            self._rows.move_to_key(keep)

    # Keys

    def action_read(self) -> None:
        """Read everything again; a draft stays."""
        self._reading = self.orlop.dispatcher.submit(ReadMirrors())

    def action_add(self) -> None:
        """Ask for an address and put it at the end."""
        if self._found is None:
            return
        version = self._found.version

        def judge(text: str) -> str:
            if normal(text.strip()) in map(normal, self._now):
                return _("It is there already.")
            return why_not_mirror(text.strip(), version) if text.strip() else ""

        def add(text: str | None) -> None:
            if text and text.strip():
                self._change((*self._now, text.strip()), keep=normal(text.strip()))

        screen = PromptScreen(
            _("Add a mirror"), help_text=_("https://mirror.example"), text="", judge=judge
        )
        self.app.push_screen(screen, add)

    def action_drop(self) -> None:
        """Take the mirror under the cursor out of the draft."""
        if (at := self._at) is not None:
            self._change((*self._now[:at], *self._now[at + 1 :]))

    def action_move(self, by: int) -> None:
        """Move the mirror under the cursor: the first one is asked first."""
        if (at := self._at) is not None:
            self._change(moved(self._now, at, by), keep=normal(self._now[at]))

    def action_order(self) -> None:
        """Propose the order that the tests speak for."""
        self._change(ordered(self._now, self.orlop.store.state.probes))

    @property
    def _at(self) -> int | None:
        """The place of the row under the cursor among what would be written."""
        key = self._rows.cursor_key
        places = [at for at, mirror in enumerate(self._now) if normal(mirror) == key]
        return places[0] if places else None

    def action_test(self) -> None:
        """Ask every mirror for an image."""
        found = self._found
        if found is None or self._test:
            return
        every = dict.fromkeys(map(normal, (*self._now, *found.in_force, *found.hosts)))
        if every:
            self._tell("")
            self._known = self.orlop.store.state.probes
            self._test = self.orlop.dispatcher.submit(ProbeMirrors(tuple(every), self._image))
            self._fill()

    def action_image(self) -> None:
        """Ask which image the tests shall ask for."""

        def judge(text: str) -> str:
            try:
                image_of(text.strip())
            except InvalidReference as error:
                return str(error)
            return ""

        def use(text: str | None) -> None:
            if text is not None:
                self._image = text.strip() or IMAGE
                self.action_test()

        help_text = _("An image of Docker Hub; the larger, the better the speed is known.")
        screen = PromptScreen(
            _("Test with which image?"), help_text=help_text, text=self._image, judge=judge
        )
        self.app.push_screen(screen, use)

    def action_write(self) -> None:
        """Show what would change, and write it after a yes; or show what to paste."""
        found = self._found
        if found is None or self._job:
            return
        if not found.is_editable:
            lines = (*paste_lines(found), "", paste_text(found, self._now))
            self.app.push_screen(TextScreen(_("To paste"), "\n".join(lines)))
            return
        if self.orlop.read_only:
            self._tell(_("orlop was started read-only."))
            return
        try:
            change = plan_change(found, self._now)
        except MirrorsError as error:
            self._tell(f"{error} {error.remedy}")
            return
        if change.is_empty and not found.is_stale:
            self._tell(_("The file is like this already."))
            return
        action = ChangeMirrors(
            MirrorEdit.SET, change.mirrors, expected=found.data, sudo=found.needs_sudo
        )
        screen = ConfirmScreen(
            _("Write {path}, and have the Engine read it?").format(path=found.place.path),
            _("Write"),
            text=difference_text(change, found),
            docker=action.docker,
        )
        self.app.push_screen(screen, partial(self._do, action))

    def action_roll_back(self) -> None:
        """Put the newest backup in place again, at once."""
        found = self._found
        if found is None or self._job:
            return
        if self.orlop.read_only:
            self._tell(_("orlop was started read-only."))
        elif not found.backup:
            self._tell(_("There is nothing to roll back: orlop has made no change here."))
        else:
            self._do(RollBackMirrors(expected=found.data, sudo=found.needs_sudo), True)

    def _do(self, action: ChangeMirrors | RollBackMirrors, yes: bool | None) -> None:
        """Hand an action in; where only root may, let sudo ask for its password before."""
        if not yes:
            return
        if not action.sudo:
            self._submit(action)
            return
        screen = ConfirmScreen(
            _("Only root may do this. Use sudo?"),
            _("Use sudo"),
            text=_("sudo may ask for your password in the terminal; orlop never sees it."),
        )
        self.app.push_screen(screen, partial(self._do_by_sudo, action))

    def _do_by_sudo(self, action: Action, yes: bool | None) -> None:
        if yes and sudo_knows_us(self.app):
            self._submit(action)
        elif yes:
            self._tell(_("sudo refuses; w shows the text to paste if you leave with esc."))

    def _submit(self, action: Action) -> None:
        self._tell(_("Writing, and waiting for the Engine..."))
        self._job = self.orlop.dispatcher.submit(action)

    def action_copy_address(self) -> None:
        """Copy the whole file as it would be, to be pasted elsewhere."""
        if self._found is not None:
            text = paste_text(self._found, self._now)
            self.orlop.copy_text(copyable(text), _("daemon.json"))

    @on(RowList.RowChosen)
    def _details(self, event: RowList.RowChosen) -> None:
        probe = self.orlop.store.state.probes.get(event.key)
        if probe is not None:
            self.app.push_screen(FieldsScreen(event.key, probe_fields(probe)))
