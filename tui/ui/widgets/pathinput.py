"""A line for the path of a file: completion, what is there, and how much room there is.

Tab, or the right arrow at the end of the line, goes as far as the path is clear; up and down
choose among the names below. The disk is looked at in threads, so a dead file server only
keeps the names from coming.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import DescendantBlur, DescendantFocus
from textual.message import Message
from textual.widgets import Input, Static

from tui.config.filenames import (
    Completion,
    PathFacts,
    PathKind,
    complete,
    expand,
    facts_of,
    shown_path,
    typed_path,
)
from tui.i18n import N_, _, ngettext
from tui.model.text import human_size, visible
from tui.ui.lookup import Lookup
from tui.ui.terminal import UNICODE, Glyphs
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.textline import TextLine

LISTED: Final = 5
"""Names shown below the line."""

NOT_YET: Final = Completion("\0")
"""No answer for anything."""


class PathLine(Input):
    """The line itself: its keys go to the `PathInput` around it where they mean a name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", N_("Complete"), show=False, id="path.tab"),
        Binding("up", "choose(-1)", N_("Name before"), show=False, id="path.up"),
        Binding("down", "choose(1)", N_("Next name"), show=False, id="path.down"),
    ]

    @dataclass
    class Asked(Message):
        """The path shall become longer; `or_leave`: if it cannot, the next field is meant."""

        or_leave: bool

    @dataclass
    class Chosen(Message):
        """The name before or after was chosen from the list."""

        step: int

    def action_complete(self) -> None:
        """Complete, or go to the next field."""
        self.post_message(self.Asked(or_leave=True))

    def action_choose(self, step: int) -> None:
        """Go through the names below."""
        self.post_message(self.Chosen(step))

    def action_cursor_right(self, select: bool = False) -> None:
        """Go right; at the end of the line complete."""
        if self.cursor_at_end and not select:
            self.post_message(self.Asked(or_leave=False))
        else:
            super().action_cursor_right(select)


