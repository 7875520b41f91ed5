"""The logs of containers: followed, searched, filtered, saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize

from tui.actions.action import Action
from tui.actions.forms import FORMS
from tui.actions.selection import Selection
from tui.actions.values.logs import FollowLogs
from tui.i18n import N_, _, ngettext
from tui.logs.choice import Shown, find
from tui.logs.colours import plain_text
from tui.logs.line import STDERR, STDOUT
from tui.logs.moments import seconds_of
from tui.model.job import Job, JobState
from tui.store.state import Pane, State
from tui.ui.screens.base import Sheet
from tui.ui.screens.form import FormScreen
from tui.ui.screens.logreading import LogReading
from tui.ui.screens.prompt import PromptScreen
from tui.ui.screens.text import FieldsScreen, FieldValue
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.logview import LogView
from tui.ui.widgets.textline import Piece, TextLine

STREAMS: Final = (
    (N_("both"), frozenset[int]()),
    (N_("output"), frozenset({STDOUT})),
    (N_("errors"), frozenset({STDERR})),
)
"""What the key `e` goes through."""

KEYS: Final = (
    ("space", "space", "pause", N_("pause"), N_("Stand still, or go on with the newest line.")),
    ("/", "slash", "search", N_("search"), N_("Look for a text, whatever its case.")),
    ("n", "n", "next(False)", "", N_("Go to the next line with that text.")),
    ("N", "N", "next(True)", "", N_("Go to the line before with that text.")),
    ("&", "ampersand", "filter", N_("filter"), N_("Show only lines with a text; empty for all.")),
    ("w", "w", "wrap", N_("wrap"), N_("Wrap long lines, or cut them (left and right go aside).")),
    ("t", "t", "time", N_("times"), N_("Show when each line was written, or not.")),
    ("e", "e", "streams", "", N_("Output and errors, or one of them.")),
    ("T", "T", "since", N_("since"), N_("Read from a moment on: 10m, 2026-11-26T12:00:00.")),
    ("s", "s", "save", N_("save"), N_("Write the whole log to a file.")),
    ("c", "c", "copy", "", N_("Copy the line that was found, else the lines in sight.")),
    ("r", "r", "again", "", N_("Read the log again, after it has ended.")),
    ("?", "question_mark", "help", N_("keys"), N_("Show all keys.")),
)
"""Key as shown, its name, the action, a word for the bottom line, and what it does."""


class LogScreen(Sheet[None]):
    """What containers write, as they write it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, action, word or text, show=False, id=f"logs.{key}")
        for _shown, key, action, word, text in KEYS
    ]

    def __init__(self, action: FollowLogs) -> None:
        super().__init__()
        self._action = action
        self._filter = ""
        self._streams = 0
        self._wanted = ""
        self._note = ""

    @cached_property
    def _reading(self) -> LogReading:
        return LogReading(self.orlop, self._action)

    def compose(self) -> ComposeResult:
        """Title, lines, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield LogView(glyphs=glyphs)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Begin to read."""
        self._view.focus()
        self._begin()
        self.follow(self._show)

    def on_unmount(self) -> None:
        """Let the Engine go: nobody looks any more."""
        self._reading.end()

    @property
    def _view(self) -> LogView:
        return self.part("LogView", LogView)

    def _begin(self) -> None:
        self._view.follows = True
        self._view.names = self._reading.names
        self._reading.begin()
        self._show(self.orlop.store.state)  # which job it is was not known while it was handed in

    # What is shown

    def _show(self, state: State) -> None:
        job = self._reading.job(state)
        if self._reading.take(state):
            self._choose()
        self._view.empty_text = _why_empty(job)
        self._view.update()
        self._show_lines(job)

    def _choose(self) -> None:
        """Show what filter and streams say."""
        if self._reading.book is not None:
            streams = STREAMS[self._streams][1]
            self._view.show(Shown(self._reading.book, self._filter, streams))

    def _show_lines(self, job: Job | None) -> None:
        title = _(" Logs  {names}").format(names=", ".join(self._reading.names))
        right: list[Piece] = [CellText(text, "warn") for text in self._choices()]
        right.append(
            CellText(f" {_standing(job, self._view, self._reading.is_earlier)} ", "accent")
        )
        if job is not None and job.state is JobState.FAILED:
            right = [CellText(f" {job.summary} {job.remedy} ", "bad")]
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"), right=tuple(right))
        note = (CellText(f" {self._note} ", "accent"),) if self._note else ()
        keys = [piece for row in KEYS for piece in key_pieces(row[0], row[3])]
        back = (CellText(" esc", "key"), _(" back"))
        self.part("#sheet-keys", TextLine).show(*note, *keys, *back)

    def _choices(self) -> list[str]:
        choices = [f" & {self._filter} "] if self._filter else []
        if self._streams:
            choices.append(f" {_(STREAMS[self._streams][0])} ")
        return choices

    @on(Resize)
    @on(LogView.Moved)
    def _moved(self, event: Resize | LogView.Moved) -> None:
        if isinstance(event, LogView.Moved):
            if event.wants_more:
                self._note = self._reading.read_earlier(self._earlier_came) or self._note
            elif self._view.follows:
                self._reading.is_earlier = False
        self._show(self.orlop.store.state)

    def _earlier_came(self, note: str) -> None:
        """Show the older lines from their end, so that the reading goes on where it was."""
        self._note = note
        book = self._reading.book
        if self._reading.is_earlier and book is not None and book is not self._view.book:
            self._choose()
            self._view.go_to(book.end - 1)
        self._show(self.orlop.store.state)

    # Keys

    def action_pause(self) -> None:
        """Stand still, or go on at the end."""
        self._view.follows = not self._view.follows
        if self._view.follows:
            self._reading.is_earlier = False
        self._refreshed("")

    def action_search(self) -> None:
        """Ask what to look for."""
        self._ask(_("Search"), _("Any text, whatever its case."), self._wanted, self._search)

    def _search(self, text: str) -> None:
        self._wanted = text
        self._view.hit = -1
        self.action_next(back=True)

    def action_next(self, back: bool) -> None:
        """Go to the next line with what is looked for, or the one before."""
        view = self._view
        book = self._reading.book
        if not self._wanted or book is None:
            self.action_search()
            return
        last = view.numbers[-1] + 1 if view.numbers else 0
        start = view.hit if view.hit >= 0 else last
        found = find(book, view.numbers, self._wanted, start, back=back)
        if found is not None:
            view.hit = found
            view.go_to(found)
        self._refreshed("" if found is not None else _("no more of that"))

    def action_filter(self) -> None:
        """Ask what to show."""
        help_text = _("Only lines with this text; empty for all.")
        self._ask(_("Filter"), help_text, self._filter, self._only)

    def _only(self, text: str) -> None:
        self._filter = text
        self._choose()
        self._refreshed("")

    def action_wrap(self) -> None:
        """Wrap lines, or cut them."""
        self._view.wraps = not self._view.wraps
        self._refreshed(_("wrapped") if self._view.wraps else _("cut"))

    def action_time(self) -> None:
        """Show times, or not."""
        self._view.shows_time = not self._view.shows_time
        self._refreshed("")

    def action_streams(self) -> None:
        """Show output, errors, or both."""
        self._streams = (self._streams + 1) % len(STREAMS)
        self._choose()
        self._refreshed("")

    def action_since(self) -> None:
        """Ask from when on to read."""
        help_text = _("10m, 1h30m, 2026-11-26, 2026-11-26T12:00:00; empty for the last lines.")
        screen = PromptScreen(
            _("Since"), help_text=help_text, text=self._reading.action.since, judge=_judge_moment
        )
        self.app.push_screen(screen, self._since)

    def _since(self, text: str | None) -> None:
        if text is None:
            return
        tail = -1 if text.strip() else FollowLogs(()).tail
        action = self._reading.action
        self._reading.action = action._replace(since=text.strip(), tail=tail)
        self._begin()

    def action_again(self) -> None:
        """Read the log again."""
        self._begin()

    def action_save(self) -> None:
        """Ask where to write the whole log of the first container."""
        wanted = self._action.containers[0].container_id
        containers = self.orlop.store.state.containers
        found = tuple(one for one in containers if one.container_id == wanted)
        selection = Selection(Pane.CONTAINERS, containers=found)
        self.app.push_screen(FormScreen(FORMS["save_logs"], selection), self._saved)

    def _saved(self, action: Action | None) -> None:
        if action is not None:
            self.orlop.dispatcher.submit(action)
            self._refreshed(action.title)

    def action_copy(self) -> None:
        """Copy the line that was found if it is in sight, else all that is in sight."""
        hit = self.part("LogView", LogView).book.line(self._view.hit)
        lines = self._view.lines_in_sight()
        chosen = [hit] if hit is not None and hit in lines else lines
        self.orlop.copy_text("\n".join(plain_text(line.text) for line in chosen), _("log lines"))
        self._refreshed(_("copied"))

    def action_help(self) -> None:
        """Show all keys."""
        fields = [FieldValue(shown, _(text)) for shown, _key, _action, _word, text in KEYS]
        self.app.push_screen(FieldsScreen(_("Keys of the logs"), fields))

    def _refreshed(self, note: str) -> None:
        self._note = note
        self._view.update()
        self._show(self.orlop.store.state)

    def _ask(self, title: str, help_text: str, text: str, then: Callable[[str], None]) -> None:
        screen = PromptScreen(title, help_text=help_text, text=text, judge=lambda _text: "")
        self.app.push_screen(screen, lambda answer: then(answer) if answer is not None else None)


def _judge_moment(text: str) -> str:
    try:
        seconds_of(text, 0)
    except ValueError as error:
        return str(error)
    return ""


def key_pieces(shown: str, word: str) -> tuple[Piece, ...]:
    """Return a key and its word for the bottom line; nothing for a key without a word."""
    return (CellText(f" {shown}", "key"), f" {_(word)}") if word else ()


def _why_empty(job: Job | None) -> str:
    if job is None:  # a read that went well leaves no trace
        return _("Nothing was written.")
    if job.state is JobState.FAILED:
        return f"{job.summary} {job.remedy}"
    return _("Nothing has been written yet.")


def _standing(job: Job | None, view: LogView, is_earlier: bool) -> str:
    """Return whether the log is followed, and how many lines there are."""
    number = len(view.numbers)
    count = ngettext("{count} line", "{count} lines", number).format(count=number)
    if is_earlier:
        return _("{count}  EARLIER").format(count=count)
    if job is None or job.state.is_final:
        return _("{count}  ended, r reads again").format(count=count)
    standing = _("{count}  following") if view.follows else _("{count}  PAUSED")
    return standing.format(count=count)
