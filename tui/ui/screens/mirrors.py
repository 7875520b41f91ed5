"""The mirrors of Docker Hub: those in force, those in the file, whether they work; changing them.

What is changed is a draft until `w` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.actions.action import Action
from tui.actions.values.mirrors import ProbeMirrors, ReadMirrors
from tui.i18n import N_, _
from tui.mirrors.addresses import normal
from tui.mirrors.change import moved, why_not_editable
from tui.mirrors.paste import paste_text
from tui.mirrors.probing import IMAGE, ordered
from tui.mirrors.verdicts import LIMITS
from tui.model.job import Job, JobState
from tui.model.mirrors import MirrorProbe, Mirrors
from tui.model.text import visible
from tui.store.state import Phase, State
from tui.ui.screens.base import Sheet
from tui.ui.screens.mirrorprompts import ask_address, ask_image
from tui.ui.screens.mirrorrows import Draft, keys_line, probe_fields, rows
from tui.ui.screens.mirrorwriting import MirrorWriting
from tui.ui.screens.text import FieldsScreen, copyable
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
        Binding("c", "copy_file", N_("Copy"), show=False, id="mirrors.c"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: Mirrors | None = None
        self._draft = Draft()
        self._image = IMAGE
        self._phase = Phase.CONNECTING
        self._reading = self._writing = self._testing = 0
        """Numbers of the jobs that are waited for."""
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
        return self._draft.now(self._found)

    # What is shown

    def _show(self, state: State) -> None:
        self._found = state.mirrors
        self._follow_jobs({job.job_id: job for job in state.jobs if job.state.is_final})
        phase, self._phase = self._phase, state.connection.phase
        if self._phase is Phase.CONNECTED and phase is not Phase.CONNECTED:
            self.action_read()
        self._fill(state)

    def _follow_jobs(self, ended: Mapping[int, Job]) -> None:
        """Tell how a job ended; a draft that was written is one no more."""
        if job := ended.get(self._reading):  # a quiet one: only a failure leaves a trace
            self._reading = 0
            self._rows.empty_text = f"{job.summary}\n{job.remedy}"
        if job := ended.get(self._testing):
            self._testing = 0
            self.tell(f"{job.summary} {job.remedy}")
        if job := ended.get(self._writing):
            self._writing = 0
            self.tell(f"{job.summary} {job.remedy}")
            if job.state is JobState.DONE:
                self._draft = Draft()
            else:
                self.action_read()

    def _fill(self, state: State) -> None:
        found = self._found
        title = CellText(_(" Mirrors of Docker Hub "), "strong")
        if found is None:
            self.part(".dialog-title", TextLine).show(title)
            return
        self._rows.empty_text = _("There are no mirrors: images come from Docker Hub itself.")
        self._rows.set_rows(rows(found, self._now, state.probes, self._waiting(state)))
        is_changed = self._draft.is_changed(found)
        right = (CellText(_("not written yet, w writes "), "warn"),) if is_changed else ()
        self.part(".dialog-title", TextLine).show(title, found.place.path, right=right)
        notes = [note for note in (found.trouble, why_not_editable(found), *found.notes) if note]
        widget = self.part("#mirrors-notes", Static)
        widget.update("\n".join(map(visible, notes)))
        widget.display = bool(notes)

    def _waiting(self, state: State) -> frozenset[str]:
        """Return the mirrors that are being asked and have not answered yet."""
        if not self._testing:
            return frozenset()
        every = {*map(normal, self._now), *state.probes}
        return frozenset(one for one in every if state.probes.get(one) is self._known.get(one))

    def tell(self, text: str) -> None:
        """Say how something went."""
        self.part("#mirrors-problem", Static).update(visible(text.strip()))

    # The draft

    def _change(self, mirrors: tuple[str, ...], *, keep: str = "") -> None:
        """Let the draft be these mirrors, with the cursor on one of them."""
        self._draft = Draft(mirrors, is_begun=True)
        self.tell("")
        self._fill(self.orlop.store.state)
        if keep:
            self._rows.move_to_key(normal(keep))

    def action_add(self) -> None:
        """Ask for an address and put it at the end."""
        if self._found is not None:
            now = self._now
            ask_address(
                self.orlop, self._found, now, lambda new: self._change((*now, new), keep=new)
            )

    def action_drop(self) -> None:
        """Take the mirror under the cursor out of the draft."""
        if (at := self._at) is not None:
            self._change((*self._now[:at], *self._now[at + 1 :]))

    def action_move(self, by: int) -> None:
        """Move the mirror under the cursor: the first one is asked first."""
        if (at := self._at) is not None:
            self._change(moved(self._now, at, by), keep=self._now[at])

    def action_order(self) -> None:
        """Propose the order that the tests speak for."""
        self._change(ordered(self._now, self.orlop.store.state.probes))

    @property
    def _at(self) -> int | None:
        """The place of the row under the cursor among what would be written."""
        listed = [normal(mirror) for mirror in self._now]
        key = self._rows.cursor_key
        return listed.index(key) if key in listed else None

    # What is done

    def action_read(self) -> None:
        """Read everything again; a draft stays."""
        self._reading = self.orlop.dispatcher.submit(ReadMirrors())

    def action_test(self) -> None:
        """Ask every mirror for an image."""
        found = self._found
        if found is None or self._testing:
            return
        every = dict.fromkeys(map(normal, (*self._now, *found.in_force, *found.hosts)))
        if every:
            self.tell("")
            self._known = self.orlop.store.state.probes
            self._testing = self.orlop.dispatcher.submit(ProbeMirrors(tuple(every), self._image))
            self._fill(self.orlop.store.state)

    def action_image(self) -> None:
        """Ask which image the tests shall ask for, and test with it."""

        def use(image: str) -> None:
            self._image = image
            self.action_test()

        ask_image(self.orlop, self._image, use)

    def action_write(self) -> None:
        """Show what would change, and write it after a yes; or show what to paste."""
        if self._found is not None and not self._writing:
            MirrorWriting(self, self._found, self._submit).write(self._now)

    def action_roll_back(self) -> None:
        """Put the newest backup in place again, at once."""
        if self._found is not None and not self._writing:
            MirrorWriting(self, self._found, self._submit).roll_back()

    def _submit(self, action: Action) -> None:
        self.tell(_("Writing, and waiting for the Engine..."))
        self._writing = self.orlop.dispatcher.submit(action)

    def action_copy_file(self) -> None:
        """Copy the whole file as it would be, to be pasted elsewhere."""
        if self._found is not None:
            text = paste_text(self._found, self._now)
            self.orlop.copy_text(copyable(text), _("daemon.json"))

    @on(RowList.RowChosen)
    def _details(self, event: RowList.RowChosen) -> None:
        probe = self.orlop.store.state.probes.get(event.key)
        if probe is not None:
            self.app.push_screen(FieldsScreen(event.key, probe_fields(probe)))
