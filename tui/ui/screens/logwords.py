"""What the screen of logs says: its keys, and where a log stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tui.i18n import N_, _, ngettext
from tui.logs.line import STDERR, STDOUT
from tui.logs.moments import seconds_of
from tui.model.job import Job, JobState
from tui.ui.widgets.columns import CellText
from tui.ui.widgets.logview import LogView
from tui.ui.widgets.textline import Piece

STREAMS: Final = (
    (N_("both"), frozenset[int]()),
    (N_("output"), frozenset({STDOUT})),
    (N_("errors"), frozenset({STDERR})),
)
"""What the key `e` goes through."""

KEYS: Final = (
    ("space", "space", "pause", N_("pause"), N_("Stand still, or go on with the newest line.")),
    ("/", "slash", "search", N_("search"), N_("Look for a text, whatever its case: error|warn.")),
    ("n", "n", "next", "", N_("Go to the next line with that text.")),
    ("N", "N", "previous", "", N_("Go to the line before with that text.")),
    (
        "&",
        "ampersand",
        "filter",
        N_("filter"),
        N_("Show only lines with a text: error|warn is either, !ping is what has it not."),
    ),
    ("w", "w", "wrap", N_("wrap"), N_("Wrap long lines, or cut them (left and right go aside).")),
    ("t", "t", "time", N_("times"), N_("Show when each line was written, or not.")),
    ("e", "e", "streams", "", N_("Output and errors, or one of them; errors begin with `!`.")),
    ("T", "T", "since", N_("since"), N_("Read from a moment on: 10m, 2026-11-26T12:00:00.")),
    ("s", "s", "save", N_("save"), N_("Write the whole log to a file.")),
    ("c", "c", "copy", "", N_("Copy the line that was found, else the lines in sight.")),
    ("m", "m", "mouse", "", N_("Leave the mouse to the terminal to select text, or take it back.")),
    ("r", "r", "again", "", N_("Read the log again, after it has ended.")),
    ("?", "question_mark", "help", N_("keys"), N_("Show all keys.")),
)
"""Key as shown, its name, the verb, a word for the bottom line, and what it does."""


def key_pieces() -> Iterator[Piece]:
    """Yield the bottom line: each key that has a word, and its word."""
    for shown, _key, _action, word, _text in KEYS:
        if word:
            yield CellText(f" {shown}", "key")
            yield f" {_(word)}"
    yield CellText(" esc", "key")
    yield _(" back")


def why_empty(job: Job | None) -> str:
    """Return what stands in the place of lines."""
    if job is None:  # a read that went well leaves no trace
        return _("Nothing was written.")
    if job.state is JobState.FAILED:
        return f"{job.summary} {job.remedy}"
    return _("Nothing has been written yet.")


def standing(job: Job | None, view: LogView, *, is_earlier: bool) -> str:
    """Return whether the log is followed, and how many lines there are."""
    number = len(view.numbers)
    count = ngettext("{count} line", "{count} lines", number).format(count=number)
    if is_earlier:
        return _("{count}  EARLIER").format(count=count)
    if not view.follows and view.newer:
        return _("{count}  PAUSED, {newer} newer").format(count=count, newer=view.newer)
    if job is None or job.state.is_final:
        return _("{count}  ended, r reads again").format(count=count)
    if not view.follows:
        return _("{count}  PAUSED").format(count=count)
    if view.live.resting:
        return _("{count}  ended, goes on when started").format(count=count)
    return _("{count}  following").format(count=count)


def judge_moment(text: str) -> str:
    """Return why a text is no moment; empty where it is one."""
    try:
        seconds_of(text, 0)
    except ValueError as error:
        return str(error)
    return ""
