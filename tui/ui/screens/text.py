"""Sheets of rows: fields with values, lines of text. Each value can be copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import chop_cells
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize

from tui.i18n import N_, _
from tui.model.text import visible
from tui.ui.screens.base import Sheet
from tui.ui.widgets.columns import CellText, Column, Row
from tui.ui.widgets.rowlist import RowList
from tui.ui.widgets.textline import TextLine

TEXT_MAX = 200_000
"""Characters of a text that are shown; the whole is copied all the same."""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field of a sheet."""

    label: str
    value: str
    """As it is copied; shown with control characters spelled out."""


class FieldsScreen(Sheet[str]):
    """A list of fields; Enter shows a value whole, `c` copies it. Subclasses may have a result."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy_field", N_("Copy"), show=False, id="fields.c"),
        Binding("J", "raw", N_("JSON"), show=False, id="fields.J"),
    ]

    def __init__(
        self,
        title: str,
        fields: Sequence[FieldValue],
        *,
        raw: str = "",
        docker: tuple[str, ...] = (),
    ) -> None:
        """Prepare.

        Args:
            title: What it is about.
            fields: Its fields.
            raw: The Engine's answer as JSON; empty for none.
            docker: The docker command that prints that, without `docker`.
        """
        super().__init__()
        self._heading = title
        self._fields = tuple(fields)
        self._raw = raw
        self._docker = docker

    def compose(self) -> ComposeResult:
        """Title, rows, keys."""
        glyphs = self.orlop.glyphs
        columns = (
            Column("label", _("FIELD"), 16, priority=1),
            Column("value", _("VALUE"), 1, min_width=20, flex=True, priority=2),
        )
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(columns, glyphs=glyphs, marking=False)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Fill the rows."""
        self.query_one(".dialog-title", TextLine).show(CellText(self._heading, "strong"))
        self.query_one("#sheet-keys", TextLine).show(self.keys())
        rows = [
            Row(str(number), (CellText(field.label, "accent"), _one_line(field.value)))
            for number, field in enumerate(self._fields)
        ]
        self.query_one(RowList).set_rows(rows)
        self.query_one(RowList).focus()

    def keys(self) -> str:
        """Return the line that reminds of the keys."""
        return _(" c copy  enter whole text  esc back") + (_("  J raw JSON") if self._raw else "")

    def _current(self) -> FieldValue | None:
        key = self.query_one(RowList).cursor_key
        return self._fields[int(key)] if key is not None else None

    def action_copy_field(self) -> None:
        """Copy the value of the field under the cursor."""
        field = self._current()
        if field is not None:
            self.orlop.copy_text(copyable(field.value), field.label)

    def action_raw(self) -> None:
        """Show the Engine's answer as a tree."""
        from tui.ui.screens.jsontree import open_json  # few look at it

        if self._raw:
            open_json(self.orlop, self._heading, self._raw, docker=self._docker)

    @on(RowList.RowChosen)
    def _whole(self) -> None:
        field = self._current()
        if field is not None:
            self.app.push_screen(TextScreen(field.label, field.value))


class TextScreen(Sheet[None]):
    """A text, wrapped to the width; `c` copies all of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy_all", N_("Copy"), show=False, id="text.c"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._heading = title
        self._text = text

    def compose(self) -> ComposeResult:
        """Title, lines, keys."""
        glyphs = self.orlop.glyphs
        columns = (Column("line", "", 1, flex=True),)
        with Vertical(classes="sheet"):
            yield TextLine(glyphs=glyphs, classes="dialog-title")
            yield RowList(columns, glyphs=glyphs, marking=False, header=False)
            yield TextLine(glyphs=glyphs, id="sheet-keys")

    def on_mount(self) -> None:
        """Name the sheet and its keys."""
        self.query_one(".dialog-title", TextLine).show(CellText(self._heading, "strong"))
        self.query_one("#sheet-keys", TextLine).show(self.keys())
        self.query_one(RowList).focus()

    def keys(self) -> str:
        """Return the line that reminds of the keys."""
        return _(" c copy all  esc back")

    @on(Resize)
    def _wrap(self) -> None:
        width = max(self.size.width - 2, 1)
        lines = wrapped(self._text[:TEXT_MAX], width)
        if len(self._text) > TEXT_MAX:
            lines.append(_("... the rest is not shown; c copies all"))
        self.query_one(RowList).set_rows(
            [Row(str(number), (line,)) for number, line in enumerate(lines)]
        )

    def action_copy_all(self) -> None:
        """Copy the whole text."""
        self.orlop.copy_text(copyable(self._text), self._heading)


def copyable(text: str) -> str:
    """Return a text as it is, but for half characters that no terminal could be sent."""
    return text.encode(errors="replace").decode()


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells; its own line ends stay."""
    lines: list[str] = []
    for line in text.split("\n"):
        shown = "".join(visible(line[start : start + 1000]) for start in range(0, len(line), 1000))
        lines.extend(chop_cells(shown, width) or [""])
    return lines


def _one_line(value: str) -> str:
    return value.replace("\n", " ")