class PathInput(Vertical):
    """A path to read or to write."""

    DEFAULT_CSS = """
    PathInput {
        height: auto;
        & > #path-names { display: none; color: $text-muted; }
        & > #path-names.-shown { display: block; }
        & > TextLine { color: $text-muted; }
    }
    """

    @dataclass
    class Changed(Message):
        """The path, or what is known of it, is another one."""

        path_input: PathInput
        value: str

    def __init__(
        self,
        value: str = "",
        *,
        writing: bool = False,
        folders_only: bool = False,
        glyphs: Glyphs = UNICODE,
        **options: Any,
    ) -> None:
        """Make a line.

        Args:
            value: the path to begin with.
            writing: something shall be written there; else it must be there to be read.
            folders_only: offer folders alone.
            glyphs: of the terminal.
            options: of the widget.
        """
        super().__init__(**options)
        self._first = value
        self._writing = writing
        self._glyphs = glyphs
        self._completion = NOT_YET
        self._facts = PathFacts("")
        self._facts_of = ""
        """The typed path that they are about."""
        self._chosen = -1
        """The name that up and down are on; -1 for none."""
        self._asked: PathLine.Asked | None = None
        """What was asked for before the names came."""
        self._names: Lookup[str, Completion] = Lookup(
            lambda text: complete(text, folders_only=folders_only), self._names_came
        )
        self._looks: Lookup[str, PathFacts] = Lookup(facts_of, self._facts_came)

    @property
    def value(self) -> str:
        """The path as the operating system wants it; empty where nothing is typed.

        That of a folder ends in a slash, once it is known to be one.
        """
        path = expand(self._typed)
        is_folder = self.facts.kind is PathKind.FOLDER and not path.endswith("/")
        return f"{path}/" if is_folder else path

    @value.setter
    def value(self, path: str) -> None:
        self._line.value = shown_path(path)

    @property
    def facts(self) -> PathFacts:
        """What was found there; without a path while nobody has looked yet."""
        return self._facts if self._facts_of == self._typed else PathFacts("")

    @property
    def _line(self) -> PathLine:
        return self.query_one(PathLine)

    @property
    def _typed(self) -> str:
        return typed_path(self._line.value)

    def compose(self) -> ComposeResult:
        """Lay out the line, what is there, the names that fit."""
        yield PathLine(shown_path(self._first), compact=True)
        yield TextLine(glyphs=self._glyphs)
        yield Static("", id="path-names", markup=False)

    def on_mount(self) -> None:
        """Look at what the path begins with."""
        self._look()

    def focus(self, scroll_visible: bool = True) -> PathInput:
        """Give the line the focus."""
        self._line.focus(scroll_visible)
        return self

    def _look(self) -> None:
        self._names.ask(self._typed)
        if self._typed:
            self._looks.ask(self._typed)
        self._show()

    @on(Input.Changed)
    def _typed_on(self) -> None:
        self._chosen, self._asked = -1, None
        self._look()
        self.post_message(self.Changed(self, self.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Take the chosen name; without one the form is meant."""
        if self._chosen >= 0:
            event.stop()
            self._take(self._offered[self._chosen])

    @on(PathLine.Asked)
    def _complete(self, event: PathLine.Asked) -> None:
        event.stop()
        typed = self._typed
        if self._chosen >= 0:
            self._take(self._offered[self._chosen])
        elif self._completion.text != typed and self._asked is None:
            self._asked = event
        elif self._completion.text == typed and self._completion.common != typed:
            self._take(self._completion.common)
        elif event.or_leave:  # nothing to add; or asked twice: who waits for the disk may go on
            self._asked = None
            self.screen.focus_next()

    @on(PathLine.Chosen)
    def _choose(self, event: PathLine.Chosen) -> None:
        event.stop()
        count = len(self._offered)
        if count:
            self._chosen = (self._chosen + event.step + 1) % (count + 1) - 1
            self._show()

    def _take(self, path: str) -> None:
        self._line.value = shown_path(path)
        self._line.action_end()

    @property
    def _offered(self) -> tuple[str, ...]:
        """The names to choose from; none while the path has become another one."""
        completion = self._completion
        return completion.found if completion.text == self._typed else ()

    def _names_came(self, text: str, completion: Completion) -> None:
        if not self.is_attached or text != self._typed:
            return
        self._completion = completion
        asked, self._asked = self._asked, None
        if asked is not None and self._line.has_focus:
            self._complete(asked)
        self._show()

    def _facts_came(self, text: str, facts: PathFacts) -> None:
        if self.is_attached and text == self._typed:
            self._facts, self._facts_of = facts, text
            self._show()
            self.post_message(self.Changed(self, self.value))

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _focus_moved(self) -> None:
        self._show()

    def _show(self) -> None:
        self.query_one(TextLine).show(self._sentence())
        names = self.query_one("#path-names", Static)
        offered = self._offered
        shown = self._line.has_focus and (len(offered) > 1 or self._chosen >= 0)
        names.set_class(shown, "-shown")
        names.update("\n".join(self._lines(offered)) if shown else "")

    def _lines(self, offered: tuple[str, ...]) -> list[str]:
        """Return a window of the names around the chosen one."""
        start = max(0, min(self._chosen - LISTED // 2, len(offered) - LISTED))
        lines = []
        for number, path in enumerate(offered[start : start + LISTED], start):
            head, _slash, name = path.rstrip("/").rpartition("/")
            name = path[len(head) + bool(_slash) :]
            mark = ">" if number == self._chosen else " "
            shown = visible(name)
            if self._glyphs.ascii:
                shown = shown.encode("ascii", "backslashreplace").decode()
            lines.append(f" {mark} {shown}")
        more = len(offered) - start - len(lines)
        if more > 0 or start:
            count = f"{len(offered)}+" if self._completion.is_cut else str(len(offered))
            lines.append("   " + _("{count} names").format(count=count))
        return lines

    def _sentence(self) -> CellText:
        if not self._typed:
            return CellText(_("tab completes"), "dim")
        if "://" in self._typed:
            return CellText(_("an address"), "dim")
        if not self.facts.path:
            return CellText(_("looking..."), "dim")
        return path_sentence(self.facts, writing=self._writing)


def path_sentence(facts: PathFacts, *, writing: bool) -> CellText:
    """Return what is at a path, and what that means for who wants to read or write there."""
    there, is_bad = _what_is_there(facts, writing)
    room = ""
    if facts.free >= 0 and writing:
        where = visible(facts.folder)
        room = _("  free: {size} in {folder}").format(size=human_size(facts.free), folder=where)
    return CellText(there + room, "warn" if is_bad else "")


def _what_is_there(facts: PathFacts, writing: bool) -> tuple[str, bool]:
    """Return a phrase, and whether it keeps the user from going on."""
    size = human_size(facts.size)
    if facts.kind is PathKind.FOLDER:
        sentence = ngettext(
            "a folder: {count} entry, {size} in files",
            "a folder: {count} entries, {size} in files",
            facts.count,
        )
        count = f"{facts.count}+" if facts.is_cut else str(facts.count)
        return sentence.format(count=count, size=size), False
    if facts.kind is PathKind.FILE:
        if writing:
            return _("exists: {size}; asks before it is replaced").format(size=size), True
        return _("{size}, {form}").format(
            size=size, form=facts.form or _("of no known form")
        ), False
    if facts.kind is PathKind.OTHER:
        return _("no regular file"), True
    if facts.kind is PathKind.UNKNOWN:
        return _("may not be looked at"), True
    if not facts.has_folder:
        return _("there is no such folder"), True
    if not writing:
        return _("there is no such file"), True
    if not facts.is_writable:
        return _("nothing may be written in this folder"), True
    return _("a new file"), False
