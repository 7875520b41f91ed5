"""A file as two layers have it: what differs, line by line; of a binary file where it begins to."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize

from tui.i18n import N_, _
from tui.model.filediff import FileDiff, FileVersion
from tui.model.text import human_size, utc_time
from tui.ui.screens.base import Sheet
from tui.ui.screens.text import copyable, wrapped
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

STYLES: Final = {"+": "good", "-": "bad", "@": "accent", "\\": "dim"}
"""How a line is coloured; its sign says the same."""


class FileDiffScreen(Sheet[None]):
    """Both versions, then the hunks; `n` and `N` go from hunk to hunk, `c` copies all."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "hunk(False)", N_("Next"), show=False, id="diff.n"),
        Binding("N", "hunk(True)", N_("Before"), show=False, id="diff.N"),
        Binding("c", "copy_all", N_("Copy"), show=False, id="diff.c"),
    ]

    def __init__(self, diff: FileDiff) -> None:
        super().__init__()
        self._diff = diff
        self._hunks: list[int] = []
        """The rows that hunks begin with."""

    def compose(self) -> ComposeResult:
        """Title, lines, keys."""
        glyphs = self.orlop.glyphs
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(
                (Column("line", "", 1, flex=True),), glyphs=glyphs, marking=False, header=False
            )
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Name the sheet and its keys."""
        path = self._diff.path.decode("utf-8", "surrogateescape")
        title = f" /{path}  {self._diff.old.label} > {self._diff.new.label}"
        self.part(".dialog-title", TextLine).show(CellText(title, "strong"))
        keys = _(" n N next, previous change  c copy all  esc back")
        self.part("#sheet-keys", TextLine).show(keys)
        self.part("RowList", RowList).focus()

    @on(Resize)
    def _wrap(self) -> None:
        width = max(self.size.width - 2, 1)
        rows: list[Row] = []
        self._hunks = []
        for line in diff_lines(self._diff):
            style = STYLES.get(line[:1], "")
            if line.startswith("@@"):
                self._hunks.append(len(rows))
            for part in wrapped(line, width):
                rows.append(Row(str(len(rows)), (CellText(part, style),)))
        self.part("RowList", RowList).set_rows(rows)

    def action_hunk(self, back: bool) -> None:
        """Go to the next hunk, or the one before."""
        rows = self.part("RowList", RowList)
        at = rows.cursor_index
        found = [row for row in self._hunks if (row < at if back else row > at)]
        if found:
            rows.move_to(found[-1] if back else found[0])

    def action_copy_all(self) -> None:
        """Copy the whole comparison."""
        self.orlop.copy_text(copyable("\n".join(diff_lines(self._diff))), _("comparison"))


def diff_lines(diff: FileDiff) -> Iterator[str]:
    """Yield what differs: both versions, then the hunks; or why there are none."""
    yield f"--- {_version_line(diff.old)}"
    yield f"+++ {_version_line(diff.new)}"
    if diff.is_same:
        yield _("The content is the same; only what is told of it differs.")
        return
    if diff.is_binary:
        yield from _binary_lines(diff)
        return
    yield from diff.lines
    if diff.has_more:
        yield _("... there are more differences")


def _version_line(one: FileVersion) -> str:
    mode, owner = stat.filemode(stat.S_IFREG | one.mode), f"{one.uid}:{one.gid}"
    return "  ".join((one.label, mode, owner, human_size(one.size), utc_time(one.mtime)))


def _binary_lines(diff: FileDiff) -> Iterator[str]:
    yield _("This is no text, or too long a one.")
    for sign, one in (("-", diff.old), ("+", diff.new)):
        yield f"{sign} {one.digest}"
    if diff.differs_at >= 0:
        yield _("The first byte that differs is at {offset} ({hex}).").format(
            offset=diff.differs_at, hex=f"{diff.differs_at:#x}"
        )
    else:
        yield _("They differ beyond what was compared byte by byte.")
